"""The pane with what a scenario expects, each line with its mark: met, not met, still waiting.

Owns how that is laid out. What is expected, and whether it came, is the deck's to say.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from emulator.exports.text import BAD, GOOD, PENDING, RUNNING, SKIPPED, Line, Span, fit, wrap
from emulator.protocol.events import Event
from emulator.tui.actions import bindings
from emulator.tui.block import Block, Sheet, focus_mark
from emulator.tui.deck import Deck
from emulator.tui.panes import Pane
from emulator.tui.run import Known

if TYPE_CHECKING:
    from emulator.scenarios.expecting import Act, Row

MARKS = {
    "waiting": (PENDING, "dim"),
    "running": (RUNNING, "key"),
    "met": (GOOD, "good"),
    "not met": (BAD, "bad"),
    "not played": (SKIPPED, "dim"),
}
_NAME = 20
"""Cells of what an expectation is about."""


def act_lines(acts: "Sequence[Act]", width: int) -> list[Line]:
    """Each act in words, and below it what is expected of its run."""
    lines: list[Line] = []
    for act in acts:
        mark, tone = MARKS[act.state]
        told = ", not played" if act.state == "not played" else ""
        first, *rest = wrap(f"{act.number}. {act.words}{told}", width - 3)
        lines.append((Span(f" {mark} ", tone), Span(first, "strong")))
        lines += ((Span("   "), Span(row, "strong")) for row in rest)
        first_wrong = next((row for row in act.rows if row.state == "not met"), None)
        for row in act.rows:
            lines += _row_lines(row, width, row is first_wrong)
        lines.append(())
    return lines


def _row_lines(row: "Row", width: int, with_clause: bool) -> Iterator[Line]:
    """The clause only where the trouble begins: most of what is wrong below follows from it."""
    mark, tone = MARKS[row.state]
    head = (Span(f"   {mark} ", tone), Span(fit(row.name, _NAME) + " ", "dim"))
    room = max(width - 6 - _NAME, 8)
    text = row.expected
    if row.state == "waiting" and row.came and row.came != text:
        text += f" (now {row.came})"
    indent = Span(" " * (6 + _NAME))
    for index, part in enumerate(wrap(text, room)):
        yield (*(head if index == 0 else (indent,)), Span(part, "plain"))
    if row.state == "not met":
        for part in wrap(f"came: {row.came}", width - 6):
            yield (Span("     "), Span(part, "bad"))
        for part in wrap(row.clause, width - 6) if with_clause else ():
            yield (Span("     "), Span(part, "note"))


def place(lines: Sequence[Line]) -> int:
    """The line that matters most: the first that is not met, else the first that is waited for."""
    marks = [line[0].text.strip() if line and line[0].text[:3].isspace() else "" for line in lines]
    return next((marks.index(mark) for mark in (BAD, PENDING) if mark in marks), 0)


def counted(acts: "Sequence[Act]") -> str:
    """How many expectations are met, not met, and still waiting."""
    states = [row.state for act in acts for row in act.rows]
    counts = ((state, states.count(state)) for state in ("met", "not met", "waiting"))
    return "   ".join(f"{MARKS[state][0]} {count} {state}" for state, count in counts if count)


class Counts(Block):
    """The pane's header."""

    active = False
    """Whether the keys go to the pane."""
    text = ""

    def lines(self, width: int) -> Sequence[Line]:
        line = (Span(fit(f" expected   {self.text}", width), "bar"),)
        return [focus_mark(line, self.active)]


class Table(Sheet):
    """All acts."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")
    acts: "Sequence[Act]" = ()

    def lines(self, width: int) -> Sequence[Line]:
        return act_lines(self.acts, max(width - 1, 20))

    def on_resize(self, event: Resize) -> None:
        self.update(keep_place=True)
        self.bring()

    def bring(self) -> None:
        """Brings what matters most into sight, unless the person is looking around here."""
        if not self.has_focus:
            line = place(self._lines)
            self.scroll_to(y=max(line - self.size.height // 2, 0), animate=False, force=True)


class Expected(Pane):
    """Asks the deck again when more has come."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(deck, id=id)
        self._counts = Counts()
        self._table = Table(id="table")
        self._asked = -1

    @property
    def page(self) -> Widget:
        return self._table

    def compose(self) -> ComposeResult:
        yield self._counts
        yield self._table

    def show(self, event: Event | None) -> None:
        """The table is the same for every event."""

    def project(self, known: Known) -> None:
        self._counts.active = self._table.has_focus
        # By name: between the pane and its deck there is what hides personal data.
        ask: Callable[[int], Sequence[Act]] | None = getattr(self.deck, "acts", None)
        if self.upto != self._asked and ask is not None:
            self._asked = self.upto
            acts = ask(self.upto)
            if acts != self._table.acts:
                self._table.acts = acts
                self._table.update(keep_place=True)
                self._table.bring()
                self._counts.text = counted(acts)
        self._counts.update()
