"""The attribute lists of WBXML, read and written (WBXML 1.3, 5.8.3).

Owns the tokens of attributes and of their values, with the pages that are switched inside a list
and stay chosen after it. Which tokens there are is the dialect's; a dialect without attribute pages
has the names in the string table.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from emulator.wire.cptokens import OLD_VALUES, AttributePage
from emulator.wire.element import Element
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_ATTRIBUTES
from emulator.wire.tokens import Dialect
from emulator.wire.wbxmlheader import (
    END,
    ENTITY,
    LITERAL,
    OPAQUE,
    STR_I,
    STR_T,
    SWITCH_PAGE,
    Header,
    mb,
)

if TYPE_CHECKING:
    from emulator.wire.wbxmlreader import Reader, Strings

Runs = tuple[tuple[int, int], ...]
Attribute = tuple[str, str, Runs]
"""Name, value, and the octets of its characters as far as they stand there."""

_NONE = AttributePage({}, {}, {}, {}, {})


class _Open(msgspec.Struct):
    """An attribute in the making."""

    name: str
    texts: list[str]
    runs: list[tuple[int, int]]


def read(
    reader: "Reader", dialect: Dialect, page: int, pos: int, end: int,
    header: Header, strings: "Strings",
) -> tuple[tuple[Attribute, ...], int, int]:  # fmt: skip
    """The list at `pos`, its END included: the attributes, the page then chosen, the next position."""
    octets, pages = reader.octets, dialect.attributes
    tokens = pages[page] if pages else _NONE
    found: list[_Open] = []
    while True:
        if pos >= end:
            raise WireError(end, "the end of the attributes", "nothing")
        octet, after = octets[pos], pos + 1
        if octet == END:
            return _closed(reader, found), page, after
        if octet == SWITCH_PAGE:
            page = octets[after] if after < end else -1
            if not 0 <= page < max(len(pages), 1):
                expected = f"an attribute page of {dialect.name}"
                raise WireError(after, expected, reader.at(after, end))
            tokens, pos = pages[page] if pages else _NONE, after + 1
            continue
        if octet == LITERAL or octet in tokens.starts:
            if len(found) >= MAX_ATTRIBUTES:
                raise WireError(pos, f"at most {MAX_ATTRIBUTES} attributes", "one more")
            if octet == LITERAL:
                index, after = reader.number(after, end, "index of an attribute's name")
                name, text = reader.string(index, pos + 1, header, strings)[0], ""
                if not name:
                    raise WireError(pos + 1, "the name of an attribute", "an empty string")
            else:
                name, text = tokens.starts[octet]
            found.append(_Open(name, [text], []))
            pos = after
            continue
        is_value = octet in (STR_I, STR_T, ENTITY, OPAQUE) or octet in tokens.values
        if not is_value or not found:
            expected = f"an attribute of {dialect.name}, page {page}"
            raise WireError(pos, f"{expected}, or its value" if found else expected, f"{octet:02X}")
        # 83 is STR_T, and "DIGEST" to old software: without a string table it can only be the latter.
        is_token = octet in tokens.values and (octet != STR_T or header.table[0] == header.table[1])
        if is_token:
            text = tokens.values[octet]
            reader.spend(len(text), pos)
            if octet in OLD_VALUES:
                reader.remark("value-old")
            found[-1].texts.append(text)
            pos = after
            continue
        (piece, start, stop), pos = _characters(reader, octet, after, end, header, strings)
        if isinstance(piece, bytes):
            raise WireError(start, "text in an attribute", "binary data")
        found[-1].texts.append(piece)
        if start < stop:
            found[-1].runs.append((start, stop))


def _characters(
    reader: "Reader", octet: int, pos: int, end: int, header: Header, strings: "Strings"
) -> tuple[tuple[str | bytes, int, int], int]:
    if octet == STR_I:
        return reader.inline(pos, end, header)
    return reader.piece(octet, pos, end, header, strings)


def _closed(reader: "Reader", found: list[_Open]) -> tuple[Attribute, ...]:
    attributes: dict[str, Attribute] = {}
    for each in found:
        if each.name in attributes:
            reader.remark("attribute-twice", each.name)
        else:
            attributes[each.name] = (each.name, "".join(each.texts), tuple(each.runs))
    return tuple(attributes.values())


def write(
    out: bytearray,
    element: Element,
    dialect: Dialect,
    page: int,
    index: Callable[[str, Element], int],
) -> int:
    """Appends the attributes of `element` and their END; the attribute page then chosen.

    `index` puts a name into the string table and says where.
    """
    for name, value in element.attributes:
        chosen, token, rest = _start(dialect, page, name, value)
        if chosen != page:
            page = chosen
            out += bytes((SWITCH_PAGE, page))
        if token:
            out.append(token)
        else:
            out.append(LITERAL)
            out += mb(index(name, element))
        tokens = _tokens(dialect.attributes[page], rest) if dialect.attributes else b""
        out += tokens or _string(element, rest)
    out.append(END)
    return page


def _start(dialect: Dialect, page: int, name: str, value: str) -> tuple[int, int, str]:
    """The page, the token (0: none has that name) and the part of the value that is left to write.

    A token for name and value on any page goes before one for the name alone; the page that is
    chosen goes before others.
    """
    order = (page, *(p for p in range(len(dialect.attributes)) if p != page))
    for wanted, rest in (((name, value), ""), ((name, ""), value)):
        for number in order if dialect.attributes else ():
            token = dialect.attributes[number].start_codes.get(wanted)
            if token:
                return number, token, rest
    return page, 0, value


def _tokens(page: AttributePage, value: str) -> bytes:
    """The value as tokens of the page, or nothing when they do not make up the whole of it."""
    if value in page.whole:
        return bytes((page.whole[value],))
    out, at = bytearray(), 0
    while at < len(value):
        part = next((p for p in page.parts if value.startswith(p, at)), "")
        if not part:
            return b""
        out.append(page.parts[part])
        at += len(part)
    return bytes(out)


def _string(element: Element, value: str) -> bytes:
    if "\0" in value:
        raise WireError(0, "attributes without NUL", element.tag, element)
    return b"\x03%b\0" % value.encode() if value else b""
