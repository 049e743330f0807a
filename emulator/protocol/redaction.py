"""What of a push, and of the SMS that bring it, the journal may keep: the one place that decides it. Pure.

By what it is: a package #0 whole; a DS 1.1 alert without its secrets; of all else but a few types that
hold none the wrapping only. Octets that say nothing about what they are stay, for who looks for the fault.
"""

import msgspec

from emulator.protocol.cutting import cut
from emulator.protocol.events import Cut, Octets, PushArrived
from emulator.wire import arrival, codec, push
from emulator.wire.arrival import Arrival
from emulator.wire.errors import WireError
from emulator.wire.smsreader import Sms
from emulator.wire.syncml import Alert

HARMLESS = frozenset(
    {
        push.DS_NOTIFICATION,
        push.DM_NOTIFICATION,
        push.DM_NOTIFICATION_NEW,
        "application/vnd.wap.sic",
        "application/vnd.wap.slc",
        "application/vnd.wap.mms-message",
        "text/vnd.wap.si",
        "text/vnd.wap.sl",
    }
)
"""Media types of content that has no secret: notifications (a digest is none), service indications."""

_CONTENT = "unknown/content/1"
_STRAY = "it came to no port for pushes, and may be a text for the owner"
_PART = "a part of a push that is not known to be harmless"


def of_push(given: PushArrived, arrived: Arrival | None, stray: bool = False) -> PushArrived:
    """A push as it may be kept. `arrived` is what it was read as, None where it cannot be read;
    `stray`: it came in an SMS to no port of ours. What was cut out of it before stays so."""
    if given.octets.cuts:
        return given
    octets = bytes(given.octets)
    return msgspec.structs.replace(given, octets=_kept(octets, arrived, given.headers, stray))


def of_sms(octets: bytes, sms: Sms, begins: bytes, stray: bool) -> Octets:
    """An SMS as it may be kept. `begins`: what the whole push begins with, as far as it has come.

    `octets` end with the user data. Of a text no octet is a character: it goes or stays as a whole.
    """
    part = sms.header.part if sms.header else None
    if part is not None and part.total > 1:
        content_type, _ = arrival.beginning(begins)
        kept = content_type in HARMLESS
        return Octets.of(octets) if kept else _without(octets, sms.payload_at, _PART)
    found = _kept(sms.payload, _read(sms.payload), (), stray)
    if found.cuts and sms.alphabet != "8-bit":
        return _without(octets, sms.payload_at, found.cuts[0].why or _may_hold("a text"))
    return _behind(octets[: sms.payload_at], found)


def unreadable(header: bytes, data: bytes) -> Octets:
    """An SMS that cannot be read: its header, where it is known apart, and what follows."""
    return _behind(header, _kept(data, _read(data) if header else None, (), False))


def _kept(
    octets: bytes, arrived: Arrival | None, headers: tuple[tuple[str, str], ...], stray: bool
) -> Octets:
    if arrived is not None:
        content_type, at = arrived.content_type, arrived.content_at
    else:
        content_type, at = arrival.beginning(octets, headers)
    if content_type in HARMLESS:
        return Octets.of(octets)
    if content_type in arrival.DS11:
        return _behind(octets[:at], _message(octets[at:], content_type))
    if content_type:
        return _without(octets, at, _may_hold(f"content of type {content_type}"))
    if stray:
        return _without(octets, 0, _STRAY)
    # Nothing says what it is; what gives itself away as a secret is cut all the same.
    return cut(octets, "", None)


def _message(octets: bytes, content_type: str) -> Octets:
    """A SyncML message: an alert loses its secrets, any other one is not looked into."""
    reader = codec.by_media_type(content_type)
    assert reader is not None
    try:
        commands = reader.decode(octets).commands
    except WireError:
        return _without(octets, 0, _may_hold("a SyncML message that cannot be read"))
    if commands and all(isinstance(command, Alert) for command in commands):
        return cut(octets, content_type, None, has_cred=True)
    return _without(octets, 0, _may_hold("a SyncML message that is no alert"))


def _may_hold(what: str) -> str:
    return f"{what} may hold secrets"


def _without(octets: bytes, at: int, why: str) -> Octets:
    """Octets of which nothing is left from one place on."""
    size = len(octets) - at
    cuts = (Cut(at, size, _CONTENT, why),) if size else ()
    return Octets((octets[:at] + bytes(size)).hex(), cuts)


def _behind(start: bytes, rest: Octets) -> Octets:
    cuts = (msgspec.structs.replace(gap, offset=gap.offset + len(start)) for gap in rest.cuts)
    return Octets(start.hex() + rest.hex, tuple(cuts))


def _read(octets: bytes) -> Arrival | None:
    try:
        return arrival.read(octets)
    except WireError:
        return None
