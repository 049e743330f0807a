"""The journal: every event as a line of JSON, in a file if one is wanted, and at hand as a value.

The first line names the format and the tool. Octets are written with their secret spans cut out
(`protocol.cutting`); a keyring puts them back (`restored`). Knows no protocol rule.
"""

from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec

from emulator import __version__, journalfile
from emulator.eventlog import EventLog, Spool
from emulator.journalfile import FORMAT, Header, JournalError, read
from emulator.protocol.cutting import basic, cut
from emulator.protocol.events import (
    AnyWhat,
    Event,
    Failed,
    MessageEdited,
    MessageReceived,
    MessageSent,
    Octets,
    SessionOpened,
    What,
)
from emulator.protocol.keyring import Account
from emulator.wire.httphead import without_userinfo


class Journal:
    """The events so far, numbered from 1. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float], path: Path | None = None) -> None:
        self._clock = clock
        self._encoder = msgspec.json.Encoder()
        self._path = path
        self._file = None if path is None else _made(path)
        self._spool = Spool() if self._file is None else Spool(self._file.fileno())
        self._written = 0
        self.events = EventLog(self._spool)
        self.trouble = ""
        """Why the newest events are not in the file, in words; "" while they are."""
        if self._file is not None and path is not None:
            self._write(self._encoder.encode(Header(FORMAT, f"ds-handset {__version__}")) + b"\n")
            if self.trouble:
                self.close()
                path.unlink()
                raise JournalError(self.trouble)

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
        had_trouble = bool(self.trouble)
        self._write(line)
        if self.trouble and not had_trouble:
            self.append(Failed(self.trouble))
        return event

    def _write(self, line: bytes) -> None:
        """What the file does not take stays in memory: the handset goes on judging, and shows it."""
        self._written += len(line)
        self._spool.write(line)
        failure = self._spool.failure
        if failure is None or self._path is None:
            self.trouble = ""
        elif not self.trouble:
            why = failure.strerror or failure
            self.trouble = f"{self._path}: cannot be written: {why}; new events are kept in memory"

    def close(self) -> None:
        if self._file is not None:
            journalfile.let_go(self._file.fileno())
            self._file.close()
            self._file = None


def _made(path: Path) -> IO[bytes]:
    try:
        # Never over an old journal: it may be the only record of a failure.
        file = path.open("x+b")
    except FileExistsError:
        raise JournalError(f"{path}: exists already; a journal is never overwritten") from None
    except OSError as error:
        raise JournalError(f"{path}: cannot be written: {error.strerror}") from error
    journalfile.hold(file.fileno())
    return file


def restored(octets: Octets, accounts: dict[str, Account]) -> bytes:
    """The octets with their secrets put back. Raises KeyError for a secret that nobody holds."""
    whole = bytearray(bytes(octets))
    for gap in octets.cuts:
        name, kind, _ = gap.secret.rsplit("/", 2)
        if kind != "basic" or name not in accounts:
            raise KeyError(gap.secret)
        whole[gap.offset : gap.offset + gap.length] = basic(accounts[name])
    return bytes(whole)


__all__ = ["AnyWhat", "Journal", "JournalError", "cut", "read", "restored"]
