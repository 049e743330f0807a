"""What an event has to do with others of its run: looked up when a line or a detail is made. Pure."""

from collections.abc import Iterator, Sequence

from emulator.eventlog import beginning, place
from emulator.protocol.events import (
    Event,
    HandsetStarted,
    MessageReceived,
    MessageSent,
    NonceTried,
    NotificationRead,
    Octets,
    PushArrived,
    ServerCredJudged,
    SessionClosed,
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


def judgement(events: Sequence[Event], event: Event) -> Event | None:
    """The event that judges the Cred of a received message."""
    for index in range(place(events, event) + 1, len(events)):
        later = events[index]
        if isinstance(later.what, HandsetStarted):
            return None
        if later.session != event.session:
            continue
        if isinstance(later.what, ServerCredJudged):
            return later
        if isinstance(later.what, MessageReceived | MessageSent | SessionClosed):
            return None
    return None


def about_notification(event: Event) -> bool:
    """Whether an event without octets of its own speaks of those of its notification."""
    return isinstance(event.what, NonceTried | VerdictReached)
