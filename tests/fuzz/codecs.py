"""What holds for a decoder whatever its input, one function per target.

Each takes the octets, and raises anything but `WireError` when something does not hold: AssertionError
for a broken promise, else whatever the code under test let out.
"""

import contextlib
from collections.abc import Callable

import msgspec

from emulator.bearers import atmodem
from emulator.wire import arrival, bundle, devinf, gateway, notification, push, smsreader
from emulator.wire.codec import WBXML, XML, Codec
from emulator.wire.convert import convert, decode_any, sniff
from emulator.wire.element import Document, Element, Located
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_REPEATED
from emulator.wire.notification import Notification
from emulator.wire.schema import Missing
from emulator.wire.syncml import Message
from emulator.wire.tokens import CODES, EMBEDDED, NEWEST

_REMARK = 200
"""Octets that a remark, with its share of the input, may have."""


def read_notification(octets: bytes) -> None:
    for usage in (None, "ds", "dm"):
        try:
            note = notification.parse(octets, usage)
        except WireError as wrong:
            _placed(wrong, octets)
            continue
        assert note.octets == octets
        _spans_cover(note, octets)
        _rebuilt(note)
    read_arrival(octets)


def _spans_cover(note: Notification, octets: bytes) -> None:
    """Field after field, without overlap, to the last octet; only "future use" may lie between."""
    end = 0
    for span in note.spans:
        assert span.bit >= end, f"{span.name} overlaps"
        assert span.bit - end <= 8, f"a gap before {span.name}"
        end = span.bit + span.bits
    assert len(octets) * 8 - end in (0, 4), "octets that no field has"


def _rebuilt(note: Notification) -> None:
    names = (note.server_id, *(sync.uri for sync in note.syncs))
    if any("\\x" in name for name in names):
        return
    trigger = notification.build_trigger(
        note.server_id,
        note.session_id,
        note.syncs,
        usage=note.usage,
        version=note.version,
        ui_mode=note.ui_mode,
        initiator=note.initiator,
        vendor=note.vendor,
    )
    again = notification.parse(note.digest + trigger, note.usage)
    same = msgspec.structs.replace(note, trigger=trigger, spans=again.spans)
    assert again == same, "building what was read gives something else"


def read_arrival(octets: bytes) -> None:
    try:
        arrived = arrival.read(octets)
    except WireError as wrong:
        _placed(wrong, octets)
        return
    assert arrived.layers
    assert all(0 <= layer.offset <= len(octets) for layer in arrived.layers)
    said = sum(len(name) + len(value) for layer in arrived.layers for name, value in layer.fields)
    assert said <= 1000 + 10 * len(octets), "more is said than came"


def read_push(octets: bytes) -> None:
    read_arrival(octets)
    try:
        wrapped = push.parse(octets)
    except WireError as wrong:
        _placed(wrong, octets)
        return
    assert wrapped.body == octets[wrapped.body_at :]
    assert len(wrapped.headers) <= len(octets)
    known = wrapped.application_id in push.APPLICATION_CODES.values()
    if known and wrapped.content_type in push.CONTENT_TYPE_CODES.values():
        for text_headers in (False, True):
            again = push.parse(
                push.build(
                    wrapped.body,
                    content_type=wrapped.content_type,
                    application_id=wrapped.application_id,
                    transaction=wrapped.transaction,
                    text_headers=text_headers,
                )
            )
            assert (again.content_type, again.application_id, again.body) == (
                wrapped.content_type,
                wrapped.application_id,
                wrapped.body,
            )


def read_sms(octets: bytes) -> None:
    """As an SMS PDU, as what a gateway brings, as what is said to a modem, as whatever it is."""
    for centre in (True, False):
        try:
            sms = smsreader.read(octets, centre=centre)
        except WireError as wrong:
            _placed(wrong, octets)
        else:
            assert sms.payload_at <= len(octets)
            assert all(0 <= span.bit <= 8 * len(octets) - span.bits for span in sms.spans)
    if gateway.is_smpp(octets):
        with contextlib.suppress(WireError):
            assert gateway.read(octets).at <= len(octets)
    modem, heard = atmodem.hear(atmodem.Modem(), octets)
    assert len(modem.buffer) <= atmodem.MAX_LINE
    assert len(heard.reply) <= 300 * len(octets) + 100
    try:
        arrived = bundle.read(octets)
    except WireError as wrong:
        _placed(wrong, octets)
    else:
        assert arrived.layers


def read_xml(octets: bytes) -> None:
    _document(octets, XML)


def read_wbxml(octets: bytes) -> None:
    _document(octets, WBXML)


def read_cp(octets: bytes) -> None:
    """OMA client provisioning, in WBXML or XML; no message comes of it."""
    with contextlib.suppress(WireError):
        _document(octets, XML if sniff(octets) == "xml" else WBXML)


def _document(octets: bytes, codec: Codec) -> None:
    _converted(octets)
    try:
        document = codec.parse(octets)
    except WireError as wrong:
        _placed(wrong, octets)
        _refused_alike(octets, codec)
        return
    _bounded(document, octets)
    _located(document, octets, codec)
    # What was read can be written, and reading that gives the same.
    try:
        written = codec.unparse(document)
    except WireError:
        assert _unwritable(document, codec), "what was read cannot be written"
    else:
        again = codec.parse(written)
        assert again.root == document.root, "not a fixed point"
        assert again.dialect == document.dialect
        assert codec.unparse(again) == written, "the octets are not stable"
    _typed(octets, codec)
    _devinfs(document.root)


def _placed(wrong: WireError, octets: bytes) -> None:
    # The offset is that in the UTF-8 form, which is longer than UTF-16 or Latin-1 by half or twice.
    assert 0 <= wrong.offset <= 2 * len(octets), f"offset {wrong.offset} of {len(octets)}"
    assert len(str(wrong)) < 1000, "an error of more than 1000 characters"


def _refused_alike(octets: bytes, codec: Codec) -> None:
    """`locate` is refused too, unless it knows no reason, as with XML of an unknown vocabulary."""
    try:
        codec.locate(octets)
    except WireError as wrong:
        _placed(wrong, octets)
    else:
        assert codec is XML, "locate takes what decode refuses"


def _size(element: Element) -> tuple[int, int]:
    """Elements, and characters with names and attributes."""
    elements, characters = 0, 0
    todo = [element]
    while todo:
        one = todo.pop()
        elements += 1
        characters += len(one.tag) + sum(len(n) + len(v) for n, v in one.attributes)
        for part in one.content:
            if isinstance(part, Element):
                todo.append(part)
            else:
                characters += len(part)
    return elements, characters


def _bounded(document: Document, octets: bytes) -> None:
    """The amplification: an element costs an octet, a character too, but for names and tables."""
    elements, characters = _size(document.root)
    assert elements <= len(octets), f"{elements} elements of {len(octets)} octets"
    names = 24 * elements
    table = MAX_REPEATED if 0x83 in octets or 0x04 in octets or 0x44 in octets else 0
    assert characters <= 3 * len(octets) + names + table + 100, f"{characters} characters"
    said = sum(len(name) + len(sentence) for name, sentence in document.remarks)
    assert said <= 100 * _REMARK + 3 * len(octets), "more is remarked than came"


def _walk(element: Element, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Element]]:
    path = (*path, element.tag)
    found = [(path, element)]
    for child in element.elements():
        found += _walk(child, path)
    return found


def _located(document: Document, octets: bytes, codec: Codec) -> None:
    try:
        located = codec.locate(octets)
    except WireError:
        # UTF-16, whose octets stand for nothing.
        excused = codec is XML and b"\0" in octets
        assert excused, "locate refuses what decode takes"
        return
    walked = _walk(document.root)
    assert [at.path for at in located] == [path for path, _ in walked], "locate names others"
    for at, (_, element) in zip(located, walked, strict=True):
        assert 0 <= at.start < at.end <= len(octets)
        assert all(0 <= start <= stop <= len(octets) for start, stop in at.values)
        _values(at, element, octets, codec)


def _values(at: Located, element: Element, octets: bytes, codec: Codec) -> None:
    """The octets of character data are that data, where nothing is written another way."""
    raw = b"".join(octets[start:stop] for start, stop in at.values)
    if codec is XML:
        if b"&" not in raw and raw.isascii():
            assert raw.decode().replace("\r\n", "\n").replace("\r", "\n") == element.text
    elif raw.isascii() and len(at.values) == 1 and element.tag != "Type":
        entity = octets[at.values[0][0] - 1 : at.values[0][0]] == b"\x02"
        assert entity or raw.decode() == element.text


def _unwritable(document: Document, codec: Codec) -> bool:
    """Whether there is a reason: in WBXML attributes, or names that no octet stands for."""
    elements = [element for _, element in _walk(document.root)]
    if codec is WBXML:
        return any(element.attributes for element in elements)
    return any(not _plain(element.tag) for element in elements) or any(
        not _plain(name) for element in elements for name, _ in element.attributes
    )


def _plain(name: str) -> bool:
    """A name that every reader of XML takes; those that begin with "xml" are reserved."""
    if name[:3].lower() == "xml":
        return False
    return name.isascii() and name.replace("-", "a").replace(".", "a").replace("_", "a").isalnum()


def _typed(octets: bytes, codec: Codec) -> None:
    """The message, if it is one, is the same after writing and reading."""
    try:
        message = codec.decode(octets)
    except WireError as wrong:
        _placed(wrong, octets)
        return
    try:
        written = codec.encode(message)
    except WireError:
        return
    again = codec.decode(written)
    assert _bare(again) == _bare(message), "the message changes when it is written"


def _bare(message: Message) -> Message:
    return msgspec.structs.replace(message, remarks=())


def _devinfs(root: Element) -> None:
    for _, element in _walk(root):
        if element.tag != "DevInf":
            continue
        try:
            read = devinf.from_element(element)
        except Missing:
            continue
        assert devinf.from_element(devinf.to_element(read)) == read


def _converted(octets: bytes) -> None:
    """Conversion both ways is stable from the first result on."""
    try:
        other = convert(octets)
    except WireError as wrong:
        _placed(wrong, octets)
        return
    try:
        back = convert(other)
        again = convert(back)
    except WireError as wrong:
        if _unwritable(decode_any(other), XML):
            return
        raise AssertionError(f"what was converted cannot be converted back: {wrong}") from wrong
    first, second = decode_any(other).root, decode_any(back).root
    if again != other:
        assert _carried_otherwise(decode_any(octets), octets), "conversion is not stable"
        assert convert(again) == back, "conversion does not become stable"
    else:
        assert first == second, "conversion changes the tree"


def _carried_otherwise(document: Document, octets: bytes) -> bool:
    """Whether there is something that the other form cannot carry as it is.

    In WBXML, elements of vocabularies that the dialect lacks have no namespace, and the Type of an
    inner document is the other one; in XML, white space beside elements means nothing.
    """
    todo = [(document.root, CODES[document.dialect])]
    while todo:
        element, known = todo.pop()
        if (element.ns, element.tag) not in known:
            return True
        texts = [part for part in element.content if isinstance(part, str)]
        if len(texts) < len(element.content) and any(not text.strip() for text in texts):
            return True
        for child in element.elements():
            inner = element.tag == "Data" and EMBEDDED.get(child.ns) == child.tag
            todo.append((child, CODES[NEWEST[child.ns].name] if inner else known))
    return b"+wbxml" in octets and sniff(octets) == "xml"


CHECKS: dict[str, Callable[[bytes], None]] = {
    "notification": read_notification,
    "wsp": read_push,
    "sms": read_sms,
    "xml": read_xml,
    "wbxml": read_wbxml,
    "cp": read_cp,
}
