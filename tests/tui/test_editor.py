"""The box in which a waiting message is edited."""

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from emulator.protocol.events import Paused
from emulator.tui.app import HandsetApp
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, playing, settled, still, text_of, until


async def opened(app: HandsetApp, pilot: Pilot[None]) -> tuple[RecordedDeck, TextArea]:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    deck.stepper.mark(("send",))
    deck.hold(recording.next_message())
    await until(pilot, lambda: "waits" in text_of(app))
    await pilot.press("e")
    await until(pilot, lambda: bool(app.screen.query(TextArea)))
    await still(app, pilot)
    return deck, app.screen.query_one(TextArea)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_screen_with_the_editor(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck([recording.waiting()]), size) as (app, pilot):
        await opened(app, pilot)
        golden(f"editor-{size[0]}x{size[1]}", text_of(app))


async def test_what_is_edited_leaves_instead() -> None:
    async with playing(RecordedDeck([recording.waiting()])) as (app, pilot):
        deck, area = await opened(app, pilot)
        area.load_text(area.text.replace("<MsgID>2</MsgID>", "<MsgID>3</MsgID>"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main)
        await settled(app, pilot)
        assert b"<MsgID>3</MsgID>" in deck.stepper.octets
        assert "as edited: " in text_of(app)
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query(TextArea)))
        assert "<MsgID>3</MsgID>" in app.screen.query_one(TextArea).text


async def test_what_is_hidden_on_the_screen_is_hidden_here_and_leaves_as_it_is() -> None:
    async with playing(RecordedDeck([recording.waiting()])) as (app, pilot):
        await pilot.press("exclamation_mark")
        deck, area = await opened(app, pilot)
        assert "{hidden 1} here" in text_of(app)
        assert "493005100592800" not in area.text and "<LocURI>{hidden 1}</LocURI>" in area.text
        await pilot.press("f2", "f2")
        area.load_text(area.text.replace("<MsgID>2</MsgID>", "<MsgID>3</MsgID>"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main)
        assert b"<LocURI>IMEI:493005100592800</LocURI>" in deck.stepper.octets
        assert b"<MsgID>3</MsgID>" in deck.stepper.octets


async def test_leaving_changes_nothing() -> None:
    async with playing(RecordedDeck([recording.waiting()])) as (app, pilot):
        deck, area = await opened(app, pilot)
        area.load_text("<SyncML/>")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert deck.stepper.octets == bytes(recording.next_message().octets)
        assert len([e for e in deck.events if isinstance(e.what, Paused)]) == 1


async def test_what_is_malformed_is_said_and_the_cursor_stands_there() -> None:
    async with playing(RecordedDeck([recording.waiting()])) as (app, pilot):
        _, area = await opened(app, pilot)
        area.load_text("<SyncML>\n  <a></b>\n</SyncML>")
        for key in ("f2", "ctrl+s"):
            await pilot.press(key)
            await until(pilot, lambda: "line 2, column" in text_of(app))
            assert area.cursor_location[0] == 1


async def test_octets_that_are_no_xml_stay_in_hex() -> None:
    async with playing(RecordedDeck([recording.waiting()])) as (app, pilot):
        deck, area = await opened(app, pilot)
        await pilot.press("f2")
        area.load_text("00 01 0g")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "line 1, column 7: two hex digits" in text_of(app))
        area.load_text("00 01")
        await pilot.press("f2")
        await until(pilot, lambda: "cannot be shown as XML" in text_of(app))
        await pilot.press("f3")
        await until(pilot, lambda: app.screen is app.main)
        assert deck.stepper.octets == b"\0\1"
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query(TextArea)))
        assert app.screen.query_one(TextArea).text == "00 01"


async def test_a_run_that_has_gone_on_meanwhile_is_said() -> None:
    async with playing(RecordedDeck([recording.waiting()])) as (app, pilot):
        deck, area = await opened(app, pilot)
        deck.stepper.go_on()
        await until(pilot, lambda: not deck.stepper.waiting)
        area.load_text(area.text.replace("1.2", "1.1"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "no message waits any more" in text_of(app))
