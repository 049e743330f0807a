"""What is copied from the ladder, and what is said about a copy. No widget."""

from emulator.exports.text import clean, clip
from emulator.protocol.events import Event
from emulator.tui.describe import describe

MANY = 60_000
"""Characters from which on some terminals take nothing (xterm, tmux with small buffers)."""


def text_of(event: Event | None) -> tuple[str, str] | None:
    """An event as one line."""
    if event is None:
        return None
    title, sentence, _ = describe(event)
    return "event", clean(f"{title}: {sentence}" if sentence else title)


def said(what: str, text: str) -> str:
    """What is in the clipboard now."""
    lines = text.count("\n") + 1
    size = f"{lines} lines" if lines > 1 else clip(clean(text), 40)
    much = "\nMany terminals take less than that." if len(text) > MANY else ""
    return f"Copied {clean(what)}: {size}{much}"
