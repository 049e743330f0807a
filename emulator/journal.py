"""The journal: every event as a line of JSON, in a file if one is wanted, and at hand as a value.

The first line names the format and the tool. Octets are written with their secret spans cut out
(`cut`); a keyring puts them back (`restored`). Knows no protocol rule.
"""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec

from emulator import __version__, journalfile
from emulator.eventlog import EventLog, Spool, octets_of
from emulator.journalfile import FORMAT, Header, JournalError, read
from emulator.protocol.events import (
    AnyWhat,
    Cut,
    Event,
    MessageEdited,
    MessageReceived,
    MessageSent,
    Octets,
    SessionOpened,
    What,
)
from emulator.protocol.keyring import Account
from emulator.wire import build, charsets, codec, secretspans
from emulator.wire.errors import WireError
from emulator.wire.httphead import without_userinfo

_MARK = b"auth-basic"
_DIGESTS = {build.AUTH_TYPES[scheme].lower() for scheme in ("md5", "mac")}


class Journal:
    """The events so far, numbered from 1. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float], path: Path | None = None) -> None:
        self._clock = clock
        self._encoder = msgspec.json.Encoder()
        self._file: IO[bytes] | None = None
        self._spool: Spool | None = None
        self._written = 0
        if path is None:
            self._spool = Spool()
            self.events = EventLog(self._spool)
        else:
            try:
                # Never over an old journal: it may be the only record of a failure.
                self._file = path.open("x+b")
            except FileExistsError:
                raise JournalError(
                    f"{path}: exists already; a journal is never overwritten"
                ) from None
            except OSError as wrong:
                raise JournalError(f"{path}: cannot be written: {wrong.strerror}") from wrong
            journalfile.hold(self._file.fileno())
            self.events = EventLog(octets_of(self._file.fileno()))
            self._write(self._encoder.encode(Header(FORMAT, f"ds-handset {__version__}")) + b"\n")

    def append(
        self, what: What, *, session: int = 0, cause: int = 0, account: Account | None = None
    ) -> Event:
        """Writes one event down; octets of a message lose the secrets of `account` first."""
        if isinstance(what, MessageSent | MessageEdited | MessageReceived):
            # Our own Creds say what they are; a peer's may not.
            doubtful = isinstance(what, MessageReceived) and what.summary.startswith("Cred")
            octets = cut(bytes(what.octets), what.content_type, account, doubtful)
            what = msgspec.structs.replace(what, octets=octets)
        if isinstance(what, MessageSent | SessionOpened):
            what = msgspec.structs.replace(what, url=without_userinfo(what.url))
        event = Event(
            seq=len(self.events) + 1,
            at=self._clock(),
            session=session,
            cause=cause,
            what=what,  # type: ignore[arg-type]
        )
        line = self._encoder.encode(event) + b"\n"
        self.events.append(event, self._written, len(line))
        self._write(line)
        return event

    def _write(self, line: bytes) -> None:
        self._written += len(line)
        if self._spool is not None:
            self._spool.write(line)
        elif self._file is not None:
            self._file.write(line)
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            journalfile.let_go(self._file.fileno())
            self._file.close()
            self._file = None


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
    own = _basic(account) if account and account.user else b""
    # A person may have edited away what says that it is one.
    verbatim = [(m.start(), m.end()) for m in re.finditer(re.escape(own), octets)] if own else []
    marked = _MARK in octets.replace(b"\0", b"").lower()
    if not (has_cred or in_objects or marked or verbatim):
        return Octets(octets.hex())
    reader = codec.by_media_type(content_type)
    try:
        spans = _secret_spans(octets, reader, content_type) if reader else [(0, len(octets))]
    except WireError:
        spans = [(0, len(octets))]
    name = account.name if account else "unknown"
    masked = bytearray(octets)
    cuts = []
    for start, end in _apart([*spans, *verbatim]):
        kind = "basic" if own and octets[start:end] == own else "foreign"
        cuts.append(Cut(start, end - start, f"{name}/{kind}/1"))
        masked[start:end] = bytes(end - start)
    return Octets(bytes(masked).hex(), tuple(cuts))


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same without those that lie inside another one."""
    return [s for s in sorted(set(spans)) if not any(_inside(s, other) for other in spans)]


def _inside(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one != other and other[0] <= one[0] and one[1] <= other[1]


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
