"""The XML codec: octets to the neutral tree and back.

lxml makes the tree; expat says where things are, which lxml cannot: the octet at which a document
breaks, and the octets of each element. A document in UTF-8 without a DOCTYPE, as nearly all are,
needs expat only when lxml refuses it. Owns namespaces and white space; means nothing by any
element. No entity is ever declared or resolved, no DTD loaded, nothing fetched.
"""

import contextlib
import re

from lxml import etree

from emulator.wire.element import PROV, SYNCML, Document, Element, Located
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_SIZE
from emulator.wire.remarks import Note, distinct, note
from emulator.wire.tokens import (
    DIALECTS,
    NAMES,
    NEWEST,
    URIS,
    VERSIONS,
    Dialect,
    dialect_of,
    knowing,
)
from emulator.wire.xmlscan import BOM, Scan

__all__ = ["decode", "encode", "locate"]

_BLANK = " \t\r\n"
_URIS_WITHOUT_CASE = {uri.lower(): ns for uri, ns in URIS.items()}
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ESCAPES = {**_ESCAPES, ord('"'): "&quot;", ord("\t"): "&#9;", ord("\n"): "&#10;"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The same as octets of UTF-8; half a surrogate pair has none.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))
_NONCHARACTERS = re.compile(b"\xef\xbf[\xbe\xbf]")
_NOT_IN_NAMES = re.compile(r"[\s<>&\"'/=:{}\ud800-\udfff]")
# A part of XML's names that no reader disputes.
_NAME = re.compile("[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6][A-Za-z0-9_.\u00c0-\u00d6\u00d8-\u00f6-]*")

_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    attribute_defaults=False,
    no_network=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
_ODD = etree.XPath(f"boolean(//@* | {'/*' * (MAX_DEPTH + 1)})")
"""Whether a tree has attributes, which SyncML has not, or is too deep."""
_PREFIXED = etree.XPath("name((//*[contains(name(), ':')])[1])")
"""The first name with a namespace prefix."""
_FOREIGN = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE
)
"""The XML declaration of a document that says it is in another character set than UTF-8."""
_DISPUTED = re.compile(b"<[^<>\x80-\xff]*[\x80-\xff]|xmlns:")
"""Where a name may stand that is not ASCII: libxml2 takes some that expat does not."""


class Place:
    """Where elements of one name stand: the namespace as written, as understood, the local name.

    `inside` are the places of names met inside, by the name as lxml gives it.
    """

    __slots__ = ("inside", "ns", "tag", "uri")

    def __init__(self, uri: str, ns: str, tag: str, inside: dict[str, "Place"]) -> None:
        self.uri, self.ns, self.tag, self.inside = uri, ns, tag, inside


_INSIDE: dict[tuple[str, str], dict[str, Place]] = {}
"""By namespace as written and as understood: the places of known names, found once for all."""


def decode(octets: bytes, transport: str = "") -> Document:
    """The document in `octets`. Raises WireError, and nothing else.

    `transport` is the charset that the Content-Type names, if it does.

    White space between elements is dropped where the parent has element children; all other text
    is kept as it is. An element whose namespace is missing gets the one that knows its name.
    """
    node, notes = _parsed(octets, transport)
    reader = _Reader(octets, transport)
    root, uri = reader.document(node)
    stated = uri[-3:] if root.ns == SYNCML and uri[-3:] in VERSIONS else ""
    dialect = f"SyncML {stated}" if stated and root.tag == "SyncML" else dialect_of(root)
    if dialect is None:
        expected = "a SyncML, DevInf, MetInf, TNDS or OMA CP document"
        raise WireError(Scan(octets, transport=transport).start_of(0), expected, root.tag)
    return Document(root, dialect, distinct((*notes, *reader.remarks.items())))


def locate(octets: bytes, transport: str = "") -> tuple[Located, ...]:
    """Where each element of `decode(octets)` lies, in document order.

    Values are character data as written, references (`&amp;`) unresolved. Raises WireError as
    `decode` does, and for UTF-16, in which octets do not stand for themselves.
    """
    return Scan(octets, trace=True, transport=transport).located()


def _parsed(octets: bytes, transport: str) -> tuple[etree._Element, list[Note]]:
    """The root as lxml has it, with what is to be remarked of the document as a whole."""
    if transport in ("", "utf-8") and _few(octets) and not _needs_expat(octets):
        # What remains is octets of UTF-16, which lxml refuses here, and what is broken.
        with contextlib.suppress(etree.XMLSyntaxError):
            node = etree.fromstring(octets.removeprefix(BOM), _PARSER)
            return node, [
                *([note("cdata")] if b"<![CDATA[" in octets else ()),
                *_prefix(node, octets),
            ]
    scan = Scan(octets, transport=transport)
    text = scan.utf8()
    if not _few(text) and (many := scan.exceeded()):
        raise many
    try:
        node = etree.fromstring(text, _PARSER)
    except etree.XMLSyntaxError as error:
        at = _offset(scan, error)
        raise scan.exceeded() or WireError(at, "well-formed XML", error.msg or "") from None
    return node, [*scan.remarks, *_prefix(node, text)]


def _few(octets: bytes) -> bool:
    """Whether there are surely not too many elements: each has one `<` at least."""
    return octets.count(b"<") <= MAX_ELEMENTS


def _prefix(node: etree._Element, octets: bytes) -> list[Note]:
    name = str(_PREFIXED(node)) if b"xmlns:" in octets else ""
    return [note("namespace-prefix", name[:80])] if name else []


def _needs_expat(octets: bytes) -> bool:
    return (
        len(octets) > MAX_SIZE
        or b"<!DOCTYPE" in octets
        or _FOREIGN.match(octets) is not None
        or (not octets.isascii() and _DISPUTED.search(octets) is not None)
    )


class _Reader:
    """lxml nodes to elements, with the remarks that arise."""

    def __init__(self, octets: bytes, transport: str) -> None:
        self.octets = octets
        self.transport = transport
        self.remarks: dict[str, str] = {}
        self.attributes_met = 0
        self.odd = False
        self.clean = True
        self.doubtful: dict[tuple[str, str, str], Place] = {}

    def document(self, node: etree._Element) -> tuple[Element, str]:
        """The root, and the name of its namespace as written."""
        self.odd = bool(_ODD(node))
        if self.odd:
            # Names of attributes may be disputed too.
            Scan(self.octets, transport=self.transport)
            self.check(node, 1)
        outside = self.place(str(node.tag), Place("", "", "", {}))
        return self.element(node, outside), outside.uri

    def element(self, node: etree._Element, place: Place) -> Element:
        """The element of a node. The hot path: each name is looked up once, leaves made in place."""
        inside, odd = place.inside, self.odd
        content: list[Element | str | bytes] = []
        for child in node:
            name = child.tag
            where = inside.get(name) or self.place(name, place)
            if odd or len(child):
                content.append(self.element(child, where))
            else:
                text = child.text
                content.append(Element(where.ns, where.tag, (text,) if text else ()))
            tail = child.tail
            if tail and tail.strip(_BLANK):
                content.append(tail)
        text = node.text
        if text and (not content or text.strip(_BLANK)):
            content.insert(0, text)
        return Element(
            place.ns, place.tag, tuple(content), self.attributes(node, place.ns) if odd else ()
        )

    def check(self, node: etree._Element, depth: int) -> None:
        """Refuses trees too deep and elements with too many attributes."""
        self.attributes_met += len(node.attrib)
        if depth > MAX_DEPTH:
            raise self.exceeded(f"elements at most {MAX_DEPTH} deep")
        if len(node.attrib) > MAX_ATTRIBUTES or self.attributes_met > MAX_ELEMENTS:
            # lxml takes quadratic time to list them.
            raise self.exceeded(f"at most {MAX_ATTRIBUTES} attributes")
        for child in node:
            self.check(child, depth + 1)

    def exceeded(self, expected: str) -> WireError:
        """The error with its offset, where it can be told."""
        scan = Scan(self.octets, transport=self.transport)
        return scan.exceeded() or WireError(0, expected, "more")

    def attributes(self, node: etree._Element, ns: str) -> tuple[tuple[str, str], ...]:
        found = tuple((str(k), str(v)) for k, v in node.attrib.items())
        if found and (ns != PROV or any(name[0] == "{" for name, _ in found)):
            self.remark("attribute-unexpected")
        return tuple((name, value) for name, value in found if name[0] != "{")

    def place(self, name: str, around: Place) -> Place:
        """The place of a name that is met for the first time there, or is not as it should be."""
        key = (around.uri, around.ns, name)
        place = self.doubtful.get(key)
        if place is None:
            self.clean = True
            uri, ns, tag = self.understood(name, around)
            inside = _INSIDE.setdefault((uri, ns), {}) if uri in URIS else {}
            place = Place(uri, ns, tag, inside)
            # Only names of the tables are kept for good: a peer's own would pile up.
            if self.clean and uri in URIS and tag in NAMES[ns]:
                around.inside[name] = place
            else:
                self.doubtful[key] = place
        return place

    def understood(self, name: str, around: Place) -> tuple[str, str, str]:
        """The namespace of a name: the one declared, or the one that was meant."""
        uri, _, tag = name[1:].rpartition("}") if name[0] == "{" else ("", "", name)
        inherited = uri == around.uri
        if inherited and tag in NAMES.get(around.ns, ()):
            return uri, around.ns, tag
        ns = URIS.get(uri) or _URIS_WITHOUT_CASE.get(uri.lower())
        if uri and uri not in URIS:
            self.remark("namespace-variant" if ns else "namespace-unknown", uri[:80])
        if ns is None and uri and not uri.lower().startswith("syncml:"):
            return uri, uri, tag
        if ns is None or (inherited and tag not in NAMES[ns]):
            meant = knowing(tag, around.ns)
            if meant and inherited and (uri or meant != PROV):
                self.remark("namespace-missing", f"{tag}, read as {meant}")
            ns = meant or ns or uri
        return uri, ns, tag

    def remark(self, id_: str, detail: str = "") -> None:
        self.clean = False
        self.remarks.setdefault(*note(id_, detail))


def _offset(scan: Scan, error: etree.XMLSyntaxError) -> int:
    """Where lxml refuses what expat took: its line and column as an offset."""
    line, column = error.position
    lines = scan.utf8().split(b"\n", max(line - 1, 0))
    return sum(len(each) + 1 for each in lines[: line - 1]) + max(column - 1, 0)


def encode(document: Document) -> bytes:
    """The document in UTF-8 without white space of its own; CR is written as `&#13;`.

    xmlns stands where the namespace changes. Raises WireError for what XML cannot carry: binary
    data, control characters, names that are none, trees deeper than MAX_DEPTH.
    """
    out = ['<?xml version="1.0" encoding="UTF-8"?>']
    _write(out, document.root, None, DIALECTS[document.dialect], 1)
    try:
        octets = "".join(out).encode()
    except UnicodeEncodeError:
        octets = b"\0"
    # Looked for once in the whole, and only then for where it is.
    if len(octets.translate(None, _CONTROLS)) < len(octets) or _NONCHARACTERS.search(octets):
        _check(document.root)
    return octets


def _write(
    out: list[str], element: Element, around: str | None, dialect: Dialect, depth: int
) -> None:
    ns, tag, content = element.ns, element.tag, element.content
    if depth > MAX_DEPTH:
        raise WireError(0, f"elements at most {MAX_DEPTH} deep", tag, element)
    if tag not in NAMES.get(ns, ()):
        _check_name(tag, element)
    start = tag
    if ns != around:
        uri = _uri(ns, dialect)
        if uri or around:
            start += f' xmlns="{uri.translate(_ATTRIBUTE_ESCAPES)}"'
    for name, value in element.attributes:
        _check_name(name, element)
        if name == "xmlns":
            raise WireError(0, "attributes that declare no namespace", name, element)
        start += f' {name}="{value.translate(_ATTRIBUTE_ESCAPES)}"'
    if not content:
        out.append(f"<{start}/>")
    elif len(content) == 1 and isinstance(content[0], str):
        # Most elements are like this.
        out.append(f"<{start}>{_escaped(content[0])}</{tag}>")
    else:
        out.append(f"<{start}>")
        for part in content:
            if isinstance(part, Element):
                _write(out, part, ns, dialect, depth + 1)
            else:
                text = part if isinstance(part, str) else _text(part, element)
                # Readers take blank text beside elements for layout, ours too.
                if text.strip(_BLANK) or not any(element.elements()):
                    out.append(_escaped(text))
        out.append(f"</{tag}>")


def _escaped(text: str) -> str:
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


def _uri(ns: str, dialect: Dialect) -> str:
    known = dialect if ns == dialect.ns else NEWEST.get(ns)
    return known.uri if known else ns


def _text(octets: bytes, element: Element) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        expected = f"text in {element.tag}, since this is XML"
        raise WireError(0, expected, "binary data", element) from None


def _check(element: Element) -> None:
    """Raises WireError for the first character that XML does not have, with its element."""
    texts = [value for _, value in element.attributes]
    for part in element.content:
        if isinstance(part, Element):
            _check(part)
        else:
            texts.append(part if isinstance(part, str) else _text(part, element))
    for text in texts:
        if strange := _NOT_XML.search(text):
            found = f"U+{ord(strange.group()):04X}"
            raise WireError(0, f"characters of XML in {element.tag}", found, element)


def _check_name(name: str, element: Element) -> None:
    if not _NAME.fullmatch(name) and not _is_read(name):
        raise WireError(0, "a name of XML", repr(name[:40]), element)


def _is_read(name: str) -> bool:
    """Whether our own reader takes an unusual name: expat and lxml draw their lines elsewhere."""
    if not name or _NOT_IN_NAMES.search(name):
        return False
    try:
        Scan(f"<{name}/>".encode())
        etree.Element(name)
    except (WireError, ValueError):
        return False
    return True
