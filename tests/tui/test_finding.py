"""The filter bar on the screen: what it shows, hides, and says."""

import pytest

from emulator.tui.app import HandsetApp
from emulator.tui.ladder import Ladder
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, playing, settled, still, text_of, until

RUNS = [recording.resync(), recording.retried()]
SIZES = [(80, 24), (120, 40)]


async def typed(pilot: object, text: str, *keys: str) -> None:
    names = {":": "colon", " ": "space", "-": "minus", '"': "quotation_mark"}
    await pilot.press("slash", *(names.get(c, c) for c in text), *keys)  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", SIZES)
async def test_screen_with_a_filter(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck([recording.retried()]), size) as (app, pilot):
        await typed(pilot, "step:4", "enter")
        await until(pilot, lambda: " of 2" in text_of(app))
        await still(app, pilot)
        golden(f"filtered-{size[0]}x{size[1]}", text_of(app))


async def test_screen_with_a_query_that_is_none() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        await typed(pilot, "statsu:401", "enter")
        await until(pilot, lambda: "did you mean status?" in text_of(app))
        await still(app, pilot)
        golden("filter-wrong-80x24", text_of(app))


async def test_what_comes_later_is_filtered_too_and_esc_shows_all() -> None:
    async with playing(RecordedDeck(RUNS)) as (app, pilot):
        ladder = app.query_one(Ladder)
        every = len(ladder._rows)
        await typed(pilot, "kind:NonceTried", "enter")
        await until(pilot, lambda: len(ladder._rows) == 2)
        await pilot.press("n")
        await settled(app, pilot)
        await until(pilot, lambda: len(ladder._rows) == 4)
        assert ladder.following and "run 2 ──" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(ladder._rows) > 2 * every - 20)
        assert "/ kind" not in text_of(app)


async def test_the_selected_event_stays_selected() -> None:
    async with playing(RecordedDeck(RUNS)) as (app, pilot):
        ladder = app.query_one(Ladder)
        await pilot.press("g", *["j"] * 9)
        await typed(pilot, "dir:out", "enter")
        await until(pilot, lambda: "/ dir:out" in text_of(app) and ladder.selected is not None)
        chosen = ladder.selected
        assert chosen is not None and type(chosen.what).__name__ == "MessageSent"
        await pilot.press("escape")
        await until(pilot, lambda: "/ dir:out" not in text_of(app))
        assert ladder.selected == chosen


async def test_a_filter_that_finds_nothing_leaves_the_screen_alive() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        await typed(pilot, "nothing such", "enter")
        await until(pilot, lambda: "0 of " in text_of(app))
        ladder = app.query_one(Ladder)
        assert ladder.selected is None
        await pilot.press("j", "k", "g", "G", "pageup", "pagedown", "enter", "x", "]", "[")
        await pilot.resize_terminal(120, 40)
        await still(app, pilot)
        await typed(pilot, "dir:out", "enter")
        await until(pilot, lambda: "/ dir:out" in text_of(app) and ladder.selected is not None)
        await pilot.press("slash", "backspace", "enter")
        await until(pilot, lambda: "/ dir:out" not in text_of(app))
        assert len(ladder._rows) > 20


async def test_keys_typed_at_once_behind_the_one_that_opens_it_are_text() -> None:
    app = HandsetApp(RecordedDeck())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        await pilot.press("slash", *"nrq")
        await until(pilot, lambda: "/ nrq" in text_of(app))
        assert app.is_running


async def test_a_resize_keeps_the_filter() -> None:
    async with playing(RecordedDeck(RUNS), (120, 40)) as (app, pilot):
        await typed(pilot, "kind:VerdictReached", "enter")
        ladder = app.query_one(Ladder)
        await until(pilot, lambda: len(ladder._rows) == 1)
        for size in ((60, 20), (80, 24)):
            await pilot.resize_terminal(*size)
            await still(app, pilot)
            assert len(ladder._rows) == 1
            assert ladder._rows.height == ladder._rows.lines(0) + 1
            assert "✓ the stored nonce" in text_of(app)


async def test_an_event_that_is_gone_to_brings_back_what_the_filter_hides() -> None:
    async with playing(RecordedDeck(RUNS)) as (app, pilot):
        ladder = app.query_one(Ladder)
        await typed(pilot, "kind:NonceTried", "enter")
        await until(pilot, lambda: len(ladder._rows) == 2)
        sent = next(e for e in app.main.deck.events if type(e.what).__name__ == "MessageSent")
        tried = ladder.selected
        assert tried is not None
        ladder.select_event(tried)
        assert len(ladder._rows) == 2 and ladder.selected == tried
        ladder.select_event(sent)
        await until(pilot, lambda: "/ kind" not in text_of(app))
        assert ladder.selected == sent and len(ladder._rows) > 20


async def test_the_count_goes_with_esc_and_comes_back_with_the_next_match() -> None:
    async with playing(RecordedDeck()) as (app, pilot):

        def footer() -> str:
            return text_of(app).splitlines()[-1]

        await typed(pilot, "dir:out", "ctrl+n")
        await until(pilot, lambda: "4 matches" in footer())
        await pilot.press("slash")
        await until(pilot, lambda: "4 matches" not in footer())
        await pilot.press("escape")
        await until(pilot, lambda: "1-6 steps" in footer())
        assert "match" not in footer()
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "match 4 of 4" in footer())
        await pilot.press("escape")
        await until(pilot, lambda: "match" not in footer())
