"""The view Tree: the fields of an event's octets under each other, with what their values mean; then
the event's own fields. Pure."""

from collections.abc import Iterable, Sequence

from emulator.exports.text import Line, Span, cells, clean, clip, width_of, wrap
from emulator.exports.tree import Node
from emulator.tui.views.body import BLANK, Row, Rows, told
from emulator.tui.views.subject import Subject

NARROW = 60
"""Columns below which a level is indented by one cell and not by two."""
MOST = 40
"""Lines that one value may take; the view XML has all of it."""


def tree_view(subject: Subject, width: int) -> Rows:
    """The rows of the tree; the key of a row is the number of its node."""
    rows: list[Row] = []
    if subject.octets is None:
        return Rows(field_rows(subject.fields, width), "fields")
    nodes = [node_row(node, width, number) for number, node in enumerate(subject.tree.nodes)]
    if subject.tree.remark:
        nodes.append(told(subject.tree.remark, width, "warn"))
    if not subject.tree.nodes:
        nodes.append(told("X shows it as text, x its octets.", width))
    own = field_rows((f for f in subject.fields if f.label != "octets"), width)
    if subject.about:
        rows = [*own, BLANK, told(subject.about, width, "note"), *nodes]
    else:
        rows = [*nodes, BLANK, *own]
    return Rows(rows, "tree")


def node_row(node: Node, width: int, key: int = -1) -> Row:
    """A field: its name, its value, and in words what that means."""
    step = 1 if width < NARROW else 2
    indent = min(node.depth * step, width // 2)
    lead, room = Span(" " * indent), width - indent
    colon = ":" if node.value else ""
    label = clean(node.label) + colon
    tone = "warn" if node.secret else "strong"
    text = f"{clean(node.label)}{colon} {_flat(node.value)}".rstrip()
    lines: list[Line] = []
    parts = wrap(text, room, MOST)
    for number, part in enumerate(parts):
        if number == 0:
            head = part[: len(label)]
            name = Span(head, "plain" if not node.value else "dim")
            lines.append((lead, name, Span(part[len(label) :], tone)))
        else:
            lines.append((lead, Span("  "), Span(clip(part, room - 2), tone)))
    if node.note:
        _add(lines, f"({clean(node.note)})", "note", lead, width, wrapped=True)
    if node.about:
        _add(lines, f"· {node.about}", "dim", lead, width, wrapped=False)
    words = f"  ({node.note})" if node.note else ""
    text = "  " * node.depth + text + clean(words)
    return Row(tuple(lines), text, node.label, key)


def _flat(value: str) -> str:
    """A value on one line; what stood on lines of its own is still told apart."""
    return " ".join(clean(value).split(" ")).strip()


def _add(lines: list[Line], text: str, tone: str, lead: Span, width: int, *, wrapped: bool) -> None:
    """Puts words behind the last line, where they fit; else below it, or nowhere."""
    room = width - width_of(lines[-1]) - 2
    if cells(text) <= room:
        lines[-1] = (*lines[-1], Span("  "), Span(text, tone))
    elif wrapped:
        inner = width - len(lead.text) - 2
        lines += [(lead, Span("  "), Span(row, tone)) for row in wrap(text, inner)]


def field_rows(fields: Iterable[Node], width: int) -> list[Row]:
    """The fields of an event, name and value in two columns."""
    fields = list(fields)
    column = max((len(node.label) for node in fields), default=0)
    rows = []
    for node in fields:
        lines: list[Line] = []
        for index, part in enumerate(wrap(node.value, width - column - 2)):
            name = "" if index else node.label
            lines.append((Span(f"{name:<{column}}  ", "dim"), Span(part)))
        text = f"{node.label}: {clean(node.value)}"
        rows.append(Row(tuple(lines), text, node.label))
    return rows


def around(
    subject: Subject, numbers: Sequence[int], width: int, height: int
) -> list[tuple[Line, bool]]:
    """The rows near some fields, as many lines as fit, each with whether it is one of these."""
    if not numbers:
        return []
    nodes, chosen = subject.tree.nodes, set(numbers)
    room = max(height - len(chosen), 0)
    start = max(numbers[0] - room // 2, 0)
    out: list[tuple[Line, bool]] = []
    for number in range(start, len(nodes)):
        lines = node_row(nodes[number], width, number).lines
        out += [(line, number in chosen) for line in lines[: 1 if number not in chosen else None]]
        if len(out) >= height and number >= numbers[-1]:
            break
    first = next((n for n, (_, on) in enumerate(out) if on), 0)
    begin = max(0, min(first, len(out) - height)) if first >= height else 0
    return out[begin : begin + height]
