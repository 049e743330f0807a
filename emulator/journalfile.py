"""A journal as a file: its first line names the format, every other one is an event.

Owns reading it, piece by piece, also while somebody still writes it. Knows no screen and no secret;
what is written, and what is cut out of it, is `journal.py`'s.
"""

import contextlib
import errno
import fcntl
import os
import re
import stat
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from emulator.protocol.events import Event

FORMAT = 1
PIECE = 1 << 18
"""Octets that are read in one go, unless a line is longer."""
HEADER = 1 << 12
"""Octets of the first line at most."""
MAX_LINE = 1 << 26
"""Octets of any other line at most: a message of the largest size in hex, more than twice."""


class JournalError(Exception):
    """A journal cannot be read or written; the text names file and line."""


class Header(msgspec.Struct, frozen=True):
    """The first line of a journal."""

    format: int
    tool: str


class Placed(NamedTuple):
    """An event, and where its line lies in the file."""

    event: Event
    offset: int
    size: int


class Torn(NamedTuple):
    """A line that a crash has cut short."""

    line: int
    octets: bytes

    @property
    def sentence(self) -> str:
        """What can be told of it; none of its contents."""
        seq = re.match(rb'\{"seq":(\d+),', self.octets)
        kind = re.search(rb'"kind":"([A-Za-z]+)"', self.octets)
        parts = [
            f"event {seq[1].decode()}" if seq else "",
            kind[1].decode() if kind else "",
            f"{len(self.octets)} octets of it are kept in the file",
        ]
        return f"line {self.line} was cut short by a crash: {', '.join(filter(None, parts))}"


class Reader:
    """A journal file that is read from its beginning on. Raises JournalError for another file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # Without waiting for a FIFO's other end.
            self.descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as wrong:
            raise JournalError(f"{path}: cannot be read: {wrong.strerror}") from wrong
        weakref.finalize(self, os.close, self.descriptor)
        if not stat.S_ISREG(os.fstat(self.descriptor).st_mode):
            raise JournalError(f"{path}: not a journal: expected a regular file")
        self.at = 0
        """Octets whose events have been handed out."""
        self.line = 0
        """Lines that they were."""
        self.seq = 0
        """The number of the last one."""
        self.torn: tuple[Torn, ...] = ()
        """Lines that were passed over."""
        self._decoder = msgspec.json.Decoder(Event)
        self._piece, self._from = b"", 0
        """Octets that have been read, and from where in them on they are new."""
        self._begin()

    def _begin(self) -> None:
        while (end := self._piece.find(b"\n", 0, HEADER)) < 0 and len(self._piece) < HEADER:
            if not self._grow():
                break
        line = self._piece[:HEADER] if end < 0 else self._piece[: end + 1]
        try:
            header = msgspec.json.decode(line, type=Header)
        except msgspec.MsgspecError:
            raise JournalError(f"{self.path}: line 1: not a journal of this tool") from None
        if header.format > FORMAT:
            raise JournalError(
                f"{self.path}: format {header.format} of {header.tool} is newer than this tool"
            )
        self.tool = header.tool
        self._pass(len(line))

    @property
    def size(self) -> int:
        """How long the file is now."""
        return os.fstat(self.descriptor).st_size

    def _grow(self) -> bool:
        """Reads one piece more; whether there was any."""
        left = self._piece[self._from :]
        if len(left) > MAX_LINE:
            raise JournalError(f"{self.path}: line {self.line + 1}: longer than {MAX_LINE} octets")
        try:
            # As much again as there is: a long line is not copied once for each piece of it.
            octets = os.pread(self.descriptor, max(PIECE, len(left)), self.at + len(left))
        except OSError as wrong:
            raise JournalError(f"{self.path}: cannot be read: {wrong.strerror}") from wrong
        self._piece, self._from = left + octets, 0
        return bool(octets)

    def _pass(self, size: int) -> None:
        self._from += size
        self.at += size
        self.line += 1

    def more(self) -> Iterator[Placed]:
        """The events from here on up to where the file ends now. May be left and called again.

        A last line that is not whole (yet) is left out; so is one behind which somebody has put a note
        meanwhile: the numbers go on there as if it was not. Raises JournalError for any other line
        that is no event; what comes behind it is not read.
        """
        while True:
            end = self._piece.find(b"\n", self._from)
            if end < 0:
                if self._grow():
                    continue
                yield from self._rest()
                return
            size = end + 1 - self._from
            line = self._piece[self._from : end]
            if not line:
                self._pass(size)
                continue
            try:
                event = self._decoder.decode(line)
            except msgspec.MsgspecError as wrong:
                if not self._goes_on_behind(size):
                    raise JournalError(f"{self.path}: line {self.line + 1}: {wrong}") from None
                self.torn += (Torn(self.line + 1, line),)
                self._pass(size)
                continue
            yield self._place(event, size)

    def _place(self, event: Event, size: int) -> Placed:
        placed = Placed(event, self.at, size)
        self.seq = event.seq
        self._pass(size)
        return placed

    def _goes_on_behind(self, size: int) -> bool:
        """Whether the line behind that many octets has the number that is next here."""
        while (end := self._piece.find(b"\n", self._from + size)) < 0:
            if not self._grow():
                return False
        try:
            event = self._decoder.decode(self._piece[self._from + size : end])
        except msgspec.MsgspecError:
            return False
        return event.seq == self.seq + 1

    def _rest(self) -> Iterator[Placed]:
        """The last line, when it lacks nothing but its end."""
        line = self._piece[self._from :]
        try:
            event = self._decoder.decode(line)
        except msgspec.MsgspecError:
            return
        yield self._place(event, len(line))

    def torn_end(self) -> Torn | None:
        """What is left behind the last event, where nobody is there to write the rest of it."""
        rest = self._piece[self._from :]
        return Torn(self.line + 1, rest) if rest and not _is_held(self.descriptor) else None


def read(path: Path) -> list[Event]:
    """The events of a journal file. A line that a crash cut short is left out.

    Raises JournalError with the line for anything else that is not a journal.
    """
    return [placed.event for placed in Reader(path).more()]


def hold(descriptor: int) -> None:
    """Says to `add`, in whatever process, that this journal is being written: until `let_go`, or until
    the process is gone."""
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def let_go(descriptor: int) -> None:
    """Nothing more is written."""
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    let_go(descriptor)
    return False


def add(path: Path, event: Event) -> None:
    """Puts one event more at the end of a journal that nobody writes any more, on a line of its own.

    Raises OSError. A last line that is cut short stays as it is.
    """
    with path.open("r+b") as file:
        if _is_held(file.fileno()):
            raise OSError(errno.EBUSY, "a handset is still writing it; comment on its own screen")
        file.seek(-1, os.SEEK_END)
        begins = b"" if file.read(1) == b"\n" else b"\n"
    with path.open("ab", buffering=0) as file:
        file.write(begins + msgspec.json.encode(event) + b"\n")
