"""Recorded runs as a journal file."""

from collections.abc import Sequence
from pathlib import Path

from emulator.journal import Journal
from tests.tui import recording
from tests.tui.recording import Step


def journal(path: Path, *runs: Sequence[Step]) -> Path:
    """A journal of the handset's start and these runs."""
    events = iter(recording.events(*runs, up=recording.up()))
    ticks = iter([event.at for event in recording.events(*runs, up=recording.up())])
    written = Journal(lambda: next(ticks), path)
    for event in events:
        written.append(event.what, session=event.session, cause=event.cause)
    written.close()
    return path
