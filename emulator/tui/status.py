"""The lines at the bottom: what is wrong, what is asked, the last verdict, what to do next, the keys."""

from collections.abc import Sequence

from emulator.tui.actions import ACTIONS, key_word
from emulator.tui.block import Block
from emulator.tui.run import Known
from emulator.tui.text import BAD, GOOD, RUNNING, Line, Span, width_of, wrap


def verdict_lines(known: Known, hint: str, width: int) -> list[Line]:
    """Troubles first, then the open question, the verdict, the hint."""
    lines: list[Line] = []
    for _, sentence in known.troubles[-3:]:
        lines += _told(f"{BAD} {sentence}", "alarm", width, 3)
    if known.question:
        lines += _told(f"? {known.question}   + allow   - decline", "ask", width, 3)
    elif known.notice:
        lines += _told(known.notice, "note", width, 2)
    run = known.run
    if run.outcome:
        good = run.outcome == "synchronised"
        text = f"{GOOD if good else BAD} {run.sentence}"
        lines += _told(text, "good" if good else "bad", width, 3)
    elif run.number and not known.question:
        number = max(range(1, 7), key=lambda n: run.steps[n - 1].seq)
        step = run.steps[number - 1]
        detail = f": {step.detail}" if step.detail else ""
        text = f"step {number} of 6 {step.state}{detail}" if step.seq else "a notification came"
        lines += _told(f"{RUNNING} {text}", "key", width, 1)
    elif not run.number:
        lines += _told(f"{RUNNING} waiting for a notification", "dim", width, 1)
    return lines + _told(hint, "plain", width, 2)


def _told(text: str, tone: str, width: int, most: int) -> list[Line]:
    return [(Span(" "), Span(row, tone)) for row in wrap(text, width - 2, most)]


def follow_text(following: bool, behind: int) -> str:
    return "following" if following else f"+{behind} below" if behind else "not following"


def footer_line(known: Known, following: bool, behind: int, detail: bool, width: int) -> Line:
    """The keys that matter now, most needed first; help and quit always."""
    state = Span(f" {follow_text(following, behind)} ", "active" if following else "ask")
    room = width - width_of((state,)) - 1
    shown: list[Line] = []
    always = [_key(a.id) for a in ACTIONS if a.id in ("help", "quit")]
    room -= sum(width_of(key) for key in always)
    wanted = ["notify", "rerun", "detail", "follow", "digest", "hex", "text"]
    if detail:
        wanted = ["detail", "digest", "hex", "text", "switch", "notify", "rerun", "follow"]
    if known.question:
        wanted = ["accept", "decline", *wanted]
    for name in wanted:
        key = _key(name)
        if width_of(key) <= room:
            shown.append(key)
            room -= width_of(key)
    keys = tuple(span for key in (*shown, *always) for span in key)
    gap = width - width_of(keys) - width_of((state,))
    return (*keys, Span(" " * max(gap, 0), "bar"), state)


def _key(name: str) -> Line:
    action = next(a for a in ACTIONS if a.id == name)
    call = action.call if action.call.startswith("app.") else f"app.{action.call}"
    word = action.short or action.title.lower()
    return (
        Span(" ", "bar"),
        Span(key_word(action.keys[0]), "barkey", call),
        Span(f" {word} ", "bar", call),
    )


class Verdict(Block):
    """Troubles, question, verdict and hint."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known()
        self.hint = ""

    def lines(self, width: int) -> Sequence[Line]:
        return verdict_lines(self.known, self.hint, width)


class Footer(Block):
    """The keys, and whether the ladder follows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known()
        self.following, self.behind, self.detail = True, 0, False

    def lines(self, width: int) -> Sequence[Line]:
        return [footer_line(self.known, self.following, self.behind, self.detail, width)]
