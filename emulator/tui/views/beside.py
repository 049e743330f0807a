"""What stands below a view while the cursor is in it: below the tree the octets of the field, below the
octets the fields of the tree around them. Pure."""

from emulator.exports.text import Line, Span, clean, clip
from emulator.tui.views.body import NOWHERE
from emulator.tui.views.hexed import lit_lines, octets_words
from emulator.tui.views.subject import Subject
from emulator.tui.views.tree import around


def below_tree(subject: Subject, number: int, width: int, height: int) -> list[Line]:
    """The octets of a field, lit. In the first line: where they are, and what the field is for."""
    if number == NOWHERE:
        return _padded([_title("not a field of the octets", width)], height)
    node = subject.tree.nodes[number]
    if not node.lit:
        where = "a field without octets" if not node.placed else "no octets stand for its value"
        return _padded([_title(f"{node.label}: {where}", width)], height)
    words = " · ".join(filter(None, (node.label, octets_words(node.lit), node.about)))
    lines = [(Span(" "), *line) for line in lit_lines(subject, node.lit, width - 2, height - 1)]
    return _padded([_title(words, width), *lines], height)


def below_octets(subject: Subject, offset: int, width: int, height: int) -> list[Line]:
    """The fields of an octet, in their tree. In the first line: which octet, and whose it is."""
    owners = subject.tree.owners(offset)
    if not owners:
        words = f"octet {offset:04X} belongs to no field"
        return _padded([_title(words, width)], height)
    names = ", ".join(clean(subject.tree.nodes[n].label) for n in owners)
    path = subject.tree.path(owners[0]) if len(owners) == 1 else f"bits of {names}"
    words = f"octet {offset:04X} · {path}"
    lines: list[Line] = [_title(words, width)]
    for line, on in around(subject, owners, width - 2, height - 1):
        lines.append((Span("▌" if on else " ", "key"), *line))
    return _padded(lines, height)


def _title(words: str, width: int) -> Line:
    """The front of a path is cut, not its end."""
    words = clean(words)
    text = words if len(words) <= width - 2 else clip(words, width - 2)
    return (Span(f" {text}".ljust(width), "bar"),)


def _padded(lines: list[Line], height: int) -> list[Line]:
    return [*lines[:height], *[()] * (height - len(lines))]
