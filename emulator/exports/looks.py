"""What an event looks like in the ladder: its shape between the lanes, its text, its tone.

Pure: from one event to a `Look`. A look is made for a width, and says from which width on it stays as
it is, so that a ladder of any length need not be laid out again.
"""

from typing import NamedTuple

from emulator.exports import arrivals, lanes
from emulator.exports.lanes import Shape
from emulator.exports.text import (
    ASKED,
    BAD,
    EQUAL,
    GOOD,
    MARKED,
    NOTED,
    THIN,
    UNEQUAL,
    brief,
    cells,
    wrap,
)
from emulator.protocol import codes
from emulator.protocol.events import (
    ActBegan,
    ActJudged,
    BearerFailed,
    BearerOpened,
    Challenged,
    Event,
    Failed,
    HandsetStarted,
    ItemMoved,
    MessageEdited,
    MessageReceived,
    MessageSent,
    NonceKind,
    NonceStored,
    NonceTried,
    Noted,
    NotificationRead,
    Paused,
    PeerSaid,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    PushArrived,
    PushesDropped,
    Remarked,
    SecretReplaced,
    ServerCredJudged,
    SessionClosed,
    SessionIdUsed,
    SessionOpened,
    SmsArrived,
    StopsSet,
    TransportLost,
    VerdictReached,
)

MOST = 8
"""Lines that one text of an event may take."""

NONCE_WORDS: dict[NonceKind, str] = {
    "stored": "stored nonce",
    "candidate": "candidate",
    "session-id": "SessionID",
    "constant": "fixed nonce",
    "dm-default": "DM default nonce",
    "challenge": "nonce of the challenge",
    "none": "none",
}


class Look(NamedTuple):
    """How an event is drawn. `rows` are its lines of text, already broken.

    From the width `fits` on nothing is broken. `mark` and `sign` stand beside it (a person's mark,
    as expected or not), `below` are lines after it with their tones.
    """

    shape: Shape
    rows: tuple[str, ...]
    tone: str = "plain"
    step: int = 0
    heavy: bool = False
    fits: int = 0
    mark: str = " "
    sign: str = " "
    below: tuple[tuple[str, str], ...] = ()

    @property
    def height(self) -> int:
        return len(self.rows) + len(self.below)


def look(event: Event, width: int = lanes.USUAL, session_id: int | None = None) -> Look | None:
    """The look of an event at a width, None for those that other parts of the screen show.

    `session_id` is the one of its notification, for nonces that are made of it.
    """
    drawn = _drawn(event, session_id)
    if drawn is None:
        return None
    shape, texts, tone, step, heavy = drawn
    room = lanes.room(shape, width)
    rows = [row for text in texts for row in wrap(text, room, MOST)]
    fits = lanes.fits(shape, max(cells(text) for text in texts))
    return Look(shape, tuple(rows), tone, step, heavy, fits)


def annotated(drawn: Look, width: int, note: Noted | None, beside: tuple[bool, str] | None) -> Look:
    """A look with what a person noted about its event, and whether that was expected (and what)."""
    texts = []
    mark, sign = drawn.mark, drawn.sign
    if beside is not None:
        met, expected = beside
        sign = EQUAL if met else UNEQUAL
        texts += [] if met else [(f"{UNEQUAL} expected {expected}", "bad")]
    if note is not None:
        mark = MARKED if note.mark else mark
        texts += [(f"{NOTED} {note.text}", "key")] if note.text else []
    room = lanes.room("at-handset", width)
    below = tuple((row, tone) for text, tone in texts for row in wrap(text, room, MOST))
    fits = max([drawn.fits, *(lanes.fits("at-handset", cells(text)) for text, _ in texts)])
    return drawn._replace(mark=mark, sign=sign, below=below, fits=fits)


class _Drawn(NamedTuple):
    shape: Shape
    texts: tuple[str, ...]
    tone: str = "plain"
    step: int = 0
    heavy: bool = False


def _look(
    shape: Shape, text: str, tone: str = "plain", step: int = 0, heavy: bool = False
) -> _Drawn:
    return _Drawn(shape, (text,), tone, step, heavy)


def _drawn(event: Event, session_id: int | None) -> _Drawn | None:
    what = event.what
    match what:
        case SmsArrived():
            return _look("from-sender", arrivals.sms(what), "dim")
        case PushArrived():
            return _look("from-sender", arrivals.push(what), "dim")
        case NotificationRead():
            text = f"push #0  SessionID {what.session_id:04X}"
            return _look("from-sender", text, "strong", heavy=True)
        case NonceTried():
            return _tried(what, session_id)
        case VerdictReached():
            return _verdict(what)
        case SessionOpened():
            id_ = what.session_id
            if session_id is not None and id_ == f"{session_id:X}":
                id_ = f"{session_id:04X}"  # as everywhere but in the message itself
            text = f"session {id_} opens: {what.session_kind}, auth {what.scheme}"
            return _look("at-handset", text, "strong")
        case MessageSent():
            return _sent(what)
        case MessageReceived():
            return _received(what)
        case Challenged():
            return _challenged(what)
        case ServerCredJudged():
            return _cred(what, session_id)
        case NonceStored():
            return _stored(what, bool(event.session))
        case SessionIdUsed():
            return _look("to-store", f"SessionID {what.session_id:04X} is used up", "dim")
        case ItemMoved():
            return _item(what)
        case SessionClosed():
            good = what.outcome == "synchronised"
            mark = GOOD if good else BAD
            return _look("rule", f"{mark} {what.sentence}", "good" if good else "bad")
        case _:
            return _wide(event)


def _wide(event: Event) -> _Drawn | None:
    """What happens outside the exchange of messages: across the lanes."""
    what = event.what
    match what:
        case HandsetStarted(missing=missing) if missing:
            text = f"handset {what.device_id} listens nowhere without {missing}"
            return _look("wide", text, "warn")
        case HandsetStarted():
            servers = ", ".join(filter(None, what.accounts)) or "a server without an id"
            return _look("wide", f"handset {what.device_id}, for {servers}", "dim")
        case PowerCut():
            return _look("alarm", f"{BAD} the power is cut: the handset stops as it is", "alarm")
        case BearerOpened():
            return _look("wide", f"listening on {what.address}", "dim")
        case PushesDropped():
            return _look("wide", f"{BAD} {arrivals.lost(what)}", "warn")
        case BearerFailed():
            return _look("alarm", f"{BAD} {what.address}: {what.reason}", "alarm")
        case Failed():
            return _look("alarm", f"{BAD} {what.sentence}", "alarm")
        case TransportLost():
            again = f" (attempt {what.attempt})" if what.attempt > 1 else ""
            return _look("wide", f"{BAD} no SyncML answer: {what.reason}{again}", "bad")
        case SecretReplaced():
            when = "" if what.in_force else ", once this session has ended"
            return _look("wide", f"server secret replaced{when} ({what.reason})", "strong")
        case Remarked():
            tone = {"note": "note", "warning": "warn", "error": "bad"}[what.severity]
            return _look("wide", f"{what.severity}: {what.sentence}", tone)
        case PersonAsked():
            text = (
                f"{ASKED} {what.text}" if what.needs_answer else f"the owner is told: {what.text}"
            )
            return _look("wide", text, "ask" if what.needs_answer else "note")
        case PersonAnswered():
            said = "allowed" if what.accepted else "declined"
            return _look("wide", f"{said} by the {what.by}", "good" if what.accepted else "warn")
        case PeerSaid():
            return _look("wide", f"server: {what.sentence}", "note")
        case Paused() if what.breakpoint:
            return _look("wide", f"stopped at breakpoint {what.breakpoint}", "dim")
        case StopsSet() if not what.every:
            marked = ", ".join(what.breakpoints) or "none"
            return _look("wide", f"breakpoints: {marked}", "dim")
        case MessageEdited():
            octets = len(what.octets.hex) // 2
            text = f"edited by hand: message {what.msg_id} leaves as {octets} other octets"
            return _look("to-server", text, "warn")
        case ActBegan():
            return _look("wide", f"{what.scenario}, act {what.number}: {what.words}", "strong")
        case ActJudged():
            return _judged(what)
        case _:
            return None


def _judged(what: ActJudged) -> _Drawn:
    """The first expectation that was not met; most of the others follow from it."""
    if not what.misses:
        return _look("wide", f"{GOOD} act {what.number}: all as expected", "good")
    miss, *others = what.misses
    step = f"step {miss.step}, " if miss.step else ""
    about = "" if miss.about == "steps" else f"{miss.about.replace('_', ' ')}, "
    text = f"{BAD} {step}{about}expected {miss.expected}, came {miss.came}"
    more = (f"and {len(others)} more that differ",) if others else ()
    return _Drawn("wide", (text, *more), "bad")


def nonce_words(kind: NonceKind, nonce: str, session_id: int | None) -> str:
    """A nonce by name and value. One made of the SessionID is named by that, not by its octets."""
    if kind == "session-id":
        return "SessionID" if session_id is None else f"SessionID {session_id:04X}"
    return f"{NONCE_WORDS[kind]} {brief(nonce)}"


def _tried(what: NonceTried, session_id: int | None) -> _Drawn:
    name = nonce_words(what.nonce_kind, what.nonce, session_id)
    encoding = f" as {what.encoding}" if what.encoding else ""
    mark, says = (GOOD, "equal") if what.matched else (BAD, "differs")
    own = what.nonce_kind in ("stored", "candidate", "constant")
    tone = "good" if what.matched else "bad"
    text = f"{mark} {name}{encoding}: digest {says}"
    return _look("from-store" if own else "at-handset", text, tone, step=1 if own else 2)


def _verdict(what: VerdictReached) -> _Drawn:
    good = what.verdict.startswith("verified")
    mark = GOOD if good else BAD if what.verdict == "ignored" else THIN
    misses = tuple(f"near miss: {miss.meaning}" for miss in what.near_misses[:1])
    tone = "good" if good else "bad" if mark == BAD else "note"
    return _Drawn("wide", (f"{mark} {what.sentence}", *misses), tone)


def _sent(what: MessageSent) -> _Drawn:
    text = f"package {what.package}: {_few(what.summary)}"
    if what.attempt > 1:
        text = f"package {what.package} once more, attempt {what.attempt}"
    step = 3 if what.package == 1 else 5 if "+ Chal" in what.summary else 0
    return _look("to-server", text, "plain" if what.attempt == 1 else "warn", step)


def _few(summary: str) -> str:
    """A summary without its Final, which is the rule; a message without it says so."""
    if summary.endswith("Final"):
        return summary.removesuffix("Final").removesuffix(", ")
    return f"{summary}, more follows" if ", " in summary or summary.isalnum() else summary


def _received(what: MessageReceived) -> _Drawn:
    http = f"HTTP {what.http_status}: " if what.http_status != 200 else ""
    if what.problem:
        return _look("from-server", f"{http}{what.problem}", "bad")
    tone = "good" if what.code in (200, 212) else "warn" if what.code in (401, 407) else "bad"
    words = _few(what.summary).split(", ") if what.summary else []
    code = [word for word in words if word.startswith(str(what.code))] if what.code else []
    rest = [word for word in words if word not in code]
    head = code or [str(what.code) if what.code else "no Status for SyncHdr"]
    if tone == "bad" and (meaning := codes.STATUS.get(what.code)):
        head[0] += f" ({meaning})"
    step = 4 if what.package == 2 and what.code else 0
    return _look("from-server", f"{http}{', '.join(head + rest)}", tone, step)


def _challenged(what: Challenged) -> _Drawn:
    nonce = brief(what.nonce) if what.scheme != "basic" else ""
    chal = "Chal" if what.scheme == "md5" else f"Chal {what.scheme}"
    if what.by == "server":
        use = "sign again over" if what.refuses else "new client nonce"
        return _look("at-handset", f"{chal}: {use} {nonce}", "note", step=4)
    use = "prove yourself over" if what.refuses else "new server nonce"
    text = f"our {what.code} + {chal}: {use} {nonce}"
    return _look("at-handset", text, "note", step=5)


def _cred(what: ServerCredJudged, session_id: int | None) -> _Drawn:
    good = what.matched != "none"
    own = what.matched in ("stored", "candidate")
    effect = "" if what.counts else ", no effect"
    if good:
        used = next((nonce for kind, nonce, _ in what.tries if kind == what.matched), "")
        over = "" if what.scheme == "basic" else f" over {NONCE_WORDS[what.matched]}"
        if used:
            over = f" over {nonce_words(what.matched, used, session_id)}"
        text = f"{GOOD} server Cred{over or ' verifies'}{effect}"
    else:
        text = f"{BAD} server Cred does not verify{effect}"
    tone = "dim" if not what.counts else "good" if good else "bad"
    return _look("from-store" if own else "at-handset", text, tone, step=5)


def _stored(what: NonceStored, in_run: bool) -> _Drawn:
    """What is stored outside a run is no step of the protocol: the reason says whose doing it is."""
    name = {"client": "client nonce", "server": "server nonce", "candidate": "candidate"}[what.slot]
    step = {"client": 4, "server": 6, "candidate": 5}[what.slot]
    if not what.nonce:
        return _look("to-store", f"{name} emptied ({what.reason})", "dim")
    if not in_run:
        return _look("to-store", f"{name} {brief(what.nonce)} {what.reason}", "note")
    return _look("to-store", f"{name} {brief(what.nonce)} stored", "strong", step)


def _item(what: ItemMoved) -> _Drawn:
    way = "sent" if what.direction == "out" else "received"
    status = f", {what.status}" if what.status else ""
    text = f"item {way}: {what.action} {what.store} {what.luid or what.guid}{status}"
    return _look("at-handset", text, "dim")
