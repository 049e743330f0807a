"""Mutations that keep a document well-formed: elements moved, doubled, dropped, texts replaced.

Octet mutations seldom get past a decoder; these reach what stands behind it. Deterministic: all
chance comes from the caller's Random.
"""

from random import Random

import msgspec

from emulator.wire import wbxml, xml
from emulator.wire.element import DEVINF, DMTNDS, METINF, SYNCML, Document, Element

Path = tuple[int, ...]

TEXTS = (
    *("", " ", "0", "1", "2", "-1", "00", "1e9", "+5", " 7 ", "\u0663", "\u00b2", "x"),
    *("4294967296", "9" * 5000, "200", "201", "207", "212", "222", "401", "407", "500", "508"),
    *("SyncHdr", "Sync", "Add", "Alert", "Map", "1.0", "1.1", "1.2", "9.9", "SyncML/1.2", "DM/1.2"),
    *(
        "./contacts",
        "contacts",
        "./devinf12",
        "/",
        "?sid=1",
        "http://[::1",
        "https://other.example/",
    ),
    *("b64", "bin", "xml", "chr", "text/x-vcard", "syncml:auth-md5", "syncml:auth-basic"),
    *("syncml:auth-MAC", "QQ==", "Q", "====", "AAAAAAAAAAAAAAAAAAAAAA==", "\u00e9\u4e2d\U0001f600"),
    *("a\r\nb", "a\nb\r", "]]>", "&amp;", "\ufffd", "IMEI:493005100592800", "ds.example.com"),
    "application/vnd.syncml-devinf+wbxml",
    "application/vnd.syncml-devinf+xml",
    "application/vnd.syncml.dmtnds+wbxml",
)
"""What stands in for a text: numbers at their limits, codes, names, addresses, odd characters."""

_DATA = Element(SYNCML, "Data")
_DEEP = Element(SYNCML, "Item")


def _nested(depth: int) -> Element:
    inner = _DATA
    for _ in range(depth):
        inner = msgspec.structs.replace(_DEEP, content=(inner,))
    return inner


GRAFTS: tuple[Element, ...] = (
    Element("", "X-Unknown", ("x",)),
    Element("urn:other", "Thing", (Element("urn:other", "Inner"),)),
    Element(SYNCML, "Data", (Element(DEVINF, "DevInf", (Element(DEVINF, "VerDTD", ("1.2",)),)),)),
    Element(SYNCML, "Data", (Element(DMTNDS, "MgmtTree", (Element(DMTNDS, "VerDTD"),)),)),
    Element(SYNCML, "Data", (b"\xff\xfe\x00",)),
    Element(SYNCML, "Data", ("a\0b",)),
    Element(SYNCML, "Final"),
    Element(SYNCML, "NoResp"),
    Element(SYNCML, "MoreData"),
    Element(METINF, "Size", ("99999999",)),
    Element(METINF, "Type", ("application/vnd.syncml-devinf+wbxml",)),
    Element(SYNCML, "Status", ()),
    Element(SYNCML, "Sync", ()),
    Element(SYNCML, "Alert", (Element(SYNCML, "Data", ("222",)),)),
    _nested(10),
    _nested(62),
)
"""What is put in somewhere."""

DOCUMENTS: tuple[Document, ...] = (
    Document(
        Element(
            DMTNDS,
            "MgmtTree",
            (
                Element(DMTNDS, "VerDTD", ("1.2",)),
                Element(
                    DMTNDS,
                    "Node",
                    (
                        Element(DMTNDS, "NodeName", ("x",)),
                        Element(
                            DMTNDS,
                            "RTProperties",
                            (Element(DMTNDS, "Format", (Element(DMTNDS, "chr"),)),),
                        ),
                        Element(DMTNDS, "Value", ("y",)),
                    ),
                ),
            ),
        ),
        "DM TNDS 1.2",
    ),
    Document(
        Element(
            DEVINF,
            "DevInf",
            (
                Element(DEVINF, "VerDTD", ("1.2",)),
                Element(DEVINF, "DevID", ("IMEI:1",)),
                Element(DEVINF, "DevTyp", ("phone",)),
                Element(
                    DEVINF,
                    "DataStore",
                    (
                        Element(DEVINF, "SourceRef", ("./contacts",)),
                        Element(DEVINF, "Rx-Pref", (Element(DEVINF, "CTType", ("text/x-vcard",)),)),
                        Element(DEVINF, "SyncCap", (Element(DEVINF, "SyncType", ("1",)),)),
                    ),
                ),
            ),
        ),
        "DevInf 1.2",
    ),
)
"""Documents that no capture has on its own."""


class Grown(msgspec.Struct, frozen=True):
    """A document with the paths of all its elements; `octets` is what it was read from."""

    octets: bytes
    document: Document
    paths: tuple[Path, ...]


def as_xml(document: Document) -> bytes:
    return xml.encode(document)


def as_wbxml(document: Document) -> bytes:
    return wbxml.encode(document)


def grown(octets: bytes, document: Document) -> Grown:
    paths: list[Path] = []

    def visit(element: Element, path: Path) -> None:
        paths.append(path)
        for index, child in enumerate(element.content):
            if isinstance(child, Element):
                visit(child, (*path, index))

    visit(document.root, ())
    return Grown(octets, document, tuple(paths))


def at(root: Element, path: Path) -> Element:
    for index in path:
        child = root.content[index]
        assert isinstance(child, Element)
        root = child
    return root


def _with(root: Element, path: Path, change: tuple[Element | str | bytes, ...]) -> Element:
    """The tree with the node at `path` replaced by any number of nodes."""
    if not path:
        only = change[0] if change else root
        return only if isinstance(only, Element) else root
    head, rest = path[0], path[1:]
    content = root.content
    child = content[head]
    if rest:
        assert isinstance(child, Element)
        change = (_with(child, rest, change),)
    content = (*content[:head], *change, *content[head + 1 :])
    return Element(root.ns, root.tag, content, root.attributes)


def mutated(rng: Random, pool: tuple[Grown, ...]) -> Document:
    """One of the documents with a few elements changed; nodes of the others are grafted in."""
    chosen = rng.choice(pool)
    root = chosen.document.root
    paths = chosen.paths
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        path = rng.choice(paths)
        element = at(root, path)
        root = _with(root, path, _changed(rng, element, pool))
        paths = grown(b"", Document(root, "")).paths
    dialect = chosen.document.dialect
    if rng.random() < 0.05:
        version = rng.choice(("1.0", "1.1", "1.2"))
        dialect = (
            f"{dialect.rpartition(' ')[0]} {version}" if dialect[-3:] in "1.0 1.1" else dialect
        )
    return Document(root, dialect)


def _changed(
    rng: Random, element: Element, pool: tuple[Grown, ...]
) -> tuple[Element | str | bytes, ...]:
    kind = rng.randrange(10)
    content = element.content
    if kind <= 2:
        return (msgspec.structs.replace(element, content=(rng.choice(TEXTS),)),)
    if kind == 3:
        return ()
    if kind == 4:
        return (element,) * rng.choice((2, 2, 3, 40))
    if kind == 5:
        other = rng.choice(pool)
        return (element, at(other.document.root, rng.choice(other.paths)))
    if kind == 6:
        other = rng.choice(pool)
        taken = at(other.document.root, rng.choice(other.paths))
        return (msgspec.structs.replace(element, content=taken.content),)
    if kind == 7:
        shuffled = list(content)
        rng.shuffle(shuffled)
        return (msgspec.structs.replace(element, content=tuple(shuffled)),)
    if kind == 8:
        grafted = rng.choice(GRAFTS)
        where = rng.randint(0, len(content))
        changed = (*content[:where], grafted, *content[where:])
        return (msgspec.structs.replace(element, content=changed),)
    other = rng.choice(pool)
    named = at(other.document.root, rng.choice(other.paths))
    return (Element(named.ns, named.tag, content, element.attributes),)
