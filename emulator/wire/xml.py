"""The XML codec: octets to the neutral tree and back.

lxml makes the tree; expat says where things are, which lxml cannot: the octet at which a document
breaks, and the octets of each element. Owns namespaces and white space; means nothing by any
element. No entity is ever declared or resolved, no DTD loaded, nothing fetched.
"""

import re

from lxml import etree

from emulator.wire.element import PROV, SYNCML, Document, Element, Located
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS
from emulator.wire.remarks import distinct, note
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
from emulator.wire.xmlscan import Scan

__all__ = ["decode", "encode", "locate"]

_BLANK = " \t\r\n"
_URIS_WITHOUT_CASE = {uri.lower(): ns for uri, ns in URIS.items()}
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ESCAPES = {**_ESCAPES, ord('"'): "&quot;", ord("\t"): "&#9;", ord("\n"): "&#10;"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_NAMES = re.compile(r"[\s<>&\"'/=:{}\ud800-\udfff]")
# A part of XML's names that no reader disputes.
_NAME = re.compile("[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6][A-Za-z0-9_.\u00c0-\u00d6\u00d8-\u00f6-]*")

Place = tuple[str, str, str]
"""Where an element stands: its namespace as written, as understood, and its local name."""


def decode(octets: bytes, transport: str = "") -> Document:
    """The document in `octets`. Raises WireError, and nothing else.

    `transport` is the charset that the Content-Type names, if it does.

    White space between elements is dropped where the parent has element children; all other text
    is kept as it is. An element whose namespace is missing gets the one that knows its name.
    """
    scan = Scan(octets, transport=transport)
    text = scan.utf8()
    # Each element has one `<` at least, so that few documents need to be counted.
    if text.count(b"<") > MAX_ELEMENTS and (many := scan.exceeded()):
        raise many
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        node = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        at = _offset(scan, error)
        raise scan.exceeded() or WireError(at, "well-formed XML", error.msg or "") from None
    reader = _Reader(scan)
    root, uri = reader.element(node, ("", "", ""), 1), reader.uri
    stated = uri[-3:] if root.ns == SYNCML and uri[-3:] in VERSIONS else ""
    dialect = f"SyncML {stated}" if stated and root.tag == "SyncML" else dialect_of(root)
    if dialect is None:
        expected = "a SyncML, DevInf, MetInf, TNDS or OMA CP document"
        raise WireError(scan.start_of(0), expected, root.tag)
    return Document(root, dialect, distinct((*scan.remarks, *reader.remarks.items())))


def locate(octets: bytes, transport: str = "") -> tuple[Located, ...]:
    """Where each element of `decode(octets)` lies, in document order.

    Values are character data as written, references (`&amp;`) unresolved. Raises WireError as
    `decode` does, and for UTF-16, in which octets do not stand for themselves.
    """
    return Scan(octets, trace=True, transport=transport).located()


class _Reader:
    """lxml nodes to elements, with the remarks that arise."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.uri = ""
        self.remarks: dict[str, str] = {}
        self.count = 0
        self.places: dict[tuple[str, str, str], Place] = {}

    def element(self, node: etree._Element, around: Place, depth: int) -> Element:
        name = str(node.tag)
        key = (name, around[0], around[1])
        place = self.places.get(key)
        if place is None:
            place = self.places[key] = self.place(name, around)
        if depth == 1:
            self.uri = place[0]
        elif depth > MAX_DEPTH:
            raise self.scan.exceeded() or WireError(0, f"elements at most {MAX_DEPTH} deep")
        if node.prefix and "namespace-prefix" not in self.remarks:
            self.remark("namespace-prefix", f"{node.prefix[:40]}:{place[2][:40]}")
        text = node.text or ""
        content: list[Element | str | bytes] = []
        if len(node):
            if text.strip(_BLANK):
                content.append(text)
            for child in node:
                content.append(self.element(child, place, depth + 1))
                tail = child.tail
                if tail and tail.strip(_BLANK):
                    content.append(tail)
        elif text:
            content.append(text)
        attributes = self.attributes(node, place[1]) if len(node.attrib) else ()
        return Element(place[1], place[2], tuple(content), attributes)

    def attributes(self, node: etree._Element, ns: str) -> tuple[tuple[str, str], ...]:
        count = len(node.attrib)
        self.count += count
        if count > MAX_ATTRIBUTES or self.count > MAX_ELEMENTS:
            # lxml takes quadratic time to list them.
            expected = f"at most {MAX_ATTRIBUTES} attributes"
            raise self.scan.exceeded() or WireError(0, expected, str(count))
        found = tuple((str(k), str(v)) for k, v in node.attrib.items())
        if ns != PROV or any(name[0] == "{" for name, _ in found):
            self.remark("attribute-unexpected")
        return tuple((name, value) for name, value in found if name[0] != "{")

    def place(self, name: str, around: Place) -> Place:
        """The namespace of a name: the one declared, or the one that was meant."""
        uri, _, tag = name[1:].rpartition("}") if name[0] == "{" else ("", "", name)
        inherited = uri == around[0]
        if inherited and tag in NAMES.get(around[1], ()):
            return uri, around[1], tag
        ns = URIS.get(uri) or _URIS_WITHOUT_CASE.get(uri.lower())
        if uri and uri not in URIS:
            self.remark("namespace-variant" if ns else "namespace-unknown", uri[:80])
        if ns is None and uri and not uri.lower().startswith("syncml:"):
            return uri, uri, tag
        if ns is None or (inherited and tag not in NAMES[ns]):
            meant = knowing(tag, around[1])
            if meant and inherited and (uri or meant != PROV):
                self.remark("namespace-missing", f"{tag}, read as {meant}")
            ns = meant or ns or uri
        return uri, ns, tag

    def remark(self, id_: str, detail: str = "") -> None:
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
    return "".join(out).encode()


def _write(
    out: list[str], element: Element, around: str | None, dialect: Dialect, depth: int
) -> None:
    ns, tag = element.ns, element.tag
    if depth > MAX_DEPTH:
        raise WireError(0, f"elements at most {MAX_DEPTH} deep", tag, element)
    if tag not in NAMES.get(ns, ()):
        _check_name(tag, element)
    out.append(f"<{tag}")
    if ns != around:
        uri = _uri(ns, dialect)
        if uri or around:
            out.append(f' xmlns="{uri.translate(_ATTRIBUTE_ESCAPES)}"')
    for name, value in element.attributes:
        _check_name(name, element)
        if name == "xmlns":
            raise WireError(0, "attributes that declare no namespace", name, element)
        out.append(f' {name}="{_checked(value, element).translate(_ATTRIBUTE_ESCAPES)}"')
    if not element.content:
        out.append("/>")
        return
    out.append(">")
    for part in element.content:
        if isinstance(part, Element):
            _write(out, part, ns, dialect, depth + 1)
        else:
            text = _checked(part, element)
            # Readers take blank text beside elements for layout, ours too.
            if len(element.content) == 1 or text.strip(_BLANK) or not any(element.elements()):
                out.append(text.translate(_ESCAPES))
    out.append(f"</{tag}>")


def _uri(ns: str, dialect: Dialect) -> str:
    known = dialect if ns == dialect.ns else NEWEST.get(ns)
    return known.uri if known else ns


def _checked(text: str | bytes, element: Element) -> str:
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            expected = f"text in {element.tag}, since this is XML"
            raise WireError(0, expected, "binary data", element) from None
    strange = _NOT_XML.search(text)
    if strange:
        found = f"U+{ord(strange.group()):04X}"
        raise WireError(0, f"characters of XML in {element.tag}", found, element)
    return text


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
