"""One scenario as a deck of the screen: it is played at a pace, and what it expects stands beside it.

Owns the stage while it is on the screen, and gives it up when the scenario is played again. How it
is played and judged is `running.py`'s, as for `check`.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

from emulator.exports.text import BAD, GOOD
from emulator.journal import Journal
from emulator.protocol import inspection
from emulator.protocol.effects import Stopped
from emulator.protocol.events import Event, Failed, Noted
from emulator.scenarios import expecting, reports
from emulator.scenarios.model import Scenario
from emulator.scenarios.running import Finding, played
from emulator.scenarios.stage import Stage


class ScenarioDeck:
    """`stage` makes the table of the scenario; `leave_out`: what cannot be seen there."""

    def __init__(
        self,
        scenario: Scenario,
        stage: Callable[[Scenario], Stage],
        *,
        journal: Journal | None = None,
        pace: float = 0.0,
        about: str = "",
        leave_out: frozenset[str] = frozenset(),
    ) -> None:
        self.title = scenario.number
        self.subtitle = f"{scenario.title}; {about}" if about else scenario.title
        self.journal = journal or Journal(time.time)
        self.finding: Finding | None = None
        """What came of it, once it has been played; None while it is played again."""
        self._scenario = scenario
        self._make = stage
        self._pace = pace
        self._leave_out = leave_out
        self._stage: Stage | None = None
        self._play: asyncio.Task[None] | None = None

    @property
    def events(self) -> Sequence[Event]:
        return self.journal.events

    @property
    def hint(self) -> str:
        """How it came out, and what a person can do."""
        if self.finding is None:
            return "o shows what is expected beside what has come"
        if self.finding.ended == "passed":
            return f"{GOOD} {self.title} passed: all came as expected; r plays it again"
        told = reports.told(self.finding.misses[0])
        return f"{BAD} {self.title} failed: {told}; o shows all, r plays it again"

    async def start(self) -> None:
        """Lays the table; the scenario is then played beside the screen."""
        self._play = asyncio.create_task(self._played())

    async def _played(self) -> None:
        try:
            self._stage = stage = self._make(self._scenario)
            stage.shown(self.journal, self._pace)
            self.finding = await played(self._scenario, stage, self._leave_out)
        except Exception as wrong:
            # A profile or a state folder that cannot be used; the screen says so.
            self.journal.append(Failed(f"the scenario cannot be played: {wrong}"))

    async def settled(self) -> None:
        """Returns when it has been played."""
        if self._play is not None:
            await asyncio.wait([self._play])

    async def rerun(self) -> None:
        """The same once more, on a new table."""
        await self._leave()
        self.finding = None
        await self.start()

    async def _leave(self, why: Stopped | None = None) -> None:
        if self._play is not None:
            self._play.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._play
        stage, self._stage = self._stage, None
        if stage is not None:
            await stage.close()

    async def close(self, why: Stopped | None = None) -> None:
        await self._leave(why)
        self.journal.close()

    def acts(self, upto: int) -> Sequence[expecting.Act]:
        """What is expected, beside what has come with the first `upto` events."""
        return expecting.acts(self._scenario, self.events[:upto], self._leave_out)

    def along(self) -> expecting.Flow:
        """Says of each event in turn what was expected there."""
        return expecting.Flow(self._scenario)

    async def note(self, event: int, mark: bool, text: str) -> None:
        """What the person says about the event of that seq."""
        self.journal.append(Noted(event, mark, text), cause=event)

    def workings(self, event: Event) -> Sequence[inspection.Compared]:
        phone = self._stage.phone if self._stage is not None else None
        return phone.workings(event) if phone is not None else ()

    def document(self, event: Event) -> str:
        return inspection.document(event)
