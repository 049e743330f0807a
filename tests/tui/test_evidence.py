"""Steps and ledger on the screen: which run they are of, and the ways between them and the ladder."""

import pytest

from emulator.bench import Bench
from emulator.protocol.events import (
    Event,
    HandsetStarted,
    MessageReceived,
    NoncesHeld,
    NonceStored,
    NonceTried,
    PeerNonces,
    VerdictReached,
)
from emulator.tui.ladder import Ladder
from emulator.tui.ledger_page import Changes
from emulator.tui.nonces import Nonces
from emulator.tui.step_page import Proofs
from emulator.tui.steps import Steps
from tests.tui import recording
from tests.tui.recording import CLIENT_0, STALE, RecordedDeck, Step
from tests.tui.screen import golden, playing, settled, still, text_of, until

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_page_of_a_step(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck([recording.retried()]), size) as (app, pilot):
        for key in ("1", "4"):
            await pilot.press(key)
            await still(app, pilot)
            golden(f"step-{key}-{size[0]}x{size[1]}", text_of(app))


@pytest.mark.parametrize("size", SIZES)
async def test_the_ledger(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck([recording.retried()]), size) as (app, pilot):
        await pilot.press("l")
        await still(app, pilot)
        golden(f"ledger-{size[0]}x{size[1]}", text_of(app))


async def test_a_step_that_failed_later_shows_its_event() -> None:
    async with playing(RecordedDeck([recording.ignored()])) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "step 2: SessionID  ✗ failed" in text_of(app))
        assert "The notification is ignored" in text_of(app)
        selected = app.query_one(Ladder).selected
        assert selected is not None and isinstance(selected.what, NonceTried)
        await pilot.press("5")
        await until(pilot, lambda: "The run is over: no event shows it." in text_of(app))
        assert app.query_one(Ladder).selected is selected


async def test_a_step_that_was_skipped_says_why_and_shows_what_decided_it() -> None:
    bench = Bench(scenario="ordinary", misbehave=("no-cred",))
    async with playing(bench, (120, 40)) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: app.main.known.run.outcome == "synchronised")
        await settled(app, pilot)
        for key, why in (
            ("5", "Here: the server sent no Cred"),
            ("6", "Here: no new server nonce"),
        ):
            await pilot.press(key)
            await until(pilot, lambda why=why: why in text_of(app))  # type: ignore[misc]
            assert "What shows it" in text_of(app)
            selected = app.query_one(Ladder).selected
            assert selected is not None and isinstance(selected.what, MessageReceived)
        await pilot.press("2")
        await until(pilot, lambda: "It was skipped, so no event shows it." in text_of(app))
        assert "without a failed step 1" in text_of(app)


async def test_a_click_on_the_strip_opens_the_page() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        line = text_of(app).splitlines()[1]
        await pilot.click(app.query_one(Steps), offset=(line.index("6 ✓"), 1))
        await until(pilot, lambda: "step 6: confirmed  ✓ passed" in text_of(app))


async def test_enter_and_a_second_click_on_a_row_go_to_its_event() -> None:
    async with playing(RecordedDeck()) as (app, pilot):
        await pilot.press("4", "tab")
        page, ladder = app.query_one(Proofs), app.query_one(Ladder)
        await until(pilot, lambda: page.has_focus)
        await pilot.press("j", "j", "enter")
        assert isinstance(getattr(ladder.selected, "what", None), NonceStored)
        assert ladder.has_focus
        row = len(page.head(page.size.width))
        await pilot.click(page, offset=(5, row))
        await pilot.click(page, offset=(5, row))
        await until(
            pilot, lambda: isinstance(getattr(ladder.selected, "what", None), MessageReceived)
        )


async def test_the_strip_is_of_the_run_of_the_selected_event() -> None:
    runs = [recording.resync(), *[recording.ignored() for _ in range(12)], recording.resync()]
    deck = RecordedDeck([])
    async with playing(deck) as (app, pilot):
        for run in runs:
            deck._begin(run)
        await settled(app, pilot)
        assert "run 14 ·" in text_of(app)
        await pilot.press("1")
        await until(pilot, lambda: "run 14 · 1-6 step" in text_of(app))

        def select(run: int) -> None:
            app.main.select_last(lambda e: e.session == run and isinstance(e.what, VerdictReached))

        for number in (5, 13, 1):
            select(number)
            await until(pilot, lambda n=number: f"run {n} · 1-6 step" in text_of(app))  # type: ignore[misc]
            top = text_of(app).splitlines()
            assert f"run {number} ·" in top[0]
            assert ("2 ✓ passed" if number == 1 else "2 ✗ failed") in top[1]
        await pilot.press("6")
        await until(pilot, lambda: "step 6: confirmed  ✓ passed" in text_of(app))
        selected = app.query_one(Ladder).selected
        assert selected is not None and selected.session == 1
        await pilot.press("G")
        await until(pilot, lambda: "run 14 ·" in text_of(app).splitlines()[0])


async def test_the_page_goes_on_while_the_run_does() -> None:
    deck = RecordedDeck([recording.resync()[:11]])
    async with playing(deck) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "6: confirmed  · pending" in text_of(app))
        deck._play(recording.resync()[11:], 1)
        await settled(app, pilot)
        await until(pilot, lambda: "6: confirmed  ✓ passed" in text_of(app))
        assert "nonce D1D2D3D4" in text_of(app)


async def test_the_ledger_grows_and_its_cursor_follows_until_the_person_moves_it() -> None:
    deck = RecordedDeck()
    async with playing(deck) as (app, pilot):
        await pilot.press("l", "tab")
        page = app.query_one(Changes)
        await until(pilot, lambda: page.has_focus and page.count() > 0)
        await pilot.press("G")
        assert page.cursor == page.count() - 1
        before = page.count()
        await pilot.press("n")
        await until(pilot, lambda: page.count() > before)
        assert page.cursor == page.count() - 1
        await pilot.press("g")
        deck._begin(recording.resync())
        await settled(app, pilot)
        assert page.cursor == 0


async def test_the_ledger_without_any_nonce_says_so() -> None:
    async with playing(RecordedDeck([], before=recording.broken_up())) as (app, pilot):
        await pilot.press("l")
        await until(pilot, lambda: "No nonce is known yet." in text_of(app))
        await pilot.press("L", "enter", "j")
        assert app.is_running


async def test_the_nonces_are_of_the_account_of_the_selected_run() -> None:
    def second() -> list[Step]:
        return [
            (delta, what.__class__(**{**_fields(what), "account": "other"}))
            if hasattr(what, "account")
            else (delta, what)
            for delta, what in recording.ignored()
        ]

    up = [
        *recording.up(),
        (0.0, NoncesHeld("other", "ab" * 16, "cd" * 16, None)),
        (0.0, PeerNonces("other", "ab" * 16, "cd" * 16, False)),
    ]
    async with playing(RecordedDeck([second()], before=up)) as (app, pilot):
        nonces = app.query_one(Nonces)
        await until(pilot, lambda: "account other" in text_of(app))
        app.main.deck._begin(recording.ignored())  # type: ignore[union-attr]
        await settled(app, pilot)
        await until(pilot, lambda: "account ds" in text_of(app))
        app.main.select_last(lambda e: e.session == 1)
        await until(pilot, lambda: nonces.account == "other" and "account other" in text_of(app))


def _fields(what: object) -> dict[str, object]:
    return {name: getattr(what, name) for name in what.__struct_fields__}  # type: ignore[attr-defined]


async def test_an_event_without_a_line_leads_to_the_one_before_it() -> None:
    async with playing(RecordedDeck()) as (app, _):
        held = next(e for e in app.main.deck.events if isinstance(e.what, NoncesHeld))
        ladder = app.query_one(Ladder)
        ladder.select_event(held)
        assert ladder.selected is not None and ladder.selected.seq < held.seq
        nowhere = Event(seq=0, at=0.0, what=HandsetStarted("p", CLIENT_0, (STALE,)))
        ladder.select_event(nowhere)
        assert app.is_running
