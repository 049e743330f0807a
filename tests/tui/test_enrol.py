"""The sheet for the server, in its box over the main screen."""

import pytest

from emulator.bench import Bench
from emulator.tui.enrol import Enrol
from tests.tui.recording import PASSWORD, SERVER_SECRET, RecordedDeck
from tests.tui.screen import golden, playing, still, text_of, until


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_sheet(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, Enrol))
        await still(app, pilot)
        golden(f"enrol-{size[0]}x{size[1]}", text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_before_an_audience_no_secret_is_shown() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        await pilot.press("!", "S")
        await until(pilot, lambda: isinstance(app.screen, Enrol))
        await pilot.press("s")
        await until(pilot, lambda: "show it again with !" in text_of(app))
        assert PASSWORD not in text_of(app) and SERVER_SECRET not in text_of(app)


async def test_before_there_is_a_handset_there_is_no_sheet() -> None:
    bench = Bench()
    assert bench.held() is None
    await bench.close()
