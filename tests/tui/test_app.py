"""The whole screen over recordings: goldens as text, and what must hold whatever happens."""

import subprocess
import sys

import pytest

from emulator.protocol.events import (
    Event,
    MessageReceived,
    MessageSent,
    NonceTried,
    VerdictReached,
)
from emulator.tui.app import HandsetApp
from emulator.tui.inspector import Page
from emulator.tui.ladder import Ladder
from emulator.tui.status import Footer
from tests.tui import recording
from tests.tui.recording import ExpectingDeck, RecordedDeck
from tests.tui.screen import golden, playing, settled, still, text_of, until

SIZES = [(80, 24), (120, 40)]


def named(name: str, size: tuple[int, int]) -> str:
    return f"{name}-{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["resync", "retried", "ignored", "lost", "asked", "odd"])
async def test_screen_after(name: str, size: tuple[int, int]) -> None:
    async with playing(RecordedDeck([getattr(recording, name)()]), size) as (app, _):
        golden(named(name, size), text_of(app))


@pytest.mark.parametrize("size", SIZES)
async def test_screen_when_nothing_works(size: tuple[int, int]) -> None:
    deck = RecordedDeck([], before=recording.broken_up())
    async with playing(deck, size) as (app, _):
        golden(named("broken", size), text_of(app))


@pytest.mark.parametrize("size", SIZES)
async def test_screen_with_the_digest_of(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        app.main.select_last(lambda e: isinstance(e.what, NonceTried))
        if not app.main.detail_open:
            await pilot.press("enter")
        await still(app, pilot)
        golden(named("digest", size), text_of(app))


@pytest.mark.parametrize("size", SIZES)
async def test_screen_with_a_message(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        app.main.select_last(lambda e: isinstance(e.what, MessageSent) and e.what.package == 1)
        for key, view in (("t", "tree"), ("X", "xml"), ("x", "hex"), ("h", "http")):
            await pilot.press(key)
            await still(app, pilot)
            golden(named(f"message-{view}", size), text_of(app))


@pytest.mark.parametrize("size", SIZES)
async def test_screen_with_the_help(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        await pilot.press("question_mark")
        await still(app, pilot)
        golden(named("help", size), text_of(app))


async def test_the_deck_starts_after_the_first_paint() -> None:
    painted: list[str] = []

    class Late(RecordedDeck):
        async def start(self) -> None:
            painted.append(text_of(app))
            await super().start()

    deck = Late()
    app = HandsetApp(deck)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
    assert "stored nonce" in painted[0] and "> starting" in painted[0]
    assert deck.calls == ["start", "notify", "close"]


async def test_what_a_deck_raises_is_on_the_screen_and_the_app_alive() -> None:
    class Sick(RecordedDeck):
        async def notify(self) -> None:
            raise OSError("the sender is gone")

        def document(self, event: Event) -> str:
            raise ValueError("[not] a document")

    deck = Sick([])
    sent = next(e for e in recording.events(recording.resync()) if isinstance(e.what, MessageSent))
    async with playing(deck) as (app, pilot):
        await pilot.press("n")
        await until(pilot, lambda: "✗ OSError: the sender is gone" in text_of(app))
        app.main._ladder.take([*deck.events, sent], len(deck.events) + 1)
        app.main.select_last(lambda e: isinstance(e.what, MessageSent))
        await pilot.press("X")
        await until(
            pilot, lambda: "This cannot be shown: ValueError: [not] a document" in text_of(app)
        )
        assert app.is_running


async def test_resizing_while_it_runs_shows_the_detail_beside_the_ladder() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert app.query_one(Page).is_on_screen
        assert "session closed" in text_of(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert not app.query_one(Page).is_on_screen


async def test_keys_in_the_footer_can_be_clicked() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        line = text_of(app).splitlines()[-1]
        await pilot.click(app.query_one(Footer), offset=(line.index("help"), 0))
        await pilot.pause()
        assert "Keys in the ladder" in text_of(app)


async def test_colour_is_never_the_only_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with playing(RecordedDeck()) as (app, _):
        assert app.no_color
        shown = text_of(app)
    assert "1 ✗ failed" in shown and "2 ✓ passed" in shown and "▌" in shown


def test_the_first_paint_imports_nothing_that_talks_to_a_network() -> None:
    code = "import sys, emulator.tui.app; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"httpx", "uvicorn", "starlette", "lxml", "cryptography", "typer", "emulator.wire"}
    heavy |= {"textual.widgets._markdown", "rich.markdown", "markdown_it"}
    heavy |= {"emulator.tui.inspector", "emulator.tui.help"}
    assert heavy & set(loaded.stdout.split()) == set()


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (60, 20), (200, 60)])
async def test_any_size_of_terminal_is_survived(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck([recording.odd()]), size) as (app, pilot):
        for key in (
            "enter",
            "x",
            "d",
            "t",
            "tab",
            "X",
            "h",
            "x",
            "j",
            "t",
            "j",
            "question_mark",
            "escape",
            "g",
            "G",
        ):
            await pilot.press(key)
        await pilot.pause()
        assert app.is_running


async def test_events_come_into_sight_while_the_run_goes_on() -> None:
    async with playing(RecordedDeck([])) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck._session = 1
        deck._play(recording.resync()[:10], 1)
        await until(pilot, lambda: "> step 3 of 6 running: package 1" in text_of(app))
        deck._play(recording.resync()[10:], 1)
        await until(pilot, lambda: "✓ synchronised, 1 sent and 1 received" in text_of(app))


async def test_the_wide_screen_marks_the_pane_that_has_the_keys() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        await still(app, pilot)
        header = text_of(app).splitlines()[3]
        assert header.startswith("▌interval") and "▌ t tree" not in header
        await pilot.press("tab")
        await still(app, pilot)
        header = text_of(app).splitlines()[3]
        assert header.startswith(" interval") and "▌ t tree" in header


async def test_a_question_takes_n_for_no_other_notification() -> None:
    async with playing(RecordedDeck([recording.asked()])) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck.calls.clear()
        await pilot.press("n")
        await still(app, pilot)
        assert deck.calls == []
        # Who copies just as the question comes has not answered it.
        await pilot.press("y")
        await still(app, pilot)
        assert deck.calls == []
        await pilot.press("plus")
        await until(pilot, lambda: deck.calls == ["answer True"])


async def test_a_run_that_never_closed_is_followed_by_the_next_at_once() -> None:
    async with playing(RecordedDeck([]), (80, 24)) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck._play(recording.resync()[:12], 1)
        await settled(app, pilot)
        assert "run 1" in text_of(app).splitlines()[0]
        deck._play(recording.up(), 0)
        await settled(app, pilot)
        assert "run 1" not in text_of(app).splitlines()[0]
        assert "1 · pending" in text_of(app) and "> waiting for a notification" in text_of(app)
        deck._play(recording.resync()[:2], 2)
        await settled(app, pilot)
        golden("anew-80x24", text_of(app))


async def test_a_notification_during_a_run() -> None:
    async with playing(RecordedDeck([]), (80, 24)) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        run, other = recording.resync(), recording.ignored()
        deck._play(run[:10], 1)
        for ours, theirs in zip(run[10:17], other, strict=False):
            deck._play([theirs], 2)
            deck._play([ours], 1)
        await settled(app, pilot)
        golden("during-80x24", text_of(app))


@pytest.mark.parametrize("size", [(110, 30), (60, 15), (200, 60)])
async def test_screen_of_an_awkward_size(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck([recording.retried()]), size) as (app, _):
        golden(named("retried", size), text_of(app))


def _in(app: HandsetApp) -> str:
    """The text of the detail, as one line."""
    page = app.query_one(Page)
    spans = [text for line in page.lines(70) for text, *_ in (*line, (" ",))]
    return " ".join("".join(spans).split())


async def test_the_digest_of_a_message_with_a_cred_is_its_judgement() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        await pilot.press("d")
        app.main.select_last(
            lambda e: isinstance(e.what, MessageReceived) and "Cred" in e.what.summary
        )
        await still(app, pilot)
        assert "The server's Cred, judged in a line below." in _in(app)
        assert "✓ = equal" in _in(app)
        app.main.select_last(lambda e: isinstance(e.what, MessageReceived))
        await still(app, pilot)
        assert "There is no digest behind this event." in _in(app)


@pytest.mark.parametrize("kind", [NonceTried, VerdictReached])
async def test_the_octets_of_a_verdict_are_those_of_its_notification(kind: type) -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        await pilot.press("x")
        app.main.select_last(lambda e: isinstance(e.what, kind))
        await still(app, pilot)
        assert "its digest (16 octets), then the trigger" in _in(app)
        assert recording.PUSHED[:4].upper() in _in(app).replace(" ", "")


async def test_the_detail_names_the_session_id_and_shows_its_octets() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        app.main.select_last(lambda e: isinstance(e.what, NonceTried))
        await still(app, pilot)
        assert "The digest over the SessionID 4A7C as raw16_be (4A 7C) is the one" in _in(app)


@pytest.mark.parametrize("size", [*SIZES, (200, 60)])
async def test_screen_of_a_scenario(size: tuple[int, int]) -> None:
    async with playing(ExpectingDeck([recording.act()]), size) as (app, pilot):
        if not app.main.detail_open:
            await pilot.press("o")
        await still(app, pilot)
        golden(named("scenario", size), text_of(app))


async def test_a_paused_screen_shows_what_was_expected_by_then() -> None:
    async with playing(ExpectingDeck([recording.resync()]), (120, 40)) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, ExpectingDeck)
        await pilot.press("p", "o")
        deck._begin(recording.act())
        await until(pilot, lambda: f"paused +{len(recording.act())}" in text_of(app))
        await pilot.press("o")
        await until(pilot, lambda: "1. a notification comes" in text_of(app))
        assert "not met" not in text_of(app)
        await pilot.press("p")
        await until(pilot, lambda: "not met" in text_of(app))


async def test_a_note_moves_what_is_below_and_survives_a_resize() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        app.main.select_last(lambda e: isinstance(e.what, NonceTried))
        ladder = app.query_one(Ladder)
        event = ladder.selected
        assert event is not None
        before = ladder._rows.height
        await app.main.deck.note(event.seq, True, "long words " * 30)  # type: ignore[attr-defined]
        await settled(app, pilot)
        assert ladder._rows.height > before + 2 and ladder.selected is event
        for width in (120, 60, 80):
            await pilot.resize_terminal(width, 24)
            await still(app, pilot)
            assert ladder._rows.tops[-1] + 1 <= ladder._rows.height
            assert text_of(app).count("# long words") == 1
        await app.main.deck.note(event.seq, False, "")  # type: ignore[attr-defined]
        await settled(app, pilot)
        assert ladder._rows.height == before


async def test_a_journal_that_takes_no_notes_says_so() -> None:
    class Locked(RecordedDeck):
        async def note(self, event: int, mark: bool, text: str) -> None:
            raise OSError("run.journal: cannot be written: Permission denied")

    async with playing(Locked()) as (app, pilot):
        await pilot.press("m")
        await until(pilot, lambda: "run.journal: cannot be written" in text_of(app))
        assert app.is_running


async def test_a_comment_stands_in_the_detail_too() -> None:
    async with playing(RecordedDeck(), (120, 40)) as (app, pilot):
        app.main.select_last(lambda e: isinstance(e.what, NonceTried))
        event = app.query_one(Ladder).selected
        assert event is not None
        for mark, text, shown in ((True, "why?", 2), (False, "why?", 2), (False, "", 0)):
            await app.main.deck.note(event.seq, mark, text)  # type: ignore[attr-defined]
            await until(pilot, lambda n=shown: text_of(app).count("# why?") == n)
            await until(pilot, lambda m=mark: ("* # why?" in text_of(app)) == m)


async def test_the_newest_line_comes_back_into_sight_whatever_laid_out_last() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        ladder = app.main._ladder
        ladder.scroll_to(y=0, animate=False, force=True)
        assert ladder.following and ladder.scroll_offset.y == 0
        await until(pilot, lambda: ladder.scroll_offset.y == ladder.max_scroll_y > 0)
