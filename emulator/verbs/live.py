"""What `demo` and `run` share: bring a deck up, on the screen or headless, and say what came of it."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from emulator.protocol.effects import Stopped
from emulator.protocol.events import BearerFailed, BearerOpened, Event, Failed, Outcome
from emulator.verbs.exits import Exit, Failure
from emulator.verbs.result import Result, exit_code, fold, lines

if TYPE_CHECKING:
    pass


class Runnable(Protocol):
    """What a headless run drives."""

    @property
    def events(self) -> Sequence[Event]: ...

    async def start(self) -> None: ...

    async def settled(self) -> None: ...

    async def close(self, why: Stopped | None = None) -> None: ...


class Headless:
    """One headless run: prints each result as it comes, and knows when it is over.

    `announce`: says on stderr where it listens, so that a script knows when, and which port.
    `once`: the first result ends it. Otherwise `endless` runs go on until interrupted or out of
    time, others until nothing is left to do.
    """

    def __init__(
        self,
        *,
        once: bool,
        endless: bool,
        as_json: bool,
        limit: float | None,
        announce: bool = False,
    ) -> None:
        self._once = once
        self._endless = endless
        self._json = as_json
        self._limit = limit
        self._announce = announce
        self._deck: Runnable | None = None
        self._over = asyncio.Event()
        self.results: list[Result] = []

    def ended(self, run: int) -> None:
        """A run is over: its result is printed."""
        assert self._deck is not None
        if self._once and self.results:
            # It came before the first result could end the run: nobody asked for it.
            return
        result = fold(self._deck.events, run)
        self.results.append(result)
        if self._json:
            print(msgspec.json.encode(result).decode(), flush=True)
        elif not self._once:
            print("\n".join(lines(result)), flush=True)
        if self._once:
            self._over.set()

    async def run(self, deck: Runnable) -> Exit:
        self._deck = deck
        loop = asyncio.get_running_loop()
        interrupted = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, interrupted.set)
        await deck.start()
        if problem := _cannot_work(deck.events):
            await deck.close()
            raise Failure(problem, Exit.TRANSPORT)
        if self._announce:
            for event in deck.events:
                if isinstance(event.what, BearerOpened):
                    print(f"listening on {event.what.address}", file=sys.stderr, flush=True)
        code = await self._wait(deck, interrupted)
        await deck.close(Stopped("timed-out") if code is Exit.TIMED_OUT else None)
        return self._verdict(code)

    async def _wait(self, deck: Runnable, interrupted: asyncio.Event) -> Exit:
        waiting: dict[str, asyncio.Task[object]] = {
            "interrupted": asyncio.create_task(interrupted.wait())
        }
        waiting["over"] = asyncio.create_task(self._over.wait())
        if not self._endless:
            waiting["settled"] = asyncio.create_task(deck.settled())
        done, left = await asyncio.wait(
            waiting.values(), timeout=self._limit, return_when=asyncio.FIRST_COMPLETED
        )
        for task in left:
            task.cancel()
        if not done:
            return Exit.TIMED_OUT
        return Exit.INTERRUPTED if waiting["interrupted"] in done else Exit.MET

    def _verdict(self, code: Exit) -> Exit:
        """The exit code, and the last line in words."""
        codes = [exit_code(result) for result in self.results]
        problem = _cannot_work(self._deck.events if self._deck else ())
        if problem and not codes and code is not Exit.INTERRUPTED:
            raise Failure(problem, Exit.TRANSPORT)
        if code is Exit.INTERRUPTED:
            words = "interrupted"
        elif not codes:
            words, code = "timed-out: nothing came", Exit.TIMED_OUT
        else:
            code = next((c for c in codes if c is not Exit.MET), Exit.MET)
            words = f"{len(codes)} runs: {', '.join(r.outcome for r in self.results)}"
        if self._json:
            if self._once and not codes:
                outcome: Outcome = "interrupted" if code is Exit.INTERRUPTED else "timed-out"
                nothing = fold((), 0)
                result = msgspec.structs.replace(nothing, outcome=outcome, sentence=words)
                print(msgspec.json.encode(result).decode(), flush=True)
            return code
        if self._once and self.results:
            print("\n".join(lines(self.results[0])), flush=True)
        elif len(codes) != 1 or code is Exit.INTERRUPTED:
            print(words, flush=True)
        return code


def _cannot_work(events: Sequence[Event]) -> str:
    """The first reason why nothing can come of this, or ""."""
    for event in events:
        if isinstance(event.what, Failed):
            return event.what.sentence
        if isinstance(event.what, BearerFailed):
            return f"{event.what.address}: {event.what.reason}"
    return ""
