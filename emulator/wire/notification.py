"""Package #0: the notification of DS 1.2 and of DM 1.2, parsed and built, each field with its span.

Layout [OMA DM 1.2.1 Notification, 6.2; the DS body as four implementations have it]: digest (16
octets), then the trigger: version (10 bits), ui-mode (2), initiator (1), future use (27), session id
(16), length of the server id (8), server id; then, for DS, number of syncs (4), future use (4), and
per sync: type (4), future use (4), content type (24), URI length (8), URI; the rest is the vendor's.
Knows no nonce and verifies nothing.
"""

from typing import Literal

import msgspec

from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_DATAGRAM

DIGEST_LENGTH = 16
HEADER_LENGTH = 8
DM_VERSION = 11
"""Version field of a DM notification (1.1); a bare package #0 of any other version is DS's."""
DS_VERSION = 12

UI_MODES = ("not-specified", "background", "informative", "user-interaction")
INITIATORS = ("user", "server")

CONTENT_TYPES = {0x03: "text/plain", 0x06: "text/x-vcalendar", 0x07: "text/x-vcard"}
"""WSP content type codes that stand in a sync's content type field."""


class Sync(msgspec.Struct, frozen=True):
    """One wanted synchronisation: alert code (206..210), content type code (0 unknown), server URI."""

    code: int
    content_type: int
    uri: str


class Span(msgspec.Struct, frozen=True):
    """Where a field lies: bits from the start of the message (digest included), and its value."""

    name: str
    bit: int
    bits: int
    value: str

    @property
    def octet(self) -> int:
        return self.bit // 8


class Notification(msgspec.Struct, frozen=True):
    """A package #0. `trigger` is everything after the digest, vendor octets included."""

    usage: Literal["ds", "dm"]
    digest: bytes
    trigger: bytes
    version: int
    ui_mode: int
    initiator: int
    session_id: int
    server_id: str
    syncs: tuple[Sync, ...] = ()
    vendor: bytes = b""
    spans: tuple[Span, ...] = ()

    @property
    def octets(self) -> bytes:
        return self.digest + self.trigger

    @property
    def version_text(self) -> str:
        """The version as people write it: the field is ten times the number."""
        return f"{self.version // 10}.{self.version % 10}"

    @property
    def ui_mode_name(self) -> str:
        return UI_MODES[self.ui_mode]

    @property
    def initiator_name(self) -> str:
        return INITIATORS[self.initiator]


def parse(octets: bytes, usage: Literal["ds", "dm"] | None = None) -> Notification:
    """Reads a package #0. `usage` comes from the push that carried it; without one the version tells.

    Raises WireError with the offset of the field that does not fit.
    """
    if len(octets) > MAX_DATAGRAM:
        raise WireError(MAX_DATAGRAM, f"at most {MAX_DATAGRAM} octets", f"{len(octets)} octets")
    _need(octets, 0, DIGEST_LENGTH, "a digest of 16 octets")
    _need(octets, DIGEST_LENGTH, HEADER_LENGTH, "a header of 8 octets")
    at = DIGEST_LENGTH
    header = int.from_bytes(octets[at : at + HEADER_LENGTH], "big")
    version = header >> 54
    ui_mode = header >> 52 & 3
    initiator = header >> 51 & 1
    future = header >> 24 & 0x7FFFFFF
    session_id = header >> 8 & 0xFFFF
    length = header & 0xFF
    spans = [
        Span("digest", 0, 128, octets[:16].hex()),
        Span("version", at * 8, 10, f"{version // 10}.{version % 10}"),
        Span("ui-mode", at * 8 + 10, 2, UI_MODES[ui_mode]),
        Span("initiator", at * 8 + 12, 1, INITIATORS[initiator]),
        Span("future use", at * 8 + 13, 27, str(future)),
        Span("session id", at * 8 + 40, 16, f"{session_id:04X}"),
        Span("server id length", at * 8 + 56, 8, str(length)),
    ]
    at += HEADER_LENGTH
    _need(octets, at, length, f"a server id of {length} octets")
    server_id = _text(octets[at : at + length])
    spans.append(Span("server id", at * 8, length * 8, server_id))
    at += length
    if usage is None:
        usage = "dm" if version == DM_VERSION else "ds"
    syncs: tuple[Sync, ...] = ()
    if usage == "ds":
        at, syncs = _syncs(octets, at, spans)
    vendor = octets[at:]
    if vendor:
        spans.append(Span("vendor", at * 8, len(vendor) * 8, vendor.hex()))
    return Notification(
        usage,
        octets[:DIGEST_LENGTH],
        octets[DIGEST_LENGTH:],
        version,
        ui_mode,
        initiator,
        session_id,
        server_id,
        syncs,
        vendor,
        tuple(spans),
    )


def _syncs(octets: bytes, at: int, spans: list[Span]) -> tuple[int, tuple[Sync, ...]]:
    _need(octets, at, 1, "the number of syncs")
    count = octets[at] >> 4
    spans.append(Span("number of syncs", at * 8, 4, str(count)))
    at += 1
    syncs = []
    for number in range(1, count + 1):
        _need(octets, at, 5, f"sync {number} of {count}: type, content type and URI length")
        code = 200 + (octets[at] >> 4)
        content_type = int.from_bytes(octets[at + 1 : at + 4], "big")
        length = octets[at + 4]
        label = f"sync {number}"
        spans.append(Span(f"{label} type", at * 8, 4, str(code)))
        kind = CONTENT_TYPES.get(content_type, f"0x{content_type:06X}")
        spans.append(Span(f"{label} content type", (at + 1) * 8, 24, kind))
        spans.append(Span(f"{label} URI length", (at + 4) * 8, 8, str(length)))
        at += 5
        _need(octets, at, length, f"{label}: a URI of {length} octets")
        uri = _text(octets[at : at + length])
        spans.append(Span(f"{label} URI", at * 8, length * 8, uri))
        at += length
        syncs.append(Sync(code, content_type, uri))
    return at, tuple(syncs)


def _need(octets: bytes, at: int, count: int, what: str) -> None:
    if len(octets) - at < count:
        raise WireError(at, what, f"{max(len(octets) - at, 0)} octets")


def _text(octets: bytes) -> str:
    # The server id is compared and shown, never sent back: what is not UTF-8 must only stay visible.
    return octets.decode("utf-8", "backslashreplace")


def build_trigger(
    server_id: str,
    session_id: int,
    syncs: tuple[Sync, ...] = (),
    *,
    usage: Literal["ds", "dm"] = "ds",
    version: int = DS_VERSION,
    ui_mode: int = 1,
    initiator: int = 1,
    vendor: bytes = b"",
) -> bytes:
    """The trigger of a notification: what the digest is computed over, without the digest.

    Raises ValueError, naming the field, for what does not fit into its bits.
    """
    identity = server_id.encode()
    for name, value, limit in (
        ("version", version, 0x3FF),
        ("ui-mode", ui_mode, 3),
        ("initiator", initiator, 1),
        ("session id", session_id, 0xFFFF),
        ("server id", len(identity), 0xFF),
        ("syncs", len(syncs), 15),
    ):
        if not 0 <= value <= limit:
            raise ValueError(f"{name}: at most {limit}, not {value}")
    header = version << 54 | ui_mode << 52 | initiator << 51 | session_id << 8 | len(identity)
    out = bytearray(header.to_bytes(HEADER_LENGTH, "big") + identity)
    if usage == "ds":
        out.append(len(syncs) << 4)
        for sync in syncs:
            uri = sync.uri.encode()
            fits = 200 <= sync.code <= 215 and 0 <= sync.content_type <= 0xFFFFFF
            if not fits or len(uri) > 0xFF:
                raise ValueError(f"sync {sync.code}:{sync.content_type}:{sync.uri} does not fit")
            out.append(sync.code - 200 << 4)
            out += sync.content_type.to_bytes(3, "big") + bytes([len(uri)]) + uri
    return bytes(out + vendor)
