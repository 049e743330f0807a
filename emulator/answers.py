"""What a server answered to a first try, folded from the events of a session: a sentence for a
person, and what to do next.

Reads events and nothing else. The certificate comes from who has looked at it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from emulator.protocol.events import (
    Challenged,
    Event,
    Failed,
    MessageReceived,
    MessageSent,
    Remarked,
    SessionClosed,
    SessionOpened,
    StepMoved,
    TransportLost,
)

Kind = Literal[
    "accepted",
    "stores",
    "unreachable",
    "certificate",
    "http",
    "failed",
    "not-syncml",
    "credentials",
    "server",
    "ours",
]
_TITLES: dict[Kind, str] = {
    "accepted": "The server takes us",
    "stores": "The server takes us, but not every datastore",
    "unreachable": "The server was not reached",
    "certificate": "The server's certificate is not trusted",
    "http": "A web server answers, but no SyncML service",
    "failed": "A server answers, but fails",
    "not-syncml": "Something answers, but not in SyncML",
    "credentials": "The server refuses user and password",
    "server": "The server answers in SyncML, but does not go on",
    "ours": "The handset could not try",
}
_ADVICE: dict[Kind, str] = {
    "accepted": "",
    "stores": "Correct the URI of the datastore, as NAME=URI, or leave it out.",
    "unreachable": "Look at host and port of the URL, and whether the server runs.",
    "certificate": "Compare its SHA-256 with the server's owner; if it is the same, pin it.",
    "http": "Look at the path of the URL: it is the one that phones are given.",
    "failed": "Does it know this device id? SyncEvolution fails so when not. Its log says more.",
    "not-syncml": "Look at the URL: it is the one that phones are given, not the one for browsers.",
    "credentials": "Look at user and password, and whether the server knows this device id.",
    "server": "Look at the server's log; the user may not be allowed to synchronise.",
    "ours": "",
}
_MD5 = "This server wants auth-md5: take a server kind that allows it, as generic does."
_BASIC = (
    "This server wants auth-basic. Take a server kind that allows it (horde, syncevolution); over "
    "http:// anyone on the way can read the password."
)
_VERSION = re.compile(r"\b5(05|13)\b")


class Answer(msgspec.Struct, frozen=True):
    """`sentence` says what came, `advice` what to do about it ("" for nothing), `seen` what went
    back and forth, a line a message."""

    kind: Kind
    sentence: str
    advice: str = ""
    seen: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return _TITLES[self.kind]

    @property
    def good(self) -> bool:
        """Whether a sync can be started with it."""
        return self.kind in ("accepted", "stores")


def distrusted(answer: Answer) -> Answer:
    """The answer where what failed was the certificate."""
    return msgspec.structs.replace(answer, kind="certificate", advice=_ADVICE["certificate"])


def accepted(events: Sequence[Event]) -> bool:
    """Whether the server has taken us: step 4 passed."""
    return _step_4(events) is not None


def fold(events: Sequence[Event]) -> Answer:
    """The answer, from the events of one session."""
    seen = tuple(_seen(events))
    for event in events:
        if isinstance(event.what, Failed):
            return Answer("ours", event.what.sentence, seen=seen)
    step = _step_4(events)
    if step is not None:
        return _accepted(events, step, seen)
    kind, sentence = _refused(events)
    return Answer(kind, sentence, _advice(kind, sentence), seen)


def _step_4(events: Sequence[Event]) -> StepMoved | None:
    moves = (e.what for e in events if isinstance(e.what, StepMoved) and e.what.step == 4)
    return next((what for what in moves if what.state == "passed"), None)


def _accepted(events: Sequence[Event], step: StepMoved, seen: tuple[str, ...]) -> Answer:
    signed = next((e.what.scheme for e in events if isinstance(e.what, SessionOpened)), "")
    asked = [e.what.scheme for e in events if isinstance(e.what, Challenged) and e.what.refuses]
    scheme = asked[-1] if asked else signed
    how = "without credentials" if scheme == "none" else f"auth-{scheme}"
    sentence = f"It answered package 1 ({how}) with Status {step.detail.partition(';')[0]}."
    stores = [
        e.what.sentence.partition(": ")[2]
        for e in events
        if isinstance(e.what, Remarked) and e.what.id == "store-refused"
    ]
    if not stores:
        return Answer("accepted", sentence, _ADVICE["accepted"], seen)
    return Answer("stores", f"{sentence} {_listed(stores)}", _ADVICE["stores"], seen)


def _listed(stores: list[str]) -> str:
    words = "; ".join(text.replace(" for Alert", "") for text in stores)
    known = ", it has no such datastore" if "404" in words else ""
    return f"Not taken: {words}{known}."


def _refused(events: Sequence[Event]) -> tuple[Kind, str]:
    closed = next((e.what for e in events if isinstance(e.what, SessionClosed)), None)
    received = [e.what for e in events if isinstance(e.what, MessageReceived)]
    lost = [e.what.reason for e in events if isinstance(e.what, TransportLost)]
    if closed is None:
        return "ours", "the session did not come to an end"
    if closed.outcome == "transport":
        reason = lost[-1] if lost else closed.sentence
        if not received or not received[-1].problem:
            return "unreachable", reason
        status = received[-1].http_status
        kind: Kind = "not-syncml" if status == 200 else "failed" if status >= 500 else "http"
        return kind, reason
    if closed.outcome == "auth-refused":
        return "credentials", closed.sentence.removeprefix("authentication refused: ")
    if closed.outcome in ("interrupted", "timed-out"):
        return "unreachable", "no answer came in time"
    return "server", closed.sentence


def _advice(kind: Kind, sentence: str) -> str:
    if kind == "credentials" and "asks for basic" in sentence:
        return _BASIC
    if kind == "credentials" and "asks for md5" in sentence:
        return _MD5
    if kind == "http" and "401" in sentence:
        return "The web server itself wants a password: it is to be switched off for this URL."
    if kind == "http" and "redirect" in sentence:
        return "Enter the URL that it leads to."
    if kind == "server" and _VERSION.search(sentence):
        return "It speaks another version of SyncML: set [device] version in the profile."
    return _ADVICE[kind]


def _seen(events: Sequence[Event]) -> Iterator[str]:
    for event in events:
        what = event.what
        if isinstance(what, StepMoved) and what.step == 4 and what.state == "passed":
            # The message that follows never leaves.
            return
        if isinstance(what, MessageSent):
            yield f"sent      {what.summary}"
        elif isinstance(what, MessageReceived):
            yield f"received  {what.problem or what.summary}"
        elif isinstance(what, TransportLost) and not _was_received(events, what):
            yield f"lost      {what.reason}"


def _was_received(events: Sequence[Event], lost: TransportLost) -> bool:
    return any(
        isinstance(e.what, MessageReceived) and e.what.problem == lost.reason for e in events
    )
