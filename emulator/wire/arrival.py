"""From the octets of a bearer to a package #0: finds out what wraps it, and what it is.

Takes bare package #0 and WSP push. Says for whom it is; whether it is genuine is the verdict's
business.
"""

from typing import Literal

import msgspec

from emulator.wire import notification, push
from emulator.wire.errors import WireError
from emulator.wire.notification import Notification

_USAGES: dict[str, Literal["ds", "dm"]] = {
    push.DS_NOTIFICATION: "ds",
    push.DM_NOTIFICATION: "dm",
    push.DM_NOTIFICATION_NEW: "dm",
}
_FOR_SYNCML = {"", push.APPLICATION_CODES[0], push.DS_APPLICATION, push.DM_APPLICATION}
_DS11 = ("application/vnd.syncml+wbxml", "application/vnd.syncml+xml")


class Layer(msgspec.Struct, frozen=True):
    """One wrapping: its name, where its octets start in the input, and what it says (for people)."""

    name: str
    offset: int
    fields: tuple[tuple[str, str], ...]


class NotForUs(msgspec.Struct, frozen=True):
    """A push for another application of the phone: `why` in words."""

    why: str


class Ds11Alert(msgspec.Struct, frozen=True):
    """A DS 1.1 notification: an ordinary SyncML message with Alerts, without a digest."""

    octets: bytes
    content_type: str


class Arrival(msgspec.Struct, frozen=True):
    """What came: the layers, outermost first, and the content."""

    layers: tuple[Layer, ...]
    content: Notification | NotForUs | Ds11Alert


def read(octets: bytes) -> Arrival:
    """Unwraps what a bearer delivered. Raises WireError, its offset counted from the input's start.

    A datagram with 06 in its second octet is a WSP push if all of it fits that form, else a bare
    package #0, whose digest may begin with any octets.
    """
    wrapped: push.Push | None = None
    if len(octets) > 1 and octets[1] == push.PUSH_PDU:
        try:
            wrapped = push.parse(octets)
        except WireError as wrong:
            try:
                return _bare(octets)
            except WireError:
                raise wrong from None
    return _bare(octets) if wrapped is None else _pushed(wrapped)


def _bare(octets: bytes) -> Arrival:
    content = notification.parse(octets)
    return Arrival((_package0(content, 0),), content)


def _pushed(wsp: push.Push) -> Arrival:
    layer = Layer(
        "wsp push",
        0,
        (
            ("TID", f"{wsp.transaction:02X}"),
            ("Content-Type", f"{wsp.content_type} ({wsp.content_type_form} form)"),
            *wsp.headers,
        ),
    )
    if wsp.application_id not in _FOR_SYNCML:
        return Arrival((layer,), NotForUs(f"it is for {wsp.application_id}"))
    if wsp.content_type in _DS11:
        return Arrival((layer,), Ds11Alert(wsp.body, wsp.content_type))
    usage = _USAGES.get(wsp.content_type)
    if usage is None:
        return Arrival((layer,), NotForUs(f"its content type is {wsp.content_type}"))
    try:
        content = notification.parse(wsp.body, usage)
    except WireError as wrong:
        raise WireError(wrong.offset + wsp.body_at, wrong.expected, wrong.found) from None
    return Arrival((layer, _package0(content, wsp.body_at)), content)


def _package0(content: Notification, offset: int) -> Layer:
    return Layer(
        f"package #0 ({content.usage.upper()})",
        offset,
        tuple((span.name, span.value) for span in content.spans),
    )
