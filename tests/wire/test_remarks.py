"""Each deviation is remarked under its id, in real peers' messages and in made ones."""

import re

import pytest

from emulator import wire
from emulator.wire import remarks, wbxml, xml
from emulator.wire.codec import WBXML, XML
from emulator.wire.limits import MAX_REMARKS
from emulator.wire.syncml import from_document
from tests.wire.material import CAPTURED_WBXML, CAPTURED_XML, TESTS
from tests.wire.messages import XML_MESSAGES

HEADER = "<SyncHdr><VerDTD>1.2</VerDTD><SessionID>1</SessionID><MsgID>1</MsgID></SyncHdr>"
MADE = {
    "doctype": f"<!DOCTYPE SyncML><SyncML xmlns='SYNCML:SYNCML1.2'>{HEADER}<SyncBody/></SyncML>",
    "cdata": f"<SyncML xmlns='SYNCML:SYNCML1.2'>{HEADER.replace('>1<', '><![CDATA[1]]><')}<SyncBody/></SyncML>",
    "namespace-missing": f"<SyncML>{HEADER}<SyncBody/></SyncML>",
    "namespace-variant": f"<SyncML xmlns='syncml:syncml1.2'>{HEADER}<SyncBody/></SyncML>",
    "namespace-unknown": f"<SyncML xmlns='SYNCML:SYNCML7'>{HEADER}<SyncBody/></SyncML>",
    "namespace-prefix": "<s:SyncML xmlns:s='SYNCML:SYNCML1.2'>"
    + re.sub("<(/?)", r"<\1s:", HEADER)
    + "<s:SyncBody/></s:SyncML>",
    "attribute-unexpected": f"<SyncML xmlns='SYNCML:SYNCML1.2' a='b'>{HEADER}<SyncBody/></SyncML>",
    "element-order": f"<SyncML xmlns='SYNCML:SYNCML1.2'><SyncBody/>{HEADER}</SyncML>",
    "element-twice": f"<SyncML xmlns='SYNCML:SYNCML1.2'>{HEADER}<SyncBody/><SyncBody/></SyncML>",
    "element-other-namespace": f"<SyncML xmlns='SYNCML:SYNCML1.2'>{HEADER}<SyncBody><Final xmlns='urn:x'/></SyncBody></SyncML>",
    "unknown-element": f"<SyncML xmlns='SYNCML:SYNCML1.2'>{HEADER}<SyncBody><Foo/></SyncBody></SyncML>",
    "text-unexpected": f"<SyncML xmlns='SYNCML:SYNCML1.2'>{HEADER}<SyncBody>x<Final/></SyncBody></SyncML>",
}


def ids(octets: bytes) -> set[str]:
    document = xml.decode(octets) if octets[:1] == b"<" else wbxml.decode(octets)
    return {id_ for id_, _ in from_document(document).remarks}


@pytest.mark.parametrize("name", MADE)
def test_made(name: str) -> None:
    message = from_document(xml.decode(MADE[name].encode()))
    assert message.header.session_id == "1"
    assert name in {id_ for id_, _ in message.remarks}


def test_syncevolution_deviates_in_nothing_but_cdata() -> None:
    assert {id_ for octets in CAPTURED_XML.values() for id_ in ids(octets)} == {"cdata"}
    assert {id_ for octets in CAPTURED_WBXML.values() for id_ in ids(octets)} == set()


def test_horde_writes_its_namespace_in_lower_case() -> None:
    replies = {n: o for n, o in XML_MESSAGES.items() if n.startswith("hd") and n.endswith("resp")}
    assert len(replies) >= 10
    for octets in replies.values():
        assert ids(octets) - {"cdata"} == {"namespace-variant"}
    assert "cdata" in ids(replies["hd07-resp"])


def test_charsets_of_the_content_type() -> None:
    text = MADE["element-order"].replace("<SyncBody/>", "<SyncBody><Foo>\xe9</Foo></SyncBody>")
    for octets, content_type, found in (
        (text.encode(), "application/vnd.syncml+xml; charset=utf-8", set()),
        (text.encode(), 'application/vnd.syncml+xml;version=1; Charset="UTF-8"', set()),
        (text.encode("latin-1"), "application/vnd.syncml+xml; charset=ISO-8859-1", {"charset"}),
        (text.encode("utf-16"), "application/vnd.syncml+xml; charset=utf-16", {"charset"}),
        (text.encode("utf-16"), "application/vnd.syncml+xml", {"charset"}),
        (text.encode("utf-16"), "application/vnd.syncml+xml; charset=utf-8", {"charset", "charset-differs"}),
        (text.encode(), "application/vnd.syncml+xml; charset=klingon", {"charset-differs"}),
        (
            b"<?xml version='1.0' encoding='utf-8'?>" + text.encode("cp1252"),
            "application/vnd.syncml+xml; charset=windows-1252",
            {"charset", "charset-differs"},
        ),
    ):  # fmt: skip
        message = XML.decode(octets, content_type)
        assert message.body.unknown[0].text == "\xe9"
        assert {i for i, _ in message.remarks} - {"element-order", "unknown-element"} == found
    body = wbxml.encode(xml.decode(text.encode()))
    left_open = body[:3] + b"\0" + body[4:]
    said = "application/vnd.syncml+wbxml; charset=iso-8859-1"
    assert WBXML.decode(left_open, said).body.unknown[0].text == "\xc3\xa9"
    assert WBXML.decode(left_open).body.unknown[0].text == "\xe9"


def test_every_remark_of_the_table_is_one_that_the_code_makes() -> None:
    folder = TESTS.parent / "emulator" / "wire"
    assert folder.samefile(next(iter(wire.__path__)))
    sources = "".join(p.read_text() for p in folder.glob("*.py") if p.name != "remarks.py")
    for id_ in remarks.REMARKS:
        assert f'"{id_}"' in sources, id_
    with pytest.raises(KeyError):
        remarks.note("no-such-remark")


def test_remarks_stand_once_and_not_without_end() -> None:
    note = remarks.note("cdata")
    assert remarks.distinct([note, note]) == (note,)
    assert len(remarks.distinct(remarks.note("tag-literal", str(n)) for n in range(999))) == (
        MAX_REMARKS
    )


def test_a_charset_of_the_content_type_counts_for_attributes_too() -> None:
    """A document with attributes is looked at twice, and each time in the same character set."""
    text = f"<SyncML xmlns='SYNCML:SYNCML1.2' a='\xe9'>{HEADER}<SyncBody/></SyncML>"
    said = "application/vnd.syncml+xml; charset=iso-8859-1"
    message = XML.decode(text.encode("latin-1"), said)
    assert [id_ for id_, _ in message.remarks] == ["charset", "attribute-unexpected"]
