"""WBXML octets to the neutral tree: one reader, for trees and for positions alike.

Owns the parsing of header, string table, tokens, pages and documents inside documents, and the
limits that hold whatever the octets are. Knows the vocabularies from `tokens` only and means nothing
by any element, apart from SyncML's Data, in which a DevInf or TNDS document travels as OPAQUE
octets. OMA CP (attributes) is not read yet. Others use it through `wbxml`.
"""

from itertools import groupby

import msgspec

from emulator.wire.element import METINF, SYNCML, Document, Element
from emulator.wire.errors import WireError
from emulator.wire.tokens import (
    BY_FPI,
    BY_PUBLIC_ID,
    DIALECTS,
    EMBEDDED,
    NEWEST,
    REWRITTEN,
    ROWS,
    Dialect,
    Row,
    dialect_of,
    knowing,
)

MAX_SIZE = 8 << 20
"""Octets of one document; far above any MaxMsgSize."""
MAX_DEPTH = 64
"""Open elements at one time, those around an inner document included."""
MAX_TABLE = 1 << 16
"""Octets of one string table."""
MAX_REPEATED = 1 << 20
"""Characters that references into string tables may add up to: they cost three octets each."""
MAX_ELEMENTS = 500_000
"""Elements of one document, inner documents included."""

SWITCH_PAGE, END, ENTITY, STR_I, LITERAL = 0x00, 0x01, 0x02, 0x03, 0x04
STR_T, OPAQUE = 0x83, 0xC3
CONTENT, ATTRIBUTES = 0x40, 0x80
UNKNOWN_ID = 0x01
UTF_8 = 0x6A


def mb(number: int) -> bytes:
    """The mb_u_int32 of a number (WBXML 1.3, section 5.1)."""
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


# MIBenum (IANA character sets); 0 leaves it to the transport.
_CHARSETS = {UTF_8: "utf-8", 0x03: "ascii", 0x04: "latin-1", 0x00: "utf-8"}
_EMBEDDED_IDS = {mb(i) for i, d in BY_PUBLIC_ID.items() if d.ns in EMBEDDED}

Content = list[Element | str | bytes]
Piece = tuple[str | bytes, int, int]
"""Character data and the octets in which it lies."""


class _Mark(msgspec.Struct):
    """A Located in the making."""

    path: tuple[str, ...]
    start: int
    end: int
    values: list[tuple[int, int]]


class _Header(msgspec.Struct, frozen=True):
    """What stands before the body; `dialect` is None when the content must tell."""

    dialect: Dialect | None
    charset: str
    table: tuple[int, int]
    body: int


class Reader:
    """One pass over one message, with what its inner documents share: limits, trace, remarks."""

    def __init__(self, octets: bytes, trace: list[_Mark] | None = None) -> None:
        if len(octets) > MAX_SIZE:
            raise WireError(MAX_SIZE, f"at most {MAX_SIZE} octets", f"{len(octets)} octets")
        self.octets = octets
        self.trace = trace
        self.remarks: list[tuple[str, str]] = []
        self.elements = 0
        self.repeated = 0

    def document(
        self, start: int, end: int, depth: int = 0, path: tuple[str, ...] = ()
    ) -> Document:
        """The document in octets[start:end], around which `depth` elements are open."""
        header = self.header(start, end)
        dialect = header.dialect or self.by_content(header.body, end)
        before = (self.elements, self.repeated, len(self.trace or ()), len(self.remarks))
        root = self.body(dialect, header, end, depth, path)
        if header.dialect is None:
            name = dialect_of(root, dialect.name.rpartition(" ")[2]) or dialect.name
            if name != dialect.name:
                # Tokens have changed their meaning between versions: read again with the right one.
                dialect = DIALECTS[name]
                self.elements, self.repeated = before[:2]
                if self.trace is not None:
                    del self.trace[before[2] :]
                del self.remarks[before[3] :]
                root = self.body(dialect, header, end, depth, path)
            self.remark("public-id-unknown", f"no public identifier; read as {name}")
        if root.tag != dialect.root:
            raise WireError(header.body, f"the root element {dialect.root}", root.tag)
        return Document(root, dialect.name, tuple(dict.fromkeys(self.remarks)))

    def remark(self, name: str, sentence: str) -> None:
        if len(self.remarks) < 100:
            self.remarks.append((name, sentence))

    def number(self, pos: int, end: int, what: str) -> tuple[int, int]:
        """The mb_u_int32 at `pos` and the position after it (WBXML 1.3, section 5.1)."""
        value = 0
        for at in range(pos, min(pos + 5, end)):
            octet = self.octets[at]
            value = value << 7 | octet & 0x7F
            if octet < 0x80:
                if value > 0xFFFFFFFF:
                    break
                return value, at + 1
        else:
            if end < pos + 5:
                raise WireError(end, f"more of the {what}", "the end")
        raise WireError(pos, f"the {what} in 32 bits", "a larger number")

    def header(self, start: int, end: int) -> _Header:
        octets = self.octets
        if start >= end:
            raise WireError(start, "a WBXML version", "the end")
        if octets[start] not in (1, 2, 3):
            raise WireError(start, "WBXML version 01, 02 or 03", f"{octets[start]:02X}")
        public_id, pos = self.number(start + 1, end, "public identifier")
        index, index_at = 0, pos
        if public_id == 0:
            index, pos = self.number(pos, end, "index of the public identifier")
        charset_at = pos
        charset, pos = self.number(pos, end, "character set")
        if charset not in _CHARSETS:
            raise WireError(
                charset_at, "UTF-8, US-ASCII or ISO-8859-1 (6A, 03, 04)", f"MIBenum {charset}"
            )
        length_at = pos
        length, pos = self.number(pos, end, "length of the string table")
        if length > MAX_TABLE:
            raise WireError(length_at, f"a string table of at most {MAX_TABLE} octets", str(length))
        if length > end - pos:
            raise WireError(end, f"a string table of {length} octets", f"{end - pos} octets")
        dialect = BY_PUBLIC_ID.get(public_id)
        if public_id == 0:
            if index >= length:
                raise WireError(index_at, "an index into the string table", str(index))
            # Older toolkits leave out the final NUL.
            fpi = octets[pos + index : pos + length].partition(b"\0")[0]
            dialect = BY_FPI.get(fpi.decode("latin-1"))
            if dialect is None:
                raise WireError(
                    pos + index, "a public identifier of SyncML, DevInf or TNDS", repr(fpi[:40])
                )
        elif dialect is None and public_id != UNKNOWN_ID:
            raise WireError(
                start + 1, "a public identifier of SyncML, DevInf or TNDS", f"{public_id:X}"
            )
        if charset != UTF_8:
            self.remark("charset", f"the character set is {charset}, not UTF-8 (106)")
        return _Header(dialect, _CHARSETS[charset], (pos, pos + length), pos + length)

    def by_content(self, pos: int, end: int) -> Dialect:
        """The newest dialect whose root is the first tag of the body."""
        octets = self.octets
        page = 0
        while pos + 1 < end and octets[pos] == SWITCH_PAGE:
            page = octets[pos + 1]
            pos += 2
        for dialect in NEWEST.values():
            row = _row(dialect, page)
            root = row[octets[pos]] if row and pos < end else None
            if root and root.tag == dialect.root:
                return dialect
        raise WireError(pos, "a root element of SyncML, DevInf or TNDS", self.at(pos, end))

    def at(self, pos: int, end: int) -> str:
        return f"{self.octets[pos]:02X}" if pos < end else "the end"

    def body(
        self, dialect: Dialect, header: _Header, end: int, depth: int, path: tuple[str, ...]
    ) -> Element:
        """The root element at `header.body`: one loop over its tokens, with a stack of its own."""
        octets, trace, charset = self.octets, self.trace, header.charset
        pos, count = header.body, self.elements
        page, row = 0, _row(dialect, 0) or _NO_TAGS
        entry, content = Element("", ""), Content()
        stack: list[tuple[Element, Content]] = []
        marks: list[_Mark] = []
        strings: dict[int, tuple[str, int, int]] = {}
        in_pieces = False  # whether some text so far came as several pieces

        while True:
            if pos >= end:
                raise WireError(
                    end, f"the end of {entry.tag}" if stack else "an element", "nothing"
                )
            octet = octets[pos]
            after = pos + 1
            tag = row[octet]
            if tag is None:
                if octet == SWITCH_PAGE:
                    known = _row(dialect, octets[after]) if after < end else None
                    if known is None:
                        expected = f"a code page of {dialect.name}"
                        raise WireError(after, expected, self.at(after, end))
                    page, row = octets[after], known
                    pos += 2
                    continue
                if octet == END and stack:
                    done = _closed(entry, content, in_pieces) if content else entry
                    if trace is not None:
                        marks.pop().end = after
                    entry, content = stack.pop()
                    content.append(done)
                    pos = after
                    if not stack:
                        break
                    continue
                if octet == STR_I and stack:
                    stop = octets.find(0, after, end)
                    if stop < 0:
                        raise WireError(end, f"the NUL of the string at {pos}", "nothing")
                    if stop > after:
                        try:
                            text = octets[after:stop].decode(charset)
                        except UnicodeDecodeError as error:
                            raise _not_text(error, after) from None
                        in_pieces = in_pieces or bool(content)
                        content.append(text)
                        if trace is not None:
                            marks[-1].values.append((after, stop))
                    pos = stop + 1
                    continue
                if octet in (OPAQUE, STR_T, ENTITY) and stack:
                    (piece, start, stop), pos = self.piece(octet, after, end, header, strings)
                    if octet == OPAQUE and is_data(entry) and self.holds_document(start, stop):
                        around = marks[-1].path if trace is not None else ()
                        self.elements = count
                        content.append(self.document(start, stop, depth + len(stack), around).root)
                        count = self.elements
                    elif piece:
                        in_pieces = in_pieces or bool(content)
                        content.append(piece)
                        if trace is not None:
                            marks[-1].values.append((start, stop))
                    continue
                if octet in (LITERAL, LITERAL | CONTENT):
                    index, after = self.number(after, end, "index of a tag's name")
                    name = self.string(index, pos + 1, header, strings)[0]
                    if not name:
                        raise WireError(pos + 1, "the name of a tag", "an empty string")
                    # Spelled out it is still the same element, as in XML without its namespace.
                    tag = Element(knowing(name, entry.ns), name)
                else:
                    tag = self.newer(dialect, page, pos, bool(stack))

            count += 1
            if count > MAX_ELEMENTS:
                raise WireError(pos, f"at most {MAX_ELEMENTS} elements", "one more")
            if trace is not None:
                mark = _Mark((*(marks[-1].path if marks else path), tag.tag), pos, after, [])
                trace.append(mark)
                if octet & CONTENT:
                    marks.append(mark)
            if len(stack) + depth >= MAX_DEPTH:
                raise WireError(pos, f"elements at most {MAX_DEPTH} deep", "one more")
            if octet & CONTENT:
                stack.append((entry, content))
                entry, content = tag, Content()
            else:
                content.append(tag)
            pos = after
            if not stack:
                break

        self.elements = count
        if pos < end:
            self.remark("trailing-octets", f"{end - pos} octets follow the root element")
        root = content[0]
        assert isinstance(root, Element)
        return root

    def piece(
        self,
        octet: int,
        pos: int,
        end: int,
        header: _Header,
        strings: dict[int, tuple[str, int, int]],
    ) -> tuple[Piece, int]:
        """Character data behind an OPAQUE, STR_T or ENTITY token, and the position after it."""
        if octet == OPAQUE:
            length, start = self.number(pos, end, "length of opaque data")
            if length > end - start:
                raise WireError(end, f"{length} octets of opaque data", f"{end - start} octets")
            return (_opaque(self.octets[start : start + length]), start, start + length), (
                start + length
            )
        number, after = self.number(pos, end, "character" if octet == ENTITY else "string index")
        if octet == STR_T:
            return self.string(number, pos, header, strings), after
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise WireError(pos, "a Unicode character", f"{number:X}")
        return (chr(number), pos, after), after

    def string(
        self, index: int, at: int, header: _Header, strings: dict[int, tuple[str, int, int]]
    ) -> tuple[str, int, int]:
        """The string at `index` of the table, to its NUL or the end of the table."""
        known = strings.get(index)
        if known is None:
            start, limit = header.table[0] + index, header.table[1]
            if start >= limit:
                raise WireError(at, "an index into the string table", str(index))
            stop = self.octets.find(0, start, limit)
            stop = limit if stop < 0 else stop
            try:
                text = self.octets[start:stop].decode(header.charset)
            except UnicodeDecodeError as error:
                raise _not_text(error, start) from None
            known = strings[index] = (text, start, stop)
        self.repeated += len(known[0])
        if self.repeated > MAX_REPEATED:
            raise WireError(at, f"at most {MAX_REPEATED} characters from string tables", "more")
        return known

    def newer(self, dialect: Dialect, page: int, pos: int, inside: bool) -> Element:
        """The tag at `pos` as later versions of the vocabulary have it."""
        octet = self.octets[pos]
        row = _row(NEWEST[dialect.ns], page) or _NO_TAGS
        tag = row[octet]
        if tag is None:
            expected = (
                f"a token of {dialect.name}, code page {page}" if inside else "a root element"
            )
            if octet & ATTRIBUTES and row[octet & 0x7F]:
                expected = f"{expected} without attributes"
            raise WireError(pos, expected, f"{octet:02X}")
        self.remark("tag-newer", f"{tag.tag} is not in {dialect.name}")
        return tag

    def holds_document(self, start: int, stop: int) -> bool:
        """Whether opaque data is a whole DevInf or TNDS document."""
        if stop - start < 5 or self.octets[start] not in (1, 2, 3):
            return False
        if self.octets[start + 1 : start + 3] in _EMBEDDED_IDS:
            return True
        before = len(self.remarks)
        try:
            header = self.header(start, stop)
            dialect = header.dialect or self.by_content(header.body, stop)
        except WireError:
            return False
        finally:
            del self.remarks[before:]
        return dialect.ns in EMBEDDED


_NO_TAGS: Row = [None] * 256


def _row(dialect: Dialect, page: int) -> Row | None:
    """The tags of a page; a page that came with a later version counts too."""
    for rows in (ROWS[dialect.name], ROWS[NEWEST[dialect.ns].name]):
        if page < len(rows) and (row := rows[page]):
            return row
    # A TNDS or MetInf document starts on page 0, which is empty there.
    return _NO_TAGS if page == 0 else None


def is_data(element: Element) -> bool:
    return element.tag == "Data" and element.ns == SYNCML


def _closed(entry: Element, content: Content, in_pieces: bool) -> Element:
    """The finished element: text in one piece, the Type of an inner document as XML has it."""
    if in_pieces and len(content) > 1:
        content = _joined(content)
    if entry.tag == "Type" and entry.ns == METINF and len(content) == 1:
        only = content[0]
        if isinstance(only, str):
            content = [REWRITTEN.get(only, only)]
    return Element(entry.ns, entry.tag, tuple(content))


def _joined(content: Content) -> Content:
    joined: Content = []
    for is_text, run in groupby(content, lambda piece: isinstance(piece, str)):
        pieces = list(run)
        joined += ["".join(p for p in pieces if isinstance(p, str))] if is_text else pieces
    return joined


def _opaque(octets: bytes) -> str | bytes:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets


def _not_text(error: UnicodeDecodeError, start: int) -> WireError:
    found = f"{error.object[error.start]:02X}"
    return WireError(start + error.start, f"text in {error.encoding}", found)
