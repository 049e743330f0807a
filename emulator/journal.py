"""The journal: events in memory and, if wanted, as append-only JSON lines in a file.

The first line names the format and the tool. Octets are written with their secret spans cut out
(`cut`); a keyring puts them back (`restored`). Knows no protocol rule.
"""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from emulator import __version__
from emulator.protocol.events import (
    AnyWhat,
    Cut,
    Event,
    MessageReceived,
    MessageSent,
    Octets,
    What,
)
from emulator.protocol.keyring import Account
from emulator.wire import build, charsets, codec, secretspans
from emulator.wire.errors import WireError

FORMAT = 1
_MARK = b"auth-basic"


_DIGESTS = {build.AUTH_TYPES[scheme].lower() for scheme in ("md5", "mac")}


class JournalError(Exception):
    """A journal cannot be read or written; the text names file and line."""


class Header(msgspec.Struct, frozen=True):
    """The first line of a journal."""

    format: int
    tool: str


class Journal:
    """The events so far, numbered from 1. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float], path: Path | None = None) -> None:
        self.events: list[Event] = []
        self._clock = clock
        self._encoder = msgspec.json.Encoder()
        self._file: IO[bytes] | None = None
        if path is not None:
            try:
                # Never over an old journal: it may be the only record of a failure.
                self._file = path.open("xb")
            except FileExistsError:
                raise JournalError(
                    f"{path}: exists already; a journal is never overwritten"
                ) from None
            except OSError as wrong:
                raise JournalError(f"{path}: cannot be written: {wrong.strerror}") from wrong
            self._line(Header(FORMAT, f"ds-handset {__version__}"))

    def append(
        self, what: What, *, session: int = 0, cause: int = 0, account: Account | None = None
    ) -> Event:
        """Writes one event down; octets of a message lose the secrets of `account` first."""
        if isinstance(what, MessageSent | MessageReceived):
            # Our own Creds say what they are; a peer's may not.
            doubtful = isinstance(what, MessageReceived) and what.summary.startswith("Cred")
            octets = cut(bytes(what.octets), what.content_type, account, doubtful)
            what = msgspec.structs.replace(what, octets=octets)
        event = Event(
            seq=len(self.events) + 1,
            at=self._clock(),
            session=session,
            cause=cause,
            what=what,  # type: ignore[arg-type]
        )
        self.events.append(event)
        self._line(event)
        return event

    def _line(self, value: msgspec.Struct) -> None:
        if self._file is not None:
            self._file.write(self._encoder.encode(value) + b"\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def read(path: Path) -> list[Event]:
    """The events of a journal file. A last line that a crash cut short is left out.

    Raises JournalError with the line for anything else that is not a journal.
    """
    return list(_events(path))


def _events(path: Path) -> Iterator[Event]:
    decoder = msgspec.json.Decoder(Event)
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as wrong:
        raise JournalError(f"{path}: cannot be read: {wrong.strerror}") from wrong
    try:
        header = msgspec.json.decode(lines[0], type=Header)
    except msgspec.MsgspecError:
        raise JournalError(f"{path}: line 1: not a journal of this tool") from None
    if header.format > FORMAT:
        raise JournalError(
            f"{path}: format {header.format} of {header.tool} is newer than this tool"
        )
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        try:
            yield decoder.decode(line)
        except msgspec.MsgspecError as wrong:
            if number == len(lines):
                return
            raise JournalError(f"{path}: line {number}: {wrong}") from None


def cut(
    octets: bytes, content_type: str, account: Account | None, has_cred: bool = False
) -> Octets:
    """The octets of a message without its secrets, each named: the data of Creds that are no digests,
    and the values of management objects that are passwords.

    `has_cred`: there is a Cred that must be looked at, although nothing says that it is a basic one.
    Where the places cannot be told, everything is cut: a journal never leaks for want of parsing.
    """
    # Without NULs the mark shows in UTF-16 too.
    in_objects = secretspans.in_octets(octets)
    if not (has_cred or in_objects or _MARK in octets.replace(b"\0", b"").lower()):
        return Octets(octets.hex())
    reader = codec.by_media_type(content_type)
    try:
        spans = _secret_spans(octets, reader, content_type) if reader else [(0, len(octets))]
    except WireError:
        spans = [(0, len(octets))]
    name = account.name if account else "unknown"
    own = _basic(account) if account else b""
    masked = bytearray(octets)
    cuts = []
    for start, end in spans:
        kind = "basic" if own and octets[start:end] == own else "foreign"
        cuts.append(Cut(start, end - start, f"{name}/{kind}/1"))
        masked[start:end] = bytes(end - start)
    return Octets(bytes(masked).hex(), tuple(cuts))


def _basic(account: Account) -> bytes:
    return base64.b64encode(f"{account.user}:{account.password}".encode())


def _secret_spans(octets: bytes, reader: codec.Codec, content_type: str) -> list[tuple[int, int]]:
    """Every run of character data in the Data of a Cred that is no digest (basic, or of no type), and
    those of management objects."""
    creds: list[tuple[list[str], list[tuple[int, int]]]] = []
    located = reader.locate(octets, charsets.of_content_type(content_type))
    for at in located:
        if at.path[-1:] == ("Cred",):
            creds.append(([], []))
        elif creds and at.path[-3:] == ("Cred", "Meta", "Type"):
            kind = b"".join(octets[a:b] for a, b in at.values).decode("latin-1")
            creds[-1][0].append(kind.strip().lower())
        elif creds and at.path[-2:] == ("Cred", "Data"):
            creds[-1][1].extend(at.values)
    found = {span for types, spans in creds if not set(types) & _DIGESTS for span in spans}
    return sorted(found | set(secretspans.spans(octets, located)))


def restored(octets: Octets, accounts: dict[str, Account]) -> bytes:
    """The octets with their secrets put back. Raises KeyError for a secret that nobody holds."""
    whole = bytearray(bytes(octets))
    for gap in octets.cuts:
        name, kind, _ = gap.secret.rsplit("/", 2)
        if kind != "basic" or name not in accounts:
            raise KeyError(gap.secret)
        whole[gap.offset : gap.offset + gap.length] = _basic(accounts[name])
    return bytes(whole)


__all__ = ["AnyWhat", "Journal", "JournalError", "cut", "read", "restored"]
