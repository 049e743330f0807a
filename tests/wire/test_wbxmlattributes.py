"""Attribute lists of OMA CP: the vectors octet for octet, pages, concatenated values, damage."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.wire import wbxml, xml
from emulator.wire.convert import convert
from emulator.wire.element import Document, Element
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_ATTRIBUTES, MAX_REPEATED
from tests.wire.material import mutated, walk
from tests.wire.provisionings import CP_PAIRS, documents, element

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
HEADER = "03 0b 6a 00"
TABLE = "03 0b 6a 02 5a00"


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def parms(text: str, header: str = HEADER) -> Element:
    """The root of a document with this content."""
    return wbxml.decode(octets(f"{header} 45 {text} 01")).root


def root(*content: Element) -> Element:
    return element("wap-provisioningdoc", *content)


@pytest.mark.parametrize("name", CP_PAIRS)
def test_vectors(name: str) -> None:
    text, message = CP_PAIRS[name]
    document = xml.decode(text.encode())
    assert (document.dialect, document.remarks) == ("OMA CP 1.0", ())
    assert wbxml.decode(message) == document
    assert wbxml.encode(document) == message
    assert convert(convert(message)) == message
    assert convert(text.encode()) == message


@given(documents())
@settings(suppress_health_check=SLOW, deadline=None)
def test_round_trip(document: Document) -> None:
    message = wbxml.encode(document)
    assert wbxml.decode(message) == document
    assert xml.decode(convert(message)) == document
    assert convert(convert(message)) == message
    assert [at.path[-1] for at in wbxml.locate(message)] == [e.tag for e in walk(document.root)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("87 07 06 03 6100 01", element("parm", name="NAME", value="a")),
        ("87 05 03 5a00 06 01", element("parm", name="Z", value="")),
        # HTTP- and BASIC; a token and text; text around a token.
        ("87 00 01 33 06 91 92 01", element("parm", name="AAUTHTYPE", value="HTTP-BASIC")),
        ("87 00 01 33 06 91 03 5800 01", element("parm", name="AAUTHTYPE", value="HTTP-X")),
        ("87 00 01 2e 06 03 6100 90 03 6200 01", element("parm", name="AACCEPT", value="a,b")),
        # The same four values as older software has them.
        ("87 00 01 33 06 81 82 80 83 01", element("parm", name="AAUTHTYPE", value="HTTP-BASIC,DIGEST")),
        # A page is switched between start and value, and back.
        ("87 00 01 35 06 00 00 85 00 01 90 01", element("parm", name="ADDRTYPE", value="IPV4,")),
        ("87 07 06 c3 02 6162 02 63 01", element("parm", name="NAME", value="abc")),
        ("c6 56 01 87 07 01 01", element("characteristic", element("parm", name="NAME"), type="BOOTSTRAP")),
        # The page outlives its list.
        ("86 00 01 55 01 87 36 01", None),
    ],
)  # fmt: skip
def test_lists(text: str, expected: Element | None) -> None:
    if expected is None:
        expected = root(
            element("characteristic", type="APPLICATION"), element("parm", name="APPID")
        )
        assert parms(text) == expected
    else:
        assert parms(text) == root(expected)


def test_old_values_are_remarked_and_written_as_new_ones() -> None:
    old = wbxml.decode(octets(HEADER + "45 87 00 01 33 06 83 01 01"))
    assert [name for name, _ in old.remarks] == ["value-old"]
    assert wbxml.encode(old) == octets(HEADER + "45 87 00 01 33 06 93 01 01")


def test_where_there_is_a_string_table_83_refers_to_it() -> None:
    assert parms("87 00 01 33 06 83 00 01", TABLE) == root(
        element("parm", name="AAUTHTYPE", value="Z")
    )
    assert parms("87 04 00 03 6100 01", TABLE) == root(Element("prov", "parm", (), (("Z", "a"),)))


def test_a_page_is_switched_only_where_it_must() -> None:
    document = Document(
        root(
            element("parm", name="NAME", value="IPV4"),
            element("parm", name="ADDR", value="IPV4"),
            element("parm", name="NAME", value="HTTP-DIGEST"),
            element("parm", name="BEARER", value="GSM-GPRS"),
            element("parm", name="APPREF", value="HTTP-X"),
        ),
        "OMA CP 1.0",
    )
    assert wbxml.encode(document) == octets(
        HEADER + "45 87 07 06 85 01 87 00 01 34 06 03 4950563400 01 87 07 06 91 93 01"
        "87 00 00 10 06 ab 01 87 05 03 41505052454600 06 03 485454502d5800 01 01"
    )


def test_an_attribute_that_stands_twice() -> None:
    document = wbxml.decode(octets(HEADER + "45 87 07 07 05 03 6100 01 01"))
    assert document.root == root(element("parm", name="NAME"))
    assert [name for name, _ in document.remarks] == ["attribute-twice", "attribute-twice"][:1]


def test_places_of_values() -> None:
    text, message = CP_PAIRS["cp.w7"]
    for place, octets_ in ((wbxml.locate(message), message), (xml.locate(text.encode()), text.encode())):  # fmt: skip
        found = [
            octets_[slice(*run)]
            for at in place
            if at.attributes[:1] and at.attributes[0][1] == "AAUTHSECRET"
            for run in at.attributes[1][2]
        ]
        assert found == [b"OhBehave", b"srvpwd"]


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("87", 6, "the end of the attributes"),
        ("87 07", 7, "the end of the attributes"),
        ("87 07 06 03 61", 10, "the NUL"),
        ("87 40", 6, "an attribute of OMA CP 1.0, page 0"),
        ("87 03 6100 01", 6, "an attribute of OMA CP 1.0, page 0"),
        ("87 85", 6, "an attribute of OMA CP 1.0, page 0"),
        ("87 07 06 8f 01", 8, "an attribute of OMA CP 1.0, page 0, or its value"),
        ("87 00 02 05", 7, "an attribute page of OMA CP 1.0"),
        ("87 00", 7, "an attribute page"),
        ("87 04 00 01", 7, "an index into the string table"),
        ("87 07 06 c3 01 ff 01", 10, "text in an attribute"),
        ("87" + "05" * (MAX_ATTRIBUTES + 1) + "01", 6 + MAX_ATTRIBUTES, "at most 64 attributes"),
    ],
)
def test_malformed(text: str, offset: int, expected: str) -> None:
    message = octets(f"{HEADER} 45 {text}")
    for function in (wbxml.decode, wbxml.locate):
        with pytest.raises(WireError) as caught:
            function(message)
        assert (caught.value.offset, expected in caught.value.expected) == (offset, True), (
            caught.value
        )


def test_tokens_cannot_become_a_large_value() -> None:
    message = octets(HEADER + "45 87 07 06") + b"\x95" * MAX_REPEATED + b"\x01\x01"
    with pytest.raises(WireError, match="that tokens stand for"):
        wbxml.decode(message)


@given(mutated([message for _, message in CP_PAIRS.values()]))
@settings(suppress_health_check=SLOW, deadline=None, max_examples=150)
def test_damaged_octets_only_raise_wire_errors(message: bytes) -> None:
    try:
        document = wbxml.decode(message)
    except WireError as error:
        assert 0 <= error.offset <= len(message)
    else:
        once = wbxml.encode(document)
        assert wbxml.decode(once).root == document.root
        assert wbxml.encode(wbxml.decode(once)) == once


@given(st.binary(max_size=40))
@settings(deadline=None)
def test_any_octets_only_raise_wire_errors(noise: bytes) -> None:
    for start in ("45 87", "45 87 07 06", "45 87 00 01 33 06"):
        try:
            wbxml.decode(octets(f"{HEADER} {start}") + noise)
        except WireError as error:
            assert 0 <= error.offset <= 20 + len(noise)
