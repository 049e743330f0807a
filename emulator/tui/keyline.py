"""The line of keys at the bottom of a screen, from the action table; a click does what the key does."""

from collections.abc import Mapping, Sequence

from emulator.exports.text import Line, Span, width_of
from emulator.tui.actions import ACTIONS, call_of, key_word


def key_of(name: str, word: str = "") -> Line:
    """An action's first key and its word."""
    action = next(a for a in ACTIONS if a.id == name)
    place = "app" if action.where == "app" else "screen"
    first, last = action.keys[0], action.keys[-1]
    call = call_of(action, first)
    call = call if "." in call else f"{place}.{call}"
    keys = f"{first}-{last}" if "{key}" in action.call else key_word(first)
    text = word or action.short or action.title.lower()
    return (
        Span(" ", "bar"),
        Span(keys, "barkey", call),
        Span(f" {text} ", "bar", call),
    )


def key_line(names: Sequence[str], width: int, words: Mapping[str, str] | None = None) -> Line:
    """The keys of these actions, as many as fit; `words` stand in place of the table's."""
    shown: list[Span] = []
    for name in names:
        key = key_of(name, (words or {}).get(name, ""))
        if width_of((*shown, *key)) <= width:
            shown += key
    return (*shown, Span(" " * (width - width_of(tuple(shown))), "bar"))
