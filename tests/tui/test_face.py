"""The phone's face: goldens of what it shows, in both shapes."""

import pytest

from emulator.exports.text import width_of
from emulator.protocol.events import PersonAsked, PowerCut, SessionClosed
from emulator.tui.device import Device
from emulator.tui.face import WIDTH, broad_lines, face_lines
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, playing, rows, still, text_of
from tests.tui.test_device import OPENED, SENT, after, ignored

UP = tuple(what for _, what in recording.up())
ASKED = PersonAsked("Synchronise with ds.example.com?", True)
FACES = {
    "off": (),
    "idle": UP,
    "power-cut": (*UP, OPENED, SENT, PowerCut()),
    "question": (*UP, ASKED),
    "notice": (*UP, PersonAsked("ds.example.com synchronises", False), OPENED),
    "syncing": (*UP, OPENED, SENT, SENT),
    "ignored": (*UP, ignored("digest")),
    "refused": (*UP, OPENED, SessionClosed("auth-refused", "", 1, 0, 0)),
    "done": (*UP, OPENED, SessionClosed("synchronised", "", 1, 2, 3)),
}


def test_faces() -> None:
    shown = ""
    for name, whats in FACES.items():
        lines = face_lines(after(*whats), WIDTH)
        assert {width_of(line) for line in lines} == {WIDTH}
        shown += f"{name}\n" + "\n".join(rows(lines)) + "\n"
    golden("faces", shown)


@pytest.mark.parametrize("name", FACES)
@pytest.mark.parametrize("width", [72, 80, 108])
def test_the_broad_one_fits(name: str, width: int) -> None:
    assert all(width_of(line) <= width for line in broad_lines(after(*FACES[name]), width))


def test_a_name_that_is_longer_than_the_phone() -> None:
    lines = face_lines(
        Device("IMEI:" + "9" * 60, "p" * 60, ("s" * 60,), ("udp://" + "h" * 60,)), 20
    )
    assert {width_of(line) for line in lines} == {20}


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 60)])
async def test_on_the_screen(width: int, height: int) -> None:
    async with playing(RecordedDeck(), size=(width, height)) as (app, pilot):
        if width < 150:
            await pilot.press("H")
            await still(app, pilot)
        golden(f"phone-{width}x{height}", text_of(app))
