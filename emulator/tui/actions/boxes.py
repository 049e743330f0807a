"""Rows of the action table: the bar for what to find, boxes, editors and lists."""

from emulator.tui.actions.action import Action

BOXES: tuple[Action, ...] = (
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
    Action(
        "pick",
        ("enter",),
        "Pick",
        "take the marked rows; without a change of marks this row too",
        "list",
        "pick",
    ),
)
