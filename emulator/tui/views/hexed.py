"""The view Hex: offset, octets, ASCII. A place is an octet. Lines are made when they are looked at, so that
a message of any size opens at once. Lit octets stand in brackets, the cursor's has a mark before it. Pure.
"""

from collections.abc import Sequence

from emulator.exports.text import Line, Span, clean
from emulator.exports.tree import Run
from emulator.protocol.events import Octets
from emulator.tui.views.body import NOWHERE, Body, Copied
from emulator.tui.views.subject import Subject

CUT_MARK = "··"
LIT, AT = "barfocus", "active"


class HexLines(Body):
    """16 octets a line where they fit, else 8. Cut spans show as `··`, and are named below.

    `lit` are octets to light always; without any, those of the cursor's field are.
    """

    def __init__(
        self, octets: Octets, width: int, subject: Subject | None = None, lit: Sequence[Run] = ()
    ) -> None:
        self._octets = bytes(octets)
        self._cuts = octets.cuts
        self._subject = subject
        self._lit = tuple(lit)
        self.per_line = 16 if width >= 72 else 8
        self._digits = max(len(f"{len(self._octets):X}"), 4)
        self._field: tuple[int, tuple[Run, ...]] = (NOWHERE, ())
        self._notes = [
            f"{c.length} octets at {c.offset:04X} are {f'cut out: {c.why}' if c.why else c.secret}"
            for c in octets.cuts
        ]

    @property
    def rows(self) -> int:
        """How many lines have octets."""
        return -(-len(self._octets) // self.per_line)

    def __len__(self) -> int:
        return self.rows + (len(self._notes) + 1 if self._notes else 0)

    def line(self, index: int, place: int) -> Line:
        if index == self.rows:
            return (Span(""),)
        if index > self.rows:
            return (Span(f"{CUT_MARK} {clean(self._notes[index - self.rows - 1])}", "warn"),)
        return self._line(index * self.per_line, place, self._lit or self.of_field(place))

    def first(self) -> int:
        return 0 if self._octets else NOWHERE

    def last(self) -> int:
        return len(self._octets) - 1

    def moved(self, place: int, lines: int, columns: int = 0) -> int:
        there = place + columns
        if lines:
            rows = max(
                -(place // self.per_line), min(lines, self.rows - 1 - place // self.per_line)
            )
            there = place + rows * self.per_line
        return max(self.first(), min(there, self.last()))

    def extent(self, place: int) -> tuple[int, int]:
        row = max(place, 0) // self.per_line
        return row, row + 1

    def marks(self, line: int, place: int) -> bool:
        return False

    def at(self, line: int, column: int) -> int:
        if not 0 <= line < self.rows:
            return NOWHERE
        start = line * self.per_line
        width = self._digits + 2
        middle = self.per_line // 2 if self.per_line == 16 else 0
        for number in range(self.per_line):
            left = width + 3 * number + (1 if middle and number >= middle else 0)
            right = width + 3 * self.per_line + bool(middle) + 1 + number
            if column in (left, left + 1, right) and start + number < len(self._octets):
                return start + number
        return NOWHERE

    def copied(self, place: int) -> Copied | None:
        """The octets of the field in which the cursor stands, without one that octet."""
        if not 0 <= place < len(self._octets):
            return None
        runs = self.of_field(place)
        owners = self._subject.tree.owners(place) if self._subject else []
        name = self._subject.tree.nodes[owners[0]].label if self._subject and owners else "octet"
        text = " ".join(self._shown(start, end) for start, end in runs if start < end)
        return Copied(f"octets of {name}" if owners else "octet", text)

    def whole(self) -> Copied | None:
        if not self._octets:
            return None
        size = len(self._octets)
        lines = (self._shown(row, min(row + 16, size)) for row in range(0, size, 16))
        return Copied(f"{len(self._octets)} octets", "\n".join(lines))

    def of_field(self, place: int) -> tuple[Run, ...]:
        """The octets of the innermost field that has this one."""
        if self._field[0] != place:
            self._field = (place, _field(self._subject, place))
        return self._field[1]

    def _shown(self, start: int, end: int) -> str:
        """Octets as text, also all of a large message at once."""
        texts, at = [], start
        for cut in sorted(self._cuts, key=lambda c: c.offset):
            left, right = max(cut.offset, at), min(cut.offset + cut.length, end)
            if left < right:
                texts += [self._octets[at:left].hex(" ").upper()] if at < left else []
                texts += [CUT_MARK] * (right - left)
                at = right
        texts += [self._octets[at:end].hex(" ").upper()] if at < end else []
        return " ".join(texts)

    def _line(self, start: int, place: int, lit: Sequence[Run]) -> Line:
        chunk = self._octets[start : start + self.per_line]
        on = [any(a <= start + n < b for a, b in lit) for n in range(len(chunk))]
        on += [False] * (self.per_line - len(chunk))
        spans: list[Span] = [Span(f"{start:0{self._digits}X} ", "dim")]
        shown: list[Span] = []
        for number in range(self.per_line):
            spans.append(self._gap(number, on, start, place))
            if number >= len(chunk):
                spans.append(Span("  "))
                continue
            octet, cut = chunk[number], self._is_cut(start + number)
            tone = AT if start + number == place else LIT if on[number] else "warn" if cut else ""
            spans.append(Span(CUT_MARK if cut else f"{octet:02X}", tone or "plain"))
            seen = "·" if cut else chr(octet) if 0x20 <= octet < 0x7F else "."
            shown.append(Span(seen, tone or ("plain" if seen != "." else "dim")))
        spans.append(self._gap(self.per_line, on, start, place))
        return (*spans, Span(" "), *shown)

    def _gap(self, number: int, on: list[bool], start: int, place: int) -> Span:
        """What stands before an octet: brackets where lit ones begin or end, the cursor's mark."""
        before = number > 0 and on[number - 1]
        here = number < self.per_line and on[number]
        mark = "[" if here and not before else "]" if before and not here else " "
        if 0 <= place == start + number and number < self.per_line:
            mark = ">"
        wide = number == self.per_line // 2 and self.per_line == 16
        inside = " " if wide else ""
        text = mark + inside if mark == "]" else inside + mark
        tone = LIT if before and here else "key" if mark != " " else "plain"
        return Span(text, tone)

    def _is_cut(self, offset: int) -> bool:
        return any(c.offset <= offset < c.offset + c.length for c in self._cuts)


def _field(subject: Subject | None, place: int) -> tuple[Run, ...]:
    if place == NOWHERE or subject is None:
        return ()
    owners = subject.tree.owners(place)
    if not owners:
        return ((place, place + 1),)
    node = subject.tree.nodes[owners[0]]
    inside = any(start <= place < end for start, end in node.runs)
    return node.runs if inside else ((node.start, node.end),)


def lit_lines(subject: Subject, runs: Sequence[Run], width: int, height: int) -> list[Line]:
    """The lines of octets that have the lit ones, as many as fit."""
    if subject.octets is None or not runs:
        return []
    lines = HexLines(subject.octets, width, None, runs)
    first = runs[0][0] // lines.per_line
    last = (max(end for _, end in runs) - 1) // lines.per_line
    # All of a short field in the middle, else its beginning.
    begin = max(min(first, last + 1 - height) if last - first < height else first, 0)
    return [lines[n] for n in range(begin, min(begin + height, lines.rows))]


def octets_words(runs: Sequence[Run]) -> str:
    """Where a field lies: "octets 00B2 to 00C9 (24)"."""
    count = sum(end - start for start, end in runs)
    start, end = runs[0][0], runs[-1][1] - 1
    if count == 1:
        return f"octet {start:04X}"
    apart = f" in {len(runs)} pieces" if len(runs) > 1 else ""
    return f"octets {start:04X} to {end:04X} ({count}{apart})"
