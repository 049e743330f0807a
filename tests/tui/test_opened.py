"""An opened journal on the screen."""

from pathlib import Path

import pytest

from emulator import eventlog
from emulator.journal import read
from emulator.protocol.events import Noted
from emulator.recording import Recording
from emulator.tui import main
from emulator.tui.app import HandsetApp
from emulator.tui.ladder import Ladder
from tests.tui import recording as runs
from tests.tui.journals import journal
from tests.tui.screen import golden, settled, text_of, until


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_journal_opens_at_its_first_event(tmp_path: Path, size: tuple[int, int]) -> None:
    path = journal(tmp_path / "field.journal", runs.resync(), runs.ignored())
    app = HandsetApp(Recording(path))
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        ladder = app.query_one(Ladder)
        assert ladder.selected == app.main.deck.events[0] and not ladder.following
        golden(f"opened-{size[0]}x{size[1]}", text_of(app))


async def test_what_needs_a_handset_is_not_offered(tmp_path: Path) -> None:
    app = HandsetApp(Recording(journal(tmp_path / "j", runs.resync())))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(app, pilot)
        assert "notify" not in text_of(app) and "run again" not in text_of(app)
        before = len(app.main.deck.events)
        await pilot.press("n", "r")
        await settled(app, pilot)
        assert len(app.main.deck.events) == before


async def test_while_it_is_read_the_screen_says_how_far_and_keys_work(tmp_path: Path) -> None:
    class Slow(Recording):
        progress = 0.42  # type: ignore[assignment]

    deck = Slow(journal(tmp_path / "long", *[runs.resync()] * 3))
    app = HandsetApp(deck)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main.read > 0 and "reading 42 %" in text_of(app))
        await pilot.press("j", "j")
        selected = app.query_one(Ladder).selected
        assert selected is not None and selected.seq > 1
        deck.progress = 1.0
        await until(pilot, lambda: "reading" not in text_of(app))
        assert app.query_one(Ladder).selected is selected


async def test_a_picture_takes_what_fits_into_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "SLICE", 0.0)
    app = HandsetApp(Recording(journal(tmp_path / "long", *[runs.resync()] * 10)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        events = list(app.main.deck.events)
        app.main.read = 0
        app.main._take(events)
        assert app.main.read == main.STEP < len(events)


async def test_the_same_event_stays_open_while_others_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old events are decoded anew when asked for; that is no other event."""
    monkeypatch.setattr(eventlog, "BLOCKS", 1)
    path = journal(tmp_path / "long", *[runs.resync()] * 100)
    app = HandsetApp(Recording(path))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(app, pilot)
        await pilot.press("j", *["j"] * 12)
        ladder = app.query_one(Ladder)
        chosen = ladder.selected
        assert chosen is not None
        assert list(app.main.deck.events)[-1].seq > 2500
        assert app.main.deck.events[chosen.seq - 1] is not chosen
        assert ladder.selected is chosen


async def test_what_a_crash_cut_short_is_said_and_marks_are_kept_all_the_same(
    tmp_path: Path,
) -> None:
    path = journal(tmp_path / "crashed.journal", runs.resync())
    with path.open("ab") as file:
        file.write(b'{"seq":')
    count = len(read(path))
    app = HandsetApp(Recording(path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        await until(pilot, lambda: f"line {count + 2} was cut short by a crash" in text_of(app))
        await pilot.press("m")
        await until(pilot, lambda: len(read(path)) == count + 1)
        await until(pilot, lambda: len(app.main.deck.events) == count + 1)
    assert read(path)[-1].what == Noted(1, True, "")
