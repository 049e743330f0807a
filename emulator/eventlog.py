"""The events so far as a sequence: the newest as values, all others as lines of a file.

Owns where each event's line lies, and decodes a line when somebody asks for it, so that a hundred
thousand events take little memory. Knows nothing of what events mean but their order and their run.
"""

import contextlib
import os
import weakref
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import overload

import msgspec

from emulator.protocol.events import Event, Failed

RECENT, RECENT_OCTETS = 1024, 1 << 20
"""Events, and octets of their lines, that are kept as values at least."""
BLOCK, BLOCKS = 64, 24
"""Events that are decoded together, and how many such blocks are kept."""
BIG = 1 << 19
"""Octets of a block from which on an event is decoded alone, and not kept."""
SPOOL = 1 << 20
"""Octets of a spool that are kept in memory."""

Octets = Callable[[int, int], bytes]
"""The octets of a file: from an offset, at most so many."""


class EventLog(Sequence[Event]):
    """Append only. `octets` reads the file in which the lines are, or will be, at their offsets."""

    def __init__(self, octets: Octets) -> None:
        self._octets = octets
        self._offsets = array("Q")
        self._end = 0
        self._recent: list[Event] = []
        self._recent_octets = 0
        self._blocks: OrderedDict[int, list[Event]] = OrderedDict()
        self._decoder = msgspec.json.Decoder(Event)
        self._begins: dict[int, int] = {}
        """Where each run begins."""
        self.newest_run = 0
        """The highest number of a run so far."""

    def append(self, event: Event, offset: int, size: int) -> None:
        """One event more, whose line lies at that place of the file."""
        if event.session not in self._begins:
            self._begins[event.session] = len(self._offsets)
            self.newest_run = max(self.newest_run, event.session)
        self._offsets.append(offset)
        self._end = offset + size
        self._recent.append(event)
        self._recent_octets += size
        if len(self._recent) > 2 * RECENT or self._recent_octets > 2 * RECENT_OCTETS:
            self._let_go()

    def _let_go(self) -> None:
        """The older of the recent events live on as lines; the newest one stays in any case."""
        first = len(self._offsets) - len(self._recent)
        kept = max(len(self._offsets) - RECENT, first)
        kept = max(kept, bisect_left(self._offsets, self._end - RECENT_OCTETS))
        kept = min(kept, len(self._offsets) - 1)
        del self._recent[: kept - first]
        self._recent_octets = self._end - self._offsets[kept]

    def begin(self, session: int) -> int:
        """The index of a run's first event, 0 for a run that nobody knows."""
        return self._begins.get(session, 0)

    def __len__(self) -> int:
        return len(self._offsets)

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        count = len(self._offsets)
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(count))]
        if index < 0:
            index += count
        if not 0 <= index < count:
            raise IndexError(index)
        first = count - len(self._recent)
        return self._recent[index - first] if index >= first else self._old(index)

    def _old(self, index: int) -> Event:
        number, place = divmod(index, BLOCK)
        block = self._blocks.get(number)
        if block is not None:
            self._blocks.move_to_end(number)
            return block[place]
        start, end = number * BLOCK, (number + 1) * BLOCK
        if end > len(self._offsets) - len(self._recent):
            return self._decoded(index, index + 1)[0]  # the block is not whole yet
        if self._offset(end) - self._offset(start) > BIG:
            return self._decoded(index, index + 1)[0]
        block = self._blocks[number] = self._decoded(start, end)
        if len(self._blocks) > BLOCKS:
            self._blocks.popitem(last=False)
        return block[place]

    def _offset(self, index: int) -> int:
        return self._offsets[index] if index < len(self._offsets) else self._end

    def _decoded(self, start: int, end: int) -> list[Event]:
        base = self._offset(start)
        octets = self._octets(base, self._offset(end) - base)
        out = []
        for index in range(start, end):
            # Behind its line there may be one that was passed over.
            place = self._offset(index) - base
            line = octets[place : self._offset(index + 1) - base].split(b"\n", 1)[0]
            try:
                out.append(self._decoder.decode(line))
            except msgspec.MsgspecError:
                gone = "this line of the journal's file has changed since it was written"
                out.append(Event(seq=index + 1, at=0.0, what=Failed(gone)))
        return out


def place(events: Sequence[Event], event: Event) -> int:
    """The index of an event, or where it would stand."""
    guess = event.seq - 1
    if 0 <= guess < len(events) and events[guess].seq == event.seq:
        return guess
    return bisect_left(events, event.seq, key=lambda e: e.seq)


def beginning(events: Sequence[Event], session: int) -> int:
    """An index at which no event of that run has come yet; its first one's, where that is known."""
    begin: Callable[[int], int] | None = getattr(events, "begin", None)
    return begin(session) if begin is not None else 0


def until(events: Sequence[Event], event: Event) -> list[Event]:
    """The events of the same run up to this one, in order."""
    span = range(beginning(events, event.session), min(place(events, event) + 1, len(events)))
    return [each for each in (events[i] for i in span) if each.session == event.session]


def octets_of(descriptor: int) -> Octets:
    """Reads a file at any place, also once its owner has closed it."""
    own = os.dup(descriptor)

    class Read:
        def __call__(self, offset: int, size: int) -> bytes:
            return os.pread(own, size, offset)

    read = Read()
    weakref.finalize(read, os.close, own)
    return read


class Spool:
    """Where lines go: into a file as far as it takes them, into memory what it does not.

    Without a `descriptor` they go into memory first, and into a file without a name once they are many.
    """

    def __init__(self, descriptor: int = -1) -> None:
        self._descriptor = -1
        self._on_file = 0
        self._memory = bytearray()
        """What is not in the file, or not yet."""
        self.failure: OSError | None = None
        """Why the file does not take the lines now; the next one is tried again."""
        if descriptor >= 0:
            self._hold(descriptor)

    def _hold(self, descriptor: int) -> None:
        """The file is there also once its owner has closed it."""
        self._descriptor = os.dup(descriptor)
        weakref.finalize(self, os.close, self._descriptor)

    def write(self, octets: bytes) -> None:
        self._memory += octets
        if self._descriptor < 0 and len(self._memory) <= SPOOL:
            return
        try:
            if self._descriptor < 0:
                self._make()
            self._pour()
            self.failure = None
        except OSError as error:
            self.failure = error

    def _make(self) -> None:
        import tempfile

        with tempfile.TemporaryFile(prefix="handset-") as file:
            self._hold(file.fileno())

    def _pour(self) -> None:
        """Into the file, or nothing of it: a reader finds whole lines."""
        done = 0
        try:
            while done < len(self._memory):
                piece = self._memory[done : done + SPOOL]
                done += os.pwrite(self._descriptor, piece, self._on_file + done)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._on_file)
            raise
        self._on_file += done
        self._memory = bytearray()

    def __call__(self, offset: int, size: int) -> bytes:
        in_memory = max(offset - self._on_file, 0)
        end = max(offset + size - self._on_file, 0)
        found = bytes(self._memory[in_memory:end])
        if offset < self._on_file:
            found = os.pread(self._descriptor, min(size, self._on_file - offset), offset) + found
        return found
