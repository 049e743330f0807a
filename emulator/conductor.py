"""Carries one session out: the protocol's effects one at a time, and what was heard back to it.

Decides nothing. `gate` is awaited before each effect: that is where a pace, a breakpoint or a power
cut goes. Whatever happens, a run that has begun is closed in the journal, unless the power is cut.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from emulator.journal import Journal
from emulator.protocol import session
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
    owed,
)
from emulator.protocol.events import (
    Failed,
    Headers,
    MessageEdited,
    MessageReceived,
    MessageSent,
    Octets,
    PushArrived,
    SessionClosed,
    What,
)
from emulator.protocol.events import Heard as HeardEvent
from emulator.protocol.keyring import Account, Device
from emulator.protocol.san11 import Alerted
from emulator.protocol.states import State
from emulator.protocol.turn import SessionState
from emulator.protocol.verdict import Verdict
from emulator.store import Store

Gate = Callable[[Effect, "Run"], Awaitable[Send | None]]
"""Awaited before an effect of a run is carried out; a Send may come back changed."""
Question = Callable[[str], Awaitable[bool]]


async def no_gate(effect: Effect, run: "Run") -> Send | None:
    """Nothing waits."""
    return None


class Client(Protocol):
    """What a session posts through; `bearers.http.HttpClient` is the real one."""

    async def post(
        self, url: str, content_type: str, octets: bytes, headers: Headers = ()
    ) -> Reply | Lost: ...

    async def close(self) -> None: ...


class Run:
    """One notification or sync, from its first event to its last: numbers them, knows their cause."""

    def __init__(self, number: int, journal: Journal) -> None:
        self.number = number
        self.closed = False
        self._journal = journal
        self._cause = 0

    def record(self, what: What, account: Account | None = None) -> int:
        event = self._journal.append(what, session=self.number, cause=self._cause, account=account)
        if isinstance(what, MessageSent | MessageReceived | PushArrived):
            self._cause = event.seq
        self.closed = self.closed or isinstance(what, SessionClosed)
        return event.seq

    def fail(self, wrong: BaseException) -> None:
        """Something of ours broke: said on the screen; the run is over, the app goes on."""
        sentence = str(wrong) or type(wrong).__name__
        with contextlib.suppress(Exception):
            self.record(Failed(sentence))
            if not self.closed:
                self.record(SessionClosed("interrupted", sentence, 0, 0, 0))

    def close(self, why: Stopped | None) -> None:
        """Closes a run that came to no end of its own."""
        if not self.closed:
            outcome = (why or Stopped()).outcome
            with contextlib.suppress(Exception):
                self.record(SessionClosed(outcome, "the session was not carried on", 0, 0, 0))


class Conductor:
    """The one place where clock, randomness, sockets and store meet the protocol."""

    def __init__(
        self,
        run: Run,
        device: Device,
        store: Store,
        account: Callable[[], Account],
        client: Callable[[Account], Client],
        *,
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
        gate: Gate = no_gate,
        ask: Question | None = None,
    ) -> None:
        self._run = run
        self._device = device
        self._store = store
        self._account = account
        self._make_client = client
        self._clock = clock
        self._entropy = entropy
        self._gate = gate
        self._ask = ask
        self._client: Client | None = None
        self._state: SessionState | None = None
        self._todo: deque[Effect] = deque()
        self.why = Stopped()
        """What a cancelled session ends as."""
        self.cut = False
        """Whether it has no end at all: the power is gone."""

    async def conduct(
        self,
        found: Verdict | None,
        stores: tuple[str, ...] = (),
        alerted: Alerted | None = None,
        code: int = 200,
    ) -> None:
        """A session from its start to its end. Raises nothing of ours or the peer's."""
        try:
            account = self._account()
            self._client = self._make_client(account)
            drawn = self._drawn("Begin")
            begun = session.begin(
                account, self._device, self._clock(), drawn, found, stores, alerted, code
            )
            self._follow(begun)
            while (heard := await self._carry_out()) is not None:
                self._advance(heard, self._drawn(type(heard).__name__))
        except asyncio.CancelledError:
            if not self.cut:
                self._stopped()
        except Exception as wrong:
            self._run.fail(wrong)
        finally:
            if self._client is not None:
                with contextlib.suppress(Exception):
                    await self._client.close()

    def _stopped(self) -> None:
        """The session is broken off; one that had come to its end is carried out to it."""
        if self._state is None:
            return
        try:
            if self._state.state is not State.ENDED:
                self._run.record(HeardEvent("Stopped", ""))
                self._todo = deque(owed(self._todo))
                self._advance(self.why, b"")
            for effect in self._todo:
                self._at_once(effect)
        except Exception as wrong:
            self._run.fail(wrong)

    def _advance(self, heard: Input, entropy: bytes) -> None:
        assert self._state is not None
        self._follow(session.advance(self._state, Heard(self._clock(), entropy, heard)))

    def _follow(self, result: session.Result) -> None:
        self._state, effects = result
        self._todo.extend(effects)

    def _drawn(self, what: str) -> bytes:
        """Random octets for one input; the journal has them, so that it can be executed again."""
        entropy = self._entropy(ENTROPY)
        self._run.record(HeardEvent(what, entropy.hex()))
        return entropy

    async def _carry_out(self) -> Input | None:
        """Effects in order, one at a time; returns what was heard in the end, None for the end."""
        heard: Input | None = None
        while self._todo:
            # Taken off only once it may be done: a stop at the gate leaves it to be done.
            changed = await self._gate(self._todo[0], self._run)
            effect = self._todo.popleft()
            match effect:
                case Send():
                    heard = await self._post(effect, changed)
                case Ask():
                    heard = await self._answer(effect.text)
                case Load():
                    heard = Loaded(self._store.load(effect.account, effect.stores))
                case End():
                    return None
                case _:
                    self._at_once(effect)
        return heard

    async def _post(self, meant: Send, changed: Send | None) -> Input:
        assert self._client is not None and self._state is not None
        if changed is not None and changed != meant:
            octets = Octets.of(changed.octets)
            edited = MessageEdited(self._state.msg_id, changed.url, changed.content_type, octets)
            self._run.record(edited, self._state.account)
        leaves = changed or meant
        heard = await self._client.post(
            leaves.url, leaves.content_type, leaves.octets, leaves.headers
        )
        if heard.exchange is not None:
            self._run.record(heard.exchange)
        return heard

    def _at_once(self, effect: Effect) -> None:
        """What needs no waiting: events and commits."""
        match effect:
            case Record():
                self._run.record(effect.what, self._state.account if self._state else None)
            case Keep():
                self._store.keep(effect.changes, self._clock())

    async def _answer(self, text: str) -> Answered:
        if self._ask is not None:
            return Answered(await self._ask(text))
        assert self._state is not None
        return Answered(self._state.account.policy.ui.headless == "accept", "profile")


async def gated(gate: Gate, run: Run, whats: Iterable[What]) -> None:
    """Records events one at a time, each when the gate lets it."""
    for what in whats:
        await gate(Record(what), run)
        run.record(what)
