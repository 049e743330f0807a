"""What the screen knows: a pure fold over the events. No widget, no clock, no event is asked twice."""

import msgspec

from emulator.protocol.events import (
    BearerFailed,
    BearerOpened,
    Event,
    Failed,
    HandsetStarted,
    ItemMoved,
    MessageSent,
    NonceStored,
    Noted,
    NotificationRead,
    Paused,
    PeerNonces,
    PeerSaid,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    PushArrived,
    Resumed,
    SessionClosed,
    SessionOpened,
    StepMoved,
    StepState,
    StopsSet,
    VerdictReached,
)
from emulator.tui import device
from emulator.tui.book import Book, Held, learn
from emulator.tui.device import Device

KEPT_RUNS = 8
"""Runs whose steps are remembered: the shown one and those that wait or overlap with it."""


class StepLook(msgspec.Struct, frozen=True):
    """One of the six steps as it stands, and the event that last moved it."""

    state: StepState = "pending"
    detail: str = ""
    seq: int = 0


class RunLook(msgspec.Struct, frozen=True):
    """A notification and what came of it. `outcome` is "" until it is over.

    `opened` is the kind of its session, "" before it has one.
    """

    number: int
    opened: str = ""
    account: str = ""
    steps: tuple[StepLook, ...] = (StepLook(),) * 6
    outcome: str = ""
    sentence: str = ""
    messages: int = 0
    sent: int = 0
    received: int = 0


class Aside(msgspec.Struct, frozen=True):
    """The newest verdict on a notification that came while another run was at work."""

    number: int = 0
    ignored: bool = False
    sentence: str = ""


class Known(msgspec.Struct, frozen=True):
    """All that is on the screen but the ladder. `shown` is the run in the strip, 0 before any.

    A handset that starts anew ends all runs before it: those up to `over` are not shown again.
    """

    shown: int = 0
    over: int = 0
    runs: tuple[RunLook, ...] = ()
    aside: Aside = Aside()
    started: bool = False
    off: bool = False
    """Whether the power was cut, and no handset has started since."""
    bearers: tuple[str, ...] = ()
    """Addresses on which the handset listens now."""
    book: Book = Book()
    """Both sides' nonces."""
    left: Book = Book()
    """The same as runs left them: without what was stored outside of any run, by a person's hand."""
    paused: Paused | None = None
    """What a run waits before, and which run it is."""
    paused_run: int = 0
    stops: StopsSet = StopsSet((), False)
    question: str = ""
    notice: str = ""
    troubles: tuple[tuple[str, str], ...] = ()
    """(what, sentence) of what is wrong now; a bearer that opens after all takes its line away."""
    device: Device = Device()
    notes: dict[int, Noted] = {}
    """What a person noted, by the seq of the event that it is about."""

    @property
    def run(self) -> RunLook:
        return next((run for run in self.runs if run.number == self.shown), RunLook(0))

    @property
    def account(self) -> str:
        return self.book.account

    @property
    def nonces(self) -> Held:
        return self.book.of().own

    @property
    def peer(self) -> PeerNonces | None:
        return self.book.of().peer

    @property
    def failed(self) -> bool:
        """Whether something of ours went wrong, and no run since shows that it is over."""
        return any(not what for what, _ in self.troubles)


def fold(known: Known, event: Event) -> Known:
    """What is known after one more event."""
    before = known.device
    known = _fold(known, event)
    after = device.fold(before, event)
    return known if after is known.device else msgspec.structs.replace(known, device=after)


def _fold(known: Known, event: Event) -> Known:
    what = event.what
    if isinstance(what, HandsetStarted):
        return _anew(known)
    if event.session:
        known = _enter(known, event)
    book = learn(known.book, event)
    left = book if known.left is known.book else learn(known.left, event)
    if isinstance(what, NonceStored) and not event.session:
        left = known.left
    if book is not known.book or left is not known.left:
        known = msgspec.structs.replace(known, book=book, left=left)
    match what:
        case PowerCut():
            return msgspec.structs.replace(
                known,
                off=True,
                runs=_broken_off(known.runs),
                bearers=(),
                paused=None,
                paused_run=0,
                question="",
                notice="",
            )
        case StepMoved():
            return _run(known, event, steps=_moved(known, event, what))
        case VerdictReached() if what.reason == "duplicate" and _of(known, event).messages:
            return known  # the session that it asks for goes on
        case VerdictReached():
            return _judged(_run(known, event, account=what.account), event, what)
        case SessionOpened():
            return _run(known, event, opened=what.session_kind, account=what.account)
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
            if known.paused_run == event.session:
                closed = msgspec.structs.replace(closed, paused=None, paused_run=0)
            return msgspec.structs.replace(closed, question="")
        case MessageSent():
            return _run(known, event, messages=_of(known, event).messages + 1)
        case ItemMoved():
            run = _of(known, event)
            if what.direction == "out":
                return _run(known, event, sent=run.sent + 1)
            return _run(known, event, received=run.received + 1)
        case PersonAsked():
            key = "question" if what.needs_answer else "notice"
            return msgspec.structs.replace(known, **{key: what.text})
        case PersonAnswered():
            return msgspec.structs.replace(known, question="")
        case Noted():
            notes = {**known.notes, what.event: what}
            return msgspec.structs.replace(known, notes=notes)
        case BearerOpened():
            rest = tuple(t for t in known.troubles if t[0] != what.address)
            bearers = (*(b for b in known.bearers if b != what.address), what.address)
            return msgspec.structs.replace(known, troubles=rest, bearers=bearers)
        case BearerFailed():
            rest = tuple(t for t in known.troubles if t[0] != what.address)
            sentence = f"{what.address}: {what.reason}"
            bearers = tuple(b for b in known.bearers if b != what.address)
            troubles = (*rest, (what.address, sentence))
            return msgspec.structs.replace(known, troubles=troubles, bearers=bearers)
        case Paused():
            return msgspec.structs.replace(known, paused=what, paused_run=event.session)
        case Resumed():
            return msgspec.structs.replace(known, paused=None, paused_run=0)
        case StopsSet():
            return msgspec.structs.replace(known, stops=what)
        case Failed():
            return msgspec.structs.replace(
                known, troubles=(*known.troubles[-2:], ("", what.sentence))
            )
        case _:
            return known


def _anew(known: Known) -> Known:
    """A handset starts: what an earlier one ran, asked and held is over; its open ports are gone."""
    over = max((run.number for run in known.runs), default=known.over)
    runs = _broken_off(known.runs)
    # The power of the phone was cut, not the server's: what a server told of itself still holds.
    told = {name: peer for name, peer in known.book.peers.items() if not peer.inferred}
    book = Book(peers=told) if known.off else Book()
    return Known(
        over=over,
        runs=runs,
        started=True,
        book=book,
        left=book,
        stops=known.stops,
        notes=known.notes,
    )


def _broken_off(runs: tuple[RunLook, ...]) -> tuple[RunLook, ...]:
    """No run that has not ended will."""
    return tuple(
        run if run.outcome else msgspec.structs.replace(run, outcome="interrupted", sentence="")
        for run in runs
    )


def _enter(known: Known, event: Event) -> Known:
    """Makes the event's run known, and shows it unless another one is still at work."""
    if event.session <= known.over or isinstance(event.what, PeerNonces | PeerSaid):
        return known  # of an earlier handset, or the server's records, which know no run
    if not any(run.number == event.session for run in known.runs):
        kept = [run for run in known.runs[-KEPT_RUNS + 1 :] if run.number != known.shown]
        shown = [run for run in known.runs if run.number == known.shown]
        runs = (*shown, *kept, RunLook(event.session))
        known = msgspec.structs.replace(known, runs=runs, aside=Aside())
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


def _judged(known: Known, event: Event, what: VerdictReached) -> Known:
    """A verdict opens its run again or ends it; beside a run at work it is kept to be told."""
    ignored = what.verdict == "ignored"
    if known.shown != event.session:
        aside = Aside(event.session, ignored, what.sentence)
        known = msgspec.structs.replace(known, aside=aside)
    if not ignored:
        return _run(known, event, outcome="", sentence="")
    if what.reason == "duplicate" and _of(known, event).opened:
        return known  # the session that it asks for goes on
    return _run(known, event, outcome="ignored", sentence=what.sentence)


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
