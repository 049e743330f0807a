"""The screen over a journal in which events keep coming: `fed_app COUNT PER_SECOND`.

What `big_journal` measures: the main screen of `handset run`, with a handset that never rests.
"""

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from emulator.journal import Journal
from emulator.protocol import inspection
from emulator.protocol.events import Event
from emulator.tui.app import HandsetApp
from tests.benchmarks.long_journal import repeated, sessions


class Fed:
    """A deck with `count` events, and `rate` more a second."""

    title, subtitle, hint = "fed", "", ""

    def __init__(self, path: Path, count: int, rate: float) -> None:
        self.journal = Journal(time.time, path)
        self.events = self.journal.events
        self._source = repeated(sessions())
        self._rate = rate
        self._task: asyncio.Task[None] | None = None
        self._give(count)

    def _give(self, count: int) -> None:
        for _ in range(count):
            event = next(self._source)
            self.journal.append(event.what, session=event.session, cause=event.cause)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._feed())

    async def _feed(self) -> None:
        begun, given = time.perf_counter(), 0
        while True:
            await asyncio.sleep(0.005)
            due = int((time.perf_counter() - begun) * self._rate)
            self._give(due - given)
            given = due

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def workings(self, event: Event) -> list[inspection.Compared]:
        return []

    def document(self, event: Event) -> str:
        return inspection.document(event)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        HandsetApp(Fed(Path(folder) / "journal", int(sys.argv[1]), float(sys.argv[2]))).run()
