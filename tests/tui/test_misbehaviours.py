"""What the server shall do wrong, chosen on the screen."""

import pytest

from emulator.server.misbehaviour import TABLE, parse
from emulator.tui.misbehaviours import Misbehaviours, choices
from tests.tui.recording import RecordedDeck
from tests.tui.screen import playing, text_of, until


def test_every_misbehaviour_is_a_row_for_each_of_its_values() -> None:
    names = [choice.id for choice in choices()]
    assert parse(names).names == tuple(names)
    assert {name.partition(":")[0] for name in names} == set(TABLE)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_two_values_of_one_are_refused_and_the_list_stays(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck.misbehaviour = ("lose-reply:4", "lose-reply:6")
        await pilot.press("M")
        await until(pilot, lambda: isinstance(app.screen, Misbehaviours))
        await pilot.press("enter")
        await until(pilot, lambda: "lose-reply: only one value can be on" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_enter_takes_the_row_and_the_screen_says_what_is_on() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck.misbehaviour = ()
        await pilot.press("M")
        await until(pilot, lambda: isinstance(app.screen, Misbehaviours))
        await pilot.press("down", "enter")
        second = list(choices())[1].id
        await until(pilot, lambda: deck.misbehaviour == (second,))
        said = f"server: {second}, from its next message on"
        await until(pilot, lambda: any(said in told.message for told in app._notifications))
