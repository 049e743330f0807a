"""A message as a person edits it: XML or octets in hex, its secrets as placeholders; and back to octets.

Pure. Knows no protocol rule: what is sent need not be a good message, it need not even be XML.
"""

import re

import msgspec

from emulator.journal import cut
from emulator.wire import codec, xml
from emulator.wire.codec import XML
from emulator.wire.errors import WireError

_TOKEN = re.compile(r"<[^>]*>|[^<]+")
_SECRET = re.compile(r"\{secret ([0-9]+)\}")
_LINE_ENDS = {number: f"&#{number};" for number in (0x85, 0x2028, 0x2029)}
"""Characters at which some editors break a line, and lose them; XML can name them."""
_ROW = 16


class EditError(ValueError):
    """What was written cannot be sent like this; `line` and `column` count from 1."""

    def __init__(self, line: int, column: int, words: str) -> None:
        self.line, self.column = line, column
        super().__init__(f"line {line}, column {column}: {words}")


class Shown(msgspec.Struct, frozen=True):
    """A text to edit, and what its placeholders stand for: never part of the text."""

    text: str
    secrets: tuple[bytes, ...] = ()


def as_xml(octets: bytes, content_type: str) -> Shown:
    """The message as indented XML, whichever its encoding. Raises WireError where it is none."""
    reader = codec.by_media_type(content_type) or XML
    lines = _indented(xml.encode(reader.parse(octets, ""))).translate(_LINE_ENDS)
    whole = lines.encode()
    out, secrets, at = b"", [], 0
    for gap in cut(whole, XML.media_type, None).cuts:
        secrets.append(whole[gap.offset : gap.offset + gap.length])
        out += whole[at : gap.offset] + b"{secret %d}" % len(secrets)
        at = gap.offset + gap.length
    return Shown((out + whole[at:]).decode(), tuple(secrets))


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
    """The text itself as octets, whatever it is; the secrets put back."""
    out, at = b"", 0
    for place in _SECRET.finditer(text):
        number = int(place.group(1)) if len(place.group(1)) < 9 else 0
        if 1 <= number <= len(shown.secrets):
            out += _octets(text[at : place.start()]) + shown.secrets[number - 1]
            at = place.end()
    return out + _octets(text[at:])


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def as_hex(octets: bytes, content_type: str) -> Shown:
    """The octets in rows of 16; those of secrets as `**`."""
    pairs = [f"{octet:02X}" for octet in octets]
    secrets = []
    for gap in cut(octets, content_type, None).cuts:
        secrets.append(octets[gap.offset : gap.offset + gap.length])
        pairs[gap.offset : gap.offset + gap.length] = ["**"] * gap.length
    rows = (" ".join(pairs[at : at + _ROW]) for at in range(0, len(pairs), _ROW))
    return Shown("\n".join(rows), tuple(secrets))


def from_hex(shown: Shown, text: str) -> bytes:
    """The edited octets; each `**` takes the next octet of the secrets. Raises EditError."""
    hidden = iter(b"".join(shown.secrets))
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
                    raise EditError(number, column, "there are more ** than octets of secrets")
                out.append(octet)
    return bytes(out)
