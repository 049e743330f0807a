"""The WBXML codec against recorded octets, hand-made ones, and damaged ones."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.wire import wbxml, xml
from emulator.wire.element import DEVINF, DMTNDS, METINF, SYNCML, Document, Element
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_DEPTH, MAX_REPEATED, MAX_SIZE, MAX_TABLE
from tests.wire.material import (
    ANYTHING,
    BINARY,
    CAPTURED_WBXML,
    PAIRS,
    VECTORS,
    data,
    documents,
    mutated,
    walk,
)

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
HEADER = "02 a401 6a 00"
MESSAGES = {**CAPTURED_WBXML, **{name: octets for name, (_, octets) in PAIRS.items()}}


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def body(text: str) -> Element:
    """The root of a SyncML 1.2 body."""
    return wbxml.decode(octets(HEADER + text)).root


def root(*content: Element | str | bytes) -> Element:
    return Element(SYNCML, "SyncML", content)


@pytest.mark.parametrize("name", CAPTURED_WBXML)
def test_captures(name: str) -> None:
    document = wbxml.decode(CAPTURED_WBXML[name])
    assert document.dialect == "SyncML 1.2"
    assert document.remarks == ()
    assert wbxml.encode(document) == CAPTURED_WBXML[name]


@pytest.mark.parametrize("name", PAIRS)
def test_vectors(name: str) -> None:
    text, octets = PAIRS[name]
    document = wbxml.decode(octets)
    assert document == xml.decode(text.encode())
    assert wbxml.decode(wbxml.encode(document)) == document


def test_the_inner_document_of_the_vector() -> None:
    vector = VECTORS["wbxml.ds12.pkg1"]
    outer = octets(vector["output"]["wbxml_hex"])
    inner = octets(vector["intermediates"]["devinf_document_hex"])
    devinf = next(e for e in walk(wbxml.decode(outer).root) if e.ns == DEVINF)
    assert wbxml.decode(inner) == Document(devinf, "DevInf 1.2")
    assert wbxml.encode(Document(devinf, "DevInf 1.2")) == inner
    types = [e.text for e in walk(wbxml.decode(outer).root) if e.tag == "Type"]
    assert "application/vnd.syncml-devinf+xml" in types


@given(documents(st.one_of(ANYTHING, BINARY)))
@settings(suppress_health_check=SLOW, deadline=None)
def test_round_trip(document: Document) -> None:
    octets = wbxml.encode(document)
    assert wbxml.decode(octets) == document
    assert wbxml.encode(wbxml.decode(octets)) == octets


@given(documents(st.one_of(ANYTHING, BINARY)))
@settings(suppress_health_check=SLOW, deadline=None)
def test_locate_follows_the_tree(document: Document) -> None:
    octets = wbxml.encode(document)
    located = wbxml.locate(octets)
    elements = walk(document.root)
    assert [at.path[-1] for at in located] == [e.tag for e in elements]
    for at, element in zip(located, elements, strict=True):
        values = b"".join(octets[start:end] for start, end in at.values)
        text = (c if isinstance(c, bytes) else c.encode() for c in element.content
                if not isinstance(c, Element))  # fmt: skip
        assert values == b"".join(text)
        assert 0 < at.start < at.end <= len(octets)


@given(mutated(list(MESSAGES.values())))
@settings(suppress_health_check=SLOW, deadline=None, max_examples=200)
def test_damaged_octets_only_raise_wire_errors(octets: bytes) -> None:
    try:
        document = wbxml.decode(octets)
    except WireError as error:
        assert 0 <= error.offset <= len(octets)
        with pytest.raises(WireError) as again:
            wbxml.locate(octets)
        assert again.value.offset == error.offset
    else:
        located = wbxml.locate(octets)
        assert [at.path[-1] for at in located] == [e.tag for e in walk(document.root)]
        wbxml.encode(document)


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_any_octets_only_raise_wire_errors(noise: bytes) -> None:
    for start in ("", HEADER, HEADER + "6d4f", "02 01 6a 00", "02 00 00 6a"):
        try:
            wbxml.decode(octets(start) + noise)
        except WireError as error:
            assert 0 <= error.offset <= len(octets(start)) + len(noise)


@pytest.mark.parametrize(
    ("header", "dialect", "remarks"),
    [
        ("02 9f51 6a 00", "SyncML 1.0", []),
        ("01 9f53 6a 00", "SyncML 1.1", []),
        ("03 a401 6a 00", "SyncML 1.2", []),
        (VECTORS["wbxml.stringid"]["output"]["header_hex"], "SyncML 1.1", ["public-id-text"]),
        (
            "02 00 00 6a 1d" + b"-//SYNCML//DTD SyncML 1.1//EN".hex(),
            "SyncML 1.1",
            ["public-id-text"],
        ),
        ("02 a401 03 00", "SyncML 1.2", ["charset"]),
        ("02 a401 00 00", "SyncML 1.2", ["charset"]),
        ("02 a401 6f 00", "SyncML 1.2", ["charset"]),
        ("02 01 6a 00", "SyncML 1.2", ["public-id-unknown"]),
    ],
)
def test_headers(header: str, dialect: str, remarks: list[str]) -> None:
    document = wbxml.decode(octets(header + "6d 12 01"))
    assert document.root == root(Element(SYNCML, "Final"))
    assert document.dialect == dialect
    assert [name for name, _ in document.remarks] == remarks


def test_an_unknown_public_id_is_settled_by_the_content() -> None:
    sync = wbxml.decode(octets("02 01 6a 00 6d 6c 71 03312e3100 01 01 01"))
    assert sync.dialect == "SyncML 1.1"
    older = wbxml.decode(octets("02 01 6a 00 4a 65 03312e3100 01 1c 01"))
    newer = wbxml.decode(octets("02 01 6a 00 4a 65 03312e3200 01 1c 01"))
    assert (older.dialect, older.root.find("Size")) == ("DevInf 1.1", Element(DEVINF, "Size"))
    assert (newer.dialect, newer.root.find("Size")) == ("DevInf 1.2", None)
    assert len(wbxml.locate(octets("02 01 6a 00 4a 65 03312e3100 01 1c 01"))) == 3


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("6d 01", ()),
        ("2d", ()),
        ("6d 4f 03 00 01 01", (data(),)),
        ("6d 4f 03 6100 03 6200 01 01", (data("ab"),)),
        ("6d 4f 03 6100 02 8240 c3 01 62 01 01", (data("a\u0140b"),)),
        ("6d 4f c3 02 fffe 03 6100 01 01", (data(b"\xff\xfe", "a"),)),
        ("6d 4f c3 00 01 01", (data(),)),
        ("6d 4f c3 03 610d00 01 01", (data("a\r\0"),)),
        ("6d 0000 12 0001 05 0001 0a 0000 12 01",
         (Element(SYNCML, "Final"), Element(METINF, "Anchor"), Element(METINF, "Last"),
          Element(SYNCML, "Final"))),
        # The page outlives the END of the element in which it was chosen.
        ("6d 5a 0001 45 01 01 0a 01",
         (Element(SYNCML, "Meta", (Element(METINF, "Anchor"),)), Element(METINF, "Last"))),
        ("6d 4f 0002 60 24 01 01 01",
         (data(Element(DMTNDS, "MgmtTree", (Element(DMTNDS, "Node"),))),)),
    ],
)  # fmt: skip
def test_tokens(text: str, content: tuple[Element | str | bytes, ...]) -> None:
    assert body(text) == root(*content)


def test_charsets() -> None:
    latin = wbxml.decode(octets("02 a401 04 00 6d 4f 03 e900 01 01"))
    assert latin.root.find("Data") == data("\xe9")
    assert [name for name, _ in latin.remarks] == ["charset"]


def test_string_table_and_unknown_tags() -> None:
    message = octets("02 a401 6a 08 582d466f6f006162 6d 44 00 83 06 01 04 00 01")
    assert wbxml.decode(message).root == root(Element("", "X-Foo", ("ab",)), Element("", "X-Foo"))
    at = wbxml.locate(message)[1]
    assert at.path == ("SyncML", "X-Foo")
    assert message[slice(*at.values[0])] == b"ab"
    document = Document(root(Element("", "X-Foo", ("ab",)), Element("", "X-Foo")), "SyncML 1.2")
    assert wbxml.encode(document) == octets(
        "02 a401 6a 06 582d466f6f00 6d 44 00 03 616200 01 04 00 01"
    )


def test_tokens_of_later_versions() -> None:
    document = wbxml.decode(octets("02 9f51 6a 00 6d 33 0001 15 01"))
    assert [e.tag for e in document.root.elements()] == ["NumberOfChanges", "MaxObjSize"]
    assert [name for name, _ in document.remarks] == ["tag-newer"] * 2
    assert wbxml.encode(document) == octets("02 9f51 6a 00 6d 33 0001 15 01")


def test_what_follows_the_root_is_remarked() -> None:
    document = wbxml.decode(octets(HEADER + "6d 12 01 00"))
    assert document.remarks == (("trailing-octets", "1: octets follow the root element"),)


INNER = "02 a403 6a 00 4a 65 03312e3200 01 01"


def put(inner: str, type_: str = "+wbxml") -> bytes:
    """A Put with Meta/Type and `inner` as OPAQUE data."""
    of = b"application/vnd.syncml-devinf".hex() + type_.encode().hex()
    opaque = octets(inner)
    return octets(
        f"{HEADER} 6d 5f 5a 0001 53 03{of}00 01 01 0000 54 4f c3 {len(opaque):02x}{inner} 01 01 01 01"
    )


@pytest.mark.parametrize(
    ("inner", "dialect"),
    [
        (INNER, "DevInf 1.2"),
        ("02 9f54 6a 00 4a 65 03312e3100 01 1c 01", "DevInf 1.1"),
        ("02 00 00 6a 1d" + b"-//SYNCML//DTD DevInf 1.1//EN".hex() + "4a 65 03312e3100 01 01",
         "DevInf 1.1"),
        ("02 01 6a 00 4a 65 03312e3200 01 01", "DevInf 1.2"),
    ],
)  # fmt: skip
def test_inner_documents(inner: str, dialect: str) -> None:
    document = wbxml.decode(put(inner))
    expected = wbxml.decode(octets(inner))
    assert expected.dialect == dialect
    command = document.root.find("Put")
    assert command and (item := command.find("Item")) and (meta := command.find("Meta"))
    assert item.find("Data") == data(expected.root)
    assert meta.find("Type") == Element(METINF, "Type", ("application/vnd.syncml-devinf+xml",))
    again = wbxml.decode(wbxml.encode(document))
    assert again.root == document.root


def test_inner_documents_keep_their_octets() -> None:
    for inner in (INNER, "02 9f54 6a 00 4a 65 03312e3100 01 1c 01"):
        assert wbxml.encode(wbxml.decode(put(inner))) == put(inner)
    tnds = "02 00 00 6a 1b" + b"-//OMA//DTD-DM-DDF 1.2//EN".hex() + "00 0002 60 24 01"
    message = octets(f"{HEADER} 6d 4f c3 {len(octets(tnds)):02x} {tnds} 01 01")
    document = wbxml.decode(message)
    assert document.root == root(data(Element(DMTNDS, "MgmtTree", (Element(DMTNDS, "Node"),))))
    assert wbxml.encode(document) == message


def test_positions_inside_inner_documents_count_from_the_outside() -> None:
    message = put(INNER)
    start = message.index(octets(INNER))
    inner = [at for at in wbxml.locate(message) if "DevInf" in at.path]
    assert [at.path[-2:] for at in inner] == [("Data", "DevInf"), ("DevInf", "VerDTD")]
    assert (inner[0].start, inner[0].end) == (start + 5, start + len(octets(INNER)))
    assert message[slice(*inner[1].values[0])] == b"1.2"


def test_the_type_of_escaped_device_information_stays() -> None:
    message = put(b"<DevInf/>".hex(), "+xml")
    document = wbxml.decode(message)
    assert [e.text for e in walk(document.root) if e.tag == "Data"] == ["<DevInf/>"]
    assert wbxml.encode(document) == message.replace(b"\xc3\x09<DevInf/>", b"\x03<DevInf/>\0")


LINES = Document(
    root(data("a\r\nb"), Element(SYNCML, "LocName", ("a\nb",)), data("a")), "SyncML 1.2"
)


def test_line_ends_in_data_are_opaque() -> None:
    assert wbxml.encode(LINES) == octets(
        HEADER + "6d 4f c3 04 610d0a62 01 56 03 610a62 00 01 4f 03 6100 01 01"
    )


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, "a WBXML version"),
        ("00 a401 6a 00 2d", 0, "WBXML version"),
        ("04 a401 6a 00 2d", 0, "WBXML version"),
        ("02", 1, "more of the public identifier"),
        ("02 a4", 2, "more of the public identifier"),
        ("02 9080808080 01", 1, "the public identifier in 32 bits"),
        ("02 ffffffff7f 6a 00", 1, "the public identifier in 32 bits"),
        ("02 0c 6a 00 2d", 1, "a public identifier"),
        ("02 00 05 6a 02 6162 2d", 2, "an index"),
        ("02 00 01 6a 03 616200 2d", 6, "a public identifier"),
        ("02 a401 07 00 2d", 3, "UTF-8, US-ASCII, ISO-8859-1 or -15"),
        ("02 a401 6a", 4, "length of the string table"),
        ("02 a401 6a 05 61 62", 7, "a string table of 5 octets"),
        ("02 a401 6a 84 8001", 4, f"a string table of at most {MAX_TABLE}"),
        ("02 01 6a 00 46", 4, "a root element"),
        ("02 01 6a 00 00", 4, "a root element"),
        (HEADER, 5, "an element"),
        (HEADER + "01", 5, "a root element"),
        (HEADER + "03 6100", 5, "a root element"),
        (HEADER + "c3 00", 5, "a root element"),
        (HEADER + "6d", 6, "the end of SyncML"),
        (HEADER + "6d 00", 7, "a code page"),
        (HEADER + "6d 00 07 05", 7, "a code page"),
        (HEADER + "6d 3d 01", 6, "a token of SyncML 1.2, code page 0"),
        (HEADER + "6d 30 01", 6, "a token of SyncML 1.2"),
        (HEADER + "6d 0001 17 01", 8, "a token of SyncML 1.2, code page 1"),
        (HEADER + "6d cf 05 01", 7, "an attribute of SyncML 1.2"),
        (HEADER + "6d 40 6100 01", 6, "a token"),
        (HEADER + "6d 80 00 01", 6, "a token"),
        (HEADER + "6d c0 01", 6, "a token"),
        (HEADER + "6d 43 05 01", 6, "a token"),
        (HEADER + "6d 84 00 01", 7, "an index into the string table"),
        (HEADER + "6d 4f 03 6162", 10, "the NUL"),
        (HEADER + "6d 4f 03 61ff00 01 01", 9, "text in utf-8"),
        ("02 a401 03 00 6d 4f 03 6180 00 01 01", 9, "text in ascii"),
        (HEADER + "6d 4f c3 05 6162", 11, "5 octets of opaque data"),
        (HEADER + "6d 4f c3 85", 9, "more of the length"),
        (HEADER + "6d 4f c3 ffffffffff01 01", 8, "the length of opaque data in 32 bits"),
        (HEADER + "6d 4f 02 83b000 01 01", 8, "a Unicode character"),
        (HEADER + "6d 4f 02 c48000 01 01", 8, "a Unicode character"),
        (HEADER + "6d 4f 83 00 01 01", 8, "an index into the string table"),
        ("02 a401 6a 01 ff 6d 4f 83 00 01 01", 5, "text in utf-8"),
        (HEADER + "6d 44 03 01 01", 7, "an index into the string table"),
        ("02 a401 6a 01 00 6d 04 00 01", 8, "the name of a tag"),
        # Inside an inner document the offset still counts from the outside.
        (HEADER + "6d 4f c3 06 02a4036a00 4a 01 01", 15, "the end of DevInf"),
        (HEADER + "6d 4f c3 07 02a4036a00 4a2f 01 01", 15, "a token of DevInf 1.2"),
        (HEADER + "6d 4f c3 06 02a403 0700 0a 01 01", 12, "UTF-8, US-ASCII"),
    ],
)
def test_malformed(text: str, offset: int, expected: str) -> None:
    for function in (wbxml.decode, wbxml.locate):
        with pytest.raises(WireError) as caught:
            function(octets(text))
        assert (caught.value.offset, expected in caught.value.expected) == (offset, True), (
            caught.value
        )


def test_limits() -> None:
    header = octets(HEADER)
    deep = header + b"\x6d" * MAX_DEPTH + b"\x01" * MAX_DEPTH
    assert len(wbxml.locate(deep)) == MAX_DEPTH
    around = MAX_DEPTH - 1
    written = header + b"\x6d" * around + b"\x2d" + b"\x01" * around
    assert wbxml.encode(wbxml.decode(deep)) == written
    for inner in (b"\x6d", b"\x2d"):
        deeper = header + b"\x6d" * MAX_DEPTH + inner + b"\x01" * (MAX_DEPTH + 1)
        with pytest.raises(WireError, match="deep") as caught:
            wbxml.decode(deeper)
        assert caught.value.offset == len(header) + MAX_DEPTH
    with pytest.raises(WireError, match="octets") as caught:
        wbxml.decode(header + bytes(MAX_SIZE))
    assert caught.value.offset == MAX_SIZE
    element = Element(SYNCML, "Item")
    for _ in range(MAX_DEPTH):
        element = Element(SYNCML, "Item", (element,))
    with pytest.raises(WireError, match="deep"):
        wbxml.encode(Document(element, "SyncML 1.2"))


def test_inner_documents_count_towards_the_depth() -> None:
    inner = octets("02 a403 6a 00") + b"\x4a" * 10 + b"\x01" * 10
    around = MAX_DEPTH - 9
    message = (
        octets(HEADER) + b"\x6d" * (around - 1) + b"\x4f\xc3" + bytes((len(inner),)) + inner
        + b"\x01" * around
    )  # fmt: skip
    with pytest.raises(WireError, match="deep") as caught:
        wbxml.decode(message)
    assert caught.value.offset == message.index(inner) + 5 + 9


def test_few_octets_cannot_become_a_large_tree() -> None:
    table = b"x" * (MAX_TABLE - 1)
    start = octets("02 a401 6a 83ff7f") + table
    message = start + b"\x6d\x4f" + b"\x83\x00" * 1000 + b"\x01\x01"
    with pytest.raises(WireError, match=f"{MAX_REPEATED} characters"):
        wbxml.decode(message)


def test_attributes_have_their_names_in_the_string_table() -> None:
    """SyncML has no attribute pages; XML may have attributes all the same."""
    message = octets("02 a401 6a 04 61006200 6d cf 04 00 03 3100 04 02 01 03 7800 01 01")
    document = wbxml.decode(message)
    assert document.root == root(Element(SYNCML, "Data", ("x",), (("a", "1"), ("b", ""))))
    assert [name for name, _ in document.remarks] == ["attribute-unexpected"]
    assert wbxml.encode(document) == message
    assert wbxml.locate(message)[1].attributes == (("a", "1", ((14, 15),)), ("b", "", ()))


def test_a_name_in_the_string_table_belongs_to_the_vocabulary_that_has_it() -> None:
    message = octets("02 a401 6a 0b 46696e616c005479706500 6d 04 00 5a 44 06 03 6100 01 01 01")
    document = wbxml.decode(message)
    kind = Element(METINF, "Type", ("a",))
    assert document.root == root(Element(SYNCML, "Final"), Element(SYNCML, "Meta", (kind,)))
    assert [name for name, _ in document.remarks] == ["tag-literal", "tag-literal"]
    assert wbxml.encode(document) == octets(HEADER + "6d 12 5a 0001 53 03 6100 01 01 01")


@pytest.mark.parametrize(
    "element",
    [
        Element("urn:x", "x"),
        Element("", ""),
        Element("", "a\0b"),
        Element(SYNCML, "Data", (), (("a", "\0"),)),
    ],
)
def test_what_cannot_be_written(element: Element) -> None:
    with pytest.raises(WireError) as caught:
        wbxml.encode(Document(root(element), "SyncML 1.2"))
    assert caught.value.element is element


def test_a_character_set_that_is_left_to_the_transport() -> None:
    message = octets("02 a401 00 00 6d 4f 03 e900 01 01")
    assert wbxml.decode(message, "iso-8859-1").root == root(data("\xe9"))
    for transport in ("", "utf-8", "utf-16", "klingon"):
        with pytest.raises(WireError, match="text in utf-8"):
            wbxml.decode(message, transport)
