"""The box that asks what to synchronise, and how."""

import pytest

from emulator.protocol.sync import SYNC_TYPES
from emulator.tui.syncing import TYPES
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, playing, still, text_of, until


def test_all_sync_types_are_offered_by_their_names() -> None:
    assert [int(choice.id) for choice in TYPES] == list(SYNC_TYPES)
    for choice in TYPES:
        assert choice.title.startswith(f"{SYNC_TYPES[int(choice.id)].name} ({choice.id})")
    assert [c.id for c in TYPES if c.about.startswith("LOST:")] == ["203", "205"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_box(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: "two-way (200)" in text_of(app))
        await pilot.press("j", "j", "j", "j", "j")
        await still(app, pilot)
        assert "LOST: all that the phone has" in text_of(app)
        assert "[x] calendar" in text_of(app)
        golden(f"sync-box-{size[0]}x{size[1]}", text_of(app))


async def test_a_type_and_one_of_the_stores() -> None:
    deck = RecordedDeck()
    async with playing(deck) as (app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: "two-way (200)" in text_of(app))
        await pilot.press("j", "tab", "j", "space", "enter")
        await until(pilot, lambda: "sync ds contacts 201" in deck.calls)


async def test_without_a_store_nothing_is_started() -> None:
    deck = RecordedDeck()
    async with playing(deck) as (app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: "two-way (200)" in text_of(app))
        await pilot.press("tab", "space", "j", "space", "ctrl+s")
        await until(pilot, lambda: "No store is marked" in text_of(app))
        await pilot.press("escape")
        assert not any(call.startswith("sync") for call in deck.calls)


async def test_with_several_accounts_the_account_is_asked_for_first() -> None:
    deck = RecordedDeck()
    deck.datastores = {"ds": ("contacts",), "other": ("notes",)}
    async with playing(deck) as (app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: "which account" in text_of(app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: "Synchronise other now" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: "sync other notes 200" in deck.calls)
