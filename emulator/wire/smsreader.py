"""SMS PDUs as a phone or a modem gets them: SMS-DELIVER and SMS-SUBMIT to values [3GPP TS 23.040, 9.2.2].

Takes 7-bit, 8-bit and UCS2 data with or without a header. Puts no parts together (`concatenation.py`),
and does not know what the data is.
"""

from typing import Literal

import msgspec

from emulator.wire import gsm7, udh
from emulator.wire.errors import WireError
from emulator.wire.notification import Span
from emulator.wire.received import ShortMessage
from emulator.wire.udh import Header, Part, Ports

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

    `address` is the sender of a deliver, the recipient of a submit. `spans` says all for people, and
    where it stands; what stands nowhere has no bits.
    """

    kind: Kind
    centre: str
    address: str
    alphabet: Alphabet
    header: Header | None
    payload: bytes
    payload_at: int
    spans: tuple[Span, ...] = ()

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        return tuple((span.name, span.value) for span in self.spans)


class _Octets:
    """Reads on from one place, and notes what it was that was read."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at = 0
        self.spans: list[Span] = []
        self._noted = 0

    def note(self, name: str, value: str) -> None:
        """All that was read since the last note is this field."""
        self.spans.append(Span(name, self._noted * 8, (self.at - self._noted) * 8, value))
        self._noted = self.at

    def take(self, count: int, what: str) -> bytes:
        if self.at + count > len(self.octets):
            raise WireError(len(self.octets), what, "the end")
        self.at += count
        return self.octets[self.at - count : self.at]

    def one(self, what: str) -> int:
        return self.take(1, what)[0]


def read(octets: bytes, *, centre: bool = True) -> Sms:
    """A PDU, with the service centre's address in front unless told otherwise. Raises WireError."""
    return _read(octets, centre, True)[0]


def split(octets: bytes, *, centre: bool = True) -> list[bytes]:
    """Several PDUs, each with its service centre unless told otherwise, that stand one after the other.

    Raises WireError when they do not end with the octets.
    """
    pdus: list[bytes] = []
    while octets:
        _, end = _read(octets, centre, False)
        pdus.append(octets[:end])
        octets = octets[end:]
    return pdus


def _read(octets: bytes, centre: bool, whole: bool) -> tuple[Sms, int]:
    """The PDU at the start of some octets, and where it ends; `whole`: at their end."""
    reader = _Octets(octets)
    via = _centre(reader) if centre else ""
    if centre:
        reader.note("service centre", via or "(none)")
    first_at = reader.at
    first = reader.one("the first octet of an SMS")
    kind = _KINDS.get(first & 0b11)
    if kind is None:
        raise WireError(first_at, "an SMS-DELIVER or SMS-SUBMIT", f"type {first & 0b11:02b}")
    reader.note("type", f"SMS-{kind.upper()}{', with a header' if first & _UDHI else ''}")
    if kind == "submit":
        reader.note("reference", f"{reader.one('a message reference'):02X}")
    address = _address(reader)
    reader.note("sender" if kind == "deliver" else "recipient", address)
    reader.note("protocol", f"{reader.one('protocol and coding of an SMS'):02X}")
    coding = reader.one("protocol and coding of an SMS")
    alphabet = _alphabet(coding, reader.at)
    reader.note("data coding", f"{coding:02X} ({alphabet})")
    _when(reader, kind, first)
    length_at = reader.at
    length = reader.one("the length of the user data")
    reader.note("data length", str(length))
    size = -(-length * 7 // 8) if alphabet == "7-bit" else length
    end = reader.at + size
    if end > len(octets) or (whole and end < len(octets)):
        found = f"{len(octets) - reader.at}"
        raise WireError(length_at, f"{size} octets of user data ({length:02X})", found)
    data = octets[reader.at : end]
    header, payload, start = _user_data(data, reader.at, first, alphabet, length)
    spans = [*reader.spans, *_said(header, reader.at), *_text(alphabet, payload, start, end)]
    return Sms(kind, via, address, alphabet, header, payload, start, tuple(spans)), end


def of(message: ShortMessage) -> Sms:
    """An SMS as a service centre gives it: octets, not packed, its header apart. Raises WireError."""
    alphabet = _alphabet(message.coding, 0)
    header = udh.read(message.header) if message.header else None
    if header is not None and header.length != len(message.header):
        raise WireError(header.length, "the end of the header", f"{len(message.header)} octets")
    data = message.data
    if alphabet == "UCS2":
        data = data.decode("utf-16-be", "replace").encode()
    start, end = len(message.header), len(message.header) + len(message.data)
    spans = (
        Span("sender", 0, 0, message.originator),
        *((Span("recipient", 0, 0, message.recipient),) if message.recipient else ()),
        Span("data coding", 0, 0, f"{message.coding:02X} ({alphabet})"),
        *_said(header, 0),
        *_text(alphabet, data, start, end),
    )
    return Sms("deliver", "", message.originator, alphabet, header, data, start, spans)


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


def _when(reader: _Octets, kind: Kind, first: int) -> None:
    """The time stamp of a deliver; the validity period of a submit, if it has one."""
    if kind == "submit":
        if size := _PERIOD[first >> 3 & 0b11]:
            period = reader.take(size, "a validity period")
            reader.note("validity period", period.hex().upper())
        return
    stamp = reader.take(7, "a time stamp")
    year, month, day, hour, minute, second = (f"{o & 0xF:X}{o >> 4:X}" for o in stamp[:6])
    reader.note("time stamp", f"{year}-{month}-{day} {hour}:{minute}:{second}")


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


def _said(header: Header | None, at: int) -> list[Span]:
    """The elements of a header that starts at `at`."""
    if header is None:
        return []
    said = [Span("header length", at * 8, 8, str(header.length - 1))]
    for kind, start, value in header.elements:
        name, words = _element(udh.understood(kind, value), kind, value)
        said.append(Span(name, (at + start) * 8, (2 + len(value)) * 8, words))
    return said


def _element(found: Ports | Part | None, kind: int, value: bytes) -> tuple[str, str]:
    match found:
        case Ports(destination, source):
            return "ports", f"to {destination}, from {source}"
        case Part(reference, bits, total, number):
            return "part", f"{number} of {total}, reference {reference:0{bits // 4}X}"
        case _:
            return f"element {kind:02X}", value.hex().upper()


def _text(alphabet: Alphabet, payload: bytes, start: int, end: int) -> list[Span]:
    """What follows the header, where it is a text; octets are shown as what they are."""
    if alphabet == "8-bit":
        return []
    return [Span("text", start * 8, (end - start) * 8, payload.decode("utf-8", "replace"))]
