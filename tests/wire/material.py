"""What the codec tests share: recorded messages, vectors, and trees of the tables."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from emulator.wire.element import DEVINF, DMTNDS, METINF, SYNCML, Document, Element
from emulator.wire.tokens import DIALECTS, VERSIONS

TESTS = Path(__file__).parents[1]

VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads((TESTS / "vectors" / "vectors.json").read_text())["vectors"]
}


def _captures(first: bytes) -> dict[str, bytes]:
    found = {}
    for path in sorted((TESTS / "captures" / "syncevolution").glob("*/*.body")):
        octets = path.read_bytes()
        if octets[:1] == first:
            found[f"{path.parent.name}/{path.name}"] = octets
    return found


CAPTURED_WBXML = _captures(b"\x02")
CAPTURED_XML = _captures(b"<")


def _pairs() -> dict[str, tuple[str, bytes]]:
    """XML and WBXML of the same message, for each vector that has both."""
    pairs = {}
    for name in ("wbxml.ds12.pkg1", "wbxml.ds11.san", "wbxml.ds12.opaque"):
        vector = VECTORS[name]
        pairs[name] = (vector["inputs"]["xml"], bytes.fromhex(vector["output"]["wbxml_hex"]))
    for name in ("ds.session", "ds.large", "dm.session"):
        vector = VECTORS[name]
        for key, value in vector["output"].items():
            if key.endswith("_wbxml_hex"):
                message = key.removesuffix("_wbxml_hex")
                xml = vector["intermediates"][f"{message}_xml"]
                pairs[f"{name}.{message}"] = (xml, bytes.fromhex(value))
    return pairs


PAIRS = _pairs()
VECTOR_XML: dict[str, str] = {
    **{name: xml for name, (xml, _) in PAIRS.items()},
    **{
        f"{name}.{key}": value
        for name in ("resync.flow", "dm.session")
        for key, value in VECTORS[name]["intermediates"].items()
        if key.endswith("_xml")
    },
}


def walk(element: Element) -> list[Element]:
    """The element and all inside it, in document order."""
    return [element, *(e for child in element.elements() for e in walk(child))]


# What both forms carry: no control characters, no surrogates.
PLAIN = st.text(
    st.one_of(
        st.sampled_from("\r\n\t &<>\"']x"),
        st.characters(
            min_codepoint=0x20, exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"
        ),
    ),
    min_size=1,
    max_size=12,
)
ANYTHING = st.text(min_size=1, max_size=12)
BINARY = st.binary(max_size=8).map(lambda b: b + b"\xff")


def _leaf(ns: str, tags: list[str], texts: st.SearchStrategy[Any]) -> st.SearchStrategy[Element]:
    content = st.one_of(st.just(()), st.tuples(texts))
    return st.builds(Element, st.just(ns), st.sampled_from(tags), content)


def _tree(
    leaves: st.SearchStrategy[Element], ns: str, tags: list[str]
) -> st.SearchStrategy[Element]:
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            Element,
            st.just(ns),
            st.sampled_from(tags),
            st.lists(inner, min_size=1, max_size=4).map(tuple),
        ),
        max_leaves=10,
    )


def documents(texts: st.SearchStrategy[Any] = PLAIN) -> st.SearchStrategy[Document]:
    """SyncML documents of any version: every name of its pages, documents inside Data."""
    return st.sampled_from(VERSIONS).flatmap(lambda version: _documents(version, texts))


def _documents(version: str, texts: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    pages = DIALECTS[f"SyncML {version}"].pages
    names = {page.ns: [name for name in page.names if name] for page in pages if page}
    devinf = [n for p in DIALECTS[f"DevInf {version}"].pages if p for n in p.names if n]
    leaves = [_leaf(ns, tags, texts) for ns, tags in names.items() if ns != DMTNDS]
    embedded = [(DEVINF, "DevInf", devinf)]
    if DMTNDS in names:
        embedded.append((DMTNDS, "MgmtTree", names[DMTNDS]))
    for ns, root, tags in embedded:
        inner = st.lists(_leaf(ns, tags, texts), max_size=4).map(tuple)
        leaves.append(st.builds(lambda c, ns=ns, root=root: data(Element(ns, root, c)), inner))
    metinf = _tree(_leaf(METINF, names[METINF], texts), METINF, names[METINF])
    body = _tree(st.one_of(*leaves, metinf), SYNCML, names[SYNCML])
    return st.lists(body, max_size=4).map(
        lambda inner: Document(Element(SYNCML, "SyncML", tuple(inner)), f"SyncML {version}")
    )


def data(*content: Element | str | bytes) -> Element:
    return Element(SYNCML, "Data", content)


@st.composite
def mutated(draw: st.DrawFn, octets: list[bytes]) -> bytes:
    """One of the messages with a few octets changed, inserted, removed, or its end cut off."""
    damaged = bytearray(draw(st.sampled_from(octets)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(damaged) - 1, 0)))
        change = draw(st.sampled_from(("set", "insert", "remove", "cut", "repeat")))
        if change == "set" and damaged:
            damaged[at] = draw(st.integers(0, 255))
        elif change == "insert":
            damaged[at:at] = draw(st.binary(min_size=1, max_size=4))
        elif change == "remove":
            del damaged[at : at + draw(st.integers(1, 4))]
        elif change == "cut":
            del damaged[at:]
        else:
            damaged[at:at] = damaged[at : at + draw(st.integers(1, 64))]
    return bytes(damaged)
