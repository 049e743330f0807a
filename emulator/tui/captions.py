"""What happens at each step, in one sentence for an audience. Data, and a pure look-up.

A caption fits one line of 80 columns. What the status lines say anyway (questions, how a run ended) has
none.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from emulator.eventlog import place
from emulator.protocol.events import (
    Challenged,
    Event,
    HandsetStarted,
    ItemMoved,
    MessageReceived,
    MessageSent,
    NonceStored,
    NonceTried,
    NotificationRead,
    PeerSaid,
    PersonAnswered,
    PersonAsked,
    PushArrived,
    ServerCredJudged,
    SessionClosed,
    SessionIdUsed,
    SessionOpened,
    SmsArrived,
    TransportLost,
    VerdictReached,
)


class Caption(NamedTuple):
    """A sentence for events of a kind; `when` looks closer at what happened."""

    kind: type[Any]
    sentence: str
    when: Callable[[Any], bool] = lambda what: True


def _tried(kind: str, matched: bool) -> Callable[[Any], bool]:
    return lambda what: what.nonce_kind == kind and what.matched == matched


CAPTIONS: tuple[Caption, ...] = (
    Caption(HandsetStarted, "The handset is on. It waits for a server to call it."),
    Caption(SmsArrived, "An SMS reaches the handset: a push, or a part of one."),
    Caption(PushArrived, "A notification reaches the handset: a server wants to talk to it."),
    Caption(NotificationRead, "Only its digest can prove that it comes from the server."),
    Caption(
        NonceTried,
        "Step 1: the digest verifies with the stored nonce. Both sides still agree.",
        _tried("stored", True),
    ),
    Caption(
        NonceTried,
        "Step 1: the digest was not made with the stored nonce. One side has lost it.",
        _tried("stored", False),
    ),
    Caption(
        NonceTried,
        "Step 1: the digest verifies with the nonce that was not confirmed yet.",
        _tried("candidate", True),
    ),
    Caption(
        NonceTried,
        "Step 1: nor was it made with the nonce that was not confirmed yet.",
        _tried("candidate", False),
    ),
    Caption(
        NonceTried,
        "Step 2: it was made with the SessionID: the server asks to resynchronise.",
        _tried("session-id", True),
    ),
    Caption(
        NonceTried,
        "Step 2: nor was it made with the SessionID, written like this.",
        _tried("session-id", False),
    ),
    Caption(
        VerdictReached,
        "The handset ignores the notification: no session, and nothing changes.",
        lambda what: what.verdict == "ignored",
    ),
    Caption(
        VerdictReached,
        "The notification waits until the running session has ended.",
        lambda what: what.verdict == "held",
    ),
    Caption(VerdictReached, "The notification is genuine: the handset may call the server."),
    Caption(PersonAnswered, "The owner agrees.", lambda what: what.accepted),
    Caption(PersonAnswered, "The owner declines."),
    Caption(
        SessionOpened,
        "The handset calls the server, by itself.",
        lambda what: what.session_kind == "client-initiated",
    ),
    Caption(SessionOpened, "The handset calls the server, as it was asked to."),
    Caption(
        MessageSent, "No answer came: the same message once more.", lambda what: what.attempt > 1
    ),
    Caption(
        MessageSent,
        "Step 3: the handset signs in, with a digest over its client nonce.",
        lambda what: what.package == 1 and what.cred is not None,
    ),
    Caption(
        MessageSent,
        "Step 3: the handset signs in, without a digest.",
        lambda what: what.package == 1,
    ),
    Caption(
        MessageSent,
        "Step 5: the handset accepts the server, and sends it a new server nonce.",
        lambda what: "212 + Chal" in what.summary,
    ),
    Caption(
        MessageSent,
        "Step 5: the handset asks the server to prove itself.",
        lambda what: "401 + Chal" in what.summary or "407 + Chal" in what.summary,
    ),
    Caption(MessageSent, "The handset sends what has changed since the last sync."),
    Caption(MessageReceived, "That is no answer in SyncML.", lambda what: bool(what.problem)),
    Caption(
        MessageReceived,
        "Step 4: the server does not accept that, and says over which nonce to sign.",
        lambda what: what.code in (401, 407),
    ),
    Caption(
        MessageReceived,
        "Step 4: the server accepts the handset, and sends it a new client nonce.",
        lambda what: what.package == 2 and "+ Chal" in what.summary and what.code in (200, 212),
    ),
    Caption(
        MessageReceived,
        "Step 4: the server accepts the handset.",
        lambda what: what.package == 2 and what.code in (200, 212),
    ),
    Caption(MessageReceived, "The server answers, and sends what has changed on its side."),
    Caption(
        Challenged,
        "Step 4: over this nonce the handset has to sign again.",
        lambda what: what.by == "server" and what.refuses,
    ),
    Caption(
        Challenged,
        "Step 4: with this nonce the handset will sign in the next time.",
        lambda what: what.by == "server",
    ),
    Caption(
        Challenged,
        "Step 5: over this nonce the server has to prove itself.",
        lambda what: what.refuses,
    ),
    Caption(Challenged, "Step 5: with this nonce the server will sign its next notification."),
    Caption(
        ServerCredJudged,
        "Step 5: the server's own digest does not verify: this may be somebody else.",
        lambda what: what.matched == "none",
    ),
    Caption(ServerCredJudged, "Step 5: the server proves itself too: it knows the secret."),
    Caption(SessionIdUsed, "From now on nobody can use this SessionID once more."),
    Caption(NonceStored, "The slot is empty again.", lambda what: not what.nonce),
    Caption(
        NonceStored,
        "A person changed this nonce: it is no step of the protocol.",
        lambda what: what.reason.endswith("by hand"),
    ),
    Caption(
        NonceStored,
        "Step 4: the new client nonce is kept for the next session.",
        lambda what: what.slot == "client",
    ),
    Caption(
        NonceStored,
        "Step 5: the new server nonce is a candidate until the server confirms it.",
        lambda what: what.slot == "candidate",
    ),
    Caption(NonceStored, "Step 6: the server has confirmed it. Both sides share a nonce again."),
    Caption(ItemMoved, "An item goes to the server.", lambda what: what.direction == "out"),
    Caption(ItemMoved, "An item comes from the server."),
    Caption(TransportLost, "The server is not to be reached. No nonce changes."),
)
"""The first that fits is taken."""

_SILENT = (PersonAsked, SessionClosed)
"""After these nothing is said any more: the status lines say it."""
_BACK = 12
"""Events that are looked back over for a caption, where the selected one has none."""


def caption(event: Event) -> str:
    """The caption of an event, "" for none."""
    what = event.what
    return next((c.sentence for c in CAPTIONS if isinstance(what, c.kind) and c.when(what)), "")


def caption_at(events: Sequence[Event], event: Event | None) -> str:
    """The caption that holds at an event: its own, or that of what happened before it in its run."""
    if event is None:
        return ""
    at = min(place(events, event), len(events) - 1)
    for index in range(at, max(at - _BACK, -1), -1):
        before = events[index]
        if before.session not in (event.session, 0) or isinstance(before.what, _SILENT):
            return ""
        if not isinstance(before.what, PeerSaid) and (said := caption(before)):
            return said
    return ""
