"""WSP connectionless push: the wrapping in which a package #0 comes over UDP or SMS.

`TID 06 HeadersLen(uintvar) ContentType Headers Body` [WSP 8.2.4.1, 8.4.2]. Content type and
application id in short (well-known code), long (length and code) and text form. Decides nothing
about who gets the push.
"""

from typing import Literal

import msgspec

from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_DATAGRAM, MAX_HEADERS, MAX_NUMBER, NUMBER_OCTETS
from emulator.wire.notification import Span

PUSH_PDU = 0x06
UDP_PORT = 2948
"""WAP connectionless push, non-secure."""
SECURE_UDP_PORT = 2949

DS_NOTIFICATION = "application/vnd.syncml.ds.notification"
DM_NOTIFICATION = "application/vnd.syncml.notification"
DM_NOTIFICATION_NEW = "application/vnd.syncml.dm.notification"
PROVISIONING = "application/vnd.wap.connectivity-wbxml"

CONTENT_TYPE_CODES = {
    0x03: "text/plain",
    0x06: "text/x-vcalendar",
    0x07: "text/x-vcard",
    0x2E: "application/vnd.wap.sic",
    0x30: "application/vnd.wap.slc",
    0x35: "text/vnd.wap.connectivity-xml",
    0x36: PROVISIONING,
    0x3E: "application/vnd.wap.mms-message",
    0x42: "application/vnd.syncml.dm+wbxml",
    0x43: "application/vnd.syncml.dm+xml",
    0x44: DM_NOTIFICATION,
    0x4E: DS_NOTIFICATION,
    0x58: DM_NOTIFICATION_NEW,
    0x0302: "application/vnd.syncml+xml",
    0x0303: "application/vnd.syncml+wbxml",
}
APPLICATION_CODES = {
    0x00: "x-wap-application:*",
    0x01: "x-wap-application:push.sia",
    0x02: "x-wap-application:wml.ua",
    0x03: "x-wap-application:wta.ua",
    0x04: "x-wap-application:mms.ua",
    0x05: "x-wap-application:push.syncml",
    0x06: "x-wap-application:loc.ua",
    0x07: "x-wap-application:syncml.dm",
    0x08: "x-wap-application:drm.ua",
    0x09: "x-wap-application:emn.ua",
    0x0A: "x-wap-application:wv.ua",
}
DS_APPLICATION = APPLICATION_CODES[0x05]
DM_APPLICATION = APPLICATION_CODES[0x07]

HEADER_CODES = {
    0x0D: "Content-Length",
    0x0E: "Content-Location",
    0x12: "Date",
    0x14: "Expires",
    0x1D: "Last-Modified",
    0x2E: "Content-Disposition",
    0x2F: "X-Wap-Application-Id",
    0x30: "X-Wap-Content-URI",
    0x31: "X-Wap-Initiator-URI",
    0x33: "Bearer-Indication",
    0x34: "Push-Flag",
    0x43: "Encoding-Version",
}
_APPLICATION_ID = 0x2F
_CONTENT_TYPES_BY_NAME = {name: code for code, name in CONTENT_TYPE_CODES.items()}
_APPLICATIONS_BY_NAME = {name: code for code, name in APPLICATION_CODES.items()}

Form = Literal["short", "long", "text"]


class Push(msgspec.Struct, frozen=True):
    """A WSP push PDU. `headers` are the other headers as (name, value); `body_at` the body's offset.

    `spans` tells where each field lies, framing included.
    """

    transaction: int
    content_type: str
    content_type_form: Form
    application_id: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    body_at: int
    spans: tuple[Span, ...] = ()


def parse(octets: bytes) -> Push:
    """Reads a WSP push PDU. Raises WireError with the offset of what does not fit."""
    if len(octets) > MAX_DATAGRAM:
        raise WireError(MAX_DATAGRAM, f"at most {MAX_DATAGRAM} octets", f"{len(octets)} octets")
    if len(octets) < 2:
        raise WireError(len(octets), "TID and PDU type of a WSP push", "the end")
    if octets[1] != PUSH_PDU:
        raise WireError(1, "PDU type 06 (push)", f"{octets[1]:02X}")
    length, at = _uintvar(octets, 2)
    end = at + length
    if length == 0 or end > len(octets):
        raise WireError(2, f"headers of {length} octets", f"{len(octets) - at} octets")
    spans = [_span("TID", 0, 1, f"{octets[0]:02X}"), _span("PDU type", 1, 2, f"{PUSH_PDU:02X}")]
    spans.append(_span("headers length", 2, at, str(length)))
    begun = at
    content_type, form, at = _content_type(octets, at, end)
    spans.append(_span("Content-Type", begun, at, f"{content_type} ({form} form)"))
    application = ""
    headers: list[tuple[str, str]] = []
    while at < end:
        if len(headers) >= MAX_HEADERS:
            raise WireError(at, f"at most {MAX_HEADERS} headers", "one more")
        begun = at
        code, name, value, raw, at = _header(octets, at, end)
        if code == _APPLICATION_ID:
            value = application = APPLICATION_CODES.get(raw, value) if raw is not None else value
        headers.append((name, value))
        spans.append(_span(name, begun, at, value))
    return Push(
        octets[0],
        content_type,
        form,
        application,
        tuple(headers),
        octets[end:],
        end,
        tuple(spans),
    )


def content_type(octets: bytes) -> tuple[str, int]:
    """The content type of a push that is damaged or breaks off after it, and where it ends.

    Raises WireError where not even that can be read.
    """
    length, at = _uintvar(octets, 2)
    end = min(at + length, len(octets))
    if at >= end:
        raise WireError(at, "a content type", "the end")
    name, _, after = _content_type(octets, at, end)
    return name.partition(";")[0].strip(), after


def _span(name: str, start: int, end: int, value: str) -> Span:
    return Span(name, start * 8, (end - start) * 8, value)


def build(
    body: bytes,
    *,
    content_type: str = DS_NOTIFICATION,
    application_id: str = DS_APPLICATION,
    transaction: int = 1,
    text_headers: bool = False,
) -> bytes:
    """A push PDU with content type, then application id, in short forms where they exist.

    [OMA DM 1.2.1 Notification, 6.3: this order; at most 48 octets of WDP and WSP headers]
    """
    code = None if text_headers else _CONTENT_TYPES_BY_NAME.get(content_type.lower())
    if code is None:
        headers = content_type.encode("ascii") + b"\0"
    elif code < 0x80:
        headers = bytes([code | 0x80])
    else:
        number = code.to_bytes(2, "big")
        headers = bytes([len(number) + 1, len(number)]) + number
    app = None if text_headers else _APPLICATIONS_BY_NAME.get(application_id)
    headers += bytes([_APPLICATION_ID | 0x80])
    headers += application_id.encode("ascii") + b"\0" if app is None else bytes([app | 0x80])
    return bytes([transaction & 0xFF, PUSH_PDU]) + uintvar(len(headers)) + headers + body


def uintvar(value: int) -> bytes:
    """An unsigned integer in 7-bit groups, most significant first [WSP 8.1.2]."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.insert(0, value & 0x7F | 0x80)
    return bytes(out)


def _uintvar(octets: bytes, at: int) -> tuple[int, int]:
    value = 0
    for count in range(NUMBER_OCTETS):
        if at + count >= len(octets):
            raise WireError(at + count, "a uintvar", "the end")
        octet = octets[at + count]
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            if value > MAX_NUMBER:
                break
            return value, at + count + 1
    raise WireError(at, "a uintvar in 32 bits", "a larger number")


def _string(octets: bytes, at: int, end: int) -> tuple[str, int]:
    stop = octets.find(0, at, end)
    if stop < 0:
        raise WireError(at, "text that ends with 00", f"{end - at} octets without one")
    start = at + 1 if octets[at] in (0x7F, 0x22) else at
    return octets[start:stop].decode("utf-8", "backslashreplace"), stop + 1


def _length(octets: bytes, at: int, end: int) -> tuple[int, int]:
    """A value-length: one octet up to 30, or 31 and a uintvar [WSP 8.4.2.2]."""
    length, start = (octets[at], at + 1) if octets[at] < 31 else _uintvar(octets, at + 1)
    if start + length > end:
        raise WireError(at, f"a value of {length} octets", f"{max(end - start, 0)} octets")
    return length, start


def _content_type(octets: bytes, at: int, end: int) -> tuple[str, Form, int]:
    first = octets[at]
    if first >= 0x80:
        return _media_type(first & 0x7F), "short", at + 1
    if first > 31:
        text, at = _string(octets, at, end)
        return text.partition(";")[0].strip().lower(), "text", at
    length, start = _length(octets, at, end)
    stop = start + length
    if length == 0:
        raise WireError(at, "a media type", "a value of length 0")
    first = octets[start]
    if first >= 0x80:
        return _media_type(first & 0x7F), "long", stop
    if first <= 30:
        if start + 1 + first > stop:
            raise WireError(start, f"a long integer of {first} octets")
        return (
            _media_type(int.from_bytes(octets[start + 1 : start + 1 + first], "big")),
            "long",
            stop,
        )
    return _string(octets, start, stop)[0].lower(), "long", stop


def application(text: str) -> str:
    """An application id as a header has it, a URI, its last part or its code, as a URI [OMNA]."""
    name = text.partition(";")[0].strip().lower()
    if name.isascii() and name.isdigit() and len(name) < 10:
        return APPLICATION_CODES.get(int(name), name)
    short = f"x-wap-application:{name}"
    return short if short in _APPLICATIONS_BY_NAME else name


def application_code(application_id: str) -> int:
    """The code of an application id that has one. Raises KeyError."""
    return _APPLICATIONS_BY_NAME[application_id]


def _media_type(code: int) -> str:
    return CONTENT_TYPE_CODES.get(code, f"0x{code:02X}")


def _header(octets: bytes, at: int, end: int) -> tuple[int, str, str, int | None, int]:
    """One header: its code (-1 for a textual name), name, value as text, short integer, next offset."""
    first = octets[at]
    if first >= 0x80:
        code, name, at = (
            first & 0x7F,
            HEADER_CODES.get(first & 0x7F, f"0x{first & 0x7F:02X}"),
            at + 1,
        )
    elif 31 < first < 0x7F:
        name, at = _string(octets, at, end)
        code = _APPLICATION_ID if name.lower() == "x-wap-application-id" else -1
    else:
        raise WireError(at, "a header name", f"code page shift {first:02X}")
    if at >= end:
        raise WireError(at, f"a value for header {name}", "the end of the headers")
    first = octets[at]
    if first >= 0x80:
        return code, name, str(first & 0x7F), first & 0x7F, at + 1
    if first > 31:
        value, at = _string(octets, at, end)
        is_number = value.isascii() and value.isdigit() and len(value) < 10
        return code, name, value, int(value) if is_number else None, at
    length, start = _length(octets, at, end)
    raw = octets[start : start + length]
    return code, name, raw.hex(), int.from_bytes(raw, "big") if length < 5 else None, start + length
