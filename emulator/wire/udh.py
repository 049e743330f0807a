"""The user data header of an SMS: ports and concatenation, whatever their order [3GPP TS 23.040, 9.2.3.24]."""

import msgspec

from emulator.wire.errors import WireError

CONCATENATED_8, CONCATENATED_16 = 0x00, 0x08
PORTS_8, PORTS_16 = 0x04, 0x05


class Ports(msgspec.Struct, frozen=True):
    """Who is meant: an application of the phone, and the one that sent it."""

    destination: int
    source: int


class Part(msgspec.Struct, frozen=True):
    """This SMS is `number` of `total` (from 1) with one reference of `bits` bits."""

    reference: int
    bits: int
    total: int
    number: int


class Header(msgspec.Struct, frozen=True):
    """A whole header, its length octet included in `length`. `elements`: (identifier, place in the header, value)."""

    length: int
    ports: Ports | None = None
    part: Part | None = None
    elements: tuple[tuple[int, int, bytes], ...] = ()


def read(octets: bytes, at: int = 0) -> Header:
    """The header at the start of user data; `at` is where that stands in the PDU, for errors.

    Of two elements of one kind the last counts; one of concatenation with impossible numbers is
    none [9.2.3.24.1]. Raises WireError.
    """
    if not octets:
        raise WireError(at, "a user data header", "the end")
    end = 1 + octets[0]
    if end > len(octets):
        raise WireError(at, f"a header of {octets[0]} octets", f"{len(octets) - 1}")
    ports: Ports | None = None
    part: Part | None = None
    elements: list[tuple[int, int, bytes]] = []
    place = 1
    while place < end:
        if place + 2 > end or place + 2 + octets[place + 1] > end:
            raise WireError(at + place, "an information element", f"{end - place} octets")
        kind, size = octets[place], octets[place + 1]
        value = octets[place + 2 : place + 2 + size]
        elements.append((kind, place, value))
        place += 2 + size
        found = understood(kind, value)
        if isinstance(found, Ports):
            ports = found
        elif isinstance(found, Part):
            part = found
    return Header(end, ports, part, tuple(elements))


def understood(kind: int, value: bytes) -> Ports | Part | None:
    """What an element says, None for one that is of no use here."""
    match kind, len(value):
        case 0x05, 4:
            return Ports(int.from_bytes(value[:2], "big"), int.from_bytes(value[2:], "big"))
        case 0x04, 2:
            return Ports(value[0], value[1])
        case 0x00, 3:
            return _part(Part(value[0], 8, value[1], value[2]))
        case 0x08, 4:
            return _part(Part(int.from_bytes(value[:2], "big"), 16, value[2], value[3]))
    return None


def _part(part: Part) -> Part | None:
    return part if 1 <= part.number <= part.total else None


def build(ports: Ports | None = None, part: Part | None = None) -> bytes:
    """A header with 16-bit ports first, then concatenation; nothing at all when there is neither."""
    elements = b""
    if ports is not None:
        numbers = ports.destination.to_bytes(2, "big") + ports.source.to_bytes(2, "big")
        elements += bytes([PORTS_16, len(numbers)]) + numbers
    if part is not None:
        wide = part.bits == 16
        value = part.reference.to_bytes(2 if wide else 1, "big") + bytes([part.total, part.number])
        elements += bytes([CONCATENATED_16 if wide else CONCATENATED_8, len(value)]) + value
    return bytes([len(elements)]) + elements if elements else b""
