"""SMS PDUs as a phone or a modem gets them: SMS-DELIVER and SMS-SUBMIT to values [3GPP TS 23.040, 9.2.2].

Takes 7-bit, 8-bit and UCS2 data with or without a header. Puts no parts together (`concatenation.py`),
and does not know what the data is.
"""

from typing import Literal

import msgspec

from emulator.wire import gsm7, udh
from emulator.wire.errors import WireError
from emulator.wire.received import ShortMessage
from emulator.wire.udh import Header

Kind = Literal["deliver", "submit"]
Alphabet = Literal["7-bit", "8-bit", "UCS2"]
MAX_DIGITS = 20
_KINDS: dict[int, Kind] = {0: "deliver", 1: "submit"}
_UDHI = 0x40
_PERIOD = {0b00: 0, 0b10: 1, 0b01: 7, 0b11: 7}
"""Octets of the validity period by its format [9.2.3.3]."""
_DIGITS = "0123456789*#abc"
_FILLING = 0xF
_ALPHANUMERIC = 0b101
_INTERNATIONAL = 0b001


class Sms(msgspec.Struct, frozen=True):
    """One SMS. `payload` is what follows the header: octets, or the text in UTF-8 for 7-bit and UCS2;
    it starts at `payload_at` (for 7-bit: the octet in which it starts).

    `address` is the sender of a deliver, the recipient of a submit; `fields` says all for people.
    """

    kind: Kind
    centre: str
    address: str
    alphabet: Alphabet
    header: Header | None
    payload: bytes
    payload_at: int
    fields: tuple[tuple[str, str], ...]


class _Octets:
    """Reads on from one place."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at = 0

    def take(self, count: int, what: str) -> bytes:
        if self.at + count > len(self.octets):
            raise WireError(len(self.octets), what, "the end")
        self.at += count
        return self.octets[self.at - count : self.at]

    def one(self, what: str) -> int:
        return self.take(1, what)[0]


def read(octets: bytes, *, centre: bool = True) -> Sms:
    """A PDU, with the service centre's address in front unless told otherwise. Raises WireError."""
    reader = _Octets(octets)
    via = _centre(reader) if centre else ""
    first_at = reader.at
    first = reader.one("the first octet of an SMS")
    kind = _KINDS.get(first & 0b11)
    if kind is None:
        raise WireError(first_at, "an SMS-DELIVER or SMS-SUBMIT", f"type {first & 0b11:02b}")
    if kind == "submit":
        reader.one("a message reference")
    address = _address(reader)
    protocol, coding = reader.take(2, "protocol and coding of an SMS")
    when = _when(reader, kind, first)
    alphabet = _alphabet(coding, reader.at)
    length_at = reader.at
    length = reader.one("the length of the user data")
    size = -(-length * 7 // 8) if alphabet == "7-bit" else length
    if reader.at + size != len(octets):
        found = f"{len(octets) - reader.at}"
        raise WireError(length_at, f"{size} octets of user data ({length:02X})", found)
    header, payload, start = _user_data(octets[reader.at :], reader.at, first, alphabet, length)
    fields = [
        ("service centre", via or "(none)"),
        ("sender" if kind == "deliver" else "recipient", address),
        *((("protocol", f"{protocol:02X}"),) if protocol else ()),
        ("data coding", f"{coding:02X} ({alphabet})"),
        *when,
        *_said(header),
    ]
    return Sms(kind, via, address, alphabet, header, payload, start, tuple(fields))


def of(message: ShortMessage) -> Sms:
    """An SMS as a service centre gives it: octets, not packed, its header apart. Raises WireError."""
    alphabet = _alphabet(message.coding, 0)
    header = udh.read(message.header) if message.header else None
    if header is not None and header.length != len(message.header):
        raise WireError(header.length, "the end of the header", f"{len(message.header)} octets")
    data = message.data
    if alphabet == "UCS2":
        data = data.decode("utf-16-be", "replace").encode()
    fields = (
        ("sender", message.originator),
        ("recipient", message.recipient),
        ("data coding", f"{message.coding:02X} ({alphabet})"),
        *_said(header),
    )
    start = len(message.header)
    return Sms("deliver", "", message.originator, alphabet, header, data, start, fields)


def _centre(reader: _Octets) -> str:
    size = reader.one("the length of the service centre's address")
    if size == 0:
        return ""
    if size > 1 + MAX_DIGITS // 2:
        raise WireError(0, f"at most {1 + MAX_DIGITS // 2} octets of a service centre", str(size))
    octets = reader.take(size, "a service centre's address")
    return _number(octets[0], octets[1:], 2 * (size - 1), 2)


def _address(reader: _Octets) -> str:
    at = reader.at
    digits, kind = reader.take(2, "an address")
    if digits > MAX_DIGITS:
        raise WireError(at, f"an address of at most {MAX_DIGITS} digits", str(digits))
    octets = reader.take(-(-digits // 2), f"an address of {digits} digits")
    return _number(kind, octets, digits, at + 2)


def _number(kind: int, octets: bytes, digits: int, at: int) -> str:
    """An address as people write it [9.1.2.5]."""
    if kind >> 4 & 0b111 == _ALPHANUMERIC:
        return gsm7.text(gsm7.unpacked(octets, digits * 4 // 7))
    halves = [half for octet in octets for half in (octet & 0xF, octet >> 4)]
    while halves and halves[-1] == _FILLING:
        halves.pop()
    if _FILLING in halves:
        raise WireError(at, "digits", "F among them")
    plus = "+" if kind >> 4 & 0b111 == _INTERNATIONAL else ""
    return plus + "".join(_DIGITS[half] for half in halves[:digits])


def _when(reader: _Octets, kind: Kind, first: int) -> list[tuple[str, str]]:
    """The time stamp of a deliver; the validity period of a submit, if it has one."""
    if kind == "submit":
        size = _PERIOD[first >> 3 & 0b11]
        period = reader.take(size, "a validity period")
        return [("validity period", period.hex().upper())] if size else []
    stamp = reader.take(7, "a time stamp")
    year, month, day, hour, minute, second = (f"{o & 0xF:X}{o >> 4:X}" for o in stamp[:6])
    return [("time stamp", f"{year}-{month}-{day} {hour}:{minute}:{second}")]


def _alphabet(coding: int, at: int) -> Alphabet:
    """[3GPP TS 23.038, 4]"""
    group = coding >> 4
    if group < 0b1000:
        if coding & 0x20:
            raise WireError(at - 1, "data that is not compressed", f"data coding {coding:02X}")
        found: Alphabet | None = {0: "7-bit", 1: "8-bit", 2: "UCS2"}.get(coding >> 2 & 0b11)  # type: ignore[assignment]
        return found or "7-bit"
    if group == 0b1111:
        return "8-bit" if coding & 0b100 else "7-bit"
    return "UCS2" if group == 0b1110 else "7-bit"


def _user_data(
    data: bytes, at: int, first: int, alphabet: Alphabet, length: int
) -> tuple[Header | None, bytes, int]:
    header = udh.read(data, at) if first & _UDHI else None
    start = header.length if header else 0
    if alphabet == "8-bit":
        return header, data[start:], at + start
    if alphabet == "UCS2":
        return header, data[start:].decode("utf-16-be", "replace").encode(), at + start
    # The text starts on the next septet's border [9.2.3.24].
    taken = -(-start * 8 // 7)
    if taken > length:
        raise WireError(at, f"a header within {length} septets", f"{start} octets")
    try:
        septets = gsm7.unpacked(data[start:], length - taken, taken * 7 - start * 8)
    except WireError as wrong:
        raise WireError(at + len(data), wrong.expected, wrong.found) from None
    return header, gsm7.text(septets).encode(), at + start


def _said(header: Header | None) -> list[tuple[str, str]]:
    if header is None:
        return []
    said = []
    if header.ports is not None:
        said.append(("destination port", str(header.ports.destination)))
        said.append(("source port", str(header.ports.source)))
    if header.part is not None:
        part = header.part
        said.append(
            (
                "part",
                f"{part.number} of {part.total}, reference {part.reference:0{part.bits // 4}X}",
            )
        )
    said += [(f"element {kind:02X}", value.upper()) for kind, value in header.others]
    return said
