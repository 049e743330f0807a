"""The deck over a journal that is there already, or that another process is writing.

Reads it piece by piece beside the screen, so that a long one stops no key, and goes on reading as the
file grows. There is no handset behind it; without a profile's keyring there are no Workings either.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from emulator import journalfile
from emulator.eventlog import EventLog, octets_of, until
from emulator.journalfile import JournalError, Placed, Reader, Torn
from emulator.protocol.events import Event, Failed, HandsetStarted, Noted

if TYPE_CHECKING:
    from emulator.profiles import Profile
    from emulator.protocol.inspection import Compared
    from emulator.protocol.keyring import Keyring

SLICE = 0.004
"""Seconds of reading in one go, and of a pause after it."""
LOOK = 0.25
"""Seconds after which a file that has been read is looked at again."""
EARLY = 20
"""Events among which a journal says whose it is."""


class Recording:
    """A journal file. Raises JournalError for a file that is none.

    `keyring` has the secrets to compute Workings with, those of the profile `whose`.
    """

    def __init__(self, path: Path, keyring: "Keyring | None" = None, whose: str = "") -> None:
        self._reader = Reader(path)
        self._keyring = keyring
        self._log = EventLog(octets_of(self._reader.descriptor))
        self._task: asyncio.Task[None] | None = None
        self._over = False
        """Whether all has been read that can be: a last line may be cut short."""
        self._broken = False
        """Whether reading has stopped at a line that is no event."""
        self._torn: Torn | None = None
        """The last line, if it is."""
        self.title = path.name
        self.subtitle = f"a journal of {self._reader.tool}"
        if whose:
            self.subtitle += f", digests with the secrets of {whose}"

    @property
    def events(self) -> Sequence[Event]:
        return self._log

    @property
    def progress(self) -> float:
        """How much of the file has been read, 1.0 for all of it."""
        size = self._reader.size
        return 1.0 if self._over or self._reader.at >= size else self._reader.at / size

    @property
    def hint(self) -> str:
        if torn := (*self._reader.torn, *filter(None, [self._torn])):
            return f"{'; '.join(each.sentence for each in torn)}; comments can be made all the same"
        return "enter opens an event, G goes to the last one and follows what is still written"

    async def start(self) -> None:
        """Begins to read; the first page is there at once."""
        self._task = asyncio.create_task(self._follow())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _follow(self) -> None:
        try:
            while True:
                await self._rest()
                self._torn = self._reader.torn_end()
                self._over = True
                await asyncio.sleep(LOOK)
        except JournalError as wrong:
            # Where reading stopped, the ladder ends with the reason.
            self._over = self._broken = True
            last = self._log[-1] if self._log else Event(seq=0, at=0.0, what=Failed(""))
            event = Event(seq=last.seq + 1, at=last.at, what=Failed(str(wrong)))
            self._log.append(event, self._reader.at, 0)

    async def _rest(self) -> None:
        """All that the file holds now."""
        placed = self._reader.more()
        while True:
            if self._slice(placed):
                return
            await asyncio.sleep(SLICE)

    def _slice(self, placed: Iterator[Placed]) -> bool:
        """Takes events for a moment; whether there are no more."""
        end = time.perf_counter() + SLICE
        for event, offset, size in placed:
            self._log.append(event, offset, size)
            if time.perf_counter() > end:
                return False
        return True

    async def note(self, event: int, mark: bool, text: str) -> None:
        """Goes to the end of the file, and is read there like all else. Raises OSError, in words."""
        if not self._over:
            raise OSError(f"{self.title}: a note can be added once the whole file has been read")
        if self._broken:
            raise OSError(f"{self.title}: takes no note, it cannot be read to its end")
        seq = self._log[-1].seq + 1 if self._log else 1
        noted = Event(seq=seq, at=time.time(), cause=event, what=Noted(event, mark, text))
        try:
            journalfile.add(self._reader.path, noted)
        except OSError as wrong:
            raise OSError(f"{self._reader.path}: takes no note: {wrong.strerror}") from wrong

    def workings(self, event: Event) -> "Sequence[Compared]":
        if self._keyring is None:
            return ()
        from emulator.protocol import inspection

        return inspection.workings(event, until(self._log, event), self._keyring)

    def document(self, event: Event) -> str:
        from emulator.protocol import inspection

        return inspection.document(event)


def opened(path: Path, profile: str = "", state: Path | None = None) -> Recording:
    """A journal, with the secrets of that profile (a name or a path) to compute digests with; without
    one, with those of the user's own profile that the journal names, if it is of that device.

    Raises ProfileError, and JournalError also for what the profile's store cannot tell.
    """
    found = _profile(profile) if profile else _named(path)
    if found is None:
        return Recording(path)
    from emulator import holdings
    from emulator.store import StoreError

    try:
        return Recording(path, holdings.keyring(found, state), found.name)
    except StoreError as wrong:
        if profile:
            raise JournalError(str(wrong)) from wrong
        return Recording(path)  # nobody has asked for this one


def _profile(name: str) -> "Profile":
    from emulator import profiles

    return profiles.load(name)


def _named(path: Path) -> "Profile | None":
    from emulator.profiles import ProfileError, places

    started: HandsetStarted | None = None
    with contextlib.suppress(JournalError):  # it is said where the line is read to be shown
        early = islice(Reader(path).more(), EARLY)
        whats = (placed.event.what for placed in early)
        started = next((what for what in whats if isinstance(what, HandsetStarted)), None)
    own = places.own().get(started.profile) if started is not None else None
    if started is None or own is None:
        return None
    try:
        profile = _profile(str(own))
    except ProfileError:
        return None  # nobody has asked for this one
    return profile if profile.device.id == started.device_id else None
