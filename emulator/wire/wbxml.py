"""The WBXML codec: octets to the neutral tree and back (WBXML 1.1-1.3, as SyncML and OMA CP
use it).

Owns the writing of octets; reading them is `wbxmlreader`'s. Knows the vocabularies from `tokens`
only and means nothing by any element, apart from SyncML's Data, in which a DevInf or TNDS document
travels as OPAQUE octets.
"""

import functools
from collections.abc import Iterator

from emulator.wire import wbxmlattributes
from emulator.wire.charsets import UTF_8
from emulator.wire.element import METINF, Document, Element, Located
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_DEPTH
from emulator.wire.tokens import (
    CODES,
    DIALECTS,
    EMBEDDED,
    NAMES,
    REWRITTEN,
    Dialect,
    dialect_of,
    version_of,
)
from emulator.wire.wbxmlheader import ATTRIBUTES, CONTENT, END, LITERAL, SWITCH_PAGE, mb
from emulator.wire.wbxmlreader import Reader, is_data

__all__ = ["decode", "encode", "locate"]

Content = tuple[Element | str | bytes, ...]

_TO_WBXML = {neutral: typed for typed, neutral in REWRITTEN.items()}


def decode(octets: bytes, transport: str = "") -> Document:
    """The document in `octets`. Raises WireError, and nothing else, with the octet's offset.

    `transport` is the charset that the Content-Type names; it counts where the header has 0.
    """
    return Reader(octets, transport=transport).document(0, len(octets))


def locate(octets: bytes, transport: str = "") -> tuple[Located, ...]:
    """Where each element of `decode(octets)` lies, in document order, inner documents included.

    Offsets count from the start of `octets`. Raises WireError as `decode` does.
    """
    reader = Reader(octets, trace=[], transport=transport)
    reader.document(0, len(octets))
    return tuple(
        Located(mark.path, mark.start, mark.end, tuple(mark.values), mark.attributes)
        for mark in reader.trace or ()
    )


def encode(document: Document) -> bytes:
    """The octets of a document, `02 <public id> 6A 00 ...`.

    Text is STR_I, or OPAQUE where it is binary, has a NUL, or is Data with line ends. A string
    table is written only for names that the dialect has no token for. Raises WireError for
    vocabularies that WBXML has no name for, and for trees deeper than MAX_DEPTH.
    """
    return _encoded(document.root, DIALECTS[document.dialect], 0)


def _encoded(root: Element, dialect: Dialect, depth: int) -> bytes:
    codes = CODES[dialect.name]
    out = bytearray()
    table = bytearray() if dialect.public_id else bytearray(dialect.fpi.encode() + b"\0")
    names: dict[str, int] = {}
    page = attribute_page = 0

    def index(name: str, element: Element) -> int:
        if name not in names:
            if not name or "\0" in name:
                raise WireError(0, "a name", repr(name[:40]), element)
            names[name] = len(table)
            table.extend(name.encode() + b"\0")
        return names[name]

    opened: list[Element] = [root]  # with a stand-in, so that a parent is always there
    stack: list[Iterator[Element | str | bytes]] = [iter((root,))]
    while stack:
        for node in stack[-1]:
            if not isinstance(node, Element):
                out += _text(node, is_data(opened[-1]))
                continue
            if node.ns in EMBEDDED and EMBEDDED[node.ns] == node.tag and is_data(opened[-1]):
                version = version_of(node, dialect.name.rpartition(" ")[2])
                inner = DIALECTS[dialect_of(node, version) or dialect.name]
                out += _text(_embedded(node, inner, depth + len(stack) - 1), True)
                continue
            content = node.content
            mask = CONTENT if content else 0
            if node.attributes:
                mask |= ATTRIBUTES
            code = codes.get((node.ns, node.tag))
            if code is not None:
                if code[0] != page:
                    page = code[0]
                    out += bytes((SWITCH_PAGE, page))
                out.append(code[1] | mask)
            else:
                if node.ns and node.ns not in NAMES:
                    raise WireError(0, "a vocabulary that WBXML can name", node.ns[:80], node)
                out.append(LITERAL | mask)
                out += mb(index(node.tag, node))
            if node.attributes:
                attribute_page = wbxmlattributes.write(out, node, dialect, attribute_page, index)
            if len(stack) + depth > MAX_DEPTH:
                raise WireError(0, f"elements at most {MAX_DEPTH} deep", node.tag, node)
            if content:
                if node.tag == "Type" and node.ns == METINF:
                    content = _type(content, opened)
                opened.append(node)
                stack.append(iter(content))
                break
        else:
            stack.pop()
            opened.pop()
            if stack:
                out.append(END)
    identity = mb(dialect.public_id) if dialect.public_id else b"\0\0"
    header = bytes((dialect.version,)) + identity + bytes((UTF_8,))
    return header + mb(len(table)) + bytes(table) + bytes(out)


@functools.lru_cache(8)
def _embedded(root: Element, dialect: Dialect, depth: int) -> bytes:
    """A device says the same of itself in each session."""
    return _encoded(root, dialect, depth)


def _text(text: str | bytes, is_data: bool) -> bytes:
    if isinstance(text, str):
        octets = text.encode()
        if b"\0" not in octets and not (is_data and (b"\r" in octets or b"\n" in octets)):
            return b"\x03%b\0" % octets
    else:
        octets = text
    return b"\xc3%b%b" % (mb(len(octets)), octets)


def _type(content: Content, opened: list[Element]) -> Content:
    """The Type of a document inside Data, as WBXML has it."""
    only = content[0] if len(content) == 1 else None
    if isinstance(only, str) and only in _TO_WBXML and not _as_text(opened):
        return (_TO_WBXML[only],)
    return content


def _as_text(opened: list[Element]) -> bool:
    """Whether the document that a Meta/Type describes stands as text in Data beside it.

    Some senders put DevInf as escaped XML into a WBXML message; its Type must then stay +xml.
    """
    owner = opened[-2] if len(opened) > 2 else opened[0]
    holders = (owner, *(e for e in owner.elements() if e.tag == "Item"))
    return any(
        not isinstance(part, Element)
        for holder in holders
        for data in holder.elements()
        if is_data(data)
        for part in data.content
    )
