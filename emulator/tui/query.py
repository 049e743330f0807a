"""What the filter bar understands: words, quoted texts and tokens like `status:401`, all of which must hold.

Pure: text to terms and back, and what could come next while somebody types. What a term means for an
event is `matching.py`'s.
"""

import re
from collections.abc import Sequence
from typing import get_args

import msgspec

from emulator.protocol.events import AnyWhat

KINDS = tuple(sorted(kind.__name__ for kind in get_args(AnyWhat)))
TOKENS: dict[str, tuple[str, ...]] = {
    "dir": ("in", "out"),
    "kind": KINDS,
    "session": (),
    "status": ("200", "212", "401", "407", "4xx", "5xx"),
    "step": ("1", "2", "3", "4", "5", "6"),
}
"""Each token with what may stand behind it, or examples of it."""
WRITTEN = {
    "dir": re.compile("in|out"),
    "session": re.compile(r"\d{1,9}|[0-9A-Fa-f]{1,4}"),
    "status": re.compile(r"[1-9](\d\d|xx)"),
    "step": re.compile("[1-6]"),
}
_EXPECTED = {
    "dir": "dir:in or dir:out",
    "kind": "the name of a kind of event, or its beginning",
    "session": "the number of a run or a SessionID: session:2, session:407A",
    "status": "status:401 or a class like status:4xx",
    "step": "step:1 to step:6",
}
_WORD = re.compile(
    r"(?P<minus>-?)(?:(?P<name>[a-z]+):)?"
    r'(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<bare>(?!-?(?:[a-z]+:)?")\S*))',
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Term(msgspec.Struct, frozen=True):
    """One condition. `name` is a token's, "" for a text to look for; `negated`: it must not hold."""

    name: str
    value: str
    negated: bool = False


class QueryError(ValueError):
    """This is no query; `place` is the index of the character at which it stops being one."""

    def __init__(self, place: int, sentence: str) -> None:
        self.place = place
        super().__init__(sentence)


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a query, none for an empty one. Raises QueryError."""
    terms: list[Term] = []
    at = 0
    while True:
        at += len(text) - at - len(text[at:].lstrip())
        if at >= len(text):
            return tuple(terms)
        found = _WORD.match(text, at)
        if found is None:
            raise QueryError(at, 'the quote is not closed: "like this"')
        end = found.end()
        if end < len(text) and not text[end].isspace():
            raise QueryError(end, "a space is missing behind the closing quote")
        terms.append(_term(found, at))
        at = end


def _term(found: re.Match[str], at: int) -> Term:
    name, quoted, bare = found["name"] or "", found["quoted"], found["bare"]
    value = _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare
    negated = bool(found["minus"])
    if name and name not in TOKENS:
        if value.startswith("//"):
            return Term("", f"{name}:{value}", negated)  # a URL
        raise QueryError(at, _unknown(name, TOKENS, f'as a text: "{name}:{value}"'))
    if not value and not name:
        nothing = "there is nothing between the quotes"
        raise QueryError(at, nothing if quoted is not None else "something must follow the minus")
    if name and (not value or (name in WRITTEN and not WRITTEN[name].fullmatch(value))):
        raise QueryError(at, f"{name}:{value} finds nothing; expected is {_EXPECTED[name]}")
    if name == "kind" and not any(kind.lower().startswith(value.lower()) for kind in KINDS):
        raise QueryError(at, _unknown(value, KINDS, f"expected is {_EXPECTED[name]}"))
    return Term(name, value, negated)


def _unknown(word: str, known: Sequence[str] | dict[str, tuple[str, ...]], advice: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word.lower(), {name.lower(): name for name in known}, 1, 0.5)
    real = next((name for name in known if close and name.lower() == close[0]), "")
    return f"there is no {word}; " + (f"did you mean {real}? Or {advice}" if real else advice)


def written(terms: Sequence[Term]) -> str:
    """The terms as a person would type them; `parse` gives the same again."""
    return " ".join(map(_written, terms))


def _written(term: Term) -> str:
    value = term.value
    plain = not re.search(r'[\s"\\]', value) and (term.name or not re.match(r"-|[a-z]+:", value))
    if not plain:
        value = '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    return f"{'-' if term.negated else ''}{term.name + ':' if term.name else ''}{value}"


def completions(text: str) -> list[str]:
    """What the text could become when its last word is written out: whole texts, the likeliest first."""
    head, word = text[: len(text) - len(_last(text))], _last(text)
    minus = "-" if word.startswith("-") else ""
    name, colon, value = word.removeprefix("-").partition(":")
    if colon:
        values = [v for v in TOKENS.get(name, ()) if v.lower().startswith(value.lower())]
        return [f"{head}{minus}{name}:{v}" for v in values if v != value]
    return [f"{head}{minus}{token}:" for token in TOKENS if token.startswith(name)]


def _last(text: str) -> str:
    return re.split(r"\s", text)[-1]
