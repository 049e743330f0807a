"""Pushes as each bearer hands them over, without sockets; and a marker that must not be found anywhere."""

import base64
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from emulator.wire import gateway, push, sms, udh
from emulator.wire.received import Content, Datagram, Pdu, Posted, Received
from emulator.wire.udh import Part, Ports

PASSWORD = "Tr0ub4dor-horse"
BASIC = base64.b64encode(f"mgr:{PASSWORD}".encode()).decode()
WINDOW = 6
"""Characters of a secret that are too many: a part of a long SMS may have a piece only."""
ONE_PDU = 200
"""Octets of a body that fit into one PDU with all that is around them."""
PORTS = Ports(2948, 9200)
ORDERS = {"in order": (0, 1, 2), "backwards": (2, 1, 0), "first in the middle": (1, 0, 2)}


def pieces(secret: bytes) -> set[bytes]:
    return {secret[at : at + WINDOW] for at in range(len(secret) - WINDOW + 1)}


def leaked(text: str, secrets: Iterable[bytes] = (PASSWORD.encode(), BASIC.encode())) -> list[str]:
    """The pieces of secrets that a text has, as they are or in hex."""
    packed = text.replace(" ", "").lower()
    found = []
    for piece in set().union(*map(pieces, secrets)):
        if piece.hex() in packed or piece.decode("latin-1") in text:
            found.append(piece.decode("latin-1"))
    return found


def cut_up(octets: bytes, count: int) -> list[bytes]:
    """Octets in so many pieces; the last may be shorter."""
    size = -(-len(octets) // count) or 1
    return [octets[at : at + size] for at in range(0, count * size, size)]


def parts(payload: bytes, count: int, reference: int = 7, ports: Ports = PORTS) -> list[bytes]:
    """The user data of so many SMS, each with its header."""
    chunks = cut_up(payload, count)
    headers = (udh.build(ports, Part(reference, 8, count, n + 1)) for n in range(count))
    return [header + chunk for header, chunk in zip(headers, chunks, strict=True)]


def wrapped(content_type: str, body: bytes) -> bytes:
    return push.build(body, content_type=content_type, application_id=push.APPLICATION_CODES[0])


def _query(data: bytes, payload: bytes) -> str:
    header = data[: len(data) - len(payload)]
    return f"username=mgr&password={PASSWORD}&from=1&to=2&coding=1&udh={quote(header)}&text={quote(payload)}"


def contents(bearer: str, content_type: str, body: bytes) -> Sequence[Content]:
    """What a bearer hands over for a push of that type."""
    wsp = wrapped(content_type, body)
    match bearer.split(" in three parts, "):
        case ["udp"]:
            return [Datagram(wsp)]
        case ["post"]:
            return [Posted((("content-type", content_type),), body)]
        case ["pdu"]:
            return [Pdu(sms.deliver(udh.build(PORTS) + wsp))]
        case ["submit"]:
            return [Pdu(sms.submit(udh.build(PORTS) + wsp))]
        case ["smpp"]:
            octets = udh.build(PORTS) + wsp
            return [gateway.submitted("1", "2", gateway.UDH_INDICATOR, 4, octets, ())]
        case ["smsc-http"]:
            return [gateway.queried(_query(udh.build(PORTS) + wsp, wsp))]
        case ["pdu", order]:
            pdus = [Pdu(sms.deliver(data)) for data in parts(wsp, 3)]
            return [pdus[at] for at in ORDERS[order]]
        case ["smpp", order]:
            given = [
                gateway.submitted("1", "2", gateway.UDH_INDICATOR, 4, data, ())
                for data in parts(wsp, 3)
            ]
            return [given[at] for at in ORDERS[order]]
    raise ValueError(bearer)


WHOLE = ("udp", "post", "pdu", "submit", "smpp", "smsc-http")
BEARERS = (
    *WHOLE,
    *(f"{one} in three parts, {order}" for one in ("pdu", "smpp") for order in ORDERS),
)


def received(content: Content) -> Received:
    return Received("bearer:", "sender", content)
