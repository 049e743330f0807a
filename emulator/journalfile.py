"""A journal as a file: its first line names the format, every other one is an event.

Owns reading it, piece by piece, also while somebody still writes it. Knows no screen and no secret;
what is written, and what is cut out of it, is `journal.py`'s.
"""

import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from emulator.protocol.events import Event

FORMAT = 1
PIECE = 1 << 18
"""Octets that are read in one go, unless a line is longer."""


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


class Reader:
    """A journal file that is read from its beginning on. Raises JournalError for another file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.descriptor = os.open(path, os.O_RDONLY)
        except OSError as wrong:
            raise JournalError(f"{path}: cannot be read: {wrong.strerror}") from wrong
        weakref.finalize(self, os.close, self.descriptor)
        self.at = 0
        """Octets whose events have been handed out."""
        self.line = 0
        """Lines that they were."""
        self._decoder = msgspec.json.Decoder(Event)
        self._piece, self._from = b"", 0
        """Octets that have been read, and from where in them on they are new."""
        self._begin()

    def _begin(self) -> None:
        while (end := self._piece.find(b"\n")) < 0 and self._grow():
            pass
        line = self._piece if end < 0 else self._piece[: end + 1]
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
        try:
            octets = os.pread(self.descriptor, PIECE, self.at + len(left))
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

        A last line that is not whole (yet) is left out. Raises JournalError for any other line that
        is no event; what comes behind it is not read.
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
                raise JournalError(f"{self.path}: line {self.line + 1}: {wrong}") from None
            placed = Placed(event, self.at, size)
            self._pass(size)
            yield placed

    def _rest(self) -> Iterator[Placed]:
        """The last line, when it lacks nothing but its end."""
        line = self._piece[self._from :]
        try:
            event = self._decoder.decode(line)
        except msgspec.MsgspecError:
            return
        placed = Placed(event, self.at, len(line))
        self._pass(len(line))
        yield placed


def read(path: Path) -> list[Event]:
    """The events of a journal file. A last line that a crash cut short is left out.

    Raises JournalError with the line for anything else that is not a journal.
    """
    return [placed.event for placed in Reader(path).more()]


def add(path: Path, event: Event) -> None:
    """Puts one event more at the end of a journal whose last line is whole. Raises OSError."""
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        begins = b"" if file.read(1) == b"\n" else b"\n"
    # Appended in one piece: whoever writes this journal may be at work.
    with path.open("ab", buffering=0) as file:
        file.write(begins + msgspec.json.encode(event) + b"\n")
