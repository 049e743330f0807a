"""Each event in a sentence a person understands: what happened, why, and which step it belongs to."""

import re
from typing import NamedTuple

from emulator.exports import arrivals
from emulator.exports.looks import NONCE_WORDS, look, nonce_words
from emulator.exports.text import brief, spaced
from emulator.protocol import codes
from emulator.protocol.events import (
    ActBegan,
    ActJudged,
    BearerFailed,
    BearerOpened,
    Challenged,
    ChangesCounted,
    Event,
    Failed,
    HandsetStarted,
    HttpExchanged,
    ItemMoved,
    MessageEdited,
    MessageReceived,
    MessageSent,
    NonceStored,
    NonceTried,
    NotificationRead,
    Paused,
    PeerNonces,
    PeerSaid,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    PushArrived,
    PushesDropped,
    Remarked,
    Resumed,
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

_ALERT = re.compile(r"\bAlert (\d+)")
_KINDS = {
    "resync": "A nonce resynchronisation",
    "ordinary": "An ordinary session",
    "client-initiated": "A session that the handset starts by itself",
}


class Description(NamedTuple):
    """`step` is the step of the change request that the event belongs to, 0 for none."""

    title: str
    sentence: str
    step: int = 0


def describe(event: Event, session_id: int | None = None) -> Description:
    """What an event is, for the top of its detail; `session_id` is its notification's."""
    drawn = look(event)
    if isinstance(event.what, NonceTried):
        title, sentence = _tried(event.what, session_id)
    else:
        title, sentence = _words(event)
    return Description(title, sentence, drawn.step if drawn else 0)


def _words(event: Event) -> tuple[str, str]:
    what = event.what
    match what:
        case VerdictReached():
            return "verdict on the notification", _capital(what.sentence) + "."
        case NotificationRead():
            return "notification (package #0)", (
                f"{what.server_id} asks the handset to start a session with SessionID "
                f"{what.session_id:04X}. Its digest is what has to be verified next."
            )
        case PushArrived():
            of = f", put together from {what.parts} SMS" if what.parts > 1 else ""
            of = ", in an SMS" if what.parts == 1 else of
            return "push arrived", (
                f"Octets came from {what.sender} on {what.bearer}{of}; nothing is understood of "
                "them yet."
            )
        case SmsArrived():
            return _sms(what)
        case MessageSent():
            return _sent(what)
        case MessageReceived():
            return _received(what)
        case Challenged():
            return _challenged(what)
        case ServerCredJudged():
            return "server credentials judged", _capital(what.sentence) + (
                "." if what.counts else ". That has no effect here."
            )
        case NonceStored():
            return _stored(what)
        case SessionOpened():
            return "session opened", (
                f"{_KINDS[what.session_kind]} starts with {what.url}, credentials by {what.scheme}."
            )
        case SessionClosed():
            return f"session closed: {what.outcome}", _capital(what.sentence) + "."
        case _:
            return _others(event)


def _others(event: Event) -> tuple[str, str]:
    what = event.what
    match what:
        case SessionIdUsed():
            return "SessionID used up", (
                f"The server has answered, so SessionID {what.session_id:04X} can never verify "
                "another notification: a replayed push opens no session."
            )
        case Remarked():
            return f"{what.severity}: {what.id}", _capital(what.sentence) + f" ({what.clause})."
        case HttpExchanged():
            answer = f"was answered by {what.response}" if what.response else "got no answer"
            return "exchange over HTTP", f"{what.request} {answer}."
        case TransportLost():
            return "no SyncML answer", (
                f"Attempt {what.attempt}: {what.reason}. Nothing was learnt about the server, and "
                "no nonce changes."
            )
        case PersonAsked():
            return ("the owner is asked" if what.needs_answer else "the owner is told"), what.text
        case PersonAnswered():
            said = "allowed" if what.accepted else "declined"
            return "answer", f"The session was {said} by the {what.by}."
        case ItemMoved():
            way = "sent to" if what.direction == "out" else "received from"
            return "item", f"An item of {what.store} was {way} the server ({what.action})."
        case ChangesCounted():
            way = "The server will send" if what.direction == "in" else "The handset will send"
            some = "1 change" if what.total == 1 else f"{what.total} changes"
            return "changes announced", f"{way} {some} of {what.store} (sync type {what.code})."
        case PushesDropped():
            return "deliveries lost", (
                f"{_capital(arrivals.lost(what))}. The handset judges no more than it can; what it could "
                "not take is counted here."
            )
        case BearerFailed():
            return "bearer failed", f"{what.address}: {what.reason}"
        case BearerOpened():
            return "bearer opened", f"The handset listens on {what.address}."
        case HandsetStarted():
            deaf = f" It listens nowhere without {what.missing}." if what.missing else ""
            return "handset started", f"{what.device_id} is up with profile {what.profile}.{deaf}"
        case PowerCut():
            return "power cut", (
                "The handset lost its power between two things that it did. Nothing was ended and "
                "nobody was told; what is in its store is all that it will know."
            )
        case PeerSaid():
            return "from the server's own records", _capital(what.sentence) + "."
        case PeerNonces():
            return "the server's nonces", "What the server holds, beside what the handset holds."
        case SecretReplaced():
            when = "in force" if what.in_force else "in force once the running session has ended"
            return "server secret replaced", (
                f"The server's secret of account {what.account} is another one, {when}: "
                f"{what.reason}. The old one verifies nothing any more."
            )
        case ActBegan():
            return f"{what.scenario}: act {what.number}", _capital(what.words) + "."
        case ActJudged():
            return f"{what.scenario}: act {what.number} judged", _misses(what)
        case Failed():
            return "trouble", what.sentence
        case MessageEdited():
            return "edited by hand", (
                f"These octets left in place of message {what.msg_id}. The handset goes on as if "
                "it had sent what it meant, in the line above."
            )
        case Paused():
            return "the run waited", f"It waited for the person. Next: {what.coming}."
        case Resumed():
            return "the run goes on", "The person let the run that waited go on."
        case StopsSet():
            marked = ", ".join(what.breakpoints) or "none"
            return "breakpoints", f"Runs stop at: {marked}."
        case _:
            return type(what).__name__, ""


def _sms(what: SmsArrived) -> tuple[str, str]:
    came = f"{what.sender} brought it to {what.bearer}"
    if not what.total:
        return "SMS that cannot be read", f"{_capital(came)}. The remark says what is wrong."
    if what.total == 1:
        return "SMS arrived", f"{_capital(came)}. All of it is in this one."
    return f"SMS arrived: part {what.number} of {what.total}", (
        f"{_capital(came)}. The push is read when all {what.total} parts are there."
    )


def _misses(what: ActJudged) -> str:
    if not what.misses:
        return "All came as the scenario expects it."
    told = (f"expected {m.expected}, came {m.came} ({m.clause})" for m in what.misses)
    return _capital("; ".join(told)) + "."


def _tried(what: NonceTried, session_id: int | None) -> tuple[str, str]:
    name = NONCE_WORDS[what.nonce_kind]
    shown = f"the {nonce_words(what.nonce_kind, what.nonce, session_id)}"
    if what.encoding:
        shown += f" as {what.encoding} ({spaced(what.nonce)})"
    if what.matched:
        return f"digest verified with the {name}", (
            f"The digest over {shown} is the one that came: whoever sent "
            f"this knows the secret of {what.server_id}, and used this nonce."
        )
    why = "the server used another nonce, or another secret"
    if what.nonce_kind == "session-id":
        why = "the sender did not sign with the SessionID in this form, or used another secret"
    return f"digest tried with the {name}", (
        f"The digest over {shown} is not the one that came: {why}."
    )


def _sent(what: MessageSent) -> tuple[str, str]:
    title = f"message {what.msg_id} sent (package {what.package})"
    if what.cred is None:
        why = "It carries no credentials."
        if what.attempt > 1:
            why = "No answer came, so the same octets leave once more; no new nonce is made."
        elif "+ Chal" in what.summary:
            why = "Its Chal brings the server a new server nonce."
        return title, f"{what.summary}. {why}{_alerts(what.summary)}"
    if what.cred.scheme == "basic":
        return title, f"{what.summary}. It carries user and password of {what.cred.user}."
    proof = "header x-syncml-hmac" if what.cred.scheme == "mac" else "Cred"
    return title, (
        f"{what.summary}. Its {proof} proves that we are {what.cred.user}, computed over the "
        f"{_client_words(what.cred.nonce_kind)} {brief(what.cred.nonce)}.{_alerts(what.summary)}"
    )


def _client_words(kind: str) -> str:
    return "stored client nonce" if kind == "stored" else "nonce of the challenge"


def _received(what: MessageReceived) -> tuple[str, str]:
    if what.problem:
        return "no SyncML message", f"HTTP {what.http_status}: {what.problem}"
    title = f"message {what.msg_id} received (package {what.package}, {what.elapsed * 1000:.0f} ms)"
    meaning = {
        200: "our credentials were accepted for this message",
        212: "our credentials were accepted for the whole session",
        401: "our credentials do not verify; the Chal says over which nonce to sign again",
        407: "the server wants credentials; the Chal says over which nonce to sign",
    }.get(what.code)
    if meaning is None:
        known = codes.STATUS.get(what.code, "a code that nobody knows")
        meaning = f"status {what.code} for our SyncHdr ({known})"
    if not what.code:
        meaning = "it has no Status for our SyncHdr"
    return title, f"{what.summary}. {_capital(meaning)}.{_alerts(what.summary)}"


def _alerts(summary: str) -> str:
    """What the Alerts of a message ask for, in words."""
    asked = dict.fromkeys(_ALERT.findall(summary))
    known = [(code, codes.of_alert(code)) for code in asked]
    return "".join(f" Alert {code}: {meaning}." for code, meaning in known if meaning)


def _challenged(what: Challenged) -> tuple[str, str]:
    nonce = brief(what.nonce)
    if what.by == "server":
        if what.refuses:
            return "challenge from the server", (
                f"{what.code}: package 1 must be signed again, this time over {nonce}."
            )
        return "new client nonce", (
            f"The Chal in the {what.code} brings {nonce}: it will sign our next session. It is "
            "stored as soon as the server has proven who it is."
        )
    if what.refuses:
        return "challenge to the server", (
            f"{what.code}: the server has to prove itself over the nonce {nonce}."
        )
    return "new server nonce", (
        f"Our Status {what.code} carries a Chal with {nonce}: the server will sign its next "
        "notification with it."
    )


def _stored(what: NonceStored) -> tuple[str, str]:
    name = {"client": "client nonce", "server": "server nonce", "candidate": "candidate"}[what.slot]
    if not what.nonce:
        return f"{name} emptied", f"{_capital(what.reason)}."
    uses = {
        "client": "It signs the credentials of our next session.",
        "server": "The server's next notification is verified with it.",
        "candidate": "It becomes the stored server nonce once the server confirms it.",
    }
    return f"{name} stored", f"{_capital(what.reason)}. {uses[what.slot]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")
