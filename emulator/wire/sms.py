"""SMS PDUs that carry a push: SMS-SUBMIT and SMS-DELIVER with port addressing, split where needed.

[3GPP TS 23.040, 9.2; WDP over SMS]: destination port 2948, 8-bit data, 140 octets of user data a
message. Builds only; what a handset receives by SMS is read elsewhere.
"""

from typing import Literal

from emulator.wire import udh
from emulator.wire.push import UDP_PORT
from emulator.wire.udh import Part, Ports

SOURCE_PORT = 9200
USER_DATA = 140
DATA_8BIT = 0x04
INTERNATIONAL = 0x91
_UDHI_SUBMIT = 0x41
_UDHI_DELIVER = 0x44
DEFAULT_CENTRE = "447700900000"
DEFAULT_SENDER = "447700900999"
DEFAULT_RECIPIENT = "447700900123"


def user_data(payload: bytes, reference: int = 0, *, wide: bool = False) -> list[bytes]:
    """The user data of each SMS, header included: one, or parts with a reference of 8 bits (`wide`: 16)."""
    ports = Ports(UDP_PORT, SOURCE_PORT)
    alone = udh.build(ports)
    if len(payload) <= USER_DATA - len(alone):
        return [alone + payload]
    bits = 16 if wide else 8
    reference &= (1 << bits) - 1
    room = USER_DATA - len(udh.build(ports, Part(reference, bits, 1, 1)))
    parts = [payload[at : at + room] for at in range(0, len(payload), room)]
    if len(parts) > 255:
        raise ValueError(f"{len(payload)} octets do not fit into 255 SMS")
    return [
        udh.build(ports, Part(reference, bits, len(parts), number)) + part
        for number, part in enumerate(parts, 1)
    ]


def submit(data: bytes, recipient: str = DEFAULT_RECIPIENT) -> bytes:
    """An SMS-SUBMIT as AT+CMGS takes it: default service centre, no validity period."""
    head = bytes([0x00, _UDHI_SUBMIT, 0x00])
    return head + _address(recipient) + bytes([0x00, DATA_8BIT, len(data)]) + data


def deliver(
    data: bytes,
    timestamp: tuple[int, int, int, int, int, int] = (8, 3, 14, 12, 34, 56),
    *,
    sender: str = DEFAULT_SENDER,
    centre: str = DEFAULT_CENTRE,
) -> bytes:
    """An SMS-DELIVER as a phone gets it. `timestamp`: year (two digits) to second, UTC."""
    digits = _semi_octets(centre)
    service_centre = bytes([len(digits) + 1, INTERNATIONAL]) + digits
    stamp = b"".join(_semi_octets(f"{value:02d}") for value in timestamp) + b"\0"
    head = service_centre + bytes([_UDHI_DELIVER]) + _address(sender)
    return head + bytes([0x00, DATA_8BIT]) + stamp + bytes([len(data)]) + data


def tpdu_length(pdu: bytes) -> int:
    """Octets without the service centre: the number in AT+CMGS and +CMT."""
    return len(pdu) - 1 - pdu[0]


def pdus(
    kind: Literal["submit", "deliver"], payload: bytes, reference: int = 0, *, wide: bool = False
) -> list[bytes]:
    """The PDUs for a WSP push, one or several."""
    build = submit if kind == "submit" else deliver
    return [build(data) for data in user_data(payload, reference, wide=wide)]


def _address(number: str) -> bytes:
    return bytes([len(number), INTERNATIONAL]) + _semi_octets(number)


def _semi_octets(digits: str) -> bytes:
    """Decimal digits as swapped BCD, filled with F."""
    padded = digits + "F" * (len(digits) % 2)
    return bytes(int(padded[at + 1] + padded[at], 16) for at in range(0, len(padded), 2))
