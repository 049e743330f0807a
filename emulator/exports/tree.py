"""Octets as a tree of fields, each with the octets in which it lies: what the inspector shows and lights.

Pure: SyncML in XML and WBXML, SMS, WSP push and package #0. Secrets that were cut out are masked. Knows neither
widgets nor events; what a field means is `protocol.codes`'.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from emulator.exports.hiding import PERSONAL
from emulator.exports.text import MASKED
from emulator.protocol import codes
from emulator.protocol.events import Headers, Octets, SmsArrived
from emulator.protocol.inspection import cut_out, is_gone, push_layers, sms_layers, visible
from emulator.wire import arrival, build, charsets, codec, wbxmlheader
from emulator.wire.element import Element, Located
from emulator.wire.errors import WireError

Run = tuple[int, int]
"""Octets from, to (that one excluded)."""


class Node(NamedTuple):
    """One field. `start`..`end` is all of it, `runs` the octets of its value alone.

    `start` is -1 where no octet stands for it. `note` says what its value means, `about` what a field
    of this name is for.
    """

    depth: int
    label: str
    value: str = ""
    start: int = -1
    end: int = -1
    runs: tuple[Run, ...] = ()
    note: str = ""
    about: str = ""
    secret: bool = False

    @property
    def placed(self) -> bool:
        return self.start >= 0

    @property
    def lit(self) -> tuple[Run, ...]:
        """The octets to light for it: its value, or all of it where it has none."""
        return self.runs or (((self.start, self.end),) if self.placed else ())

    def has(self, offset: int) -> bool:
        """Whether that octet belongs to it."""
        inside = self.start <= offset < self.end
        return inside or any(start <= offset < end for start, end in self.runs)


class Tree(NamedTuple):
    """All fields in the order of the octets. `remark` says why some have no place, or what is wrong."""

    nodes: tuple[Node, ...] = ()
    remark: str = ""

    def owners(self, offset: int) -> list[int]:
        """The innermost fields that have this octet: more than one where they share its bits."""
        having = [n for n, node in enumerate(self.nodes) if node.has(offset)]
        if not having:
            return []
        depth = max(self.nodes[n].depth for n in having)
        return [n for n in having if self.nodes[n].depth == depth]

    def nearest(self, offset: int) -> int:
        """The field of this octet; where it has none, the last that begins before it."""
        owners = self.owners(offset)
        before = [n for n, node in enumerate(self.nodes) if 0 <= node.start <= offset]
        return owners[0] if owners else before[-1] if before else 0

    def path(self, index: int) -> str:
        """The names from the outside to this field."""
        names, depth = [], self.nodes[index].depth + 1
        for node in reversed(self.nodes[: index + 1]):
            if node.depth < depth:
                names.append(node.label)
                depth = node.depth
        return "/".join(reversed(names))


def of_message(octets: Octets, content_type: str) -> Tree:
    """A SyncML message by its Content-Type."""
    reader = codec.by_media_type(content_type)
    if reader is None:
        return Tree(
            (), f"This is no SyncML message: its Content-Type is {content_type or 'missing'}."
        )
    if any(cut.length == len(octets.hex) // 2 for cut in octets.cuts):
        return Tree((), "All of it is cut out: the places of its secrets could not be told.")
    return Tree(*_message(visible(octets), reader, content_type, _Cuts(octets)))


def of_push(octets: Octets, headers: Headers = ()) -> Tree:
    """What a bearer delivered: the layers, and a DS 1.1 alert inside. `headers`: those of a POST."""
    raw, remark = visible(octets), cut_out(octets)
    if is_gone(octets):
        return Tree(tuple(_layers(push_layers(octets, headers), len(raw))), remark)
    try:
        arrived = arrival.posted(headers, raw) if headers else arrival.read(raw)
    except WireError as wrong:
        return Tree(_blamed(wrong, raw), f"This cannot be read: {wrong}. {remark}".strip())
    nodes = _layers(arrived.layers, len(raw))
    content = arrived.content
    if isinstance(content, arrival.Ds11Alert) and not remark:
        reader = codec.by_media_type(content.content_type)
        at = len(raw) - len(content.octets)
        if reader is not None and raw[at:] == content.octets:
            found, remark = _message(content.octets, reader, content.content_type, _Cuts(), at)
            nodes += found
    return Tree(tuple(nodes), remark)


def of_sms(what: SmsArrived) -> Tree:
    """An SMS: its fields, the elements of its header, and the push where it has all of one."""
    raw, remark = visible(what.octets), cut_out(what.octets)
    try:
        found = sms_layers(what)
    except WireError as wrong:
        return Tree(_blamed(wrong, raw), f"This cannot be read: {wrong}. {remark}".strip())
    return Tree(tuple(_layers(found, len(raw))), remark)


def _layers(layers: Sequence[arrival.Layer], size: int) -> list[Node]:
    nodes: list[Node] = []
    for number, layer in enumerate(layers):
        inner = layers[number + 1 :]
        end = max(min(inner[0].offset if inner else size, size), layer.offset)
        nodes.append(Node(0, layer.name, "", layer.offset, end if layer.spans else size))
        nodes += _layer(layer, size) if layer.spans else _unplaced(layer)
    return nodes


def _layer(layer: arrival.Layer, limit: int) -> Iterator[Node]:
    for span in layer.spans:
        start = layer.offset + span.octet
        end = layer.offset + -(-(span.bit + span.bits) // 8)
        if end > limit or not span.bits:
            start = end = -1
        runs = ((start, end),) if start < end else ()
        part = span.bit % 8 or span.bits % 8
        bits = ("1 bit" if span.bits == 1 else f"{span.bits} bits") if part else ""
        about = ", ".join(filter(None, (codes.FIELDS.get(span.name, ""), bits)))
        note = codes.of_field(span.name, span.value)
        yield Node(1, span.name, span.value, start, end, runs, note, about)


def _unplaced(layer: arrival.Layer) -> Iterator[Node]:
    return (Node(1, name, value) for name, value in layer.fields)


def _blamed(wrong: WireError, octets: bytes) -> tuple[Node, ...]:
    at = min(wrong.offset, max(len(octets) - 1, 0))
    if not octets:
        return ()
    return (Node(0, "not understood", f"from octet {at:04X}", at, len(octets)),)


class _Cuts:
    """The spans that were cut out because they are secrets. What is personal stands as stars."""

    def __init__(self, octets: Octets | None = None) -> None:
        cuts = octets.cuts if octets else ()
        self._runs = [(c.offset, c.offset + c.length) for c in cuts if c.secret != PERSONAL]

    @property
    def any(self) -> bool:
        return bool(self._runs)

    def touch(self, runs: Sequence[Run]) -> bool:
        return any(a < end and start < b for a, b in runs for start, end in self._runs)


def _message(
    octets: bytes, reader: codec.Codec, content_type: str, cuts: _Cuts, shift: int = 0
) -> tuple[tuple[Node, ...], str]:
    charset = charsets.of_content_type(content_type)
    try:
        document = reader.parse(octets, charset)
    except WireError as wrong:
        at = WireError(wrong.offset + shift, wrong.expected, wrong.found)
        return _blamed(at, bytes(shift) + octets), f"This cannot be read: {wrong}."
    try:
        places: Sequence[Located] = reader.locate(octets, charset)
    except WireError:
        places = ()
    nodes = tuple(_Walk(places, cuts, shift).nodes(document.root))
    remark = ""
    if not places:
        remark = "Its characters are not octets (UTF-16): fields cannot be lit in the hex view."
    head = _head(octets, reader, charset, shift)
    return (*head, *nodes), remark


def _head(octets: bytes, reader: codec.Codec, charset: str, shift: int) -> tuple[Node, ...]:
    """The header of a WBXML document."""
    if reader is not codec.WBXML:
        return ()
    header = wbxmlheader.read(octets, 0, len(octets), charset)
    start, end = header.table
    named = header.dialect.name if header.dialect else "unknown public identifier"
    value = f"{named}, {header.charset}, string table of {end - start} octets"
    whole = (shift, shift + header.body)
    return (Node(0, "WBXML header", value, *whole, (whole,)),)


class _Walk:
    """Elements and their places side by side: both are in the order of the document."""

    def __init__(self, places: Sequence[Located], cuts: _Cuts, shift: int) -> None:
        self._places = iter(places)
        self._cuts = cuts
        self._shift = shift
        self._lost = not places
        self._unsure = not places and cuts.any

    def nodes(self, root: Element, depth: int = 0, path: tuple[str, ...] = ()) -> Iterator[Node]:
        path = (*path, root.tag)
        at = self._next(root.tag)
        inner = list(root.elements())
        start, end = -1, -1
        runs: tuple[Run, ...] = ()
        secret = self._unsure and not inner
        if at is not None:
            start, end = at.start + self._shift, at.end + self._shift
            runs = tuple((a + self._shift, b + self._shift) for a, b in at.values)
            secret = self._cuts.touch(at.values)
        value = MASKED if secret else _text(root)
        note = "" if secret else codes.of_value(path, value) or _decoded(root.tag, value)
        about = codes.ELEMENTS.get(root.tag, "")
        yield Node(depth, root.tag, value, start, end, runs, note, about, secret)
        yield from self._attributes(at, root, depth + 1)
        for child in inner:
            yield from self.nodes(child, depth + 1, path)

    def _next(self, tag: str) -> Located | None:
        at = None if self._lost else next(self._places, None)
        if at is not None and at.path[-1] == tag:
            return at
        self._lost = True
        return None

    def _attributes(self, at: Located | None, element: Element, depth: int) -> Iterator[Node]:
        if at is None:
            for name, value in element.attributes:
                yield Node(depth, f"@{name}", MASKED if self._unsure else value)
            return
        for name, value, where in at.attributes:
            secret = self._cuts.touch(where)
            runs = tuple((a + self._shift, b + self._shift) for a, b in where)
            start, end = (runs[0][0], runs[-1][1]) if runs else (-1, -1)
            shown = MASKED if secret else value
            yield Node(depth, f"@{name}", shown, start, end, runs, secret=secret)


def _text(element: Element) -> str:
    """The character data of an element; octets that are no text as hex."""
    if not element.content:
        return ""
    pieces = (c for c in element.content if not isinstance(c, Element))
    return "".join(piece if isinstance(piece, str) else piece.hex(" ").upper() for piece in pieces)


def _decoded(tag: str, value: str) -> str:
    """A nonce as the octets that are hashed."""
    if tag != "NextNonce":
        return ""
    octets = build.unbase64(value)
    return f"base64 of {len(octets)} octets: {octets.hex(' ').upper()}" if octets else ""
