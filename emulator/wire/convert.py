"""Between WBXML and XML, and from either to the tree. Knows only how to tell them apart."""

from typing import Literal

from emulator.wire import wbxml, xml
from emulator.wire.element import Document
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

    Raises WireError for what cannot be read, or not be carried by the other form.
    """
    if sniff(octets) == "xml":
        return wbxml.encode(xml.decode(octets))
    return xml.encode(wbxml.decode(octets))
