"""The events as a sequence: equal to a list of them, whatever lies in memory and what in the file."""

import errno
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import eventlog
from emulator.eventlog import EventLog, Spool, beginning, octets_of, place, until
from emulator.journal import Journal
from emulator.protocol.events import Event, Failed, PeerSaid


def said(number: int, session: int, size: int = 3) -> Event:
    return Event(seq=number, at=float(number), session=session, what=PeerSaid("x" * size))


def filled(events: list[Event]) -> EventLog:
    spool = Spool()
    log, at = EventLog(spool), 0
    for event in events:
        line = msgspec.json.encode(event) + b"\n"
        spool.write(line)
        log.append(event, at, len(line))
        at += len(line)
    return log


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So little is kept in memory that a few events go through all that happens to many."""
    for name, size in (
        ("RECENT", 4),
        ("RECENT_OCTETS", 900),
        ("BLOCK", 4),
        ("BLOCKS", 2),
        ("BIG", 900),
    ):
        monkeypatch.setattr(eventlog, name, size)
    monkeypatch.setattr(eventlog, "SPOOL", 1500)


def _open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


SIZES = st.sampled_from((0, 10, 100, 1000, 3000))


@pytest.mark.usefixtures("small")
@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(st.tuples(st.integers(0, 5), SIZES), max_size=60))
def test_a_log_reads_as_the_list_of_its_events(
    data: st.DataObject, made: list[tuple[int, int]]
) -> None:
    events = [said(n, run, size) for n, (run, size) in enumerate(made, 1)]
    log = filled(events)
    assert len(log) == len(events)
    assert list(log) == events
    assert list(reversed(log)) == events[::-1]
    for _ in range(5):
        index = data.draw(st.integers(-len(events) - 1, len(events)))
        if -len(events) <= index < len(events):
            assert log[index] == events[index]
            assert log[index:] == events[index:]
        else:
            with pytest.raises(IndexError):
                log[index]
    assert log.newest_run == max((run for run, _ in made), default=0)
    for event in events:
        assert place(log, event) == event.seq - 1
        assert beginning(log, event.session) == next(
            i for i, e in enumerate(events) if e.session == event.session
        )
        same = [e for e in events[: event.seq] if e.session == event.session]
        assert until(log, event) == same == until(events, event)


def test_of_many_events_few_are_values() -> None:
    log = filled([said(n, n // 40) for n in range(1, 20_001)])
    assert [log[i].seq for i in range(0, 20_000, 777)] == list(range(1, 20_001, 777))
    assert len(log._recent) <= 2 * eventlog.RECENT
    assert sum(map(len, log._blocks.values())) <= eventlog.BLOCKS * eventlog.BLOCK


def test_the_newest_events_stay_the_values_that_they_were() -> None:
    events = [said(n, 1) for n in range(1, 5001)]
    log = filled(events)
    assert all(log[-n] is events[-n] for n in range(1, eventlog.RECENT))


def test_a_few_large_events_do_not_fill_the_memory() -> None:
    log = filled([said(n, 1, 200_000) for n in range(1, 60)])
    assert len(log._recent) * 200_000 <= 2 * eventlog.RECENT_OCTETS
    assert len(log[3].what.sentence) == 200_000  # type: ignore[union-attr]
    assert not log._blocks


def test_without_a_file_much_goes_into_one_without_a_name() -> None:
    before = _open_files()
    log = filled([said(n, 1, 5000) for n in range(1, 1001)])
    assert len(_open_files() - before) == 1
    assert log[0] == said(1, 1, 5000)
    del log
    assert _open_files() <= before


def test_a_journal_can_be_looked_at_when_its_file_is_closed_and_gone(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(lambda: 0.5, path)
    for number in range(3000):
        journal.append(PeerSaid(str(number)), session=1)
    journal.close()
    path.unlink()
    assert [int(e.what.sentence) for e in journal.events] == list(range(3000))  # type: ignore[union-attr]


def test_a_file_that_changes_under_it_is_said_and_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(lambda: 0.5, path)
    for number in range(3000):
        journal.append(PeerSaid(str(number)))
    os.truncate(path, 5000)
    log = journal.events
    assert len(list(log)) == 3000
    gone = log[500]
    assert gone.seq == 501 and isinstance(gone.what, Failed) and "has changed" in gone.what.sentence
    journal.close()


class Disk:
    """A disk that takes `room` octets more, as `os.pwrite` sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._real = os.pwrite
        monkeypatch.setattr(os, "pwrite", self._write)

    def _write(self, descriptor: int, octets: memoryview, offset: int) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = self._real(descriptor, octets[: self.room], offset)
        self.room -= done
        return done


@pytest.mark.parametrize("room", [0, 1, 99, 100, 250])
def test_a_full_disk_gets_whole_lines_and_the_rest_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    lines = [bytes([65 + number]) * 99 + b"\n" for number in range(5)]
    disk = Disk(monkeypatch, room)
    with (tmp_path / "journal").open("x+b") as file:
        spool = Spool(file.fileno())
        for number, line in enumerate(lines):
            spool.write(line)
            assert b"".join(lines)[: (number + 1) * 100] == spool(0, 10_000)
        assert spool.failure is not None and spool.failure.errno == errno.ENOSPC
        whole = (tmp_path / "journal").read_bytes()
        assert whole == b"".join(lines[: len(whole) // 100])
        assert spool(150, 200) == b"".join(lines)[150:350]
        disk.room = 10_000
        spool.write(b"Z\n")
        assert spool.failure is None
        assert (tmp_path / "journal").read_bytes() == b"".join(lines) + b"Z\n"


def test_octets_are_read_by_place(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abcdef")
    with path.open("rb") as file:
        read = octets_of(file.fileno())
    assert (read(2, 3), read(5, 9), read(9, 1)) == (b"cde", b"f", b"")
