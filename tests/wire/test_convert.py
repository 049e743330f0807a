"""Both forms say the same, and nothing is lost on the way."""

import pytest
from hypothesis import HealthCheck, given, settings

from emulator.wire import wbxml, xml
from emulator.wire.convert import convert, decode_any, sniff
from emulator.wire.element import Document
from emulator.wire.errors import WireError
from tests.wire.material import CAPTURED_WBXML, CAPTURED_XML, PAIRS, documents, mutated

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.parametrize("name", CAPTURED_WBXML)
def test_captures_come_back_octet_for_octet(name: str) -> None:
    octets = CAPTURED_WBXML[name]
    assert convert(convert(octets)) == octets


@pytest.mark.parametrize("name", CAPTURED_XML)
def test_captured_xml_keeps_its_tree_and_then_its_octets(name: str) -> None:
    once = convert(CAPTURED_XML[name])
    assert sniff(once) == "wbxml"
    assert decode_any(once).root == decode_any(CAPTURED_XML[name]).root
    assert convert(convert(once)) == once


@pytest.mark.parametrize("name", PAIRS)
def test_vectors_have_one_tree(name: str) -> None:
    text, octets = PAIRS[name]
    assert decode_any(text.encode()) == decode_any(octets)
    # Where item data stands as STR_I we write OPAQUE: the same tree, other octets.
    assert decode_any(convert(text.encode())) == decode_any(octets)
    assert convert(octets) == xml.encode(xml.decode(text.encode()))
    if b"\r" not in octets or name == "wbxml.ds12.opaque":
        assert convert(text.encode()) == octets


@given(documents())
@settings(suppress_health_check=SLOW, deadline=None)
def test_any_tree_through_both_forms(document: Document) -> None:
    octets = wbxml.encode(document)
    assert xml.decode(convert(octets)) == document
    assert convert(convert(octets)) == octets


@given(mutated([*CAPTURED_WBXML.values(), *(p[1] for p in PAIRS.values())]))
@settings(suppress_health_check=SLOW, deadline=None)
def test_damaged_octets_only_raise_wire_errors(octets: bytes) -> None:
    try:
        other = convert(octets)
    except WireError as error:
        assert 0 <= error.offset <= len(octets)
    else:
        assert other


@pytest.mark.parametrize(
    ("octets", "form"),
    [
        (b"\x02\xa4\x01", "wbxml"),
        (b"\x01", "wbxml"),
        (b"\x03\x0b", "wbxml"),
        (b"<SyncML/>", "xml"),
        (b" \r\n<?xml", "xml"),
        (b"\xef\xbb\xbf<a/>", "xml"),
        ("<a/>".encode("utf-16"), "xml"),
        ("<a/>".encode("utf-16-be"), "xml"),
    ],
)
def test_sniff(octets: bytes, form: str) -> None:
    assert sniff(octets) == form


@pytest.mark.parametrize("octets", [b"", b"\x00", b"\x04\x0b", b"BEGIN:VCARD", b"{}"])
def test_neither(octets: bytes) -> None:
    for function in (sniff, decode_any, convert):
        with pytest.raises(WireError) as caught:
            function(octets)
        assert caught.value.offset == 0


def test_what_xml_cannot_carry() -> None:
    with pytest.raises(WireError, match="binary data"):
        convert(b"\x02\xa4\x01\x6a\x00\x6d\x4f\xc3\x02\xff\xfe\x01\x01")
    with pytest.raises(WireError, match=r"U\+0001"):
        convert(b"\x02\xa4\x01\x6a\x00\x6d\x4f\x03\x01\x00\x01\x01")
