"""WBXML octets to the neutral tree: one reader, for trees and for positions alike.

Owns the parsing of tokens, pages and documents inside documents. Headers are `wbxmlheader`'s,
attribute lists `wbxmlattributes`'. Knows the vocabularies from `tokens` only and means nothing by any
element, apart from SyncML's Data, in which a DevInf or TNDS document travels as OPAQUE octets. Others
use it through `wbxml`.
"""

from itertools import groupby

import msgspec

from emulator.wire import wbxmlattributes, wbxmlheader
from emulator.wire.element import METINF, PROV, SYNCML, Document, Element
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_DEPTH, MAX_ELEMENTS, MAX_REPEATED, MAX_SIZE
from emulator.wire.remarks import Note, distinct, note
from emulator.wire.tokens import (
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
from emulator.wire.wbxmlheader import (
    ATTRIBUTES,
    CONTENT,
    END,
    ENTITY,
    LITERAL,
    OPAQUE,
    STR_I,
    STR_T,
    SWITCH_PAGE,
    Header,
    mb,
    number,
)

_EMBEDDED_IDS = {mb(i) for i, d in BY_PUBLIC_ID.items() if d.ns in EMBEDDED}
_LITERALS = (LITERAL, LITERAL | CONTENT, LITERAL | ATTRIBUTES, LITERAL | ATTRIBUTES | CONTENT)

Content = list[Element | str | bytes]
Piece = tuple[str | bytes, int, int]
"""Character data and the octets in which it lies."""
Strings = dict[int, tuple[str, int, int]]
"""Those of a string table that were met so far, by index."""


class _Mark(msgspec.Struct):
    """A Located in the making."""

    path: tuple[str, ...]
    start: int
    end: int
    values: list[tuple[int, int]]
    attributes: tuple[wbxmlattributes.Attribute, ...] = ()


class Reader:
    """One pass over one message, with what its inner documents share: limits, trace, remarks."""

    def __init__(
        self, octets: bytes, trace: list[_Mark] | None = None, transport: str = ""
    ) -> None:
        if len(octets) > MAX_SIZE:
            raise WireError(MAX_SIZE, f"at most {MAX_SIZE} octets", f"{len(octets)} octets")
        self.octets = octets
        self.trace = trace
        self.transport = transport
        self.remarks: list[Note] = []
        self.elements = 0
        self.repeated = 0

    def document(
        self, start: int, end: int, depth: int = 0, path: tuple[str, ...] = ()
    ) -> Document:
        """The document in octets[start:end], around which `depth` elements are open."""
        header = wbxmlheader.read(self.octets, start, end, self.transport)
        for id_, sentence in header.notes:
            self.remarks.append((id_, sentence))
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
            self.remark("public-id-unknown", f"read as {name}")
        if root.tag != dialect.root:
            raise WireError(header.body, f"the root element {dialect.root}", root.tag)
        return Document(root, dialect.name, distinct(self.remarks))

    def remark(self, id_: str, detail: str = "") -> None:
        if len(self.remarks) < 1000:
            self.remarks.append(note(id_, detail))

    def spend(self, characters: int, at: int) -> None:
        """Counts characters that few octets stand for. Raises WireError when they get too many."""
        self.repeated += characters
        if self.repeated > MAX_REPEATED:
            raise WireError(at, f"at most {MAX_REPEATED} characters that tokens stand for", "more")

    def number(self, pos: int, end: int, what: str) -> tuple[int, int]:
        return number(self.octets, pos, end, what)

    def by_content(self, pos: int, end: int) -> Dialect:
        """The newest dialect whose root is the first tag of the body."""
        octets = self.octets
        page = 0
        while pos + 1 < end and octets[pos] == SWITCH_PAGE:
            page = octets[pos + 1]
            pos += 2
        for dialect in NEWEST.values():
            row = _row(dialect, page)
            root = row[octets[pos] & ~ATTRIBUTES] if row and pos < end else None
            if root and root.tag == dialect.root:
                return dialect
        raise WireError(pos, "a root element of SyncML, DevInf, TNDS or OMA CP", self.at(pos, end))

    def at(self, pos: int, end: int) -> str:
        return f"{self.octets[pos]:02X}" if pos < end else "the end"

    def body(
        self, dialect: Dialect, header: Header, end: int, depth: int, path: tuple[str, ...]
    ) -> Element:
        """The root element at `header.body`: one loop over its tokens, with a stack of its own."""
        octets, trace, charset = self.octets, self.trace, header.charset
        pos, count = header.body, self.elements
        page, row = 0, _row(dialect, 0) or _NO_TAGS
        attribute_page = 0
        entry, content = Element("", ""), Content()
        stack: list[tuple[Element, Content]] = []
        marks: list[_Mark] = []
        strings: Strings = {}
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
                if octet in _LITERALS:
                    index, after = number(octets, after, end, "index of a tag's name")
                    name = self.string(index, pos + 1, header, strings)[0]
                    if not name:
                        raise WireError(pos + 1, "the name of a tag", "an empty string")
                    ns = knowing(name, entry.ns)
                    self.remark("tag-literal", name)
                    tag = Element(ns, name)
                else:
                    tag = row[octet & ~ATTRIBUTES] or self.newer(dialect, page, pos, bool(stack))
                if octet & ATTRIBUTES:
                    attributes, attribute_page, after = wbxmlattributes.read(
                        self, dialect, attribute_page, after, end, header, strings
                    )
                    count += len(attributes)
                    if tag.ns != PROV:
                        self.remark("attribute-unexpected")
                    tag = Element(tag.ns, tag.tag, (), tuple(a[:2] for a in attributes))

            count += 1
            if count > MAX_ELEMENTS:
                raise WireError(pos, f"at most {MAX_ELEMENTS} elements and attributes", "one more")
            if trace is not None:
                mark = _Mark((*(marks[-1].path if marks else path), tag.tag), pos, after, [])
                if octet & ATTRIBUTES:
                    mark.attributes = attributes
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
            self.remark("trailing-octets", str(end - pos))
        root = content[0]
        assert isinstance(root, Element)
        return root

    def piece(
        self,
        octet: int,
        pos: int,
        end: int,
        header: Header,
        strings: Strings,
    ) -> tuple[Piece, int]:
        """Character data behind an OPAQUE, STR_T or ENTITY token, and the position after it."""
        if octet == OPAQUE:
            length, start = self.number(pos, end, "length of opaque data")
            if length > end - start:
                raise WireError(end, f"{length} octets of opaque data", f"{end - start} octets")
            return (_opaque(self.octets[start : start + length]), start, start + length), (
                start + length
            )
        value, after = self.number(pos, end, "character" if octet == ENTITY else "string index")
        if octet == STR_T:
            return self.string(value, pos, header, strings), after
        if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
            raise WireError(pos, "a Unicode character", f"{value:X}")
        return (chr(value), pos, after), after

    def string(self, index: int, at: int, header: Header, strings: Strings) -> tuple[str, int, int]:
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
        self.spend(len(known[0]), at)
        return known

    def inline(self, pos: int, end: int, header: Header) -> tuple[Piece, int]:
        """The text behind a STR_I token, to its NUL, and the position after it."""
        stop = self.octets.find(0, pos, end)
        if stop < 0:
            raise WireError(end, f"the NUL of the string at {pos - 1}", "nothing")
        try:
            return (self.octets[pos:stop].decode(header.charset), pos, stop), stop + 1
        except UnicodeDecodeError as error:
            raise _not_text(error, pos) from None

    def newer(self, dialect: Dialect, page: int, pos: int, inside: bool) -> Element:
        """The tag at `pos` as later versions of the vocabulary have it."""
        octet = self.octets[pos]
        row = _row(NEWEST[dialect.ns], page) or _NO_TAGS
        tag = row[octet & ~ATTRIBUTES]
        if tag is None:
            expected = (
                f"a token of {dialect.name}, code page {page}" if inside else "a root element"
            )
            raise WireError(pos, expected, f"{octet:02X}")
        self.remark("tag-newer", f"{tag.tag}, {dialect.name}")
        return tag

    def holds_document(self, start: int, stop: int) -> bool:
        """Whether opaque data is a whole DevInf or TNDS document."""
        if stop - start < 5 or self.octets[start] not in (1, 2, 3):
            return False
        if self.octets[start + 1 : start + 3] in _EMBEDDED_IDS:
            return True
        try:
            header = wbxmlheader.read(self.octets, start, stop, self.transport)
            dialect = header.dialect or self.by_content(header.body, stop)
        except WireError:
            return False
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
    return Element(entry.ns, entry.tag, tuple(content), entry.attributes)


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
