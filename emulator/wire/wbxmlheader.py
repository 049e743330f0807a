"""What stands before the body of a WBXML document, and the numbers of WBXML.

Owns the global tokens, mb_u_int32, the character sets and the header: version, public identifier,
character set, string table (WBXML 1.3, sections 5 and 7). Means nothing by a vocabulary.
"""

import msgspec

from emulator.wire.charsets import BY_TRANSPORT, CODECS, MIBENUMS
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_NUMBER, MAX_TABLE, NUMBER_OCTETS
from emulator.wire.remarks import Note, note
from emulator.wire.tokens import BY_FPI, BY_PUBLIC_ID, Dialect

SWITCH_PAGE, END, ENTITY, STR_I, LITERAL = 0x00, 0x01, 0x02, 0x03, 0x04
STR_T, OPAQUE = 0x83, 0xC3
CONTENT, ATTRIBUTES = 0x40, 0x80
UNKNOWN_ID = 0x01

_DOCUMENTS = "a public identifier of SyncML, DevInf, TNDS or OMA CP"


class Header(msgspec.Struct, frozen=True):
    """What stands before the body; `dialect` is None when the content must tell.

    `table` gives the octets of the string table, `body` the offset of the first token after it.
    """

    dialect: Dialect | None
    charset: str
    table: tuple[int, int]
    body: int
    notes: tuple[Note, ...] = ()


def mb(number: int) -> bytes:
    """The mb_u_int32 of a number (WBXML 1.3, section 5.1)."""
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


def number(octets: bytes, pos: int, end: int, what: str) -> tuple[int, int]:
    """The mb_u_int32 at `pos` and the position after it; `what` names it in the WireError."""
    value = 0
    for at in range(pos, min(pos + NUMBER_OCTETS, end)):
        octet = octets[at]
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            if value > MAX_NUMBER:
                break
            return value, at + 1
    else:
        if end < pos + NUMBER_OCTETS:
            raise WireError(end, f"more of the {what}", "the end")
    raise WireError(pos, f"the {what} in 32 bits", "a larger number")


def read(octets: bytes, start: int, end: int, transport: str = "") -> Header:
    """The header of the document in octets[start:end]. Raises WireError.

    `transport` is the charset that the Content-Type names; it counts where the document leaves it open.
    """
    if start >= end:
        raise WireError(start, "a WBXML version", "the end")
    if octets[start] not in (1, 2, 3):
        raise WireError(start, "WBXML version 01, 02 or 03", f"{octets[start]:02X}")
    public_id, pos = number(octets, start + 1, end, "public identifier")
    index, index_at = 0, pos
    if public_id == 0:
        index, pos = number(octets, pos, end, "index of the public identifier")
    charset_at = pos
    charset, pos = number(octets, pos, end, "character set")
    codec = MIBENUMS.get(charset)
    if codec is None:
        expected = "UTF-8, US-ASCII, ISO-8859-1 or -15, windows-1252 (6A, 03, 04, 6F, 914C)"
        raise WireError(charset_at, expected, f"MIBenum {charset}")
    named = CODECS.get(transport, "")
    if charset == BY_TRANSPORT and named and not named.startswith("utf-16"):
        codec = named
    length_at = pos
    length, pos = number(octets, pos, end, "length of the string table")
    if length > MAX_TABLE:
        raise WireError(length_at, f"a string table of at most {MAX_TABLE} octets", str(length))
    if length > end - pos:
        raise WireError(end, f"a string table of {length} octets", f"{end - pos} octets")
    dialect = BY_PUBLIC_ID.get(public_id)
    notes = []
    if public_id == 0:
        if index >= length:
            raise WireError(index_at, "an index into the string table", str(index))
        # Older toolkits leave out the final NUL.
        fpi = octets[pos + index : pos + length].partition(b"\0")[0]
        dialect = BY_FPI.get(fpi.decode("latin-1"))
        if dialect is None:
            raise WireError(pos + index, _DOCUMENTS, repr(fpi[:40]))
        if dialect.public_id:
            notes.append(note("public-id-text", dialect.fpi))
    elif dialect is None and public_id != UNKNOWN_ID:
        raise WireError(start + 1, _DOCUMENTS, f"{public_id:X}")
    if charset == BY_TRANSPORT or codec != "utf-8":
        notes.append(note("charset", f"MIBenum {charset}, read as {codec}"))
    return Header(dialect, codec, (pos, pos + length), pos + length, tuple(notes))
