"""Where a run can be stopped: a table of predicates on the next effect, and what to say of it.

Pure: knows effects and events, nothing of who waits or how.
"""

import difflib
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from emulator.protocol.effects import Effect, Keep, Record, SetNonce
from emulator.protocol.events import (
    Challenged,
    MessageReceived,
    MessageSent,
    NonceTried,
    PersonAsked,
    ServerCredJudged,
    SessionClosed,
    SessionOpened,
    StepMoved,
    TransportLost,
    VerdictReached,
    What,
)
from emulator.protocol.states import STEPS

Hits = Callable[[Effect], bool]


class Breakpoint(NamedTuple):
    """A place to stop at. `step` of the change request, 0 where it belongs to none."""

    id: str
    title: str
    step: int
    hits: Hits


def _event(kind: type[What], **fields: object) -> Hits:
    """Hits the record of an event of that kind, with these values in its fields."""

    def hits(effect: Effect) -> bool:
        return (
            isinstance(effect, Record)
            and isinstance(effect.what, kind)
            and all(getattr(effect.what, name) == value for name, value in fields.items())
        )

    return hits


def _chal_leaves(effect: Effect) -> bool:
    what = effect.what if isinstance(effect, Record) else None
    return isinstance(what, MessageSent) and "+ Chal" in what.summary


def _nonces(effect: Effect) -> list[SetNonce]:
    changes = effect.changes if isinstance(effect, Keep) else ()
    return [change for change in changes if isinstance(change, SetNonce)]


def _step(number: int, effect: Effect) -> bool:
    return _event(StepMoved, step=number)(effect)


BREAKPOINTS: tuple[Breakpoint, ...] = (
    Breakpoint(
        "first-verification",
        "before the digest is verified with the stored nonce",
        1,
        _event(NonceTried, nonce_kind="stored"),
    ),
    Breakpoint(
        "second-verification",
        "before the digest is verified with the SessionID",
        2,
        _event(NonceTried, nonce_kind="session-id"),
    ),
    Breakpoint("verdict", "before the verdict on a notification", 2, _event(VerdictReached)),
    Breakpoint("session", "before a session opens", 3, _event(SessionOpened)),
    Breakpoint("package-1", "before package 1 leaves", 3, _event(MessageSent, package=1)),
    Breakpoint("send", "before each message leaves", 0, _event(MessageSent)),
    Breakpoint("reply", "before a reply is looked at", 4, _event(MessageReceived)),
    Breakpoint("server-cred", "before the server's Cred is judged", 5, _event(ServerCredJudged)),
    Breakpoint("chal", "before the message with our Chal leaves", 5, _chal_leaves),
    Breakpoint("store-nonce", "before a nonce is stored", 0, lambda e: bool(_nonces(e))),
    Breakpoint("close", "before a session ends", 0, _event(SessionClosed)),
    *(
        Breakpoint(
            f"step-{s.number}",
            f"before step {s.number} ({s.title}) changes its state",
            s.number,
            partial(_step, s.number),
        )
        for s in STEPS
    ),
)
_IDS = tuple(point.id for point in BREAKPOINTS)

_IN_SIGHT = (
    NonceTried,
    VerdictReached,
    SessionOpened,
    MessageSent,
    MessageReceived,
    Challenged,
    ServerCredJudged,
    SessionClosed,
    TransportLost,
    PersonAsked,
)
"""Events that a single step stops before. A nonce that is stored is stopped before it is on disk."""


def checked(names: Iterable[str]) -> tuple[str, ...]:
    """These ids, each once. Raises ValueError, with what was probably meant."""
    names = tuple(dict.fromkeys(names))
    for name in names:
        if name not in _IDS:
            close = difflib.get_close_matches(name, _IDS, 1)
            meant = f"did you mean {close[0]!r}?" if close else f"one of {', '.join(_IDS)}"
            raise ValueError(f"no breakpoint {name!r}; {meant}")
    return names


def hit(effect: Effect, ids: Iterable[str]) -> Breakpoint | None:
    """The first of these breakpoints that this effect hits."""
    ids = set(ids)
    return next((p for p in BREAKPOINTS if p.id in ids and p.hits(effect)), None)


def in_sight(effect: Effect) -> bool:
    """Whether a single step stops here: a person will see what this effect does."""
    if isinstance(effect, Record):
        return isinstance(effect.what, _IN_SIGHT)
    return bool(_nonces(effect))


class Coming(NamedTuple):
    """What an effect will do, in words; the step of the change request that it belongs to."""

    words: str
    step: int = 0


_SLOTS = {
    "client": ("client nonce", 4),
    "candidate": ("candidate", 5),
    "server": ("server nonce", 6),
}


def coming(effect: Effect) -> Coming:
    """What happens next, when this effect is let through."""
    nonces = _nonces(effect)
    if nonces:
        words = " and ".join(
            f"the {_SLOTS[n.slot][0]} {'becomes ' + n.nonce.hex()[:8] if n.nonce else 'is emptied'}"
            for n in nonces
        )
        return Coming(f"in the store {words}", _SLOTS[nonces[0].slot][1])
    return _record(effect.what) if isinstance(effect, Record) else Coming("something of its own")


def _record(what: What) -> Coming:
    match what:
        case NonceTried():
            stored = what.nonce_kind != "session-id"
            nonce = "stored server nonce" if stored else f"SessionID, as {what.encoding}"
            if what.nonce_kind == "candidate":
                nonce = "candidate, a new nonce not confirmed yet"
            return Coming(f"the digest is verified with the {nonce}", 1 if stored else 2)
        case VerdictReached():
            return Coming(f"the verdict: {what.verdict}", 2 if what.nonce_kind != "stored" else 1)
        case SessionOpened():
            return Coming(f"a session opens: {what.session_kind}, SessionID {what.session_id}", 3)
        case MessageSent():
            step = 3 if what.package == 1 else 5 if "+ Chal" in what.summary else 0
            return Coming(
                f"message {what.msg_id} leaves (package {what.package}): {what.summary}", step
            )
        case MessageReceived():
            kind = what.problem or f"message {what.msg_id}: {what.summary}"
            return Coming(f"the reply is looked at: {kind}", 4 if what.package == 2 else 0)
        case Challenged():
            by_server = what.by == "server"
            whose = (
                "the server's Chal is taken in" if by_server else "a Chal for the server is made"
            )
            return Coming(f"{whose}: {what.code}, nonce {what.nonce[:8]}", 4 if by_server else 5)
        case ServerCredJudged():
            return Coming("the server's Cred is judged", 5)
        case SessionClosed():
            return Coming(f"the session ends: {what.outcome}")
        case StepMoved():
            detail = f": {what.detail}" if what.detail else ""
            return Coming(f"step {what.step} is {what.state}{detail}", what.step)
        case TransportLost():
            return Coming(f"there is no answer: {what.reason}")
        case PersonAsked():
            return Coming(
                "the handset asks its owner" if what.needs_answer else "a notice is shown"
            )
        case _:
            return Coming(type(what).__name__)
