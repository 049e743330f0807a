"""What an event has to do with others of its run: looked up when a line or a detail is made. Pure."""

from collections.abc import Iterator, Sequence

from emulator.eventlog import beginning, place
from emulator.protocol.events import (
    Event,
    HandsetStarted,
    HttpExchanged,
    MessageReceived,
    MessageSent,
    NearMiss,
    NonceTried,
    NotificationRead,
    Octets,
    PushArrived,
    ServerCredJudged,
    SessionClosed,
    TransportLost,
    VerdictReached,
)


def _before(events: Sequence[Event], event: Event) -> Iterator[Event]:
    """The events of the same run before an event, newest first."""
    first = beginning(events, event.session)
    for index in range(min(place(events, event), len(events)) - 1, first - 1, -1):
        if events[index].session == event.session:
            yield events[index]
        elif isinstance(events[index].what, HandsetStarted):
            return


def notification(events: Sequence[Event], event: Event) -> NotificationRead | None:
    """The notification of the event's run, if one started it."""
    if not event.session:
        return None
    return next(
        (e.what for e in _before(events, event) if isinstance(e.what, NotificationRead)), None
    )


def pushed(events: Sequence[Event], event: Event) -> Octets | None:
    """The octets of the event's notification; of its push when no notification was found in it."""
    read = notification(events, event)
    if read is not None:
        return read.octets
    if not event.session:
        return None
    return next(
        (e.what.octets for e in _before(events, event) if isinstance(e.what, PushArrived)), None
    )


def session_id(events: Sequence[Event], event: Event) -> int | None:
    """The SessionID of the notification, for the events that speak of it as a nonce."""
    if not isinstance(event.what, NonceTried | ServerCredJudged):
        return None
    read = notification(events, event)
    return None if read is None else read.session_id


def has_cred(event: Event) -> bool:
    """Whether an event is a message of the server with a Cred in it, or with a header of auth-MAC."""
    what = event.what
    if not isinstance(what, MessageReceived):
        return False
    return bool(what.headers) or "Cred" in what.summary.split(", ")


def _after(events: Sequence[Event], event: Event) -> Iterator[Event]:
    """The events of the same run after an event, as long as no other handset starts."""
    for index in range(place(events, event) + 1, len(events)):
        later = events[index]
        if isinstance(later.what, HandsetStarted):
            return
        if later.session == event.session:
            yield later


def judgement(events: Sequence[Event], event: Event) -> Event | None:
    """The event that judges the Cred of a received message."""
    for later in _after(events, event):
        if isinstance(later.what, ServerCredJudged):
            return later
        if isinstance(later.what, MessageReceived | MessageSent | SessionClosed):
            return None
    return None


def exchange(events: Sequence[Event], event: Event) -> HttpExchanged | None:
    """The exchange over HTTP by which a message left or came, or did not."""
    what = event.what
    if isinstance(what, HttpExchanged):
        return what
    if isinstance(what, MessageSent):
        near = _after(events, event)
    elif isinstance(what, MessageReceived | TransportLost):
        near = _before(events, event)
    else:
        return None
    for other in near:
        if isinstance(other.what, HttpExchanged):
            return other.what
        if isinstance(other.what, MessageSent | SessionClosed | NotificationRead):
            return None
    return None


def near_misses(events: Sequence[Event], event: Event) -> Sequence[NearMiss]:
    """The near misses of the verdict to which a verification that failed has led."""
    if not isinstance(event.what, NonceTried) or event.what.matched:
        return ()
    found = (e.what for e in _after(events, event) if isinstance(e.what, VerdictReached))
    verdict = next(found, None)
    return verdict.near_misses if verdict is not None else ()


def about_notification(event: Event) -> bool:
    """Whether an event without octets of its own speaks of those of its notification."""
    return isinstance(event.what, NonceTried | VerdictReached)
