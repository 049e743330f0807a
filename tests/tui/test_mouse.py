"""All that a key does in passing can be done with the mouse too."""

from textual.pilot import Pilot

from emulator.protocol.events import HandsetStarted
from emulator.tui.app import HandsetApp
from emulator.tui.dialog import Keys
from emulator.tui.help import HelpScreen, HelpSheet
from emulator.tui.inspector import VIEWS, Page, Views
from emulator.tui.ladder import Ladder
from emulator.tui.picker import Choice, PickerDialog
from emulator.tui.status import Footer
from emulator.tui.steps import Steps
from tests.tui.recording import RecordedDeck
from tests.tui.screen import playing, still, text_of, until


async def test_a_click_selects_a_line_and_a_second_one_opens_its_detail() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        ladder = app.query_one(Ladder)
        await pilot.press("g")
        await still(app, pilot)
        await pilot.click(Ladder, offset=(30, 3))
        selected = ladder.selected
        assert selected is not None and not isinstance(selected.what, HandsetStarted)
        assert not app.main.detail_open and not ladder.following
        await pilot.click(Ladder, offset=(30, 3))
        await until(pilot, lambda: app.main.detail_open)
        assert ladder.selected is selected
        await pilot.click(Ladder, offset=(30, 3))
        await still(app, pilot)
        assert app.main.detail_open


async def test_the_wheel_scrolls_the_ladder_and_the_detail_without_selecting() -> None:
    async with playing(RecordedDeck(), (120, 24)) as (app, pilot):
        ladder, page = app.query_one(Ladder), app.query_one(Page)
        selected, before = ladder.selected, ladder.scroll_offset.y
        await pilot._post_mouse_events(_wheel("up"), Ladder, (5, 5))
        await until(pilot, lambda: ladder.scroll_offset.y < before)
        assert ladder.selected is selected and not ladder.following
        before = ladder.scroll_offset.y
        await pilot._post_mouse_events(_wheel("down"), Ladder, (5, 5))
        await until(pilot, lambda: ladder.scroll_offset.y > before)
        app.main.select_last(lambda e: type(e.what).__name__ == "MessageReceived")
        await until(pilot, lambda: page.max_scroll_y > 3)
        await pilot._post_mouse_events(_wheel("down"), Page, (5, 5))
        await until(pilot, lambda: page.scroll_offset.y > 0)


def _wheel(way: str) -> list[type]:
    from textual import events

    return [events.MouseScrollUp if way == "up" else events.MouseScrollDown]


async def test_the_names_of_the_views_can_be_clicked() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        views = app.query_one(Views)
        app.main.select_last(lambda e: type(e.what).__name__ == "MessageSent")
        await still(app, pilot)
        for view, _, word in VIEWS:
            line = views.render_line(0).text
            await pilot.click(Views, offset=(line.rindex(word), 0))
            await until(pilot, lambda view=view: views.view == view)  # type: ignore[misc]


async def test_every_key_in_the_footer_can_be_clicked() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        line = app.query_one(Footer).render_line(0)
        shown = {s.style.meta["@click"] for s in line if s.style and "@click" in s.style.meta}
        texts = [s.text.strip() for s in line if s.style and "@click" not in s.style.meta]
        assert len(shown) >= 5 and not "".join(texts)
        await pilot.click(Footer, offset=(line.text.index("following"), 0))
        await until(pilot, lambda: not app.query_one(Ladder).following)


async def _help(app: HandsetApp, pilot: Pilot[None]) -> None:
    await pilot.press("question_mark")
    await until(pilot, lambda: isinstance(app.screen, HelpScreen))
    await still(app, pilot)


async def test_the_help_scrolls_with_the_wheel_and_a_click_leaves_it() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        await _help(app, pilot)
        sheet = app.screen.query_one(HelpSheet)
        await pilot._post_mouse_events(_wheel("down"), HelpSheet, (5, 5))
        await until(pilot, lambda: sheet.scroll_offset.y > 0)
        await pilot.press("g")
        await still(app, pilot)
        await pilot.click(HelpSheet, offset=(text_of(app).splitlines()[0].index("esc"), 0))
        await until(pilot, lambda: app.screen is app.main)


async def test_the_keys_of_a_box_can_be_clicked() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        for word, gone in (("leave", None), ("do it", ("1",))):
            given: list[object] = []
            rows = [Choice("0", "row 0"), Choice("1", "row 1")]
            await app.push_screen(PickerDialog("Which?", rows), given.append)
            await pilot.press("j")
            await still(app, pilot)
            line = app.screen.query_one(Keys).render_line(0).text
            await pilot.click(Keys, offset=(line.index(word) + 2, 0))
            await until(pilot, lambda: bool(given))  # noqa: B023
            assert given == [gone]


async def test_hidden_in_the_title_can_be_clicked() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        await pilot.press("exclamation_mark")
        await still(app, pilot)
        await pilot.click(Steps, offset=(text_of(app).splitlines()[0].index("hidden"), 0))
        await until(pilot, lambda: not app.veil.enabled)
