"""From what a bearer hands over to a push: SMS are read and put together, ports decide for whom. Pure.

What the push is, and whether it is genuine, is not decided here. [3GPP TS 23.040, 9.2.3.24; WDP: port
2948 is WAP connectionless push, 2949 its secure form]
"""

from typing import Literal

import msgspec

from emulator.protocol import redaction
from emulator.protocol.events import Headers, Octets, PushArrived, SmsArrived, What
from emulator.protocol.remarks import remark
from emulator.wire import arrival, concatenation, recognition, smsreader
from emulator.wire.arrival import Arrival, Layer
from emulator.wire.concatenation import Pending, State, Whole
from emulator.wire.errors import WireError
from emulator.wire.received import Datagram, Pdu, Posted, Received, ShortMessage
from emulator.wire.smsreader import Sms

_OCTETS = 0x04
"""The data coding scheme of octets."""

Form = Literal["deliver", "submit", "message"]


class Ignored(msgspec.Struct, frozen=True):
    """Nothing for a SyncML client. `reason` is a verdict's."""

    reason: Literal["malformed", "not-for-us"]
    words: str


class Outcome(msgspec.Struct, frozen=True):
    """`before`: events outside any run; `push`: a push that begins one; `ignored`: why it ends at once.

    Without a push more parts must come.
    """

    before: tuple[What, ...] = ()
    push: PushArrived | None = None
    ignored: Ignored | None = None


def receive(state: State, received: Received, at: float) -> tuple[State, Outcome]:
    """One delivery at the time `at`. `state` are the long SMS that wait for parts."""
    match received.content:
        case Datagram(octets):
            return state, Outcome(push=_push(received, octets))
        case Posted(headers, body):
            return state, Outcome(push=_push(received, body, headers))
        case Pdu(octets):
            return _sms(state, received, octets, at)
        case ShortMessage(_, _, header, data, _):
            return _sms(state, received, header + data, at)


def unwrapped(push: PushArrived) -> Arrival:
    """What a push is; of a POST its headers say it. Raises WireError."""
    if push.headers:
        return arrival.posted(push.headers, bytes(push.octets))
    return arrival.read(bytes(push.octets))


def layers(octets: bytes, arrived: SmsArrived) -> tuple[Layer, ...]:
    """What an SMS is made of, and the push in it where it has all of one. Raises WireError."""
    if arrived.form == "message":
        header, data = octets[: arrived.header], octets[arrived.header :]
        sms = smsreader.of(ShortMessage(arrived.address, "", header, data, _OCTETS))
        # The event has no coding.
        spans = tuple(span for span in sms.spans if span.name != "data coding")
        sms = msgspec.structs.replace(sms, spans=spans)
    else:
        sms = smsreader.read(octets)
    return recognition.layers(sms)


def expired(state: State, at: float) -> tuple[State, tuple[What, ...]]:
    """What still waits at that time, and what is said of the rest."""
    state, late = concatenation.expired(state, at)
    return state, tuple(map(_given_up, late))


def _sms(state: State, received: Received, octets: bytes, at: float) -> tuple[State, Outcome]:
    content = received.content
    form: Form = "message"
    try:
        if isinstance(content, ShortMessage):
            sms = smsreader.of(content)
        else:
            sms = smsreader.read(octets)
            form = sms.kind
    except WireError as wrong:
        header = content.header if isinstance(content, ShortMessage) else b""
        kept = redaction.unreadable(header, octets[len(header) :])
        arrived = _arrived(received, kept, "message", None)
        words = remark("sms-malformed", str(wrong)).event()
        push = PushArrived(received.bearer, received.sender, kept)
        return state, Outcome((arrived, words), push, Ignored("malformed", str(wrong)))
    state, taken = concatenation.take(state, sms, at)
    ports = sms.header.ports if sms.header else None
    stray = bool(recognition.why_not(ports, sms))
    kept = redaction.of_sms(octets, sms, taken.begins, stray)
    before: list[What] = [_arrived(received, kept, form, sms)]
    before += map(_given_up, taken.given_up)
    if taken.again:
        before.append(remark("sms-part-again", f"from {sms.address}").event())
    if taken.whole is None:
        return state, Outcome(tuple(before))
    whole = taken.whole
    push = _push(received, whole.payload, sender=whole.sender, parts=whole.parts)
    return state, Outcome(tuple(before), push, _not_a_push(whole, sms))


def _not_a_push(whole: Whole, sms: Sms) -> Ignored | None:
    """The port says for which application of the phone an SMS is."""
    why = recognition.why_not(whole.ports, sms)
    return Ignored("not-for-us", why) if why else None


def _given_up(pending: Pending) -> What:
    missing = ", ".join(map(str, pending.missing[:5]))
    detail = f"from {pending.key[0]}, part {missing} of {pending.total} is missing"
    return remark("sms-incomplete", detail).event()


def _arrived(
    received: Received,
    octets: Octets,
    form: Form,
    sms: Sms | None,
) -> SmsArrived:
    part = sms.header.part if sms and sms.header else None
    number, total = (part.number, part.total) if part else (1, 1) if sms else (0, 0)
    address = sms.address if sms else ""
    content = received.content
    header = len(content.header) if isinstance(content, ShortMessage) else 0
    return SmsArrived(
        received.bearer, received.sender, octets, form, address, number, total, header
    )


def _push(
    received: Received,
    octets: bytes,
    headers: Headers = (),
    sender: str = "",
    parts: int = 0,
) -> PushArrived:
    return PushArrived(
        received.bearer, sender or received.sender, Octets.of(octets), headers, parts
    )
