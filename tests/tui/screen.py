"""Helpers: an app over a recording, the screen as text, goldens of it.

HANDSET_GOLDENS=write writes the goldens anew; look at the difference before it is committed.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from emulator.exports.text import Line, plain
from emulator.tui.app import HandsetApp
from tests.tui.recording import RecordedDeck

GOLDENS = Path(__file__).parent / "goldens"
LIMIT = 30.0
"""Seconds after which what has not come true never will."""
QUICK = 50
"""Looks for which only the clock of `clock.py` goes on: a second of its time."""


def text_of(app: App[None]) -> str:
    """What is on the screen, line by line, without colours."""
    strips = app.screen._compositor.render_strips()
    return "".join(strip.text.rstrip() + "\n" for strip in strips)


def rows(lines: list[Line]) -> list[str]:
    return [plain(line).rstrip() for line in lines]


def golden(name: str, text: str) -> None:
    """Compares with goldens/NAME.txt."""
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("HANDSET_GOLDENS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Lets the app work until `condition` holds; no clock decides, a limit only ends a failure."""
    end = time.monotonic() + LIMIT
    tries = 0
    while time.monotonic() < end or tries < 2 * QUICK:
        await pilot.pause()
        if condition():
            return
        tries += 1
        if tries > QUICK:
            # It is no timer that it waits for, but a thread or another process.
            await asyncio.sleep(0.02)
    raise AssertionError(f"never came true; the screen:\n{text_of(pilot.app)}")


@asynccontextmanager
async def playing(
    deck: RecordedDeck, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[HandsetApp, Pilot[None]]]:
    """The app over `deck`, with all that its start has recorded on the screen."""
    app = HandsetApp(deck)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        yield app, pilot


@asynccontextmanager
async def starting(
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[tuple[HandsetApp, Pilot[None]]]:
    """The app as `handset` alone opens it: the start screen."""
    app = HandsetApp()
    async with app.run_test(size=size) as pilot:
        await still(app, pilot)
        yield app, pilot


@asynccontextmanager
async def chosen(deck: RecordedDeck) -> AsyncIterator[tuple[HandsetApp, Pilot[None]]]:
    """A deck's screen over the start screen, as after a choice there."""
    async with starting() as (app, pilot):
        app.play(deck)
        await settled(app, pilot)
        yield app, pilot


async def settled(app: HandsetApp, pilot: Pilot[None]) -> None:
    deck = app.main.deck
    await until(
        pilot, lambda: app.main.ready and bool(deck.events) and app.main.read == len(deck.events)
    )
    await still(app, pilot)


async def still(app: App[None], pilot: Pilot[None]) -> None:
    """Waits until layout and events have answered each other, and the screen stays as it is."""
    before: list[str] = []
    main = getattr(app, "_main", None)
    while len(before) < 4 or len(set(before[-4:])) > 1 or not getattr(main, "settled", True):
        assert len(before) < 500
        await pilot.pause()
        before.append(text_of(app))
