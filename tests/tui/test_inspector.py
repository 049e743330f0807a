"""The detail at work: a cursor that keeps its field from view to view, and what stands below it."""

import pytest

from emulator.protocol.events import (
    HttpExchanged,
    MessageReceived,
    MessageSent,
    NonceTried,
    NotificationRead,
)
from emulator.tui.inspector import Page, Views
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, playing, settled, still, text_of, until

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_octets_of_a_field_are_lit_below_the_tree(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        app.main.select_last(lambda e: isinstance(e.what, MessageSent) and e.what.package == 1)
        await pilot.press("tab")
        await until(pilot, lambda: app.query_one(Page).has_focus)
        await pilot.press(*"jjjj")
        await still(app, pilot)
        golden(f"tree-{size[0]}x{size[1]}", text_of(app))


@pytest.mark.parametrize("size", SIZES)
async def test_the_field_of_an_octet_is_marked_below_the_octets(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        app.main.select_last(lambda e: isinstance(e.what, NotificationRead))
        await pilot.press("x", "tab")
        await until(pilot, lambda: app.query_one(Page).has_focus)
        await pilot.press("down", "right", "right", "right", "right", "right")
        await still(app, pilot)
        golden(f"octets-{size[0]}x{size[1]}", text_of(app))


async def test_the_cursor_keeps_its_field_from_view_to_view() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        page = app.query_one(Page)
        app.main.select_last(lambda e: isinstance(e.what, NotificationRead))
        await pilot.press("tab")
        await until(pilot, lambda: page.has_focus)
        await pilot.press(*"jjjjj")
        assert page.copied(False) == (
            "session id",
            "session id: 4A7C",
        )
        await pilot.press("x")
        assert page.place == 21 and page.copied(False) == ("octets of session id", "4A 7C")
        await pilot.press("down", "t")
        copied = page.copied(False)
        assert copied is not None and copied[0] == "server id"
        await pilot.press("x")
        assert page.place == 24, "the beginning of the field"


async def test_another_event_begins_at_its_beginning() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        page = app.query_one(Page)
        app.main.select_last(lambda e: isinstance(e.what, MessageSent))
        await pilot.press("tab", "G")
        await until(pilot, lambda: page.scroll_offset.y > 0)
        app.main.select_last(lambda e: isinstance(e.what, MessageReceived))
        await still(app, pilot)
        assert page.scroll_offset.y == 0 and page.place == page.body.first()


async def test_the_strip_of_views_can_be_clicked() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        await still(app, pilot)
        line = next(row for row in text_of(app).splitlines() if "X xml" in row)
        views = app.query_one(Views)
        await pilot.click(Views, offset=(line.index("X xml") - views.region.x, 0))
        await until(pilot, lambda: app.query_one(Page).view == "xml")


async def test_a_field_can_be_clicked() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        page = app.query_one(Page)
        app.main.select_last(lambda e: isinstance(e.what, NotificationRead))
        await still(app, pilot)
        at = next(y for y, row in enumerate(text_of(app).splitlines()) if "session id: 4A7C" in row)
        await pilot.click(Page, offset=(5, at - page.region.y))
        await until(pilot, lambda: page.has_focus)
        copied = page.copied(False)
        assert copied is not None and copied[0] == "session id"


async def test_the_exchange_appears_as_soon_as_it_is_over() -> None:
    async with playing(RecordedDeck([]), (120, 40)) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        steps = recording.resync()
        until_sent = (
            next(n for n, (_, what) in enumerate(steps) if isinstance(what, MessageSent)) + 1
        )
        deck._play(steps[:until_sent], 1)
        await settled(app, pilot)
        await pilot.press("h")
        await until(pilot, lambda: "No answer has come yet" in text_of(app))
        assert isinstance(steps[until_sent][1], HttpExchanged)
        await pilot.press("k", "j")
        deck._play(steps[until_sent : until_sent + 1], 1)
        await until(pilot, lambda: "◄ HTTP/1.1 200 OK" in text_of(app))


async def test_a_failed_verification_names_the_near_miss_of_its_verdict() -> None:
    async with playing(RecordedDeck([recording.ignored()]), (120, 40)) as (app, pilot):
        app.main.select_last(lambda e: isinstance(e.what, NonceTried))
        await until(pilot, lambda: "Near miss [decimal_text]" in text_of(app))


async def test_utf16_is_shown_and_says_why_nothing_is_lit() -> None:
    octets = bytes(recording._message("step3_package1_xml")).decode().encode("utf-16")
    sent = MessageSent(
        1, 1, recording.URL, recording.XML, recording.Octets(octets.hex()), 1, "Cred"
    )
    async with playing(RecordedDeck([[(0.0, sent)]]), (120, 40)) as (app, pilot):
        await pilot.press("tab", "G")
        await still(app, pilot)
        page = app.query_one(Page)
        text = "".join(span.text for line in page.lines(200) for span in line)
        assert "SessionID: 4A7C" in text and "UTF-16" in text


async def test_the_selected_event_is_hidden_and_seen_again() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        page = app.query_one(Page)
        app.main.select_last(lambda e: isinstance(e.what, MessageSent) and e.what.cred is not None)
        await still(app, pilot)
        seen = page.body.whole()
        assert seen is not None and "LocName: alice" in seen.text
        await pilot.press("exclamation_mark")
        await still(app, pilot)
        hidden = page.body.whole()
        assert hidden is not None and "LocName: *****" in hidden.text
        await pilot.press("exclamation_mark")
        await still(app, pilot)
        assert page.body.whole() == seen
