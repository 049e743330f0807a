"""Everything a person can do, as one table. Bindings, footer, help and the README come from it."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType

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


ACTIONS: tuple[Action, ...] = (
    Action(
        "accept",
        ("plus", "equals_sign", "y"),
        "Allow",
        "allow the session that the handset asks about",
        "question",
        "answer(True)",
        "allow",
        ("answer",),
    ),
    Action(
        "decline",
        ("minus",),
        "Decline",
        "decline the session that the handset asks about",
        "question",
        "answer(False)",
        "decline",
        ("answer",),
    ),
    Action(
        "notify",
        ("n",),
        "Notify",
        "send the handset another notification; not while it asks",
        "everywhere",
        "notify_handset",
        "notify",
        ("notify",),
    ),
    Action(
        "send",
        ("N",),
        "Send",
        "choose what the next notification is like, and send it",
        "everywhere",
        "send_form",
        "send",
        ("push",),
    ),
    Action(
        "rerun",
        ("r",),
        "Run again",
        "run again: the demo from its start state, a handset with a sync",
        "everywhere",
        "rerun",
        "run again",
        ("rerun",),
    ),
    Action(
        "sync",
        ("a",),
        "Synchronise now",
        "synchronise now: choose the stores and the sync type",
        "everywhere",
        "sync_now",
        "sync",
        ("sync", "datastores"),
    ),
    Action(
        "power",
        ("P",),
        "Power",
        "cut the handset's power, as by SIGKILL; once more: start it from its store",
        "everywhere",
        "power",
        "power",
        ("power",),
    ),
    Action(
        "phone",
        ("H",),
        "Handset",
        "show the handset as its owner sees it; once more: hide it",
        "everywhere",
        "phone",
        "handset",
    ),
    Action(
        "stale",
        ("z",),
        "Make stale",
        "make the stored server nonce stale, as after a lost update",
        "everywhere",
        "stale",
        "stale",
        ("spoil",),
    ),
    Action(
        "put-back",
        ("Z",),
        "Put back",
        "put the server nonce back that was there before it was made stale",
        "everywhere",
        "put_back",
        "put back",
        ("put_back",),
    ),
    Action(
        "step",
        ("s",),
        "Step",
        "stop before the next event; once more: let it happen, and stop again",
        "everywhere",
        "step",
        "one step",
        ("stepper",),
    ),
    Action(
        "continue",
        ("c",),
        "Continue",
        "let a run that waits go on to the next breakpoint",
        "everywhere",
        "go_on",
        "go on",
        ("stepper",),
    ),
    Action(
        "breakpoints",
        ("B",),
        "Breakpoints",
        "mark where runs stop: before a message, a step, the end",
        "everywhere",
        "breakpoints",
        "breakpoints",
        ("stepper",),
    ),
    Action(
        "edit",
        ("e",),
        "Edit",
        "edit the message that waits to leave",
        "everywhere",
        "edit_message",
        "edit",
        ("stepper",),
    ),
    Action(
        "misbehave",
        ("M",),
        "Misbehave",
        "choose what the built-in server does wrong from now on",
        "everywhere",
        "misbehave",
        "misbehave",
        ("misbehave",),
    ),
    Action(
        "detail",
        ("enter",),
        "Detail",
        "open or close the detail of the selected event",
        "ladder",
        "screen.toggle_detail",
        "detail",
    ),
    Action(
        "tree",
        ("t",),
        "Tree",
        "show the fields of the selected event, decoded and explained; once more: back",
        "everywhere",
        "view('tree')",
        "tree",
    ),
    Action(
        "xml",
        ("X",),
        "XML",
        "show the selected message as a document; once more: back",
        "everywhere",
        "view('xml')",
        "XML",
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
        "http",
        ("h",),
        "HTTP",
        "show headers and timings of the selected message's exchange; once more: back",
        "everywhere",
        "view('http')",
        "HTTP",
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
        "copy",
        ("y",),
        "Copy",
        "copy the selected event; in the detail what the cursor is on",
        "everywhere",
        "copy(False)",
    ),
    Action(
        "copy-view",
        ("Y",),
        "Copy view",
        "copy all of the view",
        "everywhere",
        "copy(True)",
    ),
    Action(
        "clause",
        ("1", "2", "3", "4", "5", "6"),
        "Step",
        "why this step stands as it does, and the event that shows it; again: the next one",
        "everywhere",
        "clause({key})",
        "steps",
    ),
    Action(
        "ledger",
        ("l",),
        "Ledger",
        "every change of a nonce: when, whose, from which message, why; once more: back",
        "everywhere",
        "pane('ledger')",
        "ledger",
    ),
    Action(
        "ledger-line",
        ("L",),
        "Its ledger line",
        "from the selected event to its line in the ledger; enter goes back",
        "everywhere",
        "ledger_line",
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
        "pause",
        ("p",),
        "Pause",
        "hold the screen still, or let it go on; what happens meanwhile is recorded",
        "everywhere",
        "pause",
        "pause",
    ),
    Action(
        "times",
        ("T",),
        "Times",
        "times since the line above, since the run began, or of the day",
        "everywhere",
        "times",
        "times",
    ),
    Action(
        "captions",
        ("C",),
        "Captions",
        "say in a sentence what happens at each step, or stop doing so",
        "everywhere",
        "captions",
    ),
    Action(
        "filter",
        ("slash",),
        "Find",
        "show only what matches: words, texts, status:401, -kind:PeerSaid",
        "everywhere",
        "filter",
        "find",
    ),
    Action(
        "next-match",
        ("right_square_bracket",),
        "Next match",
        "go to the next event that matches what was looked for last",
        "everywhere",
        "match(1)",
    ),
    Action(
        "previous-match",
        ("left_square_bracket",),
        "Previous match",
        "go to the previous event that matches",
        "everywhere",
        "match(-1)",
    ),
    Action(
        "expected",
        ("o",),
        "Expected",
        "show what the scenario expects beside what has come; once more: back",
        "everywhere",
        "expected",
        "expected",
        ("acts",),
    ),
    Action(
        "mark-event",
        ("m",),
        "Mark",
        "mark the selected event, or take its mark away; the journal keeps it",
        "everywhere",
        "mark",
        "mark",
        ("note",),
    ),
    Action(
        "next-noted",
        ("apostrophe",),
        "Next mark",
        "select the next event that has a mark or a comment; after the last one the first",
        "ladder",
        "next_noted",
    ),
    Action(
        "comment",
        ("semicolon",),
        "Comment",
        "write a comment on the selected event; the journal keeps it",
        "everywhere",
        "comment",
        "comment",
        ("note",),
    ),
    Action(
        "switch",
        ("tab",),
        "Switch",
        "go to the detail and back: a cursor for its fields",
        "everywhere",
        "switch",
    ),
    Action(
        "close",
        ("escape",),
        "Close",
        "show what a filter hides; then close the detail",
        "everywhere",
        "close_detail",
    ),
    Action(
        "enrol",
        ("S",),
        "Sheet for the server",
        "show what to enter at the server, so that it knows this device",
        "everywhere",
        "enrol",
        needs=("held",),
    ),
    Action(
        "explain",
        ("E",),
        "Explain a hex dump",
        "paste a notification in hex and see why it verifies, or why not",
        "everywhere",
        "explain",
    ),
    Action(
        "back",
        ("b",),
        "Back",
        "back to the start screen, when this was chosen there; what runs is ended",
        "everywhere",
        "back",
        "start",
    ),
    Action("help", ("question_mark", "f1"), "Help", "show this help", "app", "help", "help"),
    Action(
        "palette",
        ("ctrl+p", "colon"),
        "Palette",
        "find what can be done here by its words",
        "app",
        "palette",
    ),
    Action("theme", ("v",), "Theme", "the next theme: dark, light, high contrast", "app", "theme"),
    Action(
        "hide",
        ("exclamation_mark",),
        "Hide",
        "hide personal data (items, users, device ids, numbers) everywhere, or show it",
        "app",
        "hide",
    ),
    Action("quit", ("q", "ctrl+c", "ctrl+q"), "Quit", "quit", "app", "quit", "quit"),
    Action("up", ("k", "up"), "Up", "select the event above; stops following", "ladder", "up"),
    Action("down", ("j", "down"), "Down", "select the event below", "ladder", "down"),
    Action("page-up", ("pageup", "ctrl+b"), "Page up", "one page up", "ladder", "page(-1)"),
    Action("page-down", ("pagedown", "ctrl+f"), "Page down", "one page down", "ladder", "page(1)"),
    Action("first", ("g", "home"), "First", "select the first event", "ladder", "first"),
    Action("last", ("G", "end"), "Last", "select the last event and follow", "ladder", "last"),
    Action("line-up", ("k", "up"), "Line up", "scroll up, or the cursor", "sheet", "scroll_by(-1)"),
    Action(
        "line-down",
        ("j", "down"),
        "Line down",
        "scroll down, or the cursor",
        "sheet",
        "scroll_by(1)",
    ),
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
    Action("octet-left", ("left",), "Left", "in Hex to the octet before", "detail", "octet(-1)"),
    Action("octet-right", ("right",), "Right", "in Hex to the next octet", "detail", "octet(1)"),
    Action("leave-detail", ("enter",), "Back", "back to the ladder", "detail", "screen.switch"),
    Action(
        "apply-filter", ("enter",), "Filter", "show only what matches", "filter", "apply", "filter"
    ),
    Action(
        "search",
        ("ctrl+n",),
        "Go to",
        "hide nothing, and go to the next match; then ] and [",
        "filter",
        "search",
    ),
    Action("complete", ("tab",), "Complete", "write the word out", "filter", "complete"),
    Action("no-filter", ("escape",), "No filter", "show everything again", "filter", "leave"),
    Action(
        "leave", ("escape",), "Leave", "leave the box, nothing is done", "dialog", "leave", "leave"
    ),
    Action(
        "submit",
        ("ctrl+s",),
        "Do it",
        "do what the box says; in a field or a list also enter",
        "dialog",
        "submit",
        "do it",
    ),
    Action("help-in-box", ("f1",), "Help", "show this help", "dialog", "app.help"),
    Action("as-hex", ("f2",), "Hex", "from XML to hex, or back", "editor", "turn", "XML or hex"),
    Action(
        "as-typed",
        ("f3",),
        "As typed",
        "send the text as it stands, malformed or not",
        "editor",
        "as_typed",
        "as typed",
    ),
    Action("next-field", ("tab", "down"), "Next", "the next field", "dialog", "next_field", "next"),
    Action(
        "previous-field",
        ("shift+tab", "up"),
        "Previous",
        "the field before",
        "dialog",
        "previous_field",
    ),
    Action("row-up", ("k", "up"), "Up", "the row above", "list", "row(-1)"),
    Action("row-down", ("j", "down"), "Down", "the row below", "list", "row(1)"),
    Action("rows-up", ("pageup",), "Page up", "ten rows up", "list", "row(-10)"),
    Action("rows-down", ("pagedown",), "Page down", "ten rows down", "list", "row(10)"),
    Action("rows-first", ("g", "home"), "First", "the first row", "list", "row(-1000000)"),
    Action("rows-last", ("G", "end"), "Last", "the last row", "list", "row(1000000)"),
    Action("mark", ("space",), "Mark", "mark the row, where more than one may be", "list", "mark"),
    Action("pick", ("enter",), "Pick", "take the row, or the marked ones", "list", "pick"),
    Action(
        "start-demo",
        ("d",),
        "Watch the demo",
        "a lost nonce and the six steps, all on this machine",
        "start",
        "demo",
    ),
    Action(
        "start-connect",
        ("c",),
        "Connect to a server",
        "say what you know of it; it is tried at once",
        "start",
        "connect",
    ),
    Action(
        "start-open",
        ("o",),
        "Open a journal",
        "see a run again that was kept, or one that runs",
        "start",
        "open",
    ),
    Action(
        "start-explain",
        ("e",),
        "Explain a hex dump",
        "why a notification verifies or not; paste it here",
        "start",
        "explain",
    ),
    Action(
        "try",
        ("ctrl+t",),
        "Try",
        "ask the server with what is filled in; no item moves",
        "form",
        "try",
        "try it",
    ),
    Action(
        "pin",
        ("ctrl+g",),
        "Pin",
        "trust the certificate that is shown, and no other, and try again",
        "form",
        "pin",
        "pin the certificate",
    ),
    Action(
        "secrets",
        ("s",),
        "Secrets",
        "show the secrets of the sheet; once more: mask them",
        "enrolment",
        "secrets",
        "show secrets",
    ),
    Action("turn", ("right", "space"), "Turn", "the next choice", "choice", "turn(1)"),
    Action("turn-back", ("left",), "Turn back", "the choice before", "choice", "turn(-1)"),
    Action("go-on", ("enter",), "Go on", "on to the next field", "choice", "screen.entered"),
    Action(
        "leave-help",
        ("escape", "question_mark", "q", "enter"),
        "Back",
        "back to the screen",
        "help",
        "app.pop_screen",
    ),
)

_NEEDS = {a.call.partition("(")[0].rpartition(".")[2]: a.needs for a in ACTIONS}

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


def key_word(key: str) -> str:
    """A key as people write it."""
    return _KEY_WORDS.get(key, key)


def call_of(action: Action, key: str = "") -> str:
    """What runs when that key of it is pressed."""
    return action.call.replace("{key}", key)


def keys_of(action: Action) -> str:
    return " ".join(key_word(key) for key in action.keys)


def of(where: Where) -> Iterator[Action]:
    return (action for action in ACTIONS if action.where == where)


def needs(call: str) -> tuple[str, ...]:
    """What the deck must have for the action that calls this."""
    return _NEEDS.get(call, ())


def _comes_first(action: Action, key: str) -> bool:
    """Whether a key works before the focused part gets it: leaving with a control key, and what
    begins to take text or goes to another field, or what is typed next would go elsewhere."""
    if action.id == "quit":
        return key.startswith("ctrl+")
    return action.id in ("filter", "go-on") or (
        key in ("tab", "shift+tab") and action.where == "dialog"
    )


def bindings(*where: Where) -> list[BindingType]:
    """Textual's bindings for the actions of these places."""
    return [
        Binding(
            key,
            call_of(action, key),
            action.title,
            show=False,
            priority=_comes_first(action, key),
            id=f"{action.id}.{key}",
        )
        for action in ACTIONS
        if action.where in where
        for key in action.keys
    ]


def places(names: Iterable[str]) -> tuple[Where, ...]:
    """The places that binding ids belong to, in the order in which they come."""
    wheres = {action.id: action.where for action in ACTIONS}
    found = (wheres.get(name.partition(".")[0]) for name in names)
    return tuple(dict.fromkeys(where for where in found if where))


def markdown() -> str:
    """The table for the README."""
    rows = ["| key | what it does | where |", "|---|---|---|"]
    for action in ACTIONS:
        keys = " ".join(f"`{key_word(key)}`" for key in action.keys)
        rows.append(f"| {keys} | {action.help} | {WORDS[action.where]} |")
    return "\n".join(rows) + "\n"
