"""The first minutes of a newcomer with a server of their own: from the start screen through the form
to a finished sync, in a terminal of 80x24."""

from collections.abc import Callable
from pathlib import Path

from tests.interop.device import HANDSET, card, named
from tests.interop.peers import SyncEvolution
from tests.interop.terminal import Terminal


def test_from_the_start_screen_through_the_form_to_a_finished_sync(
    syncevolution: Callable[..., SyncEvolution], tmp_path: Path
) -> None:
    server = syncevolution()
    server.add_card("7", card("Ada", "3.0"))
    env = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with Terminal(HANDSET, columns=80, rows=24, env=env) as terminal:
        terminal.wait_for("What next?", "Connect to a server")
        terminal.send("c")
        terminal.wait_for("URL", "ctrl+t try it")
        _fill(terminal, "URL", server.url)
        terminal.send("\x1b[D")  # the kind before generic is the last one
        terminal.wait_for("[syncevolution]", "contacts=addressbook")
        terminal.send("\t")
        _fill(terminal, "user", server.user)
        _fill(terminal, "password", "wrong")
        terminal.send("\x14")  # ctrl+t
        terminal.wait_for("A server answers, but fails", "Does it know this device id?")
        # What stands in a field is selected when one comes to it: typing takes its place.
        terminal.send("\t\t")
        terminal.wait_for("what this phone says it is")
        _fill(terminal, "device id", server.device_id)
        terminal.send("\x14")
        terminal.wait_for("The server refuses user and password")
        terminal.send("\x1b[Z" * 4)  # back to the password
        terminal.wait_for("the user's; it is written into the profile")
        _fill(terminal, "password", server.password)
        terminal.send("\x14")
        terminal.wait_for("The server takes us", "ctrl+s keeps it as a profile")
        terminal.send("\x13")  # ctrl+s
        terminal.wait_for("127-0-0-1", "r starts a sync")
        terminal.send("r")
        terminal.wait_for("synchronised, 0 sent and 1 received")
        terminal.send("b")
        terminal.wait_for("What next?", "Handset 127-0-0-1")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored
    assert named("Ada", server.cards()) == 1


def _fill(terminal: Terminal, label: str, text: str) -> None:
    """Types into the field of that label, sees it there, and goes on to the next one."""
    terminal.send(text)
    terminal.wait_for("•" * len(text) if label == "password" else text)
    terminal.send("\t")
