"""Octets as people have them, whatever wraps them: a push, the SMS that carry one, from a modem or a
gateway, or a dump of a POST.

Several SMS stand one after the other, in any order. Pure; for explaining, where nothing waits for
parts: what is missing is said. A running handset goes by what its bearers know.
"""

import re

import msgspec

from emulator.wire import arrival, concatenation, gateway, recognition, smsreader
from emulator.wire.arrival import Arrival, Layer, NotForUs
from emulator.wire.errors import WireError
from emulator.wire.notification import Span
from emulator.wire.received import Pdu
from emulator.wire.smsreader import Sms

_REQUEST = re.compile(rb"(POST|GET) (\S+) HTTP/1\.\d\r?\n")
_END = re.compile(rb"\r?\n\r?\n")


def read(octets: bytes) -> Arrival:
    """What they are, with all layers. Raises WireError, its offset counted from the start."""
    if asked := _REQUEST.match(octets):
        if asked[1] == b"GET":
            return _queried(asked[2])
        if end := _END.search(octets):
            return _posted(octets[: end.start()], octets[end.end() :], end.end())
    if gateway.is_smpp(octets):
        return _submitted(octets)
    pdus = _pdus(octets)
    return _joined(pdus) if pdus else arrival.read(octets)


def _queried(target: bytes) -> Arrival:
    """The GET of a gateway's HTTP link; its octets lie nowhere in the line as they are."""
    query = target.partition(b"?")[2].decode("latin-1")
    try:
        sms = smsreader.of(gateway.queried(query))
    except WireError:
        raise
    except ValueError as wrong:
        raise WireError(0, "the query of an SMS", str(wrong)) from None
    return _joined([(-1, sms)])


def _submitted(octets: bytes) -> Arrival:
    pdu = gateway.read(octets)
    sms = smsreader.of(pdu.message)
    fields = (("sequence", str(pdu.sequence)), ("esm class", f"{pdu.esm_class:02X}"))
    arrived = _joined([(pdu.at, sms)])
    outer = Layer(f"smpp {pdu.command}", 0, fields)
    return msgspec.structs.replace(arrived, layers=(outer, *arrived.layers))


def _posted(head: bytes, body: bytes, start: int) -> Arrival:
    _, *lines = head.decode("latin-1").splitlines()
    pairs = (line.partition(":") for line in lines)
    headers = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
    try:
        arrived = arrival.posted(headers, body)
    except WireError as wrong:
        raise WireError(wrong.offset + start, wrong.expected, wrong.found) from None
    return msgspec.structs.replace(arrived, layers=_moved(arrived.layers, start))


def _pdus(octets: bytes) -> list[tuple[int, Sms]]:
    """The SMS, each with its place; none when it is something else."""
    content = recognition.recognised(octets)
    if isinstance(content, Pdu):
        return [(len(octets) - len(content.octets), smsreader.read(content.octets))]
    for centre in (True, False):
        try:
            pdus = smsreader.split(octets, centre=centre)
        except WireError:
            continue
        found, at = [], 0
        for pdu in pdus:
            found.append((at, smsreader.read(pdu, centre=centre)))
            at += len(pdu)
        # A push may look like SMS by chance, but not like several with headers.
        if all(sms.header and sms.header.ports for _, sms in found):
            return found
    return []


def _joined(pdus: list[tuple[int, Sms]]) -> Arrival:
    layers = tuple(_layer(at, sms) for at, sms in pdus)
    state: concatenation.State = ()
    for at, sms in pdus:
        state, taken = concatenation.take(state, sms, 0.0)
        if (whole := taken.whole) is None:
            continue
        if why := recognition.why_not(whole.ports, sms):
            return Arrival(layers, NotForUs(why))
        arrived = arrival.read(whole.payload)
        # Of several parts there is no one place: it is counted from the start of the push.
        start = at + sms.payload_at if whole.parts == 1 and sms.alphabet == "8-bit" else 0
        return Arrival((*layers, *_moved(arrived.layers, start)), arrived.content)
    missing = ", ".join(map(str, state[0].missing))
    raise WireError(0, f"all {state[0].total} parts of a long SMS", f"none of part {missing}")


def _layer(at: int, sms: Sms) -> Layer:
    shown: tuple[Span, ...] = sms.spans if at >= 0 else ()
    part = sms.header.part if sms.header else None
    name = f"sms {part.number} of {part.total}" if part else "sms"
    return Layer(name, max(at, 0), sms.fields, shown)


def _moved(layers: tuple[Layer, ...], by: int) -> tuple[Layer, ...]:
    return tuple(msgspec.structs.replace(each, offset=each.offset + by) for each in layers)
