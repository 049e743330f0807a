"""Plays scenarios and says what came of each: passed, failed with every difference, or not applicable.

Several run at the same time, each on a table of its own; findings come in the order that was asked
for. What failed is played once more with an honest server, for the ladder to compare with.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal

import msgspec

from emulator.exports import ladder
from emulator.protocol.events import ActBegan, ActJudged, Event, Miss
from emulator.scenarios.builtin import BuiltIn
from emulator.scenarios.judging import judge, seen
from emulator.scenarios.model import Scenario, When
from emulator.scenarios.stage import NoEnd, Stage

AT_ONCE = 6
"""Scenarios at the same time: much of each is waiting for sockets and the disk."""

_WIDTH = 75
"""Columns of a ladder: a terminal's, less the margin of a report."""

Ended = Literal["passed", "failed", "not-applicable"]


class Finding(msgspec.Struct, frozen=True):
    """What came of a scenario. `act` is the number of the act that went otherwise (from 1), `when`
    its words; `expected` and `came` are the events of its run with an honest server and here."""

    scenario: Scenario
    ended: Ended
    seconds: float
    reason: str = ""
    act: int = 0
    when: str = ""
    misses: tuple[Miss, ...] = ()
    expected: tuple[Event, ...] = ()
    came: tuple[Event, ...] = ()

    @property
    def ladder(self) -> list[str]:
        """The run that went otherwise: beside the honest one where there is one, else whole."""
        if self.expected:
            return ladder.beside(self.expected, self.came, _WIDTH)
        return ladder.whole(self.came, _WIDTH) if self.came else []


class Player:
    """`stage` makes the table of a scenario; `hindrance` says why one cannot be played there, in
    words; `excuse` why what went otherwise there proves nothing; `compare`: play what failed once
    more with an honest server."""

    def __init__(
        self,
        stage: Callable[[Scenario], Stage],
        *,
        hindrance: Callable[[Scenario], str] = lambda scenario: "",
        excuse: Callable[[Scenario, Finding], str] = lambda scenario, finding: "",
        leave_out: frozenset[str] = frozenset(),
        at_once: int = AT_ONCE,
        compare: bool = True,
    ) -> None:
        self.stage = stage
        self.hindrance = hindrance
        self._excuse = excuse
        self.leave_out = leave_out
        self._at_once = at_once
        self._compare = compare

    async def play(self, scenarios: Sequence[Scenario]) -> AsyncIterator[Finding]:
        """The findings, in order, each as soon as it and all before it are there."""
        places = asyncio.Semaphore(self._at_once)

        async def one(scenario: Scenario) -> Finding:
            async with places:
                return await self.one(scenario)

        tasks = [asyncio.create_task(one(scenario)) for scenario in scenarios]
        try:
            for task in tasks:
                yield await task
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def one(self, scenario: Scenario) -> Finding:
        """Plays one scenario."""
        if why := self.hindrance(scenario):
            return Finding(scenario, "not-applicable", 0.0, why)
        began = time.monotonic()
        stage = self.stage(scenario)
        try:
            found = await played(scenario, stage, self.leave_out)
        finally:
            await stage.close()
        found = msgspec.structs.replace(found, seconds=time.monotonic() - began)
        if found.ended != "failed":
            return found
        if why := self._excuse(scenario, found):
            return Finding(scenario, "not-applicable", found.seconds, why)
        if not self._compare:
            return found
        return msgspec.structs.replace(found, expected=await _honest(scenario, found.act))


async def played(
    scenario: Scenario, stage: Stage, leave_out: frozenset[str] = frozenset()
) -> Finding:
    """Plays it on that stage, up to the first act that goes otherwise. Its journal says which act
    begins and how each is judged; the stage stays as it is then."""
    try:
        await stage.lay()
    except (NoEnd, OSError) as wrong:
        miss = Miss("outcome", 0, "a table to play on", str(wrong), scenario.clause)
        return Finding(scenario, "failed", 0.0, misses=(miss,))
    record = stage.journal.append
    for number, act in enumerate(scenario.when, 1):
        record(ActBegan(scenario.number, number, act.words))
        run = 0
        misses: tuple[Miss, ...] = ()
        try:
            run = await stage.do(act)
        except (NoEnd, OSError) as wrong:
            miss = Miss("outcome", scenario.step, "a run that ends", str(wrong), scenario.clause)
            misses = (miss,)
        if act.expect is not None and not misses:
            came = seen(stage.journal.events, run)
            misses = judge(act.expect, came, scenario.clause, leave_out=leave_out)
        if act.expect is not None or misses:
            record(ActJudged(scenario.number, number, misses))
        if misses:
            return _failed(scenario, number, act, misses, stage, run)
    return Finding(scenario, "passed", 0.0, _not_seen(scenario, leave_out))


def _not_seen(scenario: Scenario, leave_out: frozenset[str]) -> str:
    """Which of its expectations were not looked at; empty when all were."""
    expects = [act.expect for act in scenario.when if act.expect]
    left = [k for k in sorted(leave_out) if any(getattr(e, k) is not None for e in expects)]
    return f"not looked at: {', '.join(left)}" if left else ""


def _failed(
    scenario: Scenario, number: int, act: When, misses: tuple[Miss, ...], stage: Stage, run: int
) -> Finding:
    return Finding(
        scenario,
        "failed",
        0.0,
        act=number,
        when=act.words,
        misses=misses,
        came=_of(stage.journal.events, run),
    )


def _of(events: Sequence[Event], run: int) -> tuple[Event, ...]:
    """The events of a run; of all runs for 0."""
    return tuple(event for event in events if run in (0, event.session))


async def _honest(scenario: Scenario, act: int) -> tuple[Event, ...]:
    """The events of that act's run with a server that does as the scenario says; none if that goes
    otherwise too: then there is nothing to hold beside."""
    stage = BuiltIn(scenario.given)
    try:
        await stage.lay()
        for number, each in enumerate(scenario.when, 1):
            run = await stage.do(each)
            if each.expect and judge(each.expect, seen(stage.journal.events, run), ""):
                return ()
            if number == act:
                return _of(stage.journal.events, run)
    except (OSError, NoEnd):
        return ()
    finally:
        await stage.close()
    return ()
