"""`handset run` with all its bearers at once, Kannel with all its links, and one server: a table to send over.

A notification is known by its SessionID; each is signed over what the server has.
"""

import contextlib
import itertools
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator import journal, profiles, pushing
from emulator.protocol.events import (
    BearerOpened,
    Event,
    NotificationRead,
    SessionClosed,
    VerdictReached,
    What,
)
from emulator.protocol.keyring import Account
from emulator.tui import device as face
from tests.interop import gateways
from tests.interop.built_in import DEVICE_ID, BuiltIn
from tests.interop.device import HANDSET, SERVER_SECRET, Device
from tests.interop.kannel import Kannel
from tests.interop.peers import PATIENCE, SyncEvolution, free_port, loopback

SYNCEVOLUTION_ID = "sc-server-01"
"""What SyncEvolution called itself when it sent the captured notifications."""
_IDS = itertools.count(0x4A01)


class Handset:
    """`handset run`, and what its journal says."""

    def __init__(self, folder: Path) -> None:
        self.pty = folder / "m0"
        self.own_pty = folder / "m1"
        self.udp = loopback()
        self.tcp, self.smpp, self.smsc, self.ota = (free_port() for _ in range(4))
        self.addresses = {
            "UDP": f"udp://{self.udp}:2948",
            "ATPTY": f"modem:{self.pty}",
            "ATTCP": f"modem:tcp://127.0.0.1:{self.tcp}",
            "SMPP": f"smpp://127.0.0.1:{self.smpp}",
            "HTTP": f"smsc-http://127.0.0.1:{self.smsc}/",
            "OTA": f"http://127.0.0.1:{self.ota}/",
            "OWN": f"modem:{self.own_pty}",
        }
        self._record = folder / "run.journal"

    @contextlib.contextmanager
    def running(self, device: Device) -> Iterator[None]:
        """With the profile of that device; when it listens on all its bearers."""
        listen = [part for address in self.addresses.values() for part in ("--listen", address)]
        kept = ["--state", str(device.state), "--journal", str(self._record)]
        process = subprocess.Popen(
            [HANDSET, "run", str(device.profile), "--headless", "--json", *listen, *kept],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            self.until(lambda events: self._opened(events) == set(self.addresses.values()))
            yield
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 130

    @staticmethod
    def _opened(events: list[Event]) -> set[str]:
        return {e.what.address for e in events if isinstance(e.what, BearerOpened)}

    def until(self, met: Callable[[list[Event]], object]) -> list[Event]:
        """The events, as soon as they are as wanted."""
        end = time.monotonic() + PATIENCE
        events: list[Event] = []
        while time.monotonic() < end:
            with contextlib.suppress(journal.JournalError):  # its last line is half written
                events = journal.read(self._record)
                if met(events):
                    return events
            time.sleep(0.02)
        raise AssertionError([type(e.what).__name__ for e in events[-20:]])

    def session_of(self, session_id: int) -> list[What]:
        """What happened in the run of that notification, once it is over."""

        def run(events: list[Event]) -> int:
            read = (e for e in events if isinstance(e.what, NotificationRead))
            return next((e.session for e in read if e.what.session_id == session_id), 0)

        def over(events: list[Event]) -> bool:
            number = run(events)
            ends = (e for e in events if isinstance(e.what, SessionClosed))
            return bool(number) and any(e.session == number for e in ends)

        events = self.until(over)
        number = run(events)
        return [e.what for e in events if e.session == number]

    def session_after(self, before: int) -> list[What]:
        """What happened in the run of the next session, when more than `before` are over."""

        def over(events: list[Event]) -> list[int]:
            return [e.session for e in events if isinstance(e.what, SessionClosed)]

        events = self.until(lambda events: len(over(events)) > before)
        number = over(events)[before]
        return [e.what for e in events if e.session == number]

    def whats(self) -> list[What]:
        """All that has happened so far."""
        return [e.what for e in self.until(bool)]

    def not_for_us(self, least: int = 0) -> list[VerdictReached]:
        """The verdicts about pushes for somebody else, when there are so many."""

        def strangers(events: list[Event]) -> list[VerdictReached]:
            verdicts = (e.what for e in events if isinstance(e.what, VerdictReached))
            return [what for what in verdicts if what.reason == "not-for-us"]

        return strangers(self.until(lambda events: len(strangers(events)) >= least))

    def face(self) -> face.Device:
        """The handset as its face shows it."""
        shown = face.Device()
        for event in self.until(bool):
            shown = face.fold(shown, event)
        return shown

    def counts(self) -> Counter[str]:
        """How many pushes the face says have come in on each address."""
        return Counter({bearer.address: bearer.came for bearer in self.face().bearers})


@dataclass(frozen=True)
class Note:
    """A package #0 and its SessionID."""

    session_id: int
    octets: bytes


@dataclass(frozen=True)
class Table:
    """`account` is the handset's with the server; `nonce`, `store` and `verdict`: what notifications
    are signed over, what they name, and how the handset takes them."""

    handset: Handset
    kannel: Kannel
    account: Account
    nonce: str
    store: str
    verdict: str

    def notification(self, long: bool = False) -> Note:
        """One with a SessionID of its own; a long one names many datastores."""
        session_id = next(_IDS)
        stores = [self.store, *(f"./nothing-of-the-kind-{n:02}" for n in range(7 if long else 0))]
        syncs = tuple(f"206:text/x-vcard:{uri}" for uri in stores)
        wanted = pushing.Wanted(self.nonce, hex(session_id), syncs=syncs)
        return Note(session_id, pushing.package_0(self.account, wanted))


@contextlib.contextmanager
def built_in(folder: Path) -> Iterator[Table]:
    """The server lost its nonce: only the SessionID verifies, and the six steps follow."""
    with BuiltIn() as server:
        device = Device(
            folder,
            server="built-in",
            device={"id": DEVICE_ID},
            account={"url": server.url, "server_nonce_hex": "0badc0de"},
            resync={"rate": "off"},
        )
        with _laid(folder, device) as (handset, kannel, account):
            yield Table(handset, kannel, account, "session-id", "./contacts", "verified-session-id")


@contextlib.contextmanager
def syncevolution(folder: Path) -> Iterator[Table]:
    """As SyncEvolution signs: as the user, over a nonce that is always the same."""
    with SyncEvolution() as server:
        device = Device(
            folder,
            server="syncevolution",
            device={"id": server.device_id},
            account={
                "url": server.url,
                "server_id": SYNCEVOLUTION_ID,
                "server_secret": SERVER_SECRET,
                "user": server.user,
                "password": server.password,
            },
        )
        with _laid(folder, device) as (handset, kannel, account):
            (constant,) = account.policy.notification.constant_nonces
            nonce = f"hex:{constant.encode().hex()}"
            yield Table(handset, kannel, account, nonce, "addressbook", "verified-stored")


@contextlib.contextmanager
def _laid(folder: Path, device: Device) -> Iterator[tuple[Handset, Kannel, Account]]:
    handset = Handset(folder)
    (account,) = profiles.load(str(device.profile)).accounts
    links = gateways.kannel_links(handset.pty, handset.tcp, handset.smpp, handset.smsc, free_port())
    with handset.running(device), Kannel(links) as kannel:
        yield handset, kannel, account


TABLES = {"built-in": built_in, "syncevolution": syncevolution}
