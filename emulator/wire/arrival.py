"""From the octets of a bearer to a package #0: finds out what wraps it, and what it is.

Takes bare package #0 and WSP push. Says for whom it is; whether it is genuine is the verdict's
business.
"""

import codecs
from collections.abc import Mapping, Sequence
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
OLDEST_VERSION, NEWEST_VERSION = 10, 20
"""Version fields of 1.0 and of DS 2.0, as far as known; more than that is no package #0."""
_KNOWN = range(OLDEST_VERSION, NEWEST_VERSION + 1)
_TYPES = {"ds": push.DS_NOTIFICATION, "dm": push.DM_NOTIFICATION}
_PROLOGUE = 1024
"""Octets of an XML document in which its root begins."""
_FORM = "application/x-www-form-urlencoded"
_UNSAID = {"", "application/octet-stream", _FORM}
"""Media types of who did not say one (the last is curl's)."""
DS11 = ("application/vnd.syncml+wbxml", "application/vnd.syncml+xml")
_DOCUMENTS = (
    (b"\x02\xa4\x01", DS11[0]),
    (b"\x02\x9f\x53", DS11[0]),
    (b"\x02\x9f\x54", DS11[0]),
    (b"\x03\xa4\x01", DS11[0]),
    (b"\x02\x00\x00", DS11[0]),
    (b"\x01\x0b\x6a", push.PROVISIONING),
    (b"\x02\x0b\x6a", push.PROVISIONING),
    (b"\x03\x0b\x6a", push.PROVISIONING),
    (b"<SyncML", DS11[1]),
    (b"<?xml", "text/xml"),
)
"""How a document begins that nothing wraps: WBXML with its version and public identifier, and XML. A digest
may begin so."""


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
    """What came: the layers, outermost first, and the content.

    `content_type` is the content's media type, "" where nothing says it; `content_at` where it starts.
    """

    layers: tuple[Layer, ...]
    content: Notification | NotForUs | Ds11Alert
    content_type: str = ""
    content_at: int = 0


def read(octets: bytes) -> Arrival:
    """Unwraps what a bearer delivered. Raises WireError, its offset counted from the input's start.

    A datagram with 06 in its second octet is a WSP push if all of it fits that form. A digest may
    fit it by chance: a push for nobody here, of a type that has no name, that reads as a package #0
    of a known version is one.
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
    if not isinstance(pushed.content, NotForUs) or "/" in wrapped.content_type:
        return pushed
    try:
        bare = _bare(octets)
    except WireError:
        return pushed
    return bare if _is_known(bare) else pushed


def beginning(octets: bytes, headers: Sequence[tuple[str, str]] = ()) -> tuple[str, int]:
    """The media type of what begins so, "" where nothing says it, and where its content starts.

    For a push that cannot be read further on, or of which only the first part is there. `headers`
    are those of a POST.
    """
    content_type = _media_type(dict(headers))
    if content_type not in _UNSAID or content_type == _FORM:
        return content_type, 0
    if octets[1:2] == bytes([push.PUSH_PDU]):
        try:
            return push.content_type(octets)
        except WireError:
            return "", 0
    header = octets[notification.DIGEST_LENGTH :][: notification.HEADER_LENGTH]
    version = int.from_bytes(header[:2], "big") >> 6
    known = len(header) == notification.HEADER_LENGTH and version in _KNOWN
    return _document(octets) or (push.DS_NOTIFICATION if known else ""), 0


def posted(headers: Sequence[tuple[str, str]], body: bytes) -> Arrival:
    """Unwraps the body of an HTTP POST, of which the headers say what it is; without a media type of
    its own the octets say it. Names of headers in lower case. Raises WireError.

    [WAP-235-PushOTA: OTA-HTTP carries content type and application id as headers]
    """
    found = dict(headers)
    content_type = _media_type(found)
    if content_type in _UNSAID:
        arrived = read(body)
        if content_type == _FORM and not arrived.content_type:
            return Arrival(arrived.layers, NotForUs(_of_type(_FORM)), _FORM)
        return arrived
    fields = [("Content-Type", content_type)]
    application = found.get("x-wap-application-id", "")
    if application:
        fields.append(("X-Wap-Application-Id", application))
    layer = Layer("http post", 0, tuple(fields))
    return _typed(layer, content_type, push.application(application), body, 0)


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _bare(octets: bytes) -> Arrival:
    """A document is one where it cannot be a package #0 of a known version."""
    kind = _document(octets)
    try:
        content = notification.parse(octets)
    except WireError:
        if kind:
            return _documented(octets, kind)
        raise
    arrived = Arrival((_package0(content, 0),), content)
    if _is_known(arrived):
        return msgspec.structs.replace(arrived, content_type=_TYPES[content.usage])
    return _documented(octets, kind) if kind else arrived


def _is_known(arrived: Arrival) -> bool:
    return isinstance(arrived.content, Notification) and arrived.content.version in _KNOWN


def _document(octets: bytes) -> str:
    """The media type of a document by its first octets, "" for anything else."""
    start = octets.removeprefix(codecs.BOM_UTF8).lstrip()
    kind = next((kind for begin, kind in _DOCUMENTS if start.startswith(begin)), "")
    return DS11[1] if kind == "text/xml" and b"<SyncML" in start[:_PROLOGUE] else kind


def _documented(octets: bytes, kind: str) -> Arrival:
    if kind in DS11:
        form = "XML" if kind == DS11[1] else "WBXML"
        return Arrival((Layer(f"DS 1.1 alert ({form})", 0, ()),), Ds11Alert(octets, kind), kind)
    return Arrival((Layer(kind, 0, ()),), NotForUs(_of_type(kind)), kind)


def _of_type(content_type: str) -> str:
    return f"its content type is {content_type}"


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
        return Arrival((layer,), NotForUs(f"it is for {application}"), content_type, at)
    if content_type in DS11:
        return Arrival((layer,), Ds11Alert(body, content_type), content_type, at)
    usage = _USAGES.get(content_type)
    if usage is None:
        return Arrival((layer,), NotForUs(_of_type(content_type)), content_type, at)
    try:
        content = notification.parse(body, usage)
    except WireError as wrong:
        raise WireError(wrong.offset + at, wrong.expected, wrong.found) from None
    return Arrival((layer, _package0(content, at)), content, content_type, at)


def _package0(content: Notification, offset: int) -> Layer:
    return Layer(
        f"package #0 ({content.usage.upper()})",
        offset,
        tuple((span.name, span.value) for span in content.spans),
        content.spans,
    )
