"""The screen in a real terminal, while a session with a real server runs."""

from collections.abc import Callable
from pathlib import Path

from tests.interop.device import HANDSET, SERVER_ID, SERVER_SECRET, Device, card, named
from tests.interop.peers import SyncEvolution
from tests.interop.terminal import Terminal


def test_a_session_is_live_on_the_screen_and_q_gives_the_terminal_back(
    syncevolution: Callable[..., SyncEvolution], tmp_path: Path
) -> None:
    server = syncevolution()
    server.add_card("7", card("Ada", "3.0"))
    device = Device(
        tmp_path,
        device={"id": server.device_id},
        account={
            "url": server.url,
            "server_id": SERVER_ID,
            "server_secret": SERVER_SECRET,
            "user": server.user,
            "password": server.password,
            "client_nonce_hex": "00112233",
        },
    )
    device.add("Grace")
    options = ("--state", str(device.state), "--sync", "contacts")
    with Terminal(HANDSET, "run", str(device.profile), *options, columns=80, rows=24) as terminal:
        # The server takes a second over its last answer: until then this is what there is to see.
        terminal.wait_for("212 + Chal", "item sent: add contacts 1, 201", "item received")
        terminal.wait_for("synchronised, 1 sent and 1 received")
        terminal.wait_for("1 - skipped", "3 ✓ passed", "4 ✓ passed", "5 - skipped")
        terminal.send("g")
        terminal.wait_for("401 + Chal", "Chal: sign again over")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored
    assert named("Grace", server.cards()) == 1
    assert named("Ada", device.cards()) == 1
