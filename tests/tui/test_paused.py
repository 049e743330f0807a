"""A run that waits for the person, on the screen: what comes next, why, and what to press."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.breakpoints import BREAKPOINTS
from emulator.exports.text import width_of
from emulator.protocol.events import (
    Event,
    HandsetStarted,
    Paused,
    Resumed,
    SessionClosed,
    SessionOpened,
    StopsSet,
)
from emulator.tui.paused import paused_lines
from emulator.tui.run import Known, fold
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, playing, rows, settled, text_of, until


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_screen_while_a_run_waits(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck([recording.waiting()]), size) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck.stepper.mark(("chal",))
        deck.hold(recording.next_message())
        await until(pilot, lambda: "waits" in text_of(app))
        await settled(app, pilot)
        golden(f"held-{size[0]}x{size[1]}", text_of(app))


async def test_what_waits_survives_any_size() -> None:
    async with playing(RecordedDeck([recording.waiting()])) as (app, pilot):
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        await pilot.press("s")
        deck.hold(recording.next_message())
        for size in ((200, 60), (60, 15), (20, 5), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(app, pilot)
        assert deck.stepper.waiting and "waits. Next: message 2 leaves" in text_of(app)


OPENED = SessionOpened("account", "resync", "4A7C", "http://x/", "md5")
CLOSED = SessionClosed("interrupted", "the session was interrupted", 0, 0, 0)
HELD = Paused("send", "message 1 leaves", 3, True)


def known(*happened: tuple[int, object]) -> Known:
    state = Known()
    for seq, (session, what) in enumerate(happened, 1):
        state = fold(state, Event(seq=seq, at=float(seq), session=session, what=what))  # type: ignore[arg-type]
    return state


@pytest.mark.parametrize(
    ("after", "waits"),
    [
        ((1, Resumed()), False),
        ((1, CLOSED), False),
        ((2, CLOSED), True),
        ((0, HandsetStarted("p", "d", ())), False),
    ],
)
def test_what_ends_the_waiting(after: tuple[int, object], waits: bool) -> None:
    held = known((1, OPENED), (1, HELD), after)
    assert (held.paused is not None) == waits


def test_breakpoints_outlive_a_start_of_the_handset() -> None:
    stops = StopsSet(("send",), False)
    assert known((0, stops), (0, HandsetStarted("p", "d", ()))).stops == stops


def test_a_run_in_the_background_is_named() -> None:
    held = known((1, OPENED), (2, HELD))
    assert rows(paused_lines(held, 78))[0] == " ║ run 2 waits. Next: message 1 leaves"


@given(
    st.sampled_from(range(7)),
    st.text(max_size=200),
    st.booleans(),
    st.integers(min_value=12, max_value=200),
    st.sets(st.sampled_from([p.id for p in BREAKPOINTS])),
)
def test_lines_never_go_beyond_the_width(
    step: int, coming: str, held: bool, width: int, marked: set[str]
) -> None:
    stops = StopsSet(tuple(sorted(marked)), step % 2 == 0)
    state = Known(paused=Paused("", coming, step, True) if held else None, stops=stops)
    assert all(width_of(line) <= width for line in paused_lines(state, width))
