"""Rows of the action table: everywhere, and the way through ladder and detail."""

from emulator.tui.actions.action import Action

MOVING: tuple[Action, ...] = (
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
)
