"""Both ends, one step at a time: the product's own functions, remembered by (value, input).

The glue of the handset's shell is here once more in short: what `arriving.py` and `sessions.py` do with a push, and
`conductor.py` with effects. Each step gives the end's next number, what leaves, and the invariants
that broke. Knows no schedule: which step comes when is for moves.py.
"""

from typing import NamedTuple

import msgspec

from emulator.protocol import arrivals as waiting
from emulator.protocol import session, verdict
from emulator.protocol.effects import (
    ENTROPY,
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
from emulator.protocol.states import State
from emulator.protocol.verdict import Verdict
from emulator.server import exchange, peer, sender
from emulator.server.misbehaviour import parse
from emulator.server.state import Account as Held
from emulator.server.state import ServerState, kept
from emulator.wire import notification
from tests.model import invariants
from tests.model.invariants import Broken
from tests.model.world import (
    AT,
    DEVICE,
    NAME,
    URL,
    Config,
    Ghost,
    Handset,
    Message,
    Numbers,
    Push,
    account,
    fresh,
    nonce,
    session_key,
)


class Step(NamedTuple):
    """One end after a step: its number, the message that leaves (0: none), what was violated, and
    what it did in words."""

    end: int
    out: int = 0
    broken: tuple[Broken, ...] = ()
    said: str = ""


class Ends:
    """The handset and the server of one configuration."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.account = account(config)
        self.numbers = Numbers()
        self._steps: dict[tuple[object, ...], Step] = {}
        self._live = self.numbers.live

    # The handset

    def handset(self, number: int) -> Handset:
        value = self.numbers.values[number]
        assert isinstance(value, Handset)
        return value

    def effect(self, number: int, live: int) -> Step:
        """The handset carries out its next effect."""
        names = fresh(live, "H", 2)
        key = ("effect", number, names)
        if key not in self._steps:
            self._steps[key] = self._effect(self.handset(number), names)
        return self._steps[key]

    def _effect(self, handset: Handset, names: tuple[int, ...]) -> Step:
        effect, *todo = handset.todo
        put = msgspec.structs.replace
        broken = invariants.of_effect(handset, effect, self.config)
        handset = put(handset, todo=tuple(todo), ghost=invariants.acted(handset, effect))
        match effect:
            case Keep(changes=changes):
                handset = put(handset, memory=handset.memory.keep(changes))
                said = "keeps " + ", ".join(_change(c) for c in changes)
                return self._done(handset, 0, broken, said)
            case Load():
                handset = self._advance(handset, Loaded(handset.memory.load()), names)
                return self._done(handset, 0, broken, "reads its datastores")
            case Send(url=url, content_type=kind, octets=octets):
                live = self._live[self.numbers.of(handset)]
                out = self.numbers.of(Message(octets, kind, url), live)
                handset = put(handset, ghost=invariants.sent(handset.ghost, octets))
                return self._done(handset, out, broken, f"sends {invariants.words(octets)}")
            case End(outcome=outcome, sentence=sentence):
                handset = self._next(put(handset, session=None, todo=(), ghost=_over(handset)))
                return self._done(handset, 0, broken, f"ends: {outcome}, {sentence}")
        raise TypeError(type(effect).__name__)

    def hears(self, number: int, reply: int, live: int) -> Step:
        """The answer comes, or (0) nothing comes: connection closed, timed out."""
        names = fresh(live, "H", 2)
        key = ("hears", number, reply, names)
        if key not in self._steps:
            self._steps[key] = self._hears(self.handset(number), reply, names)
        return self._steps[key]

    def _hears(self, handset: Handset, number: int, names: tuple[int, ...]) -> Step:
        what: Input = Lost("connection closed")
        if number:
            reply = self.numbers.values[number]
            assert isinstance(reply, Message)
            what = Reply(reply.status, reply.media_type, reply.octets)
            ghost = invariants.heard(handset, reply.octets)
            handset = msgspec.structs.replace(handset, ghost=ghost)
        handset = self._advance(handset, what, names)
        return self._done(handset, 0, invariants.of_session(handset))

    def stops(self, number: int, live: int) -> Step:
        """The person, or the limit of time, ends the session."""
        key = ("stops", number)
        if key not in self._steps:
            handset = self.handset(number)
            assert handset.session is not None
            if handset.session.state is not State.ENDED:
                handset = msgspec.structs.replace(handset, todo=owed(handset.todo))
                handset = self._advance(handset, Stopped(), fresh(live, "H", 2))
            self._steps[key] = self._done(handset)
        return self._steps[key]

    def restarts(self, number: int) -> Step:
        """A power cut: what is not in the store is gone."""
        key = ("restarts", number)
        if key not in self._steps:
            handset = self.handset(number)
            new = Handset(restarted(handset.memory), ghost=_over(handset))
            self._steps[key] = self._done(new)
        return self._steps[key]

    def syncs(self, number: int, id_: int) -> Step:
        """The person starts a session, which gets an id of the device's own."""
        key = ("syncs", number, id_)
        if key not in self._steps:
            handset = self.handset(number)
            arrived = waiting.started(handset.arrivals, NAME, None)
            handset = msgspec.structs.replace(handset, arrivals=arrived)
            self._steps[key] = self._done(self._begin(handset, None, id_))
        return self._steps[key]

    def pushed(self, number: int, push: Push) -> Step:
        """A notification arrives: `Handset._judge` in short."""
        key = ("pushed", number, push.octets)
        if key not in self._steps:
            self._steps[key] = self._pushed(self.handset(number), push)
        return self._steps[key]

    def _pushed(self, handset: Handset, push: Push) -> Step:
        put = msgspec.structs.replace
        before = handset
        keyring = invariants.keyring(handset, self.account)
        found = verdict.judge(notification.parse(push.octets), keyring, AT)
        broken = invariants.of_verdict(before, found, self.account)
        secret = self.account.server_secret
        arrived, admission, _ = waiting.admit(handset.arrivals, _slim(found), 1, secret)
        handset = put(handset, arrivals=arrived)
        if changes := verdict.changes(found, keyring):
            handset = put(handset, memory=handset.memory.keep(changes))
            broken += invariants.of_changes(before, changes)
        said = f"{found.verdict} {found.reason}".strip()
        if admission != "start":
            said = f"{admission} ({said})"
        elif found.verified:
            arrived = waiting.started(handset.arrivals, found.account, found)
            handset = self._begin(put(handset, arrivals=arrived), found)
        return self._done(handset, 0, broken, said)

    def _begin(self, handset: Handset, found: Verdict | None, own_id: int = 0) -> Handset:
        entropy = bytes([0x70, own_id]) + bytes(ENTROPY)
        who = handset.memory.fill(self.account)
        slim = None if found is None else _slim(found)
        state, effects = session.begin(who, DEVICE, AT, entropy, slim)
        ghost = Ghost(spent=handset.ghost.spent)
        return msgspec.structs.replace(handset, session=state, todo=_lasting(effects), ghost=ghost)

    def _advance(self, handset: Handset, what: Input, names: tuple[int, ...]) -> Handset:
        assert handset.session is not None
        entropy = b"".join(nonce("H", n) for n in names) + bytes(ENTROPY)
        state, effects = session.advance(handset.session, Heard(AT, entropy, what))
        todo = (*handset.todo, *_lasting(effects))
        return msgspec.structs.replace(handset, session=state, todo=todo)

    def _next(self, handset: Handset) -> Handset:
        """A session is over: what was held starts."""
        arrived, held = waiting.next_waiting(handset.arrivals)
        handset = msgspec.structs.replace(handset, arrivals=arrived)
        if held is None:
            return handset
        arrived = waiting.started(arrived, held.verdict.account, held.verdict)
        return self._begin(msgspec.structs.replace(handset, arrivals=arrived), held.verdict)

    def _done(
        self, handset: Handset, out: int = 0, broken: tuple[Broken, ...] = (), said: str = ""
    ) -> Step:
        return Step(self.numbers.of(handset), out, broken, said)

    # The server

    def server(self, number: int) -> ServerState:
        value = self.numbers.values[number]
        assert isinstance(value, ServerState)
        return value

    def answers(self, number: int, request: int, live: int, wrong: str, cut: str) -> Step:
        """A request arrives. `wrong` is a misbehaviour; `cut` a power cut: "before" the commits or
        "after" them, in both cases without an answer."""
        names = fresh(live, "S", 2)
        key = ("answers", number, request, names, wrong, cut)
        if key not in self._steps:
            self._steps[key] = self._answers(self.server(number), request, names, wrong, cut)
        return self._steps[key]

    def _answers(
        self, state: ServerState, number: int, names: tuple[int, ...], wrong: str, cut: str
    ) -> Step:
        request = self.numbers.values[number]
        assert isinstance(request, Message)
        path = "/" + request.url.split("/", 3)[3]
        entropy = nonce("S", names[0]) + session_key(names[0]) + nonce("S", names[1])
        wrongs = parse((wrong,) if wrong else ())
        asked = exchange.Request(path, request.media_type, request.octets)
        answer = peer.answer(state, asked, wrongs, AT, entropy)
        if cut:
            after = kept(state, answer.commits) if cut == "after" else state
            return Step(self.numbers.of(msgspec.structs.replace(after, sessions={})))
        after = self.numbers.of(answer.state)
        assert not isinstance(answer.reply, exchange.Lost)
        reply = Message(answer.reply.octets, answer.reply.content_type, "", answer.reply.status)
        out = self.numbers.of(reply, self._live[after])
        return Step(after, out, (), f"answers {invariants.words(reply.octets)}")

    def forgets(self, number: int) -> Step:
        """The server restarts: its sessions are gone."""
        state = msgspec.structs.replace(self.server(number), sessions={})
        return Step(self.numbers.of(state))

    def notifies(self, number: int, id_: int, signed: str | bytes) -> tuple[int, Push]:
        """The server makes a notification and remembers it.

        `signed`: "stored", "session-id" or "session-id:ENCODING", or any octets as nonce.
        """
        state = self.server(number)
        nonce, _, encoding = signed.partition(":") if isinstance(signed, str) else (signed, "", "")
        made = sender.make_notification(
            self.held(state),
            id_,
            nonce=nonce,  # type: ignore[arg-type]
            encoding=encoding or "raw16_be",
        )
        after = kept(state, (sender.remembered(state, made),))
        return self.numbers.of(after), Push(made.octets, id_)

    @staticmethod
    def held(state: ServerState) -> Held:
        (held,) = state.accounts.values()
        return held


def restarted(memory: "invariants.Memory") -> "invariants.Memory":
    """What a restart makes of the store: nothing. Mutations put something else here."""
    return memory


def _over(handset: Handset) -> Ghost:
    return Ghost(spent=handset.ghost.spent)


def _lasting(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Without the events, which nothing reads that matters here."""
    return tuple(e for e in effects if not isinstance(e, Record))


def _slim(found: Verdict) -> Verdict:
    """Without its evidence, which is for the screen and would keep worlds apart."""
    return msgspec.structs.replace(found, attempts=(), near_misses=(), remarks=())


def _change(change: object) -> str:
    value = getattr(change, "nonce", "")
    slot = getattr(change, "slot", "")
    return f"{type(change).__name__} {slot} {value.decode() if value else ''}".strip()


__all__ = ["URL", "Ends", "Step"]
