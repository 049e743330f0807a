"""The XML codec against recorded documents, lxml's own view of them, and hostile ones."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from emulator.wire import xml
from emulator.wire.element import DEVINF, DMTNDS, METINF, SYNCML, Document, Element
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_DEPTH, MAX_SIZE
from tests.wire.material import CAPTURED_XML, VECTOR_XML, data, documents, mutated, walk

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
MESSAGES = {**CAPTURED_XML, **{name: text.encode() for name, text in VECTOR_XML.items()}}
HEADER = b'<?xml version="1.0" encoding="UTF-8"?>'


def syncml(inner: str, uri: str = "SYNCML:SYNCML1.2") -> bytes:
    return f'<SyncML xmlns="{uri}">{inner}</SyncML>'.encode()


def root(*content: Element | str | bytes) -> Element:
    return Element(SYNCML, "SyncML", content)


def names(document: Document) -> list[str]:
    return [name for name, _ in document.remarks]


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name: str) -> None:
    document = xml.decode(MESSAGES[name])
    assert document.dialect == ("SyncML 1.1" if "ds11" in name else "SyncML 1.2")
    assert names(document) == (["cdata"] if b"<![CDATA[" in MESSAGES[name] else [])
    octets = xml.encode(document)
    again = xml.decode(octets)
    assert (again.root, again.dialect, again.remarks) == (document.root, document.dialect, ())
    assert xml.encode(xml.decode(octets)) == octets
    # An independent reader sees the same names and the same text.
    ours, theirs = etree.fromstring(octets), etree.fromstring(MESSAGES[name])
    assert etree.tostring(ours, method="c14n") == etree.tostring(theirs, method="c14n")


@pytest.mark.parametrize("name", MESSAGES)
def test_locate(name: str) -> None:
    octets = MESSAGES[name]
    elements = walk(xml.decode(octets).root)
    located = xml.locate(octets)
    assert [at.path[-1] for at in located] == [e.tag for e in elements]
    for at, element in zip(located, elements, strict=True):
        assert octets[at.start : at.start + len(element.tag) + 1] == b"<" + element.tag.encode()
        assert octets[at.end - 1 : at.end] == b">"
        raw = b"".join(octets[start:end] for start, end in at.values)
        if b"&" not in raw:
            assert raw.decode().replace("\r\n", "\n") == element.text


@given(documents())
@settings(suppress_health_check=SLOW, deadline=None)
def test_round_trip(document: Document) -> None:
    octets = xml.encode(document)
    assert xml.decode(octets) == document
    assert [at.path[-1] for at in xml.locate(octets)] == [e.tag for e in walk(document.root)]


@given(mutated(list(MESSAGES.values())))
@settings(suppress_health_check=SLOW, deadline=None, max_examples=200)
def test_damaged_octets_only_raise_wire_errors(octets: bytes) -> None:
    try:
        document = xml.decode(octets)
    except WireError as error:
        assert 0 <= error.offset <= len(octets)
    else:
        located = xml.locate(octets)
        assert [at.path[-1] for at in located] == [e.tag for e in walk(document.root)]
    try:
        xml.locate(octets)
    except WireError as error:
        assert 0 <= error.offset <= len(octets)


@given(st.binary(max_size=60), st.sampled_from((b"", b"<", b"<a>", b"<?xml ", b"<!DOCTYPE a ")))
@settings(deadline=None)
def test_any_octets_only_raise_wire_errors(noise: bytes, start: bytes) -> None:
    for function in (xml.decode, xml.locate):
        try:
            function(start + noise)
        except WireError as error:
            assert 0 <= error.offset <= len(start + noise)


def test_writing() -> None:
    document = Document(
        root(
            Element(SYNCML, "Meta", (Element(METINF, "Anchor", (Element(METINF, "Next"),)),)),
            data("a\r\n<&>\"'"),
            data(Element(DEVINF, "DevInf", (Element(DEVINF, "UTC"),))),
            data(Element(DMTNDS, "MgmtTree")),
            Element(SYNCML, "Final"),
        ),
        "SyncML 1.1",
    )
    assert xml.encode(document) == HEADER + (
        b'<SyncML xmlns="SYNCML:SYNCML1.1"><Meta><Anchor xmlns="syncml:metinf"><Next/></Anchor>'
        b"</Meta><Data>a&#13;\n&lt;&amp;&gt;\"'</Data>"
        b'<Data><DevInf xmlns="syncml:devinf"><UTC/></DevInf></Data>'
        b'<Data><MgmtTree xmlns="syncml:dmddf1.2"/></Data><Final/></SyncML>'
    )
    assert xml.decode(xml.encode(document)) == document


def test_white_space() -> None:
    text = (
        " \n<Data> \n</Data>\n <Meta>\t<Type xmlns='syncml:metinf'> x </Type></Meta> y <Final/>\n"
    )
    assert xml.decode(syncml(text)).root == root(
        data(" \n"),
        Element(SYNCML, "Meta", (Element(METINF, "Type", (" x ",)),)),
        " y ",
        Element(SYNCML, "Final"),
    )


def test_runs_of_character_data() -> None:
    octets = syncml(
        "<Data>a&amp;b<![CDATA[c]]>d<!-- e -->f<?g h?>i</Data><LocURI></LocURI><Final/>"
    )
    document = xml.decode(octets)
    assert document.root.find("Data") == data("a&bcdfi")
    located = xml.locate(octets)
    runs = [octets[start:end] for start, end in located[1].values]
    assert runs == [b"a&amp;b", b"c", b"d", b"f", b"i"]
    assert [octets[at.start : at.end] for at in located[2:]] == [b"<LocURI></LocURI>", b"<Final/>"]


def test_prefixes() -> None:
    octets = (
        b'<s:SyncML xmlns:s="SYNCML:SYNCML1.2" xmlns:m="syncml:metinf">'
        b"<s:Meta><m:Type>a</m:Type></s:Meta></s:SyncML>"
    )
    document = xml.decode(octets)
    assert document.root == root(Element(SYNCML, "Meta", (Element(METINF, "Type", ("a",)),)))
    assert [at.path[-1] for at in xml.locate(octets)] == ["SyncML", "Meta", "Type"]


HDR = "<SyncHdr><VerDTD>1.1</VerDTD></SyncHdr>"
META = "<Meta><Type>a</Type></Meta>"
INF = "<Data><DevInf><VerDTD>1.1</VerDTD></DevInf></Data>"


@pytest.mark.parametrize("uri", ["SYNCML:SYNCML1.1", "syncml:SYNCML1.1", "SYNCML:SYNCML9", ""])
def test_namespaces_that_are_not_as_they_should_be(uri: str) -> None:
    """An element without a namespace of its own gets the one that knows its name."""
    octets = syncml(HDR + META + INF, uri).replace(b' xmlns=""', b"")
    document = xml.decode(octets)
    assert document.dialect == "SyncML 1.1"
    places = [(e.ns, e.tag) for e in walk(document.root)]
    assert places == [
        (SYNCML, "SyncML"),
        (SYNCML, "SyncHdr"),
        (SYNCML, "VerDTD"),
        (SYNCML, "Meta"),
        (METINF, "Type"),
        (SYNCML, "Data"),
        (DEVINF, "DevInf"),
        (DEVINF, "VerDTD"),
    ]
    expected = {"SYNCML:SYNCML1.1": [], "syncml:SYNCML1.1": ["namespace-variant"],
                "SYNCML:SYNCML9": ["namespace-unknown"], "": []}  # fmt: skip
    found = names(document)
    assert found[: len(expected[uri])] == expected[uri]
    assert found[len(expected[uri]) :] == ["namespace-missing"]


def test_what_is_remarked_of_one_document_is_remarked_of_the_next() -> None:
    """Names are looked up once for all; those that are not as they should be, each time."""
    octets = syncml(HDR + META + "<Foo/>" + META)
    first = xml.decode(octets)
    assert names(first) == ["namespace-missing"]
    assert (
        xml.decode(syncml(HDR + "<Meta><Type xmlns='syncml:metinf'>a</Type></Meta>")).remarks == ()
    )
    assert xml.decode(octets) == first


def test_foreign_vocabularies_are_kept() -> None:
    document = xml.decode(syncml('<Data><x xmlns="urn:x"><y/></x></Data>'))
    foreign = Element("urn:x", "x", (Element("urn:x", "y"),))
    assert document.root == root(data(foreign))
    assert names(document) == ["namespace-unknown"]
    assert xml.decode(xml.encode(document)).root == document.root


def test_attributes() -> None:
    document = xml.decode(syncml('<Data a="1&#13;" xml:lang="de"/>'))
    assert document.root.find("Data") == Element(SYNCML, "Data", (), (("a", "1\r"),))
    assert names(document) == ["attribute-unexpected"]
    assert xml.decode(xml.encode(document)).root == document.root


@pytest.mark.parametrize("name", ["ISO-8859-1", "us-ascii", "UTF-8", "utf-16"])
def test_encodings(name: str) -> None:
    text = "caf\xe9" if name != "us-ascii" else "cafe"
    document = f'<?xml version="1.0" encoding="{name}"?>{syncml(f"<Data>{text}</Data>").decode()}'
    octets = document.encode(name)
    decoded = xml.decode(octets)
    assert decoded.root == root(data(text))
    assert names(decoded) == ([] if name == "UTF-8" else ["charset"])
    if name == "utf-16":
        with pytest.raises(WireError, match="UTF-16"):
            xml.locate(octets)
    else:
        start, end = xml.locate(octets)[1].values[0]
        assert octets[start:end] == text.encode(name)


def test_byte_order_mark_and_doctype() -> None:
    doctype = (
        b'<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.2//EN" "http://127.0.0.1:1/no.dtd">'
    )
    octets = b"\xef\xbb\xbf" + HEADER + doctype + syncml("<Final/>")
    document = xml.decode(octets)
    assert document.root == root(Element(SYNCML, "Final"))
    assert document.remarks == (("doctype", "SyncML: a DOCTYPE, which is passed over"),)
    assert octets[xml.locate(octets)[1].start :].startswith(b"<Final/>")


@pytest.mark.parametrize(
    "octets",
    [
        syncml("<Hdr \ufeffa='x'/>"),
        syncml("<Hdr a='>' \ufeffa='x'/>"),
        syncml("<x\ufeff xmlns='urn:x'/>"),
        syncml("<Data xmlns:a='>' xmlns:\ufeffa='x'/>"),
        syncml("<Data>\xe9</Data><?x > \xe9?><!-- > \xe9 -->"),
    ],
)
def test_what_decode_takes_locate_takes(octets: bytes) -> None:
    """libxml2 takes names that expat does not."""
    try:
        document = xml.decode(octets)
    except WireError as refused:
        with pytest.raises(WireError, match=refused.expected):
            xml.locate(octets)
    else:
        assert len(xml.locate(octets)) == len(walk(document.root))


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
).encode()


@pytest.mark.parametrize(
    ("octets", "offset", "expected"),
    [
        (b"", 0, "well-formed"),
        (b"<SyncML>", 8, "well-formed"),
        (b"<SyncML></SyncMl>", 10, "well-formed"),
        (syncml("<Data>\xe9&</Data>"), 42, "well-formed"),
        (b"<SyncML>\n\n<Data>\xff</Data></SyncML>", 16, "well-formed"),
        (b"<SyncML/><SyncML/>", 9, "well-formed"),
        (b"<SyncML>&#0;</SyncML>", 8, "well-formed"),
        (HEADER + LAUGHS + syncml("<Data>&i;</Data>"), len(HEADER) + 12, "a DOCTYPE without"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", 12, "a DOCTYPE"),
        (b"<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>", 12, "a DOCTYPE without"),
        (b'<!DOCTYPE SyncML SYSTEM "x"><SyncML>&b;</SyncML>', 36, "predefined entities"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', 30, "one of the encodings"),
        (b'<?xml version="1.0" encoding="IBM037"?><a/>', 30, "one of the encodings"),
        (b'<!-- --><svg xmlns="urn:x"/>', 8, "a SyncML, DevInf, MetInf, TNDS or OMA CP document"),
        (b"<x:SyncML/>", 9, "well-formed"),
        (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), 3 * MAX_DEPTH, "deep"),
        (b"<a>" * 5000 + b"</a>" * 5000, 3 * MAX_DEPTH, "deep"),
    ],
)
def test_malformed(octets: bytes, offset: int, expected: str) -> None:
    with pytest.raises(WireError) as caught:
        xml.decode(octets)
    error = caught.value
    assert expected in error.expected
    assert error.offset == offset, error


def test_size() -> None:
    for function in (xml.decode, xml.locate):
        with pytest.raises(WireError) as caught:
            function(b" " * (MAX_SIZE + 1))
        assert caught.value.offset == MAX_SIZE


@pytest.mark.parametrize(
    "element",
    [
        data(b"\xff"),
        data("\0"),
        data("\ud800"),
        Element("", "a b"),
        Element("", "a/><b"),
        Element("", "a:b"),
        Element("", "1"),
        Element("", "\ud800"),
        Element(SYNCML, "Data", (), (("xmlns", "b"),)),
        Element("", ""),
        Element(SYNCML, "Data", (), (("a>", "b"),)),
    ],
)
def test_what_cannot_be_written(element: Element) -> None:
    with pytest.raises(WireError):
        xml.encode(Document(root(element), "SyncML 1.2"))


def test_unusual_names_are_written_where_they_can_be_read() -> None:
    for name in ("p\u06ecarm", "x\u0559", "\u0446"):
        octets = syncml(f"<{name} {name}='1'/>")
        document = xml.decode(octets)
        assert xml.decode(xml.encode(document)) == document


def test_trees_too_deep_to_write() -> None:
    element = Element(SYNCML, "Item")
    for _ in range(MAX_DEPTH):
        element = Element(SYNCML, "Item", (element,))
    with pytest.raises(WireError, match="deep"):
        xml.encode(Document(element, "SyncML 1.2"))


@pytest.mark.parametrize("encoding", ["UrF-8", "hex", "no such one"])
def test_an_encoding_that_nobody_knows_is_said(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><SyncML xmlns="SYNCML:SYNCML1.2">\xe4</SyncML>'
    )
    for octets in (text.encode(), text.encode("utf-16")):
        with pytest.raises(WireError):
            xml.decode(octets)
        with pytest.raises(WireError):
            xml.locate(octets)
