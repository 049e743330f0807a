"""Both ends on one table: the built-in server, a handset with its bearers, and the sender between them.

Runs them in one loop over real sockets on loopback, turns the server's facts into events of the
handset's journal, and sends the notifications. The demo is a bench; so are the tests of the flow.
"""

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from emulator import profiles
from emulator.conductor import Run
from emulator.hands import OFF, Hands
from emulator.journal import Journal
from emulator.pace import dwell
from emulator.phone import Phone
from emulator.protocol.effects import Effect, Send, Stopped
from emulator.protocol.events import (
    Failed,
    PeerNonces,
    PeerSaid,
    PowerCut,
    VerdictReached,
)
from emulator.starts import PACE, SCENARIOS
from emulator.stepping import Stepper
from emulator.store import StoreError

if TYPE_CHECKING:
    from emulator.pushing import Wanted
    from emulator.server.app import Server
    from emulator.server.exchange import Fact

_ACCOUNT = "account"
"""The account's name in the built-in server's profile."""
_CARDS = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Okafor;Adaeze\r\nTEL;CELL:+44 20 7946 0018\r\nEND:VCARD\r\n",
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Lindqvist;Per\r\nEMAIL:per@example.org\r\nEND:VCARD\r\n",
)


class Bench(Hands):
    """One table. Also the deck of the demo's screen: `start`, `notify`, `rerun`, `close`."""

    title = "demo"

    def __init__(
        self,
        *,
        scenario: str = "resync",
        misbehave: tuple[str, ...] = (),
        pace: float = 0.0,
        handset: str = profiles.DEFAULT_HANDSET,
        journal: Journal | None = None,
        breakpoints: tuple[str, ...] = (),
        clock: Callable[[], float] = time.time,
        ended: Callable[[int], None] = lambda run: None,
    ) -> None:
        super().__init__()
        self.scenario = SCENARIOS[scenario]
        self.journal = journal or Journal(clock)
        self.stepper = Stepper(self.journal.append, breakpoints)
        self._handset = handset
        self._profile: profiles.Profile
        self.misbehaviour = misbehave
        """What the server does wrong; `misbehave` changes it."""
        self._pace = pace
        self._clock = clock
        self._ended = ended
        self._folder = Path(tempfile.mkdtemp(prefix="handset-demo-"))
        self._round = 0
        self.server: Server | None = None
        self._signed_over = b""
        """The server's nonce when it signed its last notification with the SessionID."""
        self.phone: Phone | None = None

    @property
    def hint(self) -> str:
        if self.phone is not None and self.phone.off:
            return OFF
        return "g goes to the first event, enter opens one; n sends another notification"

    @property
    def personal(self) -> Sequence[str]:
        """Who the device and its owner are, once there is one."""
        return () if self.phone is None else self.phone.profile.personal

    @property
    def subtitle(self) -> str:
        # First, since the line may be cut off at its end.
        broken = f"server misbehaves: {', '.join(self.misbehaviour)}; " if self.misbehaviour else ""
        return broken + self.scenario.title

    async def start(self) -> None:
        """Server and handset up, in the start state; the first notification is sent."""
        # uvicorn and starlette are imported after the first paint.
        from emulator.server.app import Server
        from emulator.server.misbehaviour import parse

        try:
            server = Server(misbehaviour=parse(self.misbehaviour), facts=self._fact)
            await server.start()
            self.server = server
            await self._lay()
        except (OSError, StoreError) as wrong:
            self.journal.append(Failed(f"the demo cannot start: {wrong}"))
            return
        await self.notify()

    async def _lay(self) -> None:
        """The start state of both ends, with fresh nonces and stores."""
        assert self.server is not None
        from emulator.server import accounts

        self._round += 1
        client_nonce, shared, lost = (secrets.token_bytes(16) for _ in range(3))
        state = accounts.demo()
        url = self.server.state.url
        device_id, account = next(iter(state.accounts.items()))
        scenario = self.scenario
        account = msgspec.structs.replace(
            account,
            client_nonce=secrets.token_bytes(16) if scenario.stale_client_nonce else client_nonce,
            server_nonce=lost if scenario.stale_server_nonce else shared,
        )
        self.server.state = msgspec.structs.replace(
            state, url=url, accounts={**state.accounts, device_id: account}
        )
        self._profile = _profile(self._handset, url, device_id, client_nonce, shared)
        self.phone = self._make()
        for card in _CARDS:
            self.phone.store.add_item(_ACCOUNT, "contacts", "text/x-vcard", card.encode())
        await self.phone.start()
        self._nonces(account.client_nonce, account.server_nonce)

    def _make(self) -> Phone:
        return Phone(
            self._patient(),
            self._folder / str(self._round),
            self.journal,
            listen=("udp://127.0.0.1:0",),
            gate=self._gate,
            attended=True,
            ended=self._ended,
            clock=self._clock,
            runs=self._run,
        )

    async def notify(self) -> None:
        """Another notification, as the server would sign it: with its stored nonce, or with the
        SessionID when it has reason to think that the device cannot check that one."""
        self._send(self._signed_with())

    def _send(self, nonce: Literal["session-id", "stored"]) -> None:
        if self.server is None or self.awake is None or not self.awake.listening:
            return
        host, _, port = self.awake.listening[0].removeprefix("udp://").rpartition(":")
        device_id = self.awake.profile.device.id
        if nonce == "session-id":
            self._signed_over = self.server.account(device_id).server_nonce
        self.server.notify(device_id, nonce=nonce, target=(host, int(port)))

    @property
    def proposal(self) -> "Wanted":
        """What the form for a notification begins with: what `notify` would send."""
        from emulator.pushing import Wanted

        return Wanted(self._signed_with(), syncs=("206:text/x-vcard:./contacts",))

    async def push(self, wanted: "Wanted") -> None:
        """A notification of any kind, made by the server, which remembers it, and sent to the phone.

        Raises WantedError, OSError.
        """
        from emulator import pushing

        if self.server is None or self.awake is None:
            return
        chosen = pushing.understood(wanted)
        if wanted.usage != "ds":
            # The built-in server is one of DS 1.2: what others would send is made for it.
            account = self.awake.handset.keyring().accounts[0]
            self._hand_over(pushing.package_0(account, wanted), wanted)
            return
        made = self.server.notify(
            self.awake.profile.device.id,
            session_id=chosen.session_id,
            nonce=chosen.kind if chosen.kind in ("stored", "session-id") else chosen.octets,
            encoding=chosen.encoding or "raw16_be",
            syncs=chosen.syncs,
            ui_mode=chosen.ui_mode,
            initiator=chosen.initiator,
        )
        self._hand_over(made.octets, wanted)

    def _signed_with(self) -> Literal["session-id", "stored"]:
        cut = False
        for event in reversed(self.events):
            last = event.what
            cut = cut or isinstance(last, PowerCut)
            if isinstance(last, VerdictReached):
                break
        else:
            return self.scenario.signed_with
        if cut and last.nonce_kind == "session-id" and self._not_yet_renewed():
            # It was told of no new nonce before the device fell silent.
            return "session-id"
        # While a session runs the server cannot know which nonce the device will hold.
        unsure = last.verdict == "ignored" or (self.phone is not None and self.phone.handset.busy)
        return "session-id" if unsure else "stored"

    def _not_yet_renewed(self) -> bool:
        """Whether the server's nonce is the one that it had reason to doubt."""
        if self.server is None or self.phone is None:
            return False
        held = self.server.account(self.phone.profile.device.id).server_nonce
        return held == self._signed_over

    async def misbehave(self, names: tuple[str, ...]) -> None:
        """From its next message on the server does this wrong, and nothing else.

        Raises ValueError for what is no misbehaviour.
        """
        from emulator.server.misbehaviour import parse

        if self.server is None or self.phone is None:
            return
        self.server.misbehaviour = parse(names)
        self.misbehaviour = self.server.misbehaviour.names
        # For the sessions that start from now on.
        self.phone.handset.profile = self._patient()
        what = ", ".join(self.misbehaviour)
        sentence = f"from now on it misbehaves: {what}" if what else "from now on it behaves well"
        self.journal.append(PeerSaid(sentence), session=self._run)

    def _patient(self) -> profiles.Profile:
        """The phone's profile: with a server that is slow, a person at a demo will not wait for long."""
        return _impatient(self._profile) if "slow" in self.misbehaviour else self._profile

    async def rerun(self) -> None:
        """The same once more from the start state, with fresh nonces."""
        async with self._turn:
            if self.server is None:
                await self.start()
                return
            if self.phone is not None:
                await self.phone.close()
            await self._lay()
            self._send(self.scenario.signed_with)

    async def close(self, why: Stopped | None = None) -> None:
        async with self._turn:
            if self.phone is not None:
                await self.phone.close(why)
            if self.server is not None:
                await self.server.stop()
            self.journal.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _gate(self, effect: Effect, run: Run) -> Send | None:
        changed = await self.stepper.gate(effect, run)
        if not self.stepper.every:
            await dwell(effect, self._pace)
        return changed

    def _fact(self, fact: "Fact") -> None:
        from emulator.server.exchange import NoncesAre

        if isinstance(fact, NoncesAre):
            self._nonces(fact.client_nonce, fact.server_nonce)
        else:
            self.journal.append(PeerSaid(fact.sentence), session=self._run)

    def _nonces(self, client: bytes, server: bytes) -> None:
        what = PeerNonces(_ACCOUNT, client.hex(), server.hex(), inferred=False)
        self.journal.append(what, session=self._run)

    @property
    def _run(self) -> int:
        """The newest run: numbers go on counting over reruns."""
        return self.journal.events.newest_run


def _profile(
    handset: str, url: str, device_id: str, client_nonce: bytes, server_nonce: bytes
) -> profiles.Profile:
    """The shipped profile of the built-in server, for this table's URL and nonces."""
    profile = profiles.load("built-in", {"account.url": url}, handset=handset)
    account = msgspec.structs.replace(
        profile.accounts[0], client_nonce=client_nonce, server_nonce=server_nonce
    )
    policy = account.policy
    # A person who presses a key ten times is not an attacker.
    policy = msgspec.structs.replace(
        policy, resync=msgspec.structs.replace(policy.resync, rate="off")
    )
    account = msgspec.structs.replace(account, policy=policy)
    device = msgspec.structs.replace(profile.device, id=device_id)
    return msgspec.structs.replace(profile, accounts=(account,), device=device)


def _impatient(profile: profiles.Profile) -> profiles.Profile:
    """Waits for a reply as long as a person at a demo does, and not as long as a phone."""
    (account,) = profile.accounts
    http = msgspec.structs.replace(account.policy.http, timeout=PACE)
    policy = msgspec.structs.replace(account.policy, http=http)
    account = msgspec.structs.replace(account, policy=policy)
    return msgspec.structs.replace(profile, accounts=(account,))
