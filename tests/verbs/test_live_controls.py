"""A run that waits for a person, in a real terminal, from the command line to the journal."""

from pathlib import Path

from emulator.journal import read
from emulator.protocol.events import Paused, Resumed, SessionClosed, StopsSet
from tests.interop.device import HANDSET
from tests.interop.terminal import Terminal


def test_a_demo_stops_at_its_breakpoint_goes_on_and_is_left_while_it_waits(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    options = ("--break", "chal", "--journal", str(path), "--pace", "0")
    with Terminal(HANDSET, "demo", *options, columns=80, rows=24) as terminal:
        terminal.wait_for("waits. Next: message 2 leaves (package 3): 212 + Chal")
        terminal.wait_for("Step 5, server proven", "c go on", "e edit")
        terminal.send("e")
        # The last line too: before it is painted, what is waited for next still stands there.
        terminal.wait_for("Message 2, package 3, as it will leave", "<VerProto>", "f3 as typed")
        terminal.send("\x1b")
        terminal.wait_for("waits. Next: message 2 leaves")
        terminal.send("c")
        terminal.wait_for("✓ synchronised, 2 sent and 3 received")
        terminal.send("n")
        terminal.wait_for("waits. Next: message 2 leaves")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored
    kept = [event.what for event in read(path)]
    assert [w.breakpoints for w in kept if isinstance(w, StopsSet)] == [("chal",)]
    assert [w.breakpoint for w in kept if isinstance(w, Paused)] == ["chal", "chal"]
    assert len([w for w in kept if isinstance(w, Resumed)]) == 1
    outcomes = [w.outcome for w in kept if isinstance(w, SessionClosed)]
    assert outcomes == ["synchronised", "interrupted"]
