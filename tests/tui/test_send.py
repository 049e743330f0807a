"""The form for a notification."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from emulator.tui.app import HandsetApp
from emulator.tui.choose import Choose
from emulator.tui.send import SendForm
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, playing, still, text_of, until


async def opened(app: HandsetApp, pilot: Pilot[None]) -> tuple[RecordedDeck, SendForm]:
    await pilot.press("N")
    await until(pilot, lambda: isinstance(app.screen, SendForm))
    await still(app, pilot)
    deck, form = app.main.deck, app.screen
    assert isinstance(deck, RecordedDeck) and isinstance(form, SendForm)
    return deck, form


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_screen_with_the_form(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        await opened(app, pilot)
        golden(f"send-{size[0]}x{size[1]}", text_of(app))


async def test_everything_can_be_chosen() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        deck, form = await opened(app, pilot)
        form.query_one("#nonce", Choose).value = "hex"
        form.query_one("#hex", Input).value = "00 ff"
        form.query_one("#session-id", Input).value = " 0x4A7C "
        form.query_one("#ui-mode", Choose).value = "3"
        form.query_one("#initiator", Choose).value = "user"
        form.query_one("#sync", Input).value = "206:7:./a  199:0:./b"
        form.query_one("#form", Choose).value = "text"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "does not fit" in text_of(app))
        form.query_one("#sync", Input).value = "206:7:./a  210:0:./b"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(deck.pushed))
        (wanted,) = deck.pushed
        assert (wanted.nonce, wanted.session_id) == ("hex:00 ff", "0x4A7C")
        assert (wanted.ui_mode, wanted.initiator) == (3, "user")
        assert wanted.syncs == ("206:7:./a", "210:0:./b")
        assert (wanted.form, wanted.text_headers) == ("wsp", True)
        assert (wanted.usage, wanted.wide) == ("ds", False)


@pytest.mark.parametrize("usage", ["dm", "ds-1.1"])
async def test_what_is_not_of_ds_1_2_can_be_chosen_too(usage: str) -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        deck, form = await opened(app, pilot)
        form.query_one("#usage", Choose).value = usage
        form.query_one("#form", Choose).value = "wide"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(deck.pushed))
        (wanted,) = deck.pushed
        assert (wanted.usage, wanted.form, wanted.wide) == (usage, "sms-deliver", True)
        assert bool(wanted.syncs) == (usage != "dm")


async def test_what_makes_no_sense_is_said_and_its_field_has_the_focus() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        deck, form = await opened(app, pilot)
        field = form.query_one("#session-id", Input)
        field.value = "4A7C"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "SessionID: '4A7C': 0 to 0xFFFF is expected" in text_of(app))
        assert field.has_focus
        field.value = ""
        await pilot.press("enter")
        await until(pilot, lambda: deck.pushed == [deck.proposal])


async def test_what_the_deck_refuses_is_on_the_screen() -> None:
    class Sick(RecordedDeck):
        async def push(self, wanted: object) -> None:
            raise OSError("the port is gone")

    async with playing(Sick()) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "the port is gone" in text_of(app))
