"""A journal as long as a week of sessions: those of a demo, over and over."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec

from emulator.bench import Bench
from emulator.eventlog import EventLog
from emulator.journal import Journal
from emulator.protocol.events import Event


def sessions() -> list[Event]:
    """The events of one demo: the handset's start and a resynchronisation."""

    async def run() -> EventLog:
        over = asyncio.Event()
        bench = Bench(ended=lambda run: over.set())
        await bench.start()
        await over.wait()
        await bench.close()
        return bench.journal.events

    return list(asyncio.run(run()))


def repeated(events: list[Event]) -> Iterator[Event]:
    """These events again and again, each time as another run, without end."""
    run, at = 0, events[0].at
    while True:
        for event in events:
            if run and not event.session:
                continue
            at += 0.005
            yield msgspec.structs.replace(event, session=run + event.session, at=at)
        run += 1


def write(path: Path, count: int) -> None:
    """A journal file of so many events."""
    source = repeated(sessions())
    first = [next(source) for _ in range(count)]
    times = iter(event.at for event in first)
    journal = Journal(lambda: next(times), path)
    for event in first:
        journal.append(event.what, session=event.session, cause=event.cause)
    journal.close()
