"""The handset with its bearers: what listens, what a person can press, what runs until stopped.

Puts profile, store, journal, HTTP and bearers together; the screen and the headless run drive it.
Everything that goes wrong with a bearer becomes an event; the phone stays on.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from emulator.bearers import inbox, udp
from emulator.conductor import Client, Gate, no_gate
from emulator.eventlog import until
from emulator.handset import Handset
from emulator.journal import Journal
from emulator.profiles import Profile
from emulator.protocol import inspection
from emulator.protocol.effects import Stopped
from emulator.protocol.events import BearerFailed, BearerOpened, Event, Failed
from emulator.protocol.keyring import Account, Device, Keyring
from emulator.store import Store
from emulator.wire.errors import WireError

QUEUE = 1000
"""Notifications that wait to be judged at most; what comes on top is lost, as in a phone."""


class AddressError(ValueError):
    """A bearer's address cannot be understood."""


class Phone:
    """`listen` are addresses: udp://HOST:PORT, file:PATH, - (standard input, a hex line each).

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
        self._addresses = [_address(address) for address in listen]
        self._bearers: list[udp.UdpBearer] = []
        self._readers: list[asyncio.Task[None]] = []
        self._judging: set[asyncio.Task[int]] = set()
        self._queue: asyncio.Queue[tuple[bytes, str, str]] = asyncio.Queue(QUEUE)
        self._question: asyncio.Future[bool] | None = None
        self._last: Keyring | None = None
        """The keyring as it was when the power was cut."""
        self.handset = Handset(
            profile,
            self.store,
            journal,
            _client,
            gate=gate,
            ask=self._ask if attended else None,
            ended=ended,
            clock=clock,
            runs=runs,
        )

    async def start(self) -> None:
        """Announces the device and opens the bearers; one that fails is an event."""
        self.handset.announce()
        self._readers.append(asyncio.create_task(self._judge()))
        for kind, host, port in self._addresses:
            if kind == "udp":
                await self._open(udp.UdpBearer(host, port, self.put))
            else:
                self._readers.append(asyncio.create_task(self._read(host)))

    async def _open(self, bearer: udp.UdpBearer) -> None:
        try:
            await bearer.open()
        except OSError as wrong:
            reason = wrong.strerror or str(wrong)
            if wrong.errno in (98, 48):
                reason = "the port is in use; stop what listens there, or choose another --listen"
            self.journal.append(BearerFailed(bearer.address, reason))
        else:
            self._bearers.append(bearer)
            self.journal.append(BearerOpened(bearer.address))

    def put(self, octets: bytes, sender: str, bearer: str = "udp") -> None:
        """What came in on a bearer waits to be judged."""
        if not self._queue.full():
            self._queue.put_nowait((octets, bearer, sender))

    def push(self, octets: bytes) -> None:
        """Sends this to itself: over UDP to the first open port, without one as if over the air.

        Raises OSError.
        """
        if self._bearers:
            self._bearers[0].send(octets)
        else:
            self.put(octets, "this handset, playing the sender", "own")

    async def _judge(self) -> None:
        """Each notification in a task of its own: one that waits at a breakpoint holds up no other."""
        while True:
            push = await self._queue.get()
            task = asyncio.create_task(self.handset.deliver(*push))
            self._judging.add(task)
            task.add_done_callback(self._judged)

    def _judged(self, task: asyncio.Task[int]) -> None:
        self._judging.discard(task)
        self._queue.task_done()

    async def _read(self, source: str) -> None:
        """A line of hex is a push; a line that is none is a malformed one, and stays in sight."""
        name = "stdin" if source == "-" else f"file:{source}"
        self.journal.append(BearerOpened(name))
        try:
            async for line in inbox.lines(source):
                if line.strip():
                    await self._queue.put((_octets(line), name, name))
        except OSError as wrong:
            self.journal.append(BearerFailed(name, wrong.strerror or str(wrong)))

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
        return tuple(bearer.address for bearer in self._bearers)

    async def settled(self) -> None:
        """Returns when files have been read, nothing waits to be judged and no session runs."""
        if len(self._readers) > 1:
            await asyncio.wait(self._readers[1:])
        await self._queue.join()
        await self.handset.idle()

    async def close(self, why: Stopped | None = None) -> None:
        """Stops listening, ends the running session, closes the store."""
        if self.off:
            return
        await self._deaf()
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
        for bearer in self._bearers:
            bearer.close()
        for reader in self._readers:
            reader.cancel()
        judging = list(self._judging)
        for task in judging:
            task.cancel()
        await asyncio.gather(*judging, return_exceptions=True)


def _octets(line: str) -> bytes:
    try:
        return inbox.octets_of(line)
    except WireError:
        return line.strip().encode()


def _client(account: Account) -> Client:
    # httpx is imported when the first session starts: the first paint does not need it.
    from emulator.bearers.http import HttpClient

    return HttpClient(account.policy.http)


def _address(text: str) -> tuple[str, str, int]:
    """(kind, host or path, port) of a --listen address."""
    if text == "-":
        return "lines", "-", 0
    if text.startswith("file:") and len(text) > 5:
        return "lines", text[5:], 0
    scheme, separator, rest = text.partition("://")
    host, colon, port = rest.rpartition(":")
    if scheme == "udp" and separator and colon and port.isdigit() and int(port) < 65536:
        return "udp", host.strip("[]"), int(port)
    raise AddressError(f"{text}: udp://HOST:PORT, file:PATH or - is expected")


def check_listen(addresses: tuple[str, ...]) -> None:
    """Raises AddressError for the first address that is none."""
    for address in addresses:
        _address(address)
