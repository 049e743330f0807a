"""What an action of the table is, where it can be done, and how its keys are written."""

from typing import Literal, NamedTuple

Where = Literal[
    "app",
    "everywhere",
    "question",
    "ladder",
    "sheet",
    "detail",
    "help",
    "dialog",
    "list",
    "start",
    "form",
    "choice",
    "editor",
    "enrolment",
    "filter",
]

WORDS: dict[Where, str] = {
    "app": "everywhere",
    "everywhere": "on the main screen",
    "question": "while the handset asks",
    "ladder": "in the ladder",
    "sheet": "in the detail and in this help",
    "detail": "in the detail",
    "help": "in the help",
    "dialog": "in a box",
    "list": "in a list",
    "start": "on the start screen",
    "form": "in the form for a server",
    "choice": "in a field with choices",
    "editor": "while a message is edited",
    "enrolment": "in the sheet for the server",
    "filter": "while something to find is typed",
}

_KEY_WORDS = {
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "colon": ":",
    "exclamation_mark": "!",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "apostrophe": "'",
    "semicolon": ";",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


class Action(NamedTuple):
    """`keys` as Textual names them, in the order in which they are shown; `call` is what runs.

    "{key}" in `call` stands for the key that was pressed. `short` is the footer's word for it; without one the footer does not show it. `needs` names the
    methods that a deck must have for it.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    where: Where
    call: str
    short: str = ""
    needs: tuple[str, ...] = ()


def key_word(key: str) -> str:
    """A key as people write it."""
    return _KEY_WORDS.get(key, key)


def call_of(action: Action, key: str = "") -> str:
    """What runs when that key of it is pressed."""
    return action.call.replace("{key}", key)


def keys_of(action: Action) -> str:
    return " ".join(key_word(key) for key in action.keys)
