"""What octets without a wrapping of their own are: an SMS PDU, or a WSP push or bare package #0. Pure.

For lines of a file and what is pasted. Says nothing about whom they are for.
"""

import msgspec

from emulator.wire import arrival, smsreader
from emulator.wire.arrival import Layer
from emulator.wire.errors import WireError
from emulator.wire.notification import Notification
from emulator.wire.push import SECURE_UDP_PORT, UDP_PORT
from emulator.wire.received import Datagram, Pdu
from emulator.wire.smsreader import Sms
from emulator.wire.udh import Ports

_NO_CENTRE = b"\0"


def recognised(octets: bytes) -> Datagram | Pdu:
    """An SMS PDU with ports is one whatever else it may look like: its lengths cannot fit by chance.
    One without is taken for one when nothing else can be read. A PDU whose service centre is left
    out gets an empty one."""
    for pdu in (octets, _NO_CENTRE + octets):
        sms = _sms(pdu)
        ported = sms is not None and sms.header is not None and sms.header.ports is not None
        if sms is not None and (ported or not _is_push(octets)):
            return Pdu(pdu)
    return Datagram(octets)


def layers(sms: Sms) -> tuple[Layer, ...]:
    """What an SMS is made of; after it the layers of the push in it, where it has all of one."""
    outer = Layer("sms", 0, sms.fields, sms.spans)
    header = sms.header
    ports = header.ports if header else None
    if header is None or header.part or not ports or ports.destination != UDP_PORT:
        return (outer,)
    try:
        arrived = arrival.read(sms.payload)
    except WireError:
        return (outer,)
    moved = (
        msgspec.structs.replace(layer, offset=layer.offset + sms.payload_at)
        for layer in arrived.layers
    )
    return (outer, *moved)


def why_not(ports: Ports | None, sms: Sms) -> str:
    """Why an SMS is no push for this handset, "" for one that is: its port decides."""
    if ports is None:
        return f"an SMS for the owner ({sms.alphabet}), no push"
    port = ports.destination
    if port == SECURE_UDP_PORT:
        return f"port {port} is for WTLS, which this handset does not speak"
    return "" if port == UDP_PORT else f"an SMS for port {port}; pushes come to {UDP_PORT}"


def _sms(octets: bytes) -> Sms | None:
    try:
        return smsreader.read(octets)
    except WireError:
        return None


def _is_push(octets: bytes) -> bool:
    try:
        content = arrival.read(octets).content
    except WireError:
        return False
    known = range(arrival.OLDEST_VERSION, arrival.NEWEST_VERSION + 1)
    return not isinstance(content, Notification) or content.version in known
