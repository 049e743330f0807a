"""Both forms say the same, and nothing is lost on the way."""

import pytest
from hypothesis import HealthCheck, given, settings

from emulator.wire import wbxml, xml
from emulator.wire.convert import convert, decode_any, sniff
from emulator.wire.element import Document
from emulator.wire.errors import WireError
from emulator.wire.wbxmlheader import number
from tests.wire.kinds import KINDS, xml_of
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


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_comes_back_to_its_octets(name: str) -> None:
    text = xml_of(name)
    once = convert(text)
    assert sniff(once) == "wbxml"
    assert convert(once) == text
    assert convert(convert(once)) == once
    document = decode_any(once)
    assert (document.dialect, document) == (KINDS[name][0], decode_any(text))
    assert [id_ for id_, _ in document.remarks] == []


@pytest.mark.parametrize("name", [n for n in KINDS if n.startswith(("devinf", "cp"))])
def test_a_document_without_identifier_is_known_by_its_content(name: str) -> None:
    octets = convert(xml_of(name))
    _, body = number(octets, 1, len(octets), "public identifier")
    document = decode_any(octets[:1] + b"\x01" + octets[body:])
    assert document.root == decode_any(octets).root
    assert document.dialect == KINDS[name][0]
    assert [id_ for id_, _ in document.remarks] == ["public-id-unknown"]


@given(mutated([xml_of(name) for name in KINDS]) | mutated([convert(xml_of(n)) for n in KINDS]))
@settings(suppress_health_check=SLOW, deadline=None, max_examples=200)
def test_foreign_input_is_stable_after_the_first_pass(octets: bytes) -> None:
    try:
        once = convert(octets)
    except WireError as error:
        assert 0 <= error.offset <= len(octets)
    else:
        assert convert(convert(once)) == once


def test_blank_text_beside_elements_is_layout_in_both_forms() -> None:
    octets = b"\x02\xa4\x01\x6a\x00\x6d\x03 \n\x00\x12\x03\r\x00\x01"
    once = convert(octets)
    assert once.endswith(b"<Final/></SyncML>")
    assert convert(convert(once)) == once


@pytest.mark.parametrize(
    ("octets", "offset", "expected"),
    [
        (b"\x02\xa4\x01\x6a\x00\x6d\x12\x4f\xc3\x02\xff\xfe\x01\x01", 7, "text in Data"),
        (b"\x02\xa4\x01\x6a\x00\x6d\x12\x4f\x03\x01\x00\x01\x01", 7, "characters of XML in Data"),
        (b"\x02\xa4\x01\x6a\x03a b\x6d\x12\x04\x00\x01", 10, "a name of XML"),
        (b"\x02\xa4\x01\x6a\x05xmlns\x6d\x92\x04\x00\x01\x01", 11, "attributes that declare"),
        (b"<SyncML xmlns='SYNCML:SYNCML1.2'><Data><x xmlns='urn:x'/></Data></SyncML>", 39,
         "a vocabulary that WBXML can name"),
    ],
)  # fmt: skip
def test_what_the_other_form_cannot_carry_is_named_with_its_place(
    octets: bytes, offset: int, expected: str
) -> None:
    with pytest.raises(WireError) as caught:
        convert(octets)
    assert caught.value.expected.startswith(expected)
    assert caught.value.offset == offset
    if octets[:1] == b"<":
        with pytest.raises(WireError) as caught:
            convert(octets.decode().encode("utf-16"))
        assert (caught.value.expected.startswith(expected), caught.value.offset) == (True, 0)
