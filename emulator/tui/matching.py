"""Whether an event is what a query asks for. Pure but for the decoded message, which the deck gives.

A text is looked for in the event's line, its fields, its octets (as text and as hex) and the decoded
message, as they are shown: what is hidden is not found. Secrets were cut out of the octets before they
came here.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from emulator.exports.looks import Look
from emulator.protocol.events import (
    Challenged,
    Event,
    HttpExchanged,
    ItemMoved,
    MessageEdited,
    MessageReceived,
    MessageSent,
    NotificationRead,
    Octets,
    PushArrived,
    SmsArrived,
)
from emulator.tui.query import Term

Document = Callable[[Event], str]
"""The decoded message of an event, "" for none."""
Shown = Callable[[str], str]
"""A text as it is shown."""

_HEX = set("0123456789abcdef")
_IN = (SmsArrived, PushArrived, NotificationRead, MessageReceived)
_OUT = (MessageSent, MessageEdited)


def matches(
    terms: Sequence[Term],
    event: Event,
    look: Look,
    document: Document,
    shown: Shown = str,
    session_id: str = "",
) -> bool:
    """Whether all terms hold; the cheap ones are asked first. `session_id` is the run's, "" for none."""
    for term in sorted(terms, key=lambda term: not term.name):
        if term.name == "session":
            held = _of_session(term.value, event.session, session_id)
        else:
            held = _holds(term, event, look, document, shown)
        if held == term.negated:
            return False
    return True


def _holds(term: Term, event: Event, look: Look, document: Document, shown: Shown) -> bool:
    match term.name:
        case "dir":
            return _direction(event) == term.value
        case "kind":
            return type(event.what).__name__.lower().startswith(term.value.lower())
        case "step":
            return look.step == int(term.value)
        case "status":
            wanted = term.value.replace("xx", "")
            return any(code.startswith(wanted) and len(code) == 3 for code in _codes(event))
        case _:
            return _says(term.value, event, look, document, shown)


def _of_session(value: str, run: int, session_id: str) -> bool:
    """The number of a run, or a SessionID; digits alone are one where they are four, as it is shown."""
    if value.isdigit() and run == int(value):
        return True
    if value.isdigit() and len(value) != 4:
        return False
    return bool(session_id) and session_id.zfill(4).upper() == value.zfill(4).upper()


def _direction(event: Event) -> str:
    what = event.what
    if isinstance(what, ItemMoved):
        return what.direction
    return "in" if isinstance(what, _IN) else "out" if isinstance(what, _OUT) else ""


def _codes(event: Event) -> Iterator[str]:
    """The statuses that an event speaks of."""
    what = event.what
    if isinstance(what, MessageReceived):
        yield str(what.http_status)
        yield str(what.code)
    elif isinstance(what, Challenged):
        yield str(what.code)
    elif isinstance(what, ItemMoved):
        yield str(what.status)
    elif isinstance(what, HttpExchanged):
        yield from what.response.split()[1:2]
    if isinstance(what, MessageSent | MessageReceived):
        for part in what.summary.split(", "):
            yield part.partition(" ")[0]


def _says(text: str, event: Event, look: Look, document: Document, shown: Shown) -> bool:
    wanted = text.lower()
    if any(wanted in shown(row).lower() for row in (" ".join(look.rows), *_words(event.what))):
        return True
    octets = getattr(event.what, "octets", None)
    if not isinstance(octets, Octets):
        return False
    plain = wanted.replace(" ", "")
    if len(plain) >= 4 and not set(plain) - _HEX and plain in octets.hex.lower():
        return True
    if wanted.encode() in _raw(octets).lower():
        return True
    return wanted in document(event).lower()


def _raw(octets: Octets) -> bytes:
    try:
        return bytes(octets)
    except ValueError:  # a journal may hold anything
        return b""


def _words(value: object) -> Iterator[str]:
    """All texts and numbers in a value but for octets."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float):
        yield str(value)
    elif isinstance(value, tuple):
        for each in value:
            yield from _words(each)
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Octets):
        for field in value.__struct_fields__:
            yield from _words(getattr(value, field))
