"""The handset's face: goldens of what its display says, and where it stands on the screen."""

import pytest

from emulator.exports.text import width_of
from emulator.protocol.events import (
    BearerOpened,
    ChangesCounted,
    HandsetStarted,
    ItemMoved,
    Login,
    NoncesHeld,
    PersonAsked,
    SessionClosed,
    SessionOpened,
)
from emulator.tui.device import Device, Ended
from emulator.tui.face import BESIDE, ROWS, WIDTH, broad_lines, face_lines, phone_lines
from emulator.tui.owner import WORDS
from tests.tui import recording
from tests.tui.recording import CLIENT_0, PUSH, SERVER, STALE, URL, USER, RecordedDeck, Step
from tests.tui.screen import golden, playing, rows, still, text_of, until
from tests.tui.test_device import after

LOGINS = (Login("ds", SERVER, USER, URL, ("contacts", "calendar")),)


def up() -> list[Step]:
    started = HandsetStarted(
        "demo", "IMEI:493005100592800", (SERVER,), "ds-handset", "emulator", LOGINS
    )
    return [
        (0.0, started),
        (0.002, BearerOpened(PUSH)),
        (0.0, NoncesHeld("ds", CLIENT_0, STALE, None)),
    ]


def syncing() -> list[Step]:
    """A resync that stands in the middle of package 4, with more announced than moved."""
    steps = recording.resync()[:-3]
    sends = next(n for n, (_, what) in enumerate(steps) if isinstance(what, ItemMoved))
    announced: list[Step] = [
        (0.0, ChangesCounted("out", "contacts", 200, 4)),
        (0.0, ChangesCounted("in", "contacts", 200, 2)),
    ]
    return [*steps[:sends], *announced, *steps[sends:]]


def noticed() -> list[Step]:
    steps = syncing()
    opens = next(n for n, (_, what) in enumerate(steps) if isinstance(what, SessionOpened))
    told: Step = (0.0, PersonAsked(f"{SERVER} wants to synchronise contacts.", False))
    return [*steps[:opens], told, *steps[opens:]]


def refused() -> list[Step]:
    return [*recording.resync()[:-1], (0.0, SessionClosed("auth-refused", "401 again", 3, 0, 0))]


SHOWN: dict[str, list[Step]] = {
    "idle": [],
    "question": recording.asked(),
    "notice": noticed(),
    "syncing": syncing(),
    "off": recording.powerless(),
    "ignored": recording.ignored(),
    "transport": recording.lost(),
    "refused": refused(),
    "synchronised": recording.resync(),
}


def test_each_display() -> None:
    """All displays under each other: what they say is read at once."""
    shown = ["before any", *rows(face_lines(Device(), WIDTH))]
    for name, run in SHOWN.items():
        shown += [name, *rows(phone_lines(after(run, up=up())))]
    golden("faces", "\n".join(shown) + "\n")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("name", ["idle", "question", "syncing", "refused"])
async def test_on_the_screen(name: str, size: tuple[int, int]) -> None:
    runs = [SHOWN[name]] if SHOWN[name] else []
    async with playing(RecordedDeck(runs, before=up()), size) as (app, pilot):
        await pilot.press("H")
        await until(pilot, lambda: "╭──" in text_of(app))
        await still(app, pilot)
        golden(f"phone-{name}-{size[0]}x{size[1]}", text_of(app))


async def test_left_of_the_ladder() -> None:
    async with playing(RecordedDeck([syncing()], before=up()), (200, 60)) as (app, _):
        golden("phone-syncing-200x60", text_of(app))


@pytest.mark.parametrize("key", WORDS)
def test_every_sentence_fits_the_display_and_the_phone_keeps_its_shape(
    key: tuple[str, str],
) -> None:
    lines = phone_lines(Device(device_id="IMEI:1", last=Ended(key[0], (key[1],), 12345, 12345)))
    assert {width_of(line) for line in lines} == {WIDTH} and len(lines) == ROWS + 2
    shown = " ".join(row[2:-2].strip() for row in rows(lines)[3:-1])
    assert WORDS[key] in shown


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("width", [36, 48, 72, 80, 108])
def test_any_width_is_kept(name: str, width: int) -> None:
    lines = broad_lines if width >= BESIDE else face_lines
    assert all(width_of(line) <= width for line in lines(after(SHOWN[name], up=up()), width))


@pytest.mark.parametrize("width", [1, 10, 31, 40])
def test_nothing_of_a_peer_is_interpreted(width: int) -> None:
    login = Login("a", "\x1b[31mred", "u" * 300, "http://\n", ("s",))
    device = Device(device_id="\x07", logins=(login,), question="\x1b[2J allow?" * 40)
    assert "\x1b" not in "".join(rows(face_lines(device, width)))


def test_an_old_journal_that_tells_of_no_accounts() -> None:
    device = after(recording.resync())
    assert any(SERVER in row for row in rows(broad_lines(device, 80)))


def test_a_server_without_an_id_is_called_so() -> None:
    device = Device(device_id="IMEI:1", logins=(Login("ds", "", "", URL),))
    assert "server  (no id)" in "\n".join(rows(face_lines(device, WIDTH)))


@pytest.mark.parametrize(("words", "answer"), [("+ allow", True), ("- decline", False)])
async def test_the_question_can_be_answered_on_the_display(words: str, answer: bool) -> None:
    deck = RecordedDeck([recording.asked()], before=up())
    async with playing(deck, (200, 60)) as (app, pilot):
        lines = text_of(app).splitlines()
        row = next(n for n, line in enumerate(lines) if words in line[:WIDTH])
        await pilot.click(offset=(lines[row].index(words), row))
        await until(pilot, lambda: f"answer {answer}" in deck.calls)


async def test_the_face_follows_a_resize_from_the_pane_to_left_of_the_ladder() -> None:
    async with playing(RecordedDeck([], before=up()), (200, 60)) as (app, pilot):
        assert "╭──" in text_of(app)
        await pilot.press("H")
        await until(pilot, lambda: "╭──" not in text_of(app))
        await pilot.resize_terminal(80, 24)
        await pilot.press("H")
        await until(pilot, lambda: "╭──" in text_of(app))
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: text_of(app).count("╭──") == 1)
        await still(app, pilot)
        assert text_of(app).splitlines()[3].startswith(" ╭──") and "detail" in text_of(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_nothing_personal_is_on_a_veiled_face(size: tuple[int, int]) -> None:
    """Not even what is too long for a line."""
    login = Login("ds", SERVER, "chimamanda." * 4, "http://nadia:x@127.0.0.1/sync", ("contacts",))
    started = HandsetStarted("demo", "phone-of-nadia-" * 4, (SERVER,), logins=(login,))
    async with playing(RecordedDeck([], before=[(0.0, started)]), size) as (app, pilot):
        if size[0] < 150:
            await pilot.press("H")
        await until(pilot, lambda: "chimamanda" in text_of(app) and "nadia-" in text_of(app))
        await pilot.press("exclamation_mark")
        await still(app, pilot)
        seen = text_of(app)
        assert "server" in seen and SERVER in seen
        assert "chimamanda" not in seen and "nadia" not in seen
