"""What the screen knows: a pure fold over the events. No widget, no clock, no event is asked twice."""

import msgspec

from emulator.protocol.events import (
    BearerFailed,
    BearerOpened,
    Event,
    Failed,
    ItemMoved,
    MessageSent,
    NoncesHeld,
    NonceStored,
    NonceTried,
    NotificationRead,
    PeerNonces,
    PersonAnswered,
    PersonAsked,
    PushArrived,
    SessionClosed,
    SessionOpened,
    StepMoved,
    StepState,
    VerdictReached,
)

KEPT_RUNS = 8
"""Runs whose steps are remembered: the shown one and those that wait or overlap with it."""


class StepLook(msgspec.Struct, frozen=True):
    """One of the six steps as it stands, and the event that last moved it."""

    state: StepState = "pending"
    detail: str = ""
    seq: int = 0


class RunLook(msgspec.Struct, frozen=True):
    """A notification and what came of it. `outcome` is "" until it is over."""

    number: int
    steps: tuple[StepLook, ...] = (StepLook(),) * 6
    outcome: str = ""
    sentence: str = ""
    messages: int = 0
    sent: int = 0
    received: int = 0


class Held(msgspec.Struct, frozen=True):
    """The nonces of the handset for an account; None where no event has told them yet."""

    client: str | None = None
    server: str | None = None
    candidate: str | None = None


class Known(msgspec.Struct, frozen=True):
    """All that is on the screen but the ladder. `shown` is the run in the strip, 0 before any."""

    shown: int = 0
    runs: tuple[RunLook, ...] = ()
    account: str = ""
    held: dict[str, Held] = {}
    peers: dict[str, PeerNonces] = {}
    question: str = ""
    notice: str = ""
    troubles: tuple[tuple[str, str], ...] = ()
    """(what, sentence) of what is wrong now; a bearer that opens after all takes its line away."""

    @property
    def run(self) -> RunLook:
        return next((run for run in self.runs if run.number == self.shown), RunLook(0))

    @property
    def nonces(self) -> Held:
        return self.held.get(self.account, Held())

    @property
    def peer(self) -> PeerNonces | None:
        return self.peers.get(self.account)


def fold(known: Known, event: Event) -> Known:
    """What is known after one more event."""
    what = event.what
    if event.session:
        known = _enter(known, event)
    match what:
        case StepMoved():
            return _run(known, event, steps=_moved(known, event, what))
        case VerdictReached() if what.reason == "duplicate" and _of(known, event).messages:
            return known  # the session that it asks for goes on
        case VerdictReached() if what.verdict == "ignored":
            return _run(
                _about(known, what.account), event, outcome="ignored", sentence=what.sentence
            )
        case VerdictReached():
            return _run(_about(known, what.account), event, sentence=what.sentence)
        case SessionOpened():
            return _about(known, what.account)
        case SessionClosed():
            closed = _run(
                known,
                event,
                outcome=what.outcome,
                sentence=what.sentence,
                messages=what.messages,
                sent=what.items_sent,
                received=what.items_received,
            )
            return msgspec.structs.replace(closed, question="")
        case MessageSent():
            known = _run(known, event, messages=_of(known, event).messages + 1)
            if what.cred is not None and what.cred.nonce_kind == "stored":
                return _learn(known, known.account, client=what.cred.nonce)
            return known
        case ItemMoved():
            run = _of(known, event)
            if what.direction == "out":
                return _run(known, event, sent=run.sent + 1)
            return _run(known, event, received=run.received + 1)
        case NonceTried():
            known = _about(known, what.account)
            if what.nonce_kind == "stored":
                return _learn(known, what.account, server=what.nonce)
            if what.nonce_kind == "candidate":
                return _learn(known, what.account, candidate=what.nonce)
            return known
        case NonceStored():
            return _learn(_about(known, what.account), what.account, **{what.slot: what.nonce})
        case NoncesHeld():
            known = _about(known, what.account) if not known.account else known
            # A nonce that was never set counts as the empty one; it is not the same as unknown.
            held = Held(what.client or "", what.server or "", what.candidate or "")
            return msgspec.structs.replace(known, held={**known.held, what.account: held})
        case PeerNonces():
            known = _about(known, what.account) if not known.account else known
            return msgspec.structs.replace(known, peers={**known.peers, what.account: what})
        case PersonAsked():
            key = "question" if what.needs_answer else "notice"
            return msgspec.structs.replace(known, **{key: what.text})
        case PersonAnswered():
            return msgspec.structs.replace(known, question="")
        case BearerOpened():
            rest = tuple(t for t in known.troubles if t[0] != what.address)
            return msgspec.structs.replace(known, troubles=rest)
        case BearerFailed():
            rest = tuple(t for t in known.troubles if t[0] != what.address)
            sentence = f"{what.address}: {what.reason}"
            return msgspec.structs.replace(known, troubles=(*rest, (what.address, sentence)))
        case Failed():
            return msgspec.structs.replace(
                known, troubles=(*known.troubles[-2:], ("", what.sentence))
            )
        case _:
            return known


def _enter(known: Known, event: Event) -> Known:
    """Makes the event's run known, and shows it unless another one is still at work."""
    if not any(run.number == event.session for run in known.runs):
        runs = (*known.runs, RunLook(event.session))[-KEPT_RUNS:]
        known = msgspec.structs.replace(known, runs=runs)
        if isinstance(event.what, PushArrived | NotificationRead | SessionOpened):
            # A run that begins shows that what failed before has been got over.
            rest = tuple(t for t in known.troubles if t[0])
            known = msgspec.structs.replace(known, troubles=rest, notice="")
    at_work = bool(known.shown) and not known.run.outcome
    if known.shown != event.session and (not at_work or isinstance(event.what, SessionOpened)):
        newer = event.session > known.shown or isinstance(event.what, SessionOpened)
        if newer:
            known = msgspec.structs.replace(known, shown=event.session)
    return known


def _of(known: Known, event: Event) -> RunLook:
    return next((run for run in known.runs if run.number == event.session), RunLook(event.session))


def _run(known: Known, event: Event, **changes: object) -> Known:
    runs = tuple(
        msgspec.structs.replace(run, **changes) if run.number == event.session else run
        for run in known.runs
    )
    return msgspec.structs.replace(known, runs=runs)


def _moved(known: Known, event: Event, what: StepMoved) -> tuple[StepLook, ...]:
    steps = list(_of(known, event).steps)
    if 1 <= what.step <= len(steps):
        steps[what.step - 1] = StepLook(what.state, what.detail, event.seq)
    return tuple(steps)


def _about(known: Known, account: str) -> Known:
    return msgspec.structs.replace(known, account=account) if account else known


def _learn(known: Known, account: str, **nonces: str) -> Known:
    held = msgspec.structs.replace(known.held.get(account, Held()), **nonces)
    return msgspec.structs.replace(known, held={**known.held, account: held})
