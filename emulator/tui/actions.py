"""Everything a person can do, as one table. Bindings, footer, help and the README come from it."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType

Where = Literal["everywhere", "question", "ladder", "sheet", "detail", "help"]


class Action(NamedTuple):
    """`keys` as Textual names them, in the order in which they are shown; `call` is what runs.

    `short` is the footer's word for it; without one the footer does not show it.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    where: Where
    call: str
    short: str = ""


ACTIONS: tuple[Action, ...] = (
    Action(
        "accept",
        ("plus", "equals_sign", "y"),
        "Allow",
        "allow the session that the handset asks about",
        "question",
        "answer(True)",
        "allow",
    ),
    Action(
        "decline",
        ("minus",),
        "Decline",
        "decline the session that the handset asks about",
        "question",
        "answer(False)",
        "decline",
    ),
    Action(
        "notify",
        ("n",),
        "Notify",
        "send the handset another notification; not while it asks",
        "everywhere",
        "notify_handset",
        "notify",
    ),
    Action(
        "rerun",
        ("r",),
        "Run again",
        "run again: the demo from its start state, a handset with a sync",
        "everywhere",
        "rerun",
        "run again",
    ),
    Action(
        "detail",
        ("enter",),
        "Detail",
        "open or close the detail of the selected event",
        "ladder",
        "app.toggle_detail",
        "detail",
    ),
    Action(
        "hex",
        ("x",),
        "Hex",
        "show the octets of the selected event; once more: back",
        "everywhere",
        "view('hex')",
        "hex",
    ),
    Action(
        "digest",
        ("d",),
        "Digest",
        "show how the digest is computed, expected beside received; once more: back",
        "everywhere",
        "view('digest')",
        "digest",
    ),
    Action(
        "text",
        ("t",),
        "Text",
        "show the selected event decoded: a message as XML, anything else as its fields",
        "everywhere",
        "view('text')",
        "text",
    ),
    Action(
        "follow",
        ("f",),
        "Follow",
        "keep the newest event in sight, or stop doing so",
        "everywhere",
        "follow",
        "follow",
    ),
    Action(
        "switch",
        ("tab",),
        "Switch",
        "go to the detail and back, to scroll it",
        "everywhere",
        "switch",
    ),
    Action(
        "close",
        ("escape",),
        "Close",
        "close the detail",
        "everywhere",
        "close_detail",
    ),
    Action("help", ("question_mark",), "Help", "show this help", "everywhere", "help", "help"),
    Action("quit", ("q", "ctrl+c", "ctrl+q"), "Quit", "quit", "everywhere", "quit", "quit"),
    Action("up", ("k", "up"), "Up", "select the event above; stops following", "ladder", "up"),
    Action("down", ("j", "down"), "Down", "select the event below", "ladder", "down"),
    Action("page-up", ("pageup", "ctrl+b"), "Page up", "one page up", "ladder", "page(-1)"),
    Action("page-down", ("pagedown", "ctrl+f"), "Page down", "one page down", "ladder", "page(1)"),
    Action("first", ("g", "home"), "First", "select the first event", "ladder", "first"),
    Action("last", ("G", "end"), "Last", "select the last event and follow", "ladder", "last"),
    Action("line-up", ("k", "up"), "Line up", "scroll up", "sheet", "scroll_by(-1)"),
    Action("line-down", ("j", "down"), "Line down", "scroll down", "sheet", "scroll_by(1)"),
    Action("sheet-up", ("pageup", "ctrl+b"), "Page up", "one page up", "sheet", "scroll_pages(-1)"),
    Action(
        "sheet-down",
        ("pagedown", "ctrl+f"),
        "Page down",
        "one page down",
        "sheet",
        "scroll_pages(1)",
    ),
    Action("top", ("g", "home"), "Top", "to the first line", "sheet", "scroll_pages(-1000000)"),
    Action("bottom", ("G", "end"), "Bottom", "to the last line", "sheet", "scroll_pages(1000000)"),
    Action("leave-detail", ("enter",), "Back", "back to the ladder", "detail", "app.switch"),
    Action(
        "leave-help",
        ("escape", "question_mark", "q", "enter"),
        "Back",
        "back to the screen",
        "help",
        "app.pop_screen",
    ),
)

WORDS: dict[Where, str] = {
    "everywhere": "everywhere",
    "question": "while the handset asks",
    "ladder": "in the ladder",
    "sheet": "in the detail and in this help",
    "detail": "in the detail",
    "help": "in the help",
}

_KEY_WORDS = {
    "question_mark": "?",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
}


def key_word(key: str) -> str:
    """A key as people write it."""
    return _KEY_WORDS.get(key, key)


def keys_of(action: Action) -> str:
    return " ".join(key_word(key) for key in action.keys)


def of(where: Where) -> Iterator[Action]:
    return (action for action in ACTIONS if action.where == where)


def bindings(*where: Where) -> list[BindingType]:
    """Textual's bindings for the actions of these places. Control keys work on every screen."""
    return [
        Binding(
            key,
            action.call,
            action.title,
            show=False,
            priority=key.startswith("ctrl+") and action.id == "quit",
            id=f"{action.id}.{key}",
        )
        for action in ACTIONS
        if action.where in where
        for key in action.keys
    ]


def markdown() -> str:
    """The table for the README."""
    rows = ["| key | what it does | where |", "|---|---|---|"]
    for action in ACTIONS:
        keys = " ".join(f"`{key_word(key)}`" for key in action.keys)
        rows.append(f"| {keys} | {action.help} | {WORDS[action.where]} |")
    return "\n".join(rows) + "\n"
