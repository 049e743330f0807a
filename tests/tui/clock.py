"""A clock that need not be waited for: where Textual's pilot sleeps until the process is idle, here
the loop's clock goes on to the next timer as soon as nothing else is to be done.

The same timers run in the same order as when the time is slept away. What does not hang on the loop's
clock (threads, sockets, other processes) takes its real time; `screen.until` waits for that.
"""

import asyncio
import time

import pytest
from textual import _time

SLEPT = 0.02
"""What the pilot sleeps at a time."""
ROUNDS = 1000
"""So many turns of the loop without an end are no work but a habit."""

_ahead = 0.0
"""How far the clock has gone on without anybody having waited."""


def now() -> float:
    return time.monotonic() + _ahead


async def _drain(loop: asyncio.BaseEventLoop) -> None:
    """Returns when everything else waits for a timer, a thread or the network."""
    quiet = 0
    for _ in range(ROUNDS):
        # Nothing ready, twice: between the two the loop has looked at its sockets.
        quiet = 0 if loop._ready else quiet + 1  # type: ignore[attr-defined]
        if quiet == 2:
            return
        await asyncio.sleep(0)


async def idle(min_sleep: float = SLEPT, max_sleep: float = 1.0) -> None:
    """In place of `textual._wait.wait_for_idle`."""
    global _ahead
    loop = asyncio.get_running_loop()
    assert isinstance(loop, asyncio.BaseEventLoop)
    await _drain(loop)
    end = now() + max(min_sleep, SLEPT)
    timers = loop._scheduled  # type: ignore[attr-defined]
    while timers and timers[0].when() <= end:
        _ahead += max(timers[0].when() - now(), 0.0)
        # The loop runs what is due when it comes round.
        await asyncio.sleep(0)
        await _drain(loop)
    _ahead += max(end - now(), 0.0)


def quicken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the clock in place, for one test; a loop that is there already sees no leap."""
    global _ahead
    _ahead = 0.0
    monkeypatch.setattr(asyncio.BaseEventLoop, "time", lambda _: now())
    monkeypatch.setattr("textual.pilot.wait_for_idle", idle)
    monkeypatch.setattr("textual.app.wait_for_idle", idle)
    monkeypatch.setattr(_time, "get_time", now)
