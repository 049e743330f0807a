"""Between WBXML and XML, and from either to the tree: SyncML, DevInf, MetInf, DM TNDS and DDF, OMA CP.

Knows only how to tell the two forms apart, and where in the input what one of them cannot carry is.
"""

from collections.abc import Iterator
from typing import Literal

from emulator.wire import wbxml, xml
from emulator.wire.element import Document, Element
from emulator.wire.errors import WireError

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def sniff(octets: bytes) -> Literal["xml", "wbxml"]:
    """Which of the two `octets` are: WBXML begins with its version (01-03), XML with `<`.

    Raises WireError at offset 0 for anything else.
    """
    if octets[:1] in (b"\x01", b"\x02", b"\x03"):
        return "wbxml"
    # The first 4 octets of UTF-16 hold the `<` too; white space may stand before it.
    if octets.startswith(_BOMS) or octets[:64].lstrip(b" \t\r\n\0")[:1] == b"<":
        return "xml"
    raise WireError(0, "WBXML (01-03) or XML (<)", octets[:1].hex().upper() or "nothing")


def decode_any(octets: bytes) -> Document:
    """The document in `octets`, WBXML or XML. Raises WireError."""
    return xml.decode(octets) if sniff(octets) == "xml" else wbxml.decode(octets)


def convert(octets: bytes) -> bytes:
    """XML for WBXML and WBXML for XML, in our writing style.

    Raises WireError for what cannot be read, or not be carried by the other form, with its offset
    in `octets`. What this function has written it converts back to the same octets.
    """
    return converted(octets)[0]


def converted(octets: bytes) -> tuple[bytes, Document]:
    """The same with the document between, which has the remarks about the input."""
    source, target = (xml, wbxml) if sniff(octets) == "xml" else (wbxml, xml)
    document = source.decode(octets)
    try:
        return target.encode(document), document
    except WireError as error:
        if error.element is None:
            raise
        elements = list(_walk(document.root))
        index = next(n for n, each in enumerate(elements) if each is error.element)
        try:
            at = source.locate(octets)[index].start
        except WireError:  # UTF-16
            at = 0
        raise WireError(at, error.expected, error.found, error.element) from None


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element.elements():
        yield from _walk(child)
