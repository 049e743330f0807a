"""The conductor: the one place where clock, randomness, sockets and store meet the protocol.

Carries out effects one at a time and feeds back what was heard. Decides nothing: verdicts, holding
and sessions come from `protocol`. `gate` is awaited before each effect; that is where a pace, a
breakpoint or a power cut goes.
"""

import asyncio
import contextlib
import secrets
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from emulator.journal import Journal, JournalError
from emulator.profiles import Profile
from emulator.protocol import arrivals as waiting
from emulator.protocol import session, verdict
from emulator.protocol.arrivals import Arrivals, Waiting
from emulator.protocol.effects import (
    ENTROPY,
    Answered,
    Ask,
    Effect,
    End,
    Heard,
    Input,
    Keep,
    Load,
    Loaded,
    Lost,
    Record,
    Reply,
    Send,
    Stopped,
)
from emulator.protocol.events import (
    Failed,
    HandsetStarted,
    MessageReceived,
    MessageSent,
    NoncesHeld,
    NotificationRead,
    Octets,
    PushArrived,
    SessionClosed,
    VerdictReached,
    What,
)
from emulator.protocol.events import Heard as HeardEvent
from emulator.protocol.keyring import Account, Keyring
from emulator.protocol.turn import SessionState
from emulator.protocol.verdict import REASONS, Verdict
from emulator.store import Store, StoreError
from emulator.wire import arrival
from emulator.wire.arrival import Ds11Alert, NotForUs
from emulator.wire.errors import WireError

_BROKEN = (StoreError, sqlite3.Error, JournalError, OSError)
"""What can go wrong on our own side: store, disk, journal."""

Gate = Callable[[Effect], Awaitable[None]]


class Client(Protocol):
    """What a session posts through; `bearers.http.HttpClient` is the real one."""

    async def post(self, url: str, content_type: str, octets: bytes) -> Reply | Lost: ...

    async def close(self) -> None: ...


async def no_gate(effect: Effect) -> None:
    """Nothing waits."""


class Handset:
    """One device: its accounts, its store, its journal, at most one session at a time.

    `client` makes the connection of a session; `ask` puts a question to the person (None: the
    profile answers); `ended` is called with the run's number when a run is over; `runs` is how many
    the journal has already.
    """

    def __init__(
        self,
        profile: Profile,
        store: Store,
        journal: Journal,
        client: Callable[[Account], Client],
        *,
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        gate: Gate = no_gate,
        ask: Callable[[str], Awaitable[bool]] | None = None,
        ended: Callable[[int], None] = lambda run: None,
        runs: int = 0,
    ) -> None:
        self.profile = profile
        self.store = store
        self.journal = journal
        self._client = client
        self._clock = clock
        self._entropy = entropy
        self._gate = gate
        self._ask = ask
        self._ended = ended
        self._arrivals = Arrivals()
        self._runs = runs
        self._cause = 0
        self._task: asyncio.Task[None] | None = None
        self._stop: Stopped | None = None
        for account in profile.accounts:
            store.adopt(account)

    def keyring(self) -> Keyring:
        """All accounts as the store has them now."""
        return Keyring(tuple(self.store.fill(account) for account in self.profile.accounts))

    def announce(self) -> None:
        """Says in the journal who this is."""
        ids = tuple(account.server_id for account in self.profile.accounts)
        self._record(HandsetStarted(self.profile.name, self.profile.device.id, ids), 0)
        for account in self.keyring().accounts:
            nonces = (account.client_nonce, account.server_nonce, account.candidate)
            held = (None if nonce is None else nonce.hex() for nonce in nonces)
            self._record(NoncesHeld(account.name, *held), 0)

    async def deliver(self, octets: bytes, bearer: str, sender: str) -> int:
        """A push has come in: judges it and starts, holds or ignores. Returns its run's number."""
        self._runs += 1
        run = self._runs
        pushed = self._record(PushArrived(bearer, sender, Octets.of(octets)), run)
        try:
            arrived = arrival.read(octets)
        except WireError as wrong:
            return self._ignored(run, "malformed", f"{REASONS['malformed']} ({wrong})")
        content = arrived.content
        if isinstance(content, NotForUs):
            return self._ignored(run, "not-for-us", content.why)
        if isinstance(content, Ds11Alert):
            return self._ignored(run, "no-digest", REASONS["no-digest"])
        read = NotificationRead(
            Octets.of(content.octets),
            content.version_text,
            content.ui_mode_name,
            content.initiator_name,
            content.session_id,
            content.server_id,
            tuple((s.code, s.content_type, s.uri) for s in content.syncs),
            tuple(layer.name for layer in arrived.layers),
        )
        self._cause = self._record(read, run, cause=pushed)
        try:
            await self._judged(run, verdict.judge(content, self.keyring(), self._clock()))
        except _BROKEN as wrong:
            self._failed(run, str(wrong))
            if self._task is None:
                self._free()
            self._ended(run)
        return run

    async def _judged(self, run: int, found: Verdict) -> None:
        secret = self.keyring().account(found.account).server_secret if found.account else ""
        self._arrivals, admission = waiting.admit(self._arrivals, found, run, secret)
        changes = verdict.changes(found, self.keyring())
        if admission == "duplicate":
            found = msgspec.structs.replace(found, verdict="ignored", reason="duplicate")
        elif admission == "held":
            found = msgspec.structs.replace(found, verdict="held")
        effects: list[Effect] = [Record(what) for what in verdict.events(found)]
        effects += [Record(remark.event()) for remark in found.remarks]
        if changes:
            effects.append(Keep(changes))
            effects += [Record(what) for what in verdict.stored(changes, self.keyring())]
        if found.verified:
            # Taken before anything is awaited: a second notification must find the place occupied.
            self._arrivals = waiting.started(self._arrivals, found.account, found)
        await self._carry_out(run, effects, None)
        if found.verified:
            self._start(run, found.account, found)
        elif found.verdict != "held":
            self._ended(run)

    def _ignored(self, run: int, reason: str, words: str) -> int:
        sentence = f"notification ignored: {words}"
        self._record(VerdictReached("ignored", reason, "", 0, "none", "", sentence), run)
        self._ended(run)
        return run

    def sync(self, account: str = "", stores: tuple[str, ...] = ()) -> int:
        """The person starts a sync. Returns the run's number; 0 when a session is running."""
        if self._arrivals.running:
            return 0
        self._runs += 1
        self._start(self._runs, account or self.profile.accounts[0].name, None, stores)
        return self._runs

    def _start(
        self, run: int, name: str, found: Verdict | None, stores: tuple[str, ...] = ()
    ) -> None:
        self._arrivals = waiting.started(self._arrivals, name, found)
        self._stop = None
        self._task = asyncio.create_task(self._session(run, name, found, stores))

    async def _session(
        self, run: int, name: str, found: Verdict | None, stores: tuple[str, ...]
    ) -> None:
        account = self.keyring().account(name)
        client = self._client(account)
        try:
            state, effects = session.begin(
                account,
                self.profile.device,
                self._clock(),
                self._drawn(run, "Begin"),
                found,
                stores,
            )
            while (heard := await self._carry_out(run, effects, client, state)) is not None:
                state, effects = self._advance(run, state, heard)
        except asyncio.CancelledError:
            state, effects = session.advance(
                state, Heard(self._clock(), b"", self._stop or Stopped())
            )
            for effect in effects:
                if isinstance(effect, Record):
                    self._record(effect.what, run, account=account)
        except _BROKEN as wrong:
            self._failed(run, str(wrong))
        finally:
            with contextlib.suppress(Exception):
                await client.close()
            self._task = None
            self._ended(run)
            self._free()

    def _free(self) -> None:
        """No session runs any more: what was held starts."""
        self._arrivals, following = waiting.next_waiting(self._arrivals)
        if following is not None and self._stop is None:
            self._resume(following)

    def _failed(self, run: int, sentence: str) -> None:
        """Something of ours broke: said on the screen; the run is over, the app goes on."""
        with contextlib.suppress(OSError, JournalError):
            self._record(Failed(sentence), run)
            self._record(SessionClosed("interrupted", sentence, 0, 0, 0), run)

    def _resume(self, held: Waiting) -> None:
        """A notification that was held starts now; under a changed secret it is judged again."""
        account = self.keyring().account(held.verdict.account)
        found = held.verdict
        if account.server_secret != held.secret:
            found = verdict.judge(found.notification, self.keyring(), self._clock())
        self._record(verdict.reached(found), held.run)
        if found.verified:
            self._start(held.run, found.account, found)
        else:
            self._ended(held.run)

    def _advance(
        self, run: int, state: SessionState, heard: Input
    ) -> tuple[SessionState, tuple[Effect, ...]]:
        entropy = self._drawn(run, type(heard).__name__)
        return session.advance(state, Heard(self._clock(), entropy, heard))

    def _drawn(self, run: int, what: str) -> bytes:
        """Random octets for one input; the journal has them, so that it can be executed again."""
        entropy = self._entropy(ENTROPY)
        self._record(HeardEvent(what, entropy.hex()), run)
        return entropy

    async def _carry_out(
        self,
        run: int,
        effects: list[Effect] | tuple[Effect, ...],
        client: Client | None,
        state: SessionState | None = None,
    ) -> Input | None:
        """Effects in order, one at a time; returns what was heard in the end, None for the end."""
        heard: Input | None = None
        account = state.account if state else None
        for effect in effects:
            await self._gate(effect)
            match effect:
                case Record():
                    self._record(effect.what, run, account=account)
                case Keep():
                    self.store.keep(effect.changes, self._clock())
                case Load():
                    heard = Loaded(self.store.load(effect.account, effect.stores))
                case Send():
                    assert client is not None
                    heard = await client.post(effect.url, effect.content_type, effect.octets)
                case Ask():
                    heard = await self._answer(effect.text, account)
                case End():
                    return None
                case _:
                    raise TypeError(f"no way to carry out {type(effect).__name__}")
        return heard

    async def _answer(self, text: str, account: Account | None) -> Answered:
        if self._ask is not None:
            return Answered(await self._ask(text))
        assert account is not None
        return Answered(account.policy.ui.headless == "accept", "profile")

    def _record(
        self, what: What, run: int, *, cause: int = 0, account: Account | None = None
    ) -> int:
        event = self.journal.append(what, session=run, cause=cause or self._cause, account=account)
        if isinstance(what, MessageSent | MessageReceived | PushArrived):
            self._cause = event.seq
        return event.seq

    @property
    def busy(self) -> bool:
        return self._task is not None

    async def idle(self) -> None:
        """Returns when no session runs and none waits."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def stop(self, why: Stopped | None = None) -> None:
        """Ends the running session, says so in the journal, and waits for it."""
        self._stop = why or Stopped()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
