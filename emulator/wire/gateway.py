"""Short messages as gateways bring them: SMPP's submit_sm, and the query of Kannel's HTTP link. Pure.

[SMPP 3.4, 4.4.1, 5.3.2; Kannel user guide, HTTP-based relay and content gateways]
"""

import struct
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

import msgspec

from emulator.wire import udh
from emulator.wire.errors import WireError
from emulator.wire.received import ShortMessage
from emulator.wire.udh import Part, Ports

UDH_INDICATOR = 0x40
"""In esm_class: the message starts with a user data header [5.2.12]."""
SOURCE_PORT, DESTINATION_PORT = 0x020A, 0x020B
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F
MESSAGE_PAYLOAD = 0x0424
COMMANDS = {0x00000004: "submit_sm", 0x00000005: "deliver_sm"}
_HEAD = 16
CODINGS = {"": 0x00, "0": 0x00, "1": 0x04, "2": 0x08}
"""Kannel's coding (7 bits, 8 bits, UCS-2) as a data coding scheme [3GPP TS 23.038, 4]."""

Tlvs = Sequence[tuple[int, bytes]]


class Submitted(msgspec.Struct, frozen=True):
    """A submit_sm or deliver_sm. `at`: where its short_message lies."""

    command: str
    sequence: int
    esm_class: int
    message: ShortMessage
    at: int


def is_smpp(octets: bytes) -> bool:
    """Whether these are one PDU of a message: its first field is its length."""
    if len(octets) < _HEAD:
        return False
    length, command = struct.unpack_from(">II", octets)
    return length == len(octets) and command in COMMANDS


def read(octets: bytes) -> Submitted:
    """One PDU, `is_smpp` holds for it. Raises WireError."""
    _, command, _, sequence = struct.unpack_from(">IIII", octets)
    _, at = _text(octets, _HEAD, "service_type")
    source, at = _text(octets, at + 2, "source_addr")
    destination, at = _text(octets, at + 2, "destination_addr")
    fixed, at = _take(octets, at, 3, "esm_class")
    _, at = _text(octets, at, "schedule_delivery_time")
    _, at = _text(octets, at, "validity_period")
    rest, at = _take(octets, at, 5, "data_coding")
    start = at
    short, at = _take(octets, at, rest[4], "short_message")
    tlvs = []
    while at < len(octets):
        head, at = _take(octets, at, 4, "an optional parameter")
        tag, size = struct.unpack(">HH", head)
        value, at = _take(octets, at, size, f"optional parameter {tag:04X}")
        tlvs.append((tag, value))
        if tag == MESSAGE_PAYLOAD and not short:
            start = at - size
    try:
        message = submitted(source, destination, fixed[0], rest[2], short, tlvs)
    except WireError as wrong:
        raise WireError(wrong.offset + start, wrong.expected, wrong.found) from None
    return Submitted(COMMANDS[command], sequence, fixed[0], message, start)


def submitted(
    source: str, destination: str, esm_class: int, coding: int, octets: bytes, tlvs: Tlvs
) -> ShortMessage:
    """A submit_sm as an SMS: ports and parts are in its header, or in optional parameters [5.3.2.22].

    Raises ValueError (a WireError) when there is to be a header and there is none.
    """
    values = dict(tlvs)
    data = octets or values.get(MESSAGE_PAYLOAD, b"")
    if esm_class & UDH_INDICATOR:
        length = udh.read(data).length
        return ShortMessage(source, destination, data[:length], data[length:], coding)
    header = udh.build(_ports(values), _part(values))
    return ShortMessage(source, destination, header, data, coding)


def queried(query: str) -> ShortMessage:
    """The SMS of a query string; `text` and `udh` are octets, percent-encoded. Raises ValueError
    with what is missing."""
    values: dict[str, bytes] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        values[name] = unquote_to_bytes(value.replace("+", " "))
    if "text" not in values:
        raise ValueError("text= is missing")
    coding = values.get("coding", b"").decode("latin-1")
    if coding not in CODINGS:
        raise ValueError(f"coding={coding[:10]!a}: 0, 1 or 2 is expected")
    header = values.get("udh", b"")
    sender, recipient = (values.get(name, b"").decode("latin-1") for name in ("from", "to"))
    return ShortMessage(sender, recipient, header, values["text"], CODINGS[coding])


def _take(octets: bytes, at: int, size: int, what: str) -> tuple[bytes, int]:
    if at + size > len(octets):
        raise WireError(
            min(at, len(octets)), f"{what} in {size} octets", f"{max(len(octets) - at, 0)}"
        )
    return octets[at : at + size], at + size


def _text(octets: bytes, at: int, what: str) -> tuple[str, int]:
    end = octets.find(0, at)
    if end < 0:
        raise WireError(min(at, len(octets)), f"{what}, which ends with 00", "the end")
    return octets[at:end].decode("latin-1"), end + 1


def _number(values: dict[int, bytes], tag: int) -> int | None:
    return int.from_bytes(values[tag], "big") if tag in values else None


def _ports(values: dict[int, bytes]) -> Ports | None:
    destination = _number(values, DESTINATION_PORT)
    if destination is None or destination > 0xFFFF:
        return None
    return Ports(destination, (_number(values, SOURCE_PORT) or 0) & 0xFFFF)


def _part(values: dict[int, bytes]) -> Part | None:
    found = [_number(values, tag) for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER)]
    reference, total, number = (value or 0 for value in found)
    if None in found or reference > 0xFFFF or total > 0xFF or not 1 <= number <= total:
        return None
    return Part(reference, 16, total, number)
