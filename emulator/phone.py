"""The handset with its bearers: what listens, what a person can press, what runs until stopped.

Puts profile, store, journal, HTTP and bearers together; the screen and the headless run drive it.
Everything that goes wrong with a bearer becomes an event; the phone stays on.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.bearers import addresses
from emulator.bearers.addresses import Bearer, Ears, Lingering
from emulator.bearers.lines import Lines
from emulator.bearers.udp import UdpBearer
from emulator.conductor import Client, Gate, no_gate
from emulator.eventlog import until
from emulator.handset import Handset
from emulator.intake import Intake
from emulator.journal import Journal
from emulator.profiles import Profile
from emulator.protocol import inspection
from emulator.protocol.effects import Stopped
from emulator.protocol.events import BearerFailed, BearerOpened, Event, Failed
from emulator.protocol.keyring import Account, Device, Keyring
from emulator.protocol.policy import Http
from emulator.store import Store

if TYPE_CHECKING:
    from emulator.bearers.http import HttpClient

_IN_USE = (98, 48)


class Phone:
    """`listen` are addresses (`bearers.addresses`); raises AddressError for one that is none.

    `attended`: there is a person to ask; otherwise the profile answers.
    """

    def __init__(
        self,
        profile: Profile,
        state: Path,
        journal: Journal,
        *,
        listen: tuple[str, ...] = (),
        gate: Gate = no_gate,
        attended: bool = False,
        ended: Callable[[int], None] = lambda run: None,
        clock: Callable[[], float] = time.time,
        runs: int = 0,
    ) -> None:
        self.profile = profile
        self.journal = journal
        self.store = Store(state)
        self._clients = _Clients()
        self._ended = ended
        self._bearers: list[Bearer] = []
        """Those that are open."""
        self._question: asyncio.Future[bool] | None = None
        self._last: Keyring | None = None
        """The keyring as it was when the power was cut."""
        self.handset = Handset(
            profile,
            self.store,
            journal,
            self._clients.take,
            gate=gate,
            ask=self._ask if attended else None,
            ended=self._over,
            clock=clock,
            runs=runs,
        )
        self._intake = Intake(journal, self.handset.arrive, clock)
        intake = self._intake
        ears = Ears(intake.put, intake.take, self._failed, intake.tell, intake.refused, intake.lose)
        self._wanted = [addresses.bearer(address, ears) for address in listen]

    def _over(self, run: int) -> None:
        self._ended(run)
        asyncio.get_running_loop().call_soon(self._clients.get_ready)

    async def start(self) -> None:
        """Announces the device and opens the bearers; one that fails is an event."""
        self.handset.announce()
        self._intake.start()
        for bearer in self._wanted:
            await self._open(bearer)

    async def _open(self, bearer: Bearer) -> None:
        try:
            await bearer.open()
        except OSError as wrong:
            reason = wrong.strerror or str(wrong)
            if wrong.errno in _IN_USE:
                reason = "the port is in use; stop what listens there, or choose another --listen"
            self._failed(bearer.address, reason)
        except BaseException:
            # Cancelled half-way: nobody else knows of it.
            await _close([bearer])
            raise
        else:
            self._bearers.append(bearer)
            self.journal.append(BearerOpened(bearer.address))

    def _failed(self, address: str, reason: str) -> None:
        self.journal.append(BearerFailed(address, reason))

    def put(self, octets: bytes, sender: str) -> None:
        """A push of the handset's own sender waits to be judged."""
        self._intake.own(octets, sender)

    def push(self, octets: bytes, *, sms: bool = False) -> None:
        """Sends this to itself: over UDP to the first open port; an SMS, or without a port, as if
        over the air. Raises OSError.
        """
        port = next((b for b in self._bearers if isinstance(b, UdpBearer)), None)
        if port is not None and not sms:
            port.send(octets)
        else:
            self.put(octets, "this handset, playing the sender")

    def _ask(self, text: str) -> asyncio.Future[bool]:
        self._question = asyncio.get_running_loop().create_future()
        return self._question

    def answer(self, accepted: bool) -> None:
        """The person's answer to the open question, if there is one."""
        if self._question is not None and not self._question.done():
            self._question.set_result(accepted)

    def sync(self, account: str, stores: tuple[str, ...], code: int) -> None:
        """The person starts a sync; what cannot be is said in the journal."""
        try:
            if not self.handset.sync(account, stores, code):
                self.journal.append(
                    Failed("a session is running; start the sync when it has ended")
                )
        except ValueError as wrong:
            self.journal.append(Failed(str(wrong)))

    @property
    def datastores(self) -> dict[str, tuple[str, ...]]:
        """The names of each account's datastores."""
        accounts = Keyring(self.profile.accounts).of("ds")
        return {a.name: tuple(store.name for store in a.stores) for a in accounts}

    def workings(self, event: Event) -> list[inspection.Compared]:
        """The digests behind an event, worked out with the keyring as it is now."""
        return inspection.workings(event, until(self.journal.events, event), self._keyring)

    @property
    def _keyring(self) -> Keyring:
        """The keyring as it is now; of a phone without power as it was."""
        return self._last or self.handset.keyring()

    def held(self) -> tuple[Device, Keyring]:
        """Who this is, and its accounts with what the store holds of them now."""
        return self.profile.device, self._keyring

    @property
    def listening(self) -> tuple[str, ...]:
        """The addresses of the open bearers, as they came to be."""
        return tuple(bearer.address for bearer in self._bearers)

    async def settled(self) -> None:
        """Returns when files have been read, nothing waits to be judged and no session runs."""
        if reading := [b.task for b in self._bearers if isinstance(b, Lines) and b.task]:
            await asyncio.wait(reading)
        await self._intake.settled()
        await self.handset.idle()

    async def close(self, why: Stopped | None = None) -> None:
        """Stops listening, ends the running session, closes the store."""
        if self.off:
            return
        await self._deaf()
        self._intake.say_dropped()
        await self.handset.stop(why)
        self.store.close()

    async def cut(self) -> None:
        """The power is gone, as by SIGKILL: nothing is ended, and the journal hears of nothing more.

        What runs is told so before anything is awaited. Only what the store has committed is left.
        """
        self._last = self.handset.keyring()
        self.handset.cut()
        await self._deaf()
        await self.handset.idle()
        self.store.close()

    @property
    def off(self) -> bool:
        """Whether the power was cut; this phone never comes back, another one takes its store."""
        return self._last is not None

    async def _deaf(self) -> None:
        """No bearer listens any more; what is being judged is given up."""
        await _close(self._bearers)
        self._bearers.clear()
        self._intake.stop()
        await self._intake.give_up()


async def _close(bearers: Sequence[Bearer]) -> None:
    """Returns when nothing of them is left."""
    for bearer in bearers:
        bearer.close()
    for bearer in bearers:
        if isinstance(bearer, Lingering):
            await bearer.closed()


class _Clients:
    """A client for each session. When one has ended, the next one's is made ahead of need: that is
    time between a notification and package 1. It has no connection."""

    def __init__(self) -> None:
        self._last: Account | None = None
        self._ready: HttpClient | None = None

    def take(self, account: Account) -> Client:
        """A client that nobody has used."""
        # httpx is imported when the first session starts: the first paint does not need it.
        from emulator.bearers.http import HttpClient

        last, ready = self._last, self._ready
        self._last, self._ready = account, None
        if ready is not None and last is not None and _way(last) == _way(account):
            return ready
        return HttpClient(account.policy.http)

    def get_ready(self) -> None:
        """For another session with the account that had the last one."""
        if self._last is not None and self._ready is None:
            from emulator.bearers.http import HttpClient

            self._ready = HttpClient(self._last.policy.http)
            self._ready.get_ready(self._last.url)


def _way(account: Account) -> tuple[str, Http]:
    return account.url, account.policy.http
