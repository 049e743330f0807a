"""Text in lines: spans of one tone, lines of spans; cleaning, cutting and wrapping of them.

Owns the marks and how octets are written. Knows neither widgets nor events, so that what is on the
screen can be tested as text.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

GOOD, BAD, PENDING, RUNNING, SKIPPED, ASKED = "✓", "✗", "·", ">", "-", "!"
EQUAL, UNEQUAL = "=", "≠"
MARKED, NOTED = "*", "#"
LEFT, RIGHT, THIN, HEAVY, BAR = "◄", "►", "─", "═", "│"
CROSS, HEAVY_CROSS = "┼", "╪"
CUT = "…"
MASKED = "(secret)"


class Span(NamedTuple):
    """A piece of text in one tone (a name in `colours.TONES`). `action` runs when it is clicked ("app.help")."""

    text: str
    tone: str = "plain"
    action: str = ""


Line = tuple[Span, ...]


def clean(text: str) -> str:
    """`text` on one line: what is not printable stands as an escape, nothing is interpreted."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    if character in "\t\n\r":
        return {"\t": "  ", "\n": " ", "\r": ""}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def width_of(line: Line) -> int:
    """Cells that a line takes."""
    return sum(cell_len(span.text) for span in line)


def plain(line: Line) -> str:
    """The text of a line without its tones."""
    return "".join(span.text for span in line)


def cells(text: str) -> int:
    """Cells that a text takes once it is cleaned."""
    return cell_len(clean(text))


def clip(text: str, width: int) -> str:
    """`text` in at most `width` cells, with a mark where something was cut off."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + CUT


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return set_cell_size(clip(text, width), max(width, 0))


def wrap(text: str, width: int, most: int = 0) -> list[str]:
    """`text` in lines of at most `width` cells, broken between words where that is possible.

    With `most`, the last of so many lines is cut.
    """
    lines: list[str] = []
    rest = clean(text).strip()
    width = max(width, 1)
    while cell_len(rest) > width:
        if most and len(lines) == most - 1:
            return [*lines, clip(rest, width)]
        head = _head(rest, width)
        space = head.rfind(" ") if not rest[len(head)].isspace() else len(head)
        cut = space if space > 0 else len(head)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest]


def _head(text: str, width: int) -> str:
    """As many characters as fit into `width` cells, at least one."""
    if text.isascii():
        return text[:width]
    cells = 0
    for index, character in enumerate(text):
        cells += cell_len(character)
        if cells > width:
            return text[: max(index, 1)]
    return text


def spaced(hex_text: str, group: int = 1) -> str:
    """Hex text in groups of octets: "4a7c" -> "4A 7C"."""
    text = hex_text.upper()
    size = group * 2
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def brief(nonce: str, octets: int = 4) -> str:
    """The first octets of a nonce, as the ladder shows it."""
    if not nonce:
        return "(empty)"
    text = nonce.upper()
    return text if len(text) <= octets * 2 else text[: octets * 2] + CUT


def both_ends(left: Sequence[Span], right: Sequence[Span], width: int) -> Line:
    """One line with a left and a right end; the left one is cut when they do not fit."""
    room = width - width_of(tuple(right)) - 1
    out: list[Span] = []
    for span in left:
        text = clip(span.text, room)
        if not text:
            break
        out.append(span._replace(text=text))
        room -= cell_len(text)
    return (*out, Span(" " * (room + 1)), *right)
