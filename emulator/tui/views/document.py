"""The view XML: a message as an indented document, tags dim and texts bright. Pure."""

import re
from collections.abc import Iterable

from emulator.exports.text import Line, Span, clean, wrap
from emulator.tui.views.body import Row, Rows

_TAGS = re.compile(r"<[^>]*>?")


def document_view(document: str, width: int) -> Rows:
    """The rows of a document: one for each of its lines."""
    return Rows((_row(line, width) for line in document.expandtabs(2).splitlines()), "document")


def _row(text: str, width: int) -> Row:
    indent = len(text) - len(text.lstrip())
    lines: list[Line] = []
    for index, part in enumerate(wrap(text.strip(), width - min(indent, width // 2))):
        lead = " " * min(indent + (2 if index else 0), width // 2)
        lines.append((Span(lead), *_marked(part)))
    return Row(tuple(lines), clean(text))


def _marked(text: str) -> Iterable[Span]:
    """Tags stand back, what is between them stands out."""
    at = 0
    for tag in _TAGS.finditer(text):
        if tag.start() > at:
            yield Span(text[at : tag.start()], "strong")
        yield Span(tag.group(), "dim")
        at = tag.end()
    if at < len(text):
        yield Span(text[at:], "plain" if at == 0 else "strong")
