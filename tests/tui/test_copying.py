"""What is copied from the ladder, and what is said about it."""

from emulator.protocol.events import SessionClosed
from emulator.tui.copying import said, text_of
from tests.tui import recording
from tests.tui.recording import events


def test_an_event_is_copied_as_one_clean_line() -> None:
    for event in events(recording.odd(), recording.resync()):
        found = text_of(event)
        assert found is not None and found[1].isprintable() and found[1]
    assert text_of(None) is None
    closed = next(e for e in events(recording.resync()) if isinstance(e.what, SessionClosed))
    copied = text_of(closed)
    assert copied is not None and copied[1].startswith("session closed: synchronised: ")


def test_it_is_said_what_was_copied() -> None:
    assert said("session id", "4A7C") == "Copied session id: 4A7C"
    assert said("tree", "a\nb") == "Copied tree: 2 lines"
    assert said("x\x1b[31m", "y\x07") == "Copied x\\x1b[31m: y\\x07"
    assert "Many terminals take less" in said("document", "x" * 100_000)
