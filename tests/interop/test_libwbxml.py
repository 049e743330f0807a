"""libwbxml's `wbxml2xml` and `xml2wbxml` read what we write, write what we read, and agree.

Known differences of libwbxml 0.11:
* it writes OPAQUE text as CDATA and does not escape CR, so that any XML reader turns its CR LF
  into LF;
* from XML, it writes a CR before every LF of vCard and vCalendar data, even where there is one
  (`&#13;`): so a line end is compared as LF, however many CRs stand before it;
* from XML, it writes OPAQUE for the item data of Add and Replace whatever is in them: where there
  are such, trees are compared, else octets;
* it adds a DOCTYPE, which our reader passes over;
* it knows the version of stand-alone DevInf XML by its DOCTYPE only, and takes the newest without;
* in OMA CP it writes `value=` on attribute page 0 only, as PROV 1.0 has it, whatever page is chosen,
  and HTTP-BASIC and HTTP-DIGEST as the one token of page 0: where there is page 1, trees are compared;
  it reads both ways, and our octets are those of the vectors.
"""

import re
import subprocess
from pathlib import Path

import pytest

from emulator.wire import wbxml, xml
from emulator.wire.convert import convert
from emulator.wire.element import Element
from tests.interop.need import need
from tests.wire.kinds import KINDS, xml_of
from tests.wire.material import CAPTURED_WBXML, CAPTURED_XML, PAIRS, VECTOR_XML, walk

WBXML = {**CAPTURED_WBXML, **{name: octets for name, (_, octets) in PAIRS.items()}}
XML = {**CAPTURED_XML, **{name: text.encode() for name, text in VECTOR_XML.items()}}


def run(folder: Path, program: str, *options: str, octets: bytes) -> bytes:
    """What `program` makes of `octets`. It may end with 0 and no output, so the file counts."""
    need(program)
    source, target = folder / "in", folder / "out"
    source.write_bytes(octets)
    target.unlink(missing_ok=True)
    command = [program, *options, "-o", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    assert target.exists(), done.stdout + done.stderr
    return target.read_bytes()


def their_xml(folder: Path, octets: bytes) -> bytes:
    return run(folder, "wbxml2xml", "-m", "0", octets=octets)


def keeping_cr(their_xml: bytes) -> bytes:
    """Their XML with each CR written so that a reader keeps it, in CDATA and outside."""
    parts = re.split(rb"(<!\[CDATA\[.*?\]\]>)", their_xml, flags=re.DOTALL)
    for index, part in enumerate(parts):
        inside = part.startswith(b"<![CDATA[")
        parts[index] = part.replace(b"\r", b"]]>&#13;<![CDATA[" if inside else b"&#13;")
    return b"".join(parts)


def their_wbxml(folder: Path, octets: bytes) -> bytes:
    return run(folder, "xml2wbxml", "-v", "1.2", "-n", octets=octets)


def with_lf(element: Element) -> Element:
    """The tree with LF for every line end."""
    content = tuple(
        with_lf(c) if isinstance(c, Element) else re.sub(r"\r+\n", "\n", c)
        for c in element.content
        if not isinstance(c, bytes)
    )
    return Element(element.ns, element.tag, content, element.attributes)


def alike(theirs: bytes, ours: bytes) -> bool:
    """Whether two WBXML messages say the same, and in the same octets where no quirk applies."""
    they, we = wbxml.decode(theirs), wbxml.decode(ours)
    same = they.dialect == we.dialect and with_lf(they.root) == with_lf(we.root)
    quirk = any(e.tag in ("Add", "Replace") for e in walk(we.root))
    return same and (quirk or theirs == ours)


@pytest.mark.parametrize("name", WBXML)
def test_their_xml_of_a_wbxml_message_is_ours(name: str, tmp_path: Path) -> None:
    theirs = xml.decode(keeping_cr(their_xml(tmp_path, WBXML[name])))
    ours = xml.decode(convert(WBXML[name]))
    assert theirs.dialect == ours.dialect
    assert theirs.root == ours.root


@pytest.mark.parametrize("name", WBXML)
def test_they_read_our_xml_of_a_wbxml_message(name: str, tmp_path: Path) -> None:
    octets = their_wbxml(tmp_path, convert(WBXML[name]))
    assert alike(octets, WBXML[name])


@pytest.mark.parametrize("name", WBXML)
def test_with_their_own_crs_left_to_them_they_write_exactly_what_we_read(
    name: str, tmp_path: Path
) -> None:
    octets = their_wbxml(tmp_path, convert(WBXML[name]).replace(b"&#13;", b""))
    assert wbxml.decode(octets).root == wbxml.decode(WBXML[name]).root


@pytest.mark.parametrize("name", WBXML)
def test_they_read_our_wbxml(name: str, tmp_path: Path) -> None:
    octets = wbxml.encode(wbxml.decode(WBXML[name]))
    theirs = xml.decode(keeping_cr(their_xml(tmp_path, octets)))
    assert theirs.root == wbxml.decode(WBXML[name]).root


@pytest.mark.parametrize("name", XML)
def test_their_wbxml_of_an_xml_message_is_ours(name: str, tmp_path: Path) -> None:
    assert alike(their_wbxml(tmp_path, XML[name]), convert(XML[name]))


@pytest.mark.parametrize("name", CAPTURED_WBXML)
def test_both_come_back_to_the_captured_octets(name: str, tmp_path: Path) -> None:
    theirs = their_wbxml(tmp_path, their_xml(tmp_path, CAPTURED_WBXML[name]))
    assert theirs == convert(convert(CAPTURED_WBXML[name])) == CAPTURED_WBXML[name]


@pytest.mark.parametrize("name", XML)
def test_their_way_and_back(name: str, tmp_path: Path) -> None:
    theirs = xml.decode(keeping_cr(their_xml(tmp_path, convert(XML[name]))))
    assert theirs.root == xml.decode(XML[name]).root


DOCTYPES = {
    f"devinf-{version}": f'<!DOCTYPE DevInf PUBLIC "-//SYNCML//DTD DevInf {version}//EN" "x">'
    for version in ("1.0", "1.1")
}


@pytest.mark.parametrize("name", KINDS)
def test_they_read_our_wbxml_of_every_kind(name: str, tmp_path: Path) -> None:
    octets = convert(xml_of(name))
    theirs = xml.decode(keeping_cr(their_xml(tmp_path, octets)))
    ours = wbxml.decode(octets)
    assert (theirs.dialect, theirs.root) == (ours.dialect, ours.root)
    assert [id_ for id_, _ in theirs.remarks] == ["doctype"]


@pytest.mark.parametrize("name", KINDS)
def test_we_read_their_wbxml_of_every_kind(name: str, tmp_path: Path) -> None:
    document = xml_of(name).replace(b"?>", b"?>" + DOCTYPES.get(name, "").encode(), 1)
    version = "1.3" if name.startswith("cp") else "1.2"
    theirs = run(tmp_path, "xml2wbxml", "-v", version, "-n", octets=document)
    ours = convert(xml_of(name))
    assert wbxml.decode(theirs) == wbxml.decode(ours)
    if not name.startswith("cp"):
        assert theirs == ours
    assert convert(theirs) == xml_of(name)


@pytest.mark.parametrize("name", ["devinf-1.0", "devinf-1.1"])
def test_without_a_doctype_they_take_any_devinf_for_the_newest(name: str, tmp_path: Path) -> None:
    need("xml2wbxml")
    (tmp_path / "in").write_bytes(xml_of(name))
    command = ["xml2wbxml", "-n", "-o", str(tmp_path / "out"), str(tmp_path / "in")]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    assert b"can't encode Literal" in done.stdout + done.stderr  # Size, which 1.2 does not have
