"""From the octets of a bearer to a package #0: finds out what wraps it, and what it is.

Takes bare package #0 and WSP push. Says for whom it is; whether it is genuine is the verdict's
business.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from emulator.wire import notification, push
from emulator.wire.errors import WireError
from emulator.wire.notification import Notification, Span

_USAGES: dict[str, Literal["ds", "dm"]] = {
    push.DS_NOTIFICATION: "ds",
    push.DM_NOTIFICATION: "dm",
    push.DM_NOTIFICATION_NEW: "dm",
}
_FOR_SYNCML = {"", push.APPLICATION_CODES[0], push.DS_APPLICATION, push.DM_APPLICATION}
_WBXML_MESSAGES = (
    b"\x02\xa4\x01",
    b"\x02\x9f\x53",
    b"\x02\x9f\x54",
    b"\x03\xa4\x01",
    b"\x02\x00\x00",
)
"""Beginnings of a SyncML message in WBXML: version and public identifier. A digest may begin so."""
OLDEST_VERSION, NEWEST_VERSION = 10, 20
"""Version fields of 1.0 and of DS 2.0, as far as known; more than that is no package #0."""
_UNSAID = {"", "application/octet-stream", "application/x-www-form-urlencoded"}
"""Media types of who did not say one (the last is curl's)."""
_DS11 = ("application/vnd.syncml+wbxml", "application/vnd.syncml+xml")


class Layer(msgspec.Struct, frozen=True):
    """One wrapping: its name, where its octets start in the input, and what it says (for people).

    `spans` tells where its fields lie, counted from `offset`; () where that is not known.
    """

    name: str
    offset: int
    fields: tuple[tuple[str, str], ...]
    spans: tuple[Span, ...] = ()


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


_ALERT = Layer("DS 1.1 alert (WBXML)", 0, ())


def read(octets: bytes) -> Arrival:
    """Unwraps what a bearer delivered. Raises WireError, its offset counted from the input's start.

    A datagram with 06 in its second octet is a WSP push if all of it fits that form. A digest may
    fit it by chance: a push for nobody here that reads as a package #0 of a known version is one.
    """
    if octets[1:2] != bytes([push.PUSH_PDU]):
        return _bare(octets)
    try:
        wrapped = push.parse(octets)
    except WireError as wrong:
        try:
            return _bare(octets)
        except WireError:
            raise wrong from None
    pushed = _pushed(wrapped)
    if not isinstance(pushed.content, NotForUs):
        return pushed
    try:
        bare = _bare(octets)
    except WireError:
        return pushed
    known = range(OLDEST_VERSION, NEWEST_VERSION + 1)
    is_notification = isinstance(bare.content, Notification) and bare.content.version in known
    return bare if is_notification else pushed


def posted(headers: Sequence[tuple[str, str]], body: bytes) -> Arrival:
    """Unwraps the body of an HTTP POST, of which the headers say what it is; without a media type of
    its own the octets say it. Names of headers in lower case. Raises WireError.

    [WAP-235-PushOTA: OTA-HTTP carries content type and application id as headers]
    """
    found = dict(headers)
    content_type = found.get("content-type", "").partition(";")[0].strip().lower()
    if content_type in _UNSAID:
        return read(body)
    fields = [("Content-Type", content_type)]
    application = found.get("x-wap-application-id", "")
    if application:
        fields.append(("X-Wap-Application-Id", application))
    layer = Layer("http post", 0, tuple(fields))
    return _typed(layer, content_type, push.application(application), body, 0)


def _bare(octets: bytes) -> Arrival:
    is_message = octets.startswith(_WBXML_MESSAGES)
    try:
        content = notification.parse(octets)
    except WireError:
        if is_message:
            return Arrival((_ALERT,), Ds11Alert(octets, _DS11[0]))
        raise
    if is_message and content.version > NEWEST_VERSION:
        return Arrival((_ALERT,), Ds11Alert(octets, _DS11[0]))
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
        wsp.spans,
    )
    return _typed(layer, wsp.content_type, wsp.application_id, wsp.body, wsp.body_at)


def _typed(layer: Layer, content_type: str, application: str, body: bytes, at: int) -> Arrival:
    """Content of which a wrapping says the type and for whom it is; `at` is its place."""
    if application not in _FOR_SYNCML:
        return Arrival((layer,), NotForUs(f"it is for {application}"))
    if content_type in _DS11:
        return Arrival((layer,), Ds11Alert(body, content_type))
    usage = _USAGES.get(content_type)
    if usage is None:
        return Arrival((layer,), NotForUs(f"its content type is {content_type}"))
    try:
        content = notification.parse(body, usage)
    except WireError as wrong:
        raise WireError(wrong.offset + at, wrong.expected, wrong.found) from None
    return Arrival((layer, _package0(content, at)), content)


def _package0(content: Notification, offset: int) -> Layer:
    return Layer(
        f"package #0 ({content.usage.upper()})",
        offset,
        tuple((span.name, span.value) for span in content.spans),
        content.spans,
    )
