"""What a person sees of an event when looking closer: its Workings, and its octets in words.

Pure functions of event and keyring. A Working is computed here, when it is looked at, and never
stored, since its inner hash is as good as the password.
"""

from collections.abc import Callable, Sequence
from html import escape

import msgspec

from emulator.protocol import clientauth, digest, reception
from emulator.protocol.digest import Working
from emulator.protocol.events import (
    Event,
    Headers,
    MessageEdited,
    MessageReceived,
    MessageSent,
    NonceTried,
    NotificationRead,
    Octets,
    PushArrived,
    ServerCredJudged,
    SmsArrived,
    VerdictReached,
)
from emulator.protocol.keyring import Account, Keyring
from emulator.wire import arrival, build, charsets, codec
from emulator.wire.arrival import Layer
from emulator.wire.element import DEVINF, METINF, Element
from emulator.wire.errors import WireError

Compared = tuple[str, Working, bytes]
"""A label, the Working, and the octets that came (or went) to hold against its result."""

_FILLER = b"*"
_CUT_OUT = "(cut out)"
_XMLNS = {METINF: "syncml:metinf", DEVINF: "syncml:devinf"}


def workings(event: Event, events: Sequence[Event], keyring: Keyring) -> list[Compared]:
    """The digests that an event speaks of, each with what it was compared to."""
    what = event.what
    if isinstance(what, NonceTried):
        return _notification(what, event, events, keyring)
    if isinstance(what, VerdictReached):
        tried = [e for e in events if e.session == event.session and isinstance(e.what, NonceTried)]
        return [found for e in tried for found in workings(e, events, keyring)]
    if isinstance(what, ServerCredJudged):
        server_id = what.server_id
        account = _first(keyring, lambda a: a.server_id == server_id)
        return [] if account is None else _server_cred(what, account, _judged(event, events))
    if isinstance(what, MessageSent) and what.cred is not None:
        user = what.cred.user
        account = _first(keyring, lambda a: a.user == user)
        if account is None:
            return []
        working = clientauth.working_of(
            what.cred.scheme,
            user,
            account.password,
            bytes.fromhex(what.cred.nonce),
            what.cred.version,
            bytes(what.octets),
        )
        source = {"challenge": "the challenge's nonce", "stored": "the stored client nonce"}
        proof = "x-syncml-hmac" if what.cred.scheme == "mac" else "Cred"
        label = f"our {proof} over {source.get(what.cred.nonce_kind, 'no nonce')}"
        return [(label, working, working.octets)]
    return []


def _notification(
    what: NonceTried, event: Event, events: Sequence[Event], keyring: Keyring
) -> list[Compared]:
    read = next(
        (
            e.what
            for e in events
            if e.session == event.session and isinstance(e.what, NotificationRead)
        ),
        None,
    )
    account = _first(keyring, lambda a: a.name == what.account)
    if read is None or account is None:
        return []
    identity, secret = account.notification_identity
    trigger = bytes(read.octets)[16:]
    working = digest.notification(identity, secret, bytes.fromhex(what.nonce), trigger)
    label = f"{what.nonce_kind} nonce" + (f" as {what.encoding}" if what.encoding else "")
    return [(label, working, bytes.fromhex(what.received))]


def _judged(event: Event, events: Sequence[Event]) -> bytes:
    """The body of the message that a judgement speaks of: the last that was received before it."""
    earlier = (e.what for e in reversed(events) if e.seq < event.seq and e.session == event.session)
    received = next((what for what in earlier if isinstance(what, MessageReceived)), None)
    return bytes(received.octets) if received is not None else b""


def _server_cred(what: ServerCredJudged, account: Account, body: bytes) -> list[Compared]:
    received = build.unbase64(what.received)
    out = []
    for kind, nonce, expected in what.tries:
        octets = bytes.fromhex(nonce)
        identity = (account.server_id, account.server_secret)
        if what.scheme == "mac":
            working = digest.mac(*identity, octets, body)
        else:
            working = digest.md5(*identity, octets)
            if working.value != expected:
                working = digest.md5_10(*identity, octets)
        proof = "x-syncml-hmac" if what.scheme == "mac" else "Cred"
        out.append((f"the server's {proof} over the {kind} nonce", working, received))
    return out


def _first(keyring: Keyring, fits: Callable[[Account], bool]) -> Account | None:
    return next((a for a in keyring.accounts if fits(a)), None)


def document(event: Event) -> str:
    """The octets of an event as text: SyncML as indented XML, a push as its fields; "" for others."""
    what = event.what
    if isinstance(what, MessageSent | MessageEdited | MessageReceived):
        return _message(what.octets, what.content_type)
    if isinstance(what, PushArrived):
        return _layers(lambda: push_layers(what.octets, what.headers), cut_out(what.octets))
    if isinstance(what, SmsArrived):
        return _layers(lambda: sms_layers(what), cut_out(what.octets))
    if isinstance(what, NotificationRead):
        return _layers(lambda: arrival.read(bytes(what.octets)).layers)
    return ""


def cut_out(octets: Octets) -> str:
    """What was cut out of octets without having been looked into, and why; "" where nothing was."""
    gap = next((gap for gap in octets.cuts if gap.why), None)
    if gap is None:
        return ""
    return f"{gap.length} octets from {gap.offset:04X} on are cut out: {gap.why}."


def is_gone(octets: Octets) -> bool:
    """Whether all of them were cut out, so that there is nothing to read any more."""
    return any(gap.why and not gap.offset for gap in octets.cuts)


def push_layers(octets: Octets, headers: Headers = ()) -> Sequence[Layer]:
    """What a push is made of, as far as it was kept. `headers`: those of a POST. Raises WireError."""
    if is_gone(octets):
        fields = tuple(("Content-Type", value) for name, value in headers if name == "content-type")
        return (Layer("http post", 0, fields),) if fields else ()
    return reception.unwrapped(PushArrived("", "", Octets.of(visible(octets)), headers)).layers


def sms_layers(what: SmsArrived) -> Sequence[Layer]:
    """What an SMS is made of, as far as it was kept. Raises WireError."""
    sms, *inner = reception.layers(visible(what.octets), what)
    gaps = [(gap.offset * 8, (gap.offset + gap.length) * 8) for gap in what.octets.cuts if gap.why]
    if not gaps:
        return (sms, *inner)
    spans = tuple(
        msgspec.structs.replace(span, value=_CUT_OUT)
        if any(span.bit < end and start < span.bit + span.bits for start, end in gaps)
        else span
        for span in sms.spans
    )
    fields = tuple((span.name, span.value) for span in spans)
    masked = msgspec.structs.replace(sms, fields=fields, spans=spans)
    # Of a push that is gone nothing can be read any more.
    kept = inner and all(inner[0].offset * 8 < start for start, _ in gaps)
    return (masked, *inner) if kept else (masked,)


def visible(octets: Octets) -> bytes:
    """The octets with asterisks where a secret was cut out, so that they can still be decoded."""
    whole = bytearray(bytes(octets))
    for gap in octets.cuts:
        whole[gap.offset : gap.offset + gap.length] = _FILLER * gap.length
    return bytes(whole)


def _message(octets: Octets, content_type: str) -> str:
    raw = visible(octets)
    reader = codec.by_media_type(content_type)
    if reader is None:
        return raw.decode("utf-8", "replace")
    try:
        return pretty(reader.parse(raw, charsets.of_content_type(content_type)).root)
    except WireError as wrong:
        return f"{wrong}\n\n{raw.decode('utf-8', 'replace')}"


def _layers(read: Callable[[], Sequence[Layer]], remark: str = "") -> str:
    try:
        layers = read()
    except WireError as wrong:
        return "\n".join(filter(None, (str(wrong), remark)))
    lines = []
    for layer in layers:
        lines.append(f"{layer.name}, from octet {layer.offset}")
        width = max((len(name) for name, _ in layer.fields), default=0)
        lines += [f"  {name:<{width}}  {value}" for name, value in layer.fields]
    if remark:
        lines.append(remark)
    return "\n".join(lines)


def pretty(element: Element, indent: int = 0, ns: str = "") -> str:
    """An element as indented XML for people; a namespace is named where it changes."""
    pad = "  " * indent
    xmlns = f' xmlns="{_XMLNS[element.ns]}"' if element.ns != ns and element.ns in _XMLNS else ""
    inner = list(element.elements())
    if not element.content:
        return f"{pad}<{element.tag}{xmlns}/>"
    if not inner:
        text = "".join(
            escape(c, quote=False) if isinstance(c, str) else c.hex()
            for c in element.content
            if not isinstance(c, Element)
        )
        return f"{pad}<{element.tag}{xmlns}>{text}</{element.tag}>"
    body = "\n".join(pretty(child, indent + 1, element.ns) for child in inner)
    return f"{pad}<{element.tag}{xmlns}>\n{body}\n{pad}</{element.tag}>"
