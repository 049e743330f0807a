"""The palette: what can be done here and now, and that it is done."""

from textual.pilot import Pilot
from textual.widgets import OptionList

from emulator.tui.app import HandsetApp
from emulator.tui.inspector import Page
from emulator.tui.palette import Palette, offers
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import playing, settled, text_of, until


def _ids(app: HandsetApp) -> list[str]:
    return [offer.action.id for offer in offers(app.screen)]


async def _opened(app: HandsetApp, pilot: Pilot[None]) -> OptionList:
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(app.screen, Palette))
    found = app.screen.query_one(OptionList)
    await until(pilot, lambda: found.option_count > 0)
    return found


async def test_it_offers_what_can_be_done_now_and_nothing_else() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        assert {"detail", "notify", "rerun", "follow", "quit", "help"} <= set(_ids(app))
        assert not {"accept", "decline", "leave-help", "mark"} & set(_ids(app))
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck._begin(recording.asked())
        await settled(app, pilot)
        assert {"accept", "decline"} <= set(_ids(app)) and "notify" not in _ids(app)


async def test_a_command_found_by_its_help_is_done() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        options = await _opened(app, pilot)
        await pilot.press(*"octets")
        await until(pilot, lambda: options.option_count == 1)
        await until(pilot, lambda: "Hex  (x)" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        await until(pilot, lambda: app.query_one(Page).view == "hex")


async def test_nothing_is_done_when_it_is_left() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck.calls.clear()
        await _opened(app, pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert deck.calls == [] and not app.main.detail_open
