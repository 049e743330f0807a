"""The demo begins again with r, whatever it is in the middle of; and it is seen at any size meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from emulator.bench import Bench
from emulator.protocol.events import HandsetStarted, SessionClosed, VerdictReached
from emulator.tui.app import HandsetApp
from tests.tui.screen import text_of

SIZES = [(80, 24), (120, 40), (200, 60)]


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Lets handset, server and screen work until it is so; the limit only ends a failure."""
    try:
        async with asyncio.timeout(30):
            while not condition():
                await pilot.pause(0.01)
    except TimeoutError:
        raise AssertionError(f"never came true; the screen:\n{text_of(pilot.app)}") from None


@asynccontextmanager
async def demo(**options: object) -> AsyncIterator[tuple[HandsetApp, Bench, Pilot[None]]]:
    bench = Bench(**options)  # type: ignore[arg-type]
    app = HandsetApp(bench)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main.ready)
        yield app, bench, pilot


def _ended(bench: Bench, run: int) -> bool:
    over = [
        e
        for e in bench.events
        if isinstance(e.what, SessionClosed)
        or (isinstance(e.what, VerdictReached) and e.what.verdict == "ignored")
    ]
    return any(e.session >= run for e in over)


async def _once_more(app: HandsetApp, bench: Bench, pilot: Pilot[None], *keys: str) -> None:
    """Presses r, and other keys where the new run stops; it ends, and the screen says so."""
    newest = bench.events.newest_run if bench.events else 0
    started = sum(isinstance(e.what, HandsetStarted) for e in bench.events)
    await pilot.press("r")
    await until(
        pilot,
        lambda: sum(isinstance(e.what, HandsetStarted) for e in bench.events) > started,
    )
    await pilot.press(*keys)
    await until(pilot, lambda: _ended(bench, newest + 1))
    await until(pilot, lambda: app.main.read == len(bench.events))


@pytest.mark.parametrize(
    ("misbehave", "says"),
    [((), "✓ synchronised"), (("no-cred",), "✗ ")],
    ids=["went-well", "failed"],
)
async def test_after_a_run_that_is_over(misbehave: tuple[str, ...], says: str) -> None:
    async with demo(misbehave=misbehave) as (app, bench, pilot):
        await until(pilot, lambda: _ended(bench, 1))
        for run in (2, 3):
            await _once_more(app, bench, pilot)
            await until(pilot, lambda: says in text_of(app))
            assert f"run {run}" in text_of(app).splitlines()[0]


async def test_after_a_notification_that_was_ignored() -> None:
    async with demo(scenario="wrong-nonce") as (app, bench, pilot):
        await until(pilot, lambda: _ended(bench, 1))
        await _once_more(app, bench, pilot)
        assert "run 2" in text_of(app).splitlines()[0]


async def test_in_the_middle_of_a_run_and_twice_at_once() -> None:
    async with demo(pace=30.0) as (app, bench, pilot):
        await until(pilot, lambda: app.main.known.run.number == 1)
        bench._pace = 0.0
        await pilot.press("r", "r")
        await until(pilot, lambda: bench._round == 3)
        await until(pilot, lambda: _ended(bench, bench.events.newest_run))
        await until(pilot, lambda: "✓ synchronised" in text_of(app))


async def test_while_the_screen_is_paused() -> None:
    async with demo() as (app, bench, pilot):
        await until(pilot, lambda: _ended(bench, 1))
        await pilot.press("p")
        assert app.main.paused
        await _once_more(app, bench, pilot)
        await until(pilot, lambda: "run 2" in text_of(app).splitlines()[0])
        assert not app.main.paused


@pytest.mark.parametrize("point", ["first-verification", "send"])
async def test_while_it_is_held(point: str) -> None:
    async with demo(breakpoints=(point,)) as (app, bench, pilot):
        await until(pilot, lambda: bench.stepper.waiting)
        for size in SIZES:
            await pilot.resize_terminal(*size)
        bench.stepper.mark(())
        await _once_more(app, bench, pilot)
        await until(pilot, lambda: "✓ synchronised" in text_of(app))
        assert not bench.stepper.waiting


async def test_resizing_while_it_runs() -> None:
    async with demo(pace=0.4) as (app, bench, pilot):
        seen = set()
        while not _ended(bench, 1):
            for size in SIZES:
                await pilot.resize_terminal(*size)
                seen.add((size, app.main.read))
        await until(pilot, lambda: "✓ synchronised" in text_of(app))
        assert len({read for _, read in seen}) > 1  # it went on between two sizes


async def test_after_a_power_cut() -> None:
    async with demo(pace=30.0) as (app, bench, pilot):
        await until(pilot, lambda: app.main.known.run.number == 1)
        await pilot.press("P")
        await until(pilot, lambda: bench.phone is not None and bench.phone.off)
        bench._pace = 0.0
        await _once_more(app, bench, pilot)
        await until(pilot, lambda: "✓ synchronised" in text_of(app))
