"""What there is to see of an event: its octets, their tree, its fields in words. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from emulator.exports import tree
from emulator.exports.tree import Node, Tree
from emulator.protocol.events import (
    CredMade,
    Event,
    Login,
    MessageEdited,
    MessageReceived,
    MessageSent,
    NearMiss,
    NotificationRead,
    Octets,
    PushArrived,
    SmsArrived,
)
from emulator.tui import context


class Subject(NamedTuple):
    """`about` says whose octets they are, where they are not the event's own."""

    octets: Octets | None
    tree: Tree
    fields: tuple[Node, ...]
    about: str = ""


def subject(events: Sequence[Event], event: Event) -> Subject:
    """The octets that an event carries or speaks of, as a tree, and its fields."""
    what = event.what
    fields = tuple(_fields(event))
    if isinstance(what, MessageSent | MessageEdited | MessageReceived) and what.octets.hex:
        return Subject(what.octets, tree.of_message(what.octets, what.content_type), fields)
    if isinstance(what, SmsArrived) and what.octets.hex:
        return Subject(what.octets, tree.of_sms(what), fields)
    if isinstance(what, PushArrived) and what.octets.hex:
        return Subject(what.octets, tree.of_push(what.octets, what.headers), fields)
    if isinstance(what, NotificationRead) and what.octets.hex:
        return Subject(what.octets, tree.of_push(what.octets), fields)
    if context.about_notification(event):
        octets = context.pushed(events, event)
        if octets is not None:
            about = "The notification of this run: its digest (16 octets), then the trigger."
            if context.notification(events, event) is None:
                about = "The push of this run, in which no notification was found."
            return Subject(octets, tree.of_push(octets), fields, about)
    return Subject(None, Tree(), fields)


_NAMES = {
    "needs_answer": "must answer",
    "refuses": "sign again",
    "counts": "has effect",
    "near_misses": "near misses",
    "syncs": "wants synced",
    "ui_mode": "owner",
}


def _fields(event: Event) -> list[Node]:
    what = event.what
    pairs = [
        (_NAMES.get(name, name.replace("_", " ")), _worded(getattr(what, name)))
        for name in what.__struct_fields__
    ]
    pairs.append(("event", _numbered(event)))
    return [Node(0, name, value) for name, value in pairs]


def _worded(value: object) -> str:
    if isinstance(value, Octets):
        return f"{len(value.hex) // 2} octets"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value * 1000:.1f} ms"
    if isinstance(value, tuple):
        parts = (", ".join(map(str, p)) if isinstance(p, tuple) else _worded(p) for p in value)
        return "; ".join(parts) or "none"
    if isinstance(value, Login):
        user = value.user or "no user"
        return f"{user} at {value.url}, stores {', '.join(value.stores) or 'none'}"
    if isinstance(value, NearMiss):
        return value.meaning
    if isinstance(value, CredMade):
        return f"{value.scheme} for {value.user}, over the nonce {value.nonce.upper() or '(none)'}"
    return "none" if value in (None, "") else str(value)


def _numbered(event: Event) -> str:
    """Its number in the journal, its time, and what led to it."""
    second = int(event.at) % 86400
    time = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    after = f", because of event {event.cause}" if event.cause else ""
    return f"number {event.seq}, at {time}.{int(event.at * 1000) % 1000:03} UTC{after}"
