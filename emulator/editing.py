"""A message as a person edits it: XML or octets in hex, with placeholders for its secrets and for what
else is to be hidden; and back to octets.

Pure. Knows no protocol rule: what is sent need not be a good message, it need not even be XML.
"""

import re
from collections.abc import Callable

import msgspec

from emulator.protocol.cutting import cut
from emulator.protocol.events import Octets
from emulator.wire import codec, xml
from emulator.wire.codec import XML
from emulator.wire.errors import WireError

_TOKEN = re.compile(r"<[^>]*>|[^<]+")
_PLACE = re.compile(r"\{(?:secret|hidden) ([0-9]+)\}")
_LINE_ENDS = {number: f"&#{number};" for number in (0x85, 0x2028, 0x2029)}
"""Characters at which some editors break a line, and lose them; XML can name them."""
_ROW = 16

Hide = Callable[[Octets, str], Octets]
"""Cuts more out of a message of that content type."""


class EditError(ValueError):
    """What was written cannot be sent like this; `line` and `column` count from 1."""

    def __init__(self, line: int, column: int, words: str) -> None:
        self.line, self.column = line, column
        super().__init__(f"line {line}, column {column}: {words}")


class Shown(msgspec.Struct, frozen=True):
    """A text to edit, and what its placeholders stand for: never part of the text."""

    text: str
    hidden: tuple[bytes, ...] = ()


def _nothing_more(octets: Octets, content_type: str) -> Octets:
    return octets


def as_xml(octets: bytes, content_type: str, hide: Hide = _nothing_more) -> Shown:
    """The message as indented XML, whichever its encoding. Raises WireError where it is none."""
    reader = codec.by_media_type(content_type) or XML
    lines = _indented(xml.encode(reader.parse(octets, ""))).translate(_LINE_ENDS)
    whole = lines.encode()
    out, hidden, at = b"", [], 0
    secrets = cut(whole, XML.media_type, None)
    for gap in hide(secrets, XML.media_type).cuts:
        hidden.append(whole[gap.offset : gap.offset + gap.length])
        word = b"secret" if gap in secrets.cuts else b"hidden"
        out += whole[at : gap.offset] + b"{%b %d}" % (word, len(hidden))
        at = gap.offset + gap.length
    return Shown((out + whole[at:]).decode(), tuple(hidden))


def _indented(octets: bytes) -> str:
    """Our own XML with a line for each element; nothing that counts is added."""
    lines: list[str] = []
    depth, before = 0, ""
    for token in _TOKEN.findall(octets.decode()):
        tag = token.startswith("<")
        closes = token.startswith("</")
        depth -= closes
        pair = closes and before.startswith("<") and not before.startswith("</")
        if tag and (before.endswith(">") or not before) and not (pair and _opens(before)):
            lines.append("  " * depth + token)
        else:
            lines[-1] += token
        depth += tag and _opens(token)
        before = token
    return "\n".join(lines)


def _opens(tag: str) -> bool:
    return not (tag.startswith(("</", "<?")) or tag.endswith("/>"))


def from_xml(shown: Shown, text: str, content_type: str) -> bytes:
    """The edited XML in the message's encoding. Raises EditError for what is not well-formed."""
    writer = codec.by_media_type(content_type) or XML
    octets = as_typed(shown, text)
    try:
        return writer.unparse(xml.decode(octets))
    except WireError as wrong:
        before = octets[: wrong.offset].decode("utf-8", "replace").split("\n")
        found = f", found {wrong.found}" if wrong.found else ""
        where = f" in <{wrong.element.tag}>" if wrong.element is not None else ""
        words = f"expected {wrong.expected}{found}{where}"
        raise EditError(len(before), len(before[-1]) + 1, words) from None


def as_typed(shown: Shown, text: str) -> bytes:
    """The text itself as octets, whatever it is; what is hidden put back."""
    out, at = b"", 0
    for place in _PLACE.finditer(text):
        number = int(place.group(1)) if len(place.group(1)) < 9 else 0
        if 1 <= number <= len(shown.hidden):
            out += _octets(text[at : place.start()]) + shown.hidden[number - 1]
            at = place.end()
    return out + _octets(text[at:])


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def as_hex(octets: bytes, content_type: str, hide: Hide = _nothing_more) -> Shown:
    """The octets in rows of 16; those that are hidden as `**`."""
    pairs = [f"{octet:02X}" for octet in octets]
    hidden = []
    for gap in hide(cut(octets, content_type, None), content_type).cuts:
        hidden.append(octets[gap.offset : gap.offset + gap.length])
        pairs[gap.offset : gap.offset + gap.length] = ["**"] * gap.length
    rows = (" ".join(pairs[at : at + _ROW]) for at in range(0, len(pairs), _ROW))
    return Shown("\n".join(rows), tuple(hidden))


def from_hex(shown: Shown, text: str) -> bytes:
    """The edited octets; each `**` takes the next octet that is hidden. Raises EditError."""
    hidden = iter(b"".join(shown.hidden))
    out = bytearray()
    for number, row in enumerate(text.split("\n"), 1):
        for found in re.finditer(r"\S+", row):
            word, column = found.group(), found.start() + 1
            if re.fullmatch(r"(?:[0-9A-Fa-f]{2}|\*\*)+", word) is None:
                words = f"two hex digits for each octet are expected, found {word[:20]}"
                raise EditError(number, column, words)
            for pair in (word[at : at + 2] for at in range(0, len(word), 2)):
                octet = next(hidden, None) if pair == "**" else int(pair, 16)
                if octet is None:
                    raise EditError(number, column, "there are more ** than hidden octets")
                out.append(octet)
    return bytes(out)
