"""tshark reads our WBXML of every kind, token by token, as what we meant.

Known gaps of tshark 4.0:
* DevInf has no table in it (of its identifiers it knows 1.2's only), nor has DM TNDS, whose identifier
  is text: there it shows tokens, which are compared instead of names;
* its OMA CP table is PROV 1.0: on attribute page 1 it has neither 05 and 06 (name=, value=) nor the
  values 90-93, and says so; nothing else may be undefined to it;
* a document inside Data is "opaque data" to it; it is dissected on its own (`devinf-*`, `tnds`).
"""

import re

import pytest

from emulator.wire import push, wbxml
from emulator.wire.convert import convert
from emulator.wire.element import PROV, Element
from emulator.wire.tokens import CODES, EMBEDDED, REWRITTEN
from tests.interop.peers import dissect_udp
from tests.wire.kinds import KINDS, xml_of

CARRIERS = {PROV: "application/vnd.wap.connectivity-wbxml"}
CARRIER = "application/vnd.syncml.dm+wbxml"
"""tshark takes the vocabulary from the identifier, and needs a type that it takes for WBXML."""

TAG = re.compile(r"Known Tag 0x([0-9A-Fa-f]{2})\s+\([A.][C.]\)\s*\|\s*<([^\s/>]+)")
STRING = re.compile(r"Tag\s*\|[^|]*\| STR_I \(Inline string\)\s*\|\s*'(.*)'$", re.MULTILINE)
ATTRIBUTE = re.compile(r"Attr \| A +(\d+) +\|\s+Known (attr\w+) 0x([0-9A-Fa-f]{2}) +\|\s+(.*)$", re.MULTILINE)  # fmt: skip
UNDEFINED = "(Requested token not defined for this content type)"
GAPS = {("1", "attrStart", t) for t in ("05", "06")} | {
    ("1", "attrValue", t) for t in ("10", "11", "12", "13")
}


def flat(element: Element) -> list[Element]:
    """The element and what is inside it, without documents in Data."""
    inside = [e for e in element.elements() if EMBEDDED.get(e.ns) != e.tag or element.tag != "Data"]
    return [element, *(e for child in inside for e in flat(child))]


@pytest.fixture(scope="module")
def frames() -> dict[str, str]:
    documents = {name: convert(xml_of(name)) for name in KINDS}
    pushes = [
        push.build(octets, content_type=CARRIERS.get(wbxml.decode(octets).root.ns, CARRIER))
        for octets in documents.values()
    ]
    return dict(zip(documents, dissect_udp(pushes), strict=True))


@pytest.mark.parametrize("name", KINDS)
def test_elements_and_texts(name: str, frames: dict[str, str]) -> None:
    document = wbxml.decode(convert(xml_of(name)))
    codes, elements = CODES[document.dialect], flat(document.root)
    found = TAG.findall(frames[name])
    assert [int(token, 16) & 0x3F for token, _ in found] == [
        codes[e.ns, e.tag][1] for e in elements
    ]
    has_table = not document.dialect.startswith(("DevInf", "DM TNDS"))
    for (token, shown), element in zip(found, elements, strict=True):
        assert shown == (element.tag if has_table else f"Tag_0x{token.upper()}")
    said = {as_xml: as_wbxml for as_wbxml, as_xml in REWRITTEN.items()}
    texts = [part for e in elements for part in e.content if isinstance(part, str)]
    assert STRING.findall(frames[name]) == [said.get(text, text) for text in texts]
    assert "alformed" not in frames[name]


@pytest.mark.parametrize("name", [n for n in KINDS if n.startswith("cp")])
def test_attributes(name: str, frames: dict[str, str]) -> None:
    rows = ATTRIBUTE.findall(frames[name])
    assert rows
    assert {tuple(row[:3]) for row in rows if row[3] == UNDEFINED} <= GAPS
    expected = {"value=", "type="}
    for element in flat(wbxml.decode(convert(xml_of(name))).root):
        for key, value in element.attributes:
            expected |= {f"{key}='{value}'", f"'{value}'"}
    assert {row[3] for row in rows} - {UNDEFINED} <= expected | {"version=", "name="}
