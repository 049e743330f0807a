"""The page of one step: how it stands and why, the events that prove it, the clause in own words."""

from collections.abc import Sequence

from textual.app import ComposeResult

from emulator.exports.ladder_lines import time_text
from emulator.exports.looks import look
from emulator.exports.text import Line, Span, clean, clip, fit, wrap
from emulator.protocol.events import Event
from emulator.protocol.states import STEPS
from emulator.tui import context
from emulator.tui.block import Block, focus_mark
from emulator.tui.deck import Deck
from emulator.tui.evidence import evidence
from emulator.tui.panes import Pane
from emulator.tui.rows import Rows
from emulator.tui.run import Known, RunLook
from emulator.tui.step_words import NOT_REACHED, WORDS
from emulator.tui.steps import MARKS, state_words, tone_of
from emulator.tui.trail import Trail


def heading(run: RunLook, number: int, width: int) -> Line:
    """Number, title and state of the step, and which run it is of."""
    state = run.steps[number - 1].state
    words = state_words(run, number)
    left = f" step {number}: {STEPS[number - 1].title}  {MARKS[state]} {words}"
    right = f"run {run.number} · 1-6 step " if run.number else "1-6 step "
    if len(left) + len(right) >= width:
        right = right.partition(" ·")[0]
    gap = max(width - len(left) - len(right), 1)
    return (Span(fit(left + " " * gap + right, width), "bar"),)


def reasons(run: RunLook, number: int, width: int) -> list[Line]:
    """Why the step stands as it stands."""
    step = run.steps[number - 1]
    words = WORDS[number, step.state]
    if step.state == "pending" and run.outcome:
        words = NOT_REACHED
    lines: list[Line] = [(Span(" "), Span(row)) for row in wrap(words, width - 2)]
    if step.detail:
        tone = tone_of(run, number)
        lines += [(Span(" "), Span(row, tone)) for row in wrap(f"Here: {step.detail}", width - 2)]
    return lines


def clause(number: int, width: int) -> list[Line]:
    """What the change request says of the step."""
    text = f"Change request, step {number}: {STEPS[number - 1].clause}"
    return [(Span(" "), Span(row, "note")) for row in wrap(text, width - 2)]


def proof(event: Event, session_id: int | None, width: int) -> Line:
    """An event that proves a step, as the ladder says it."""
    drawn = look(event, 1000, session_id)
    text, tone = (clean(drawn.rows[0]), drawn.tone) if drawn is not None else ("", "plain")
    return (Span(f"  {time_text(event.at, None)}  ", "dim"), Span(clip(text, width - 13), tone))


class Heading(Block):
    """The header of the pane."""

    run = RunLook(0)
    number = 1
    active = False

    def lines(self, width: int) -> Sequence[Line]:
        return [focus_mark(heading(self.run, self.number, width), self.active)]


class Proofs(Rows):
    """The step's page, a row for each event that proves it."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.deck = deck
        self.run = RunLook(0)
        self.number = 1
        self.indexes: tuple[int, ...] = ()

    def head(self, width: int) -> Sequence[Line]:
        words = "No event shows it yet."
        if self.indexes:
            words = "What shows it (enter goes there):"
        elif self.run.steps[self.number - 1].state == "skipped":
            words = "It was skipped, so no event shows it."
        elif self.run.outcome:
            words = "The run is over: no event shows it."
        return [*reasons(self.run, self.number, width), (Span(f" {words}", "dim"),)]

    def count(self) -> int:
        return len(self.indexes)

    def row(self, number: int, width: int) -> Line:
        event = self.deck.events[self.indexes[number]]
        return proof(event, context.session_id(self.deck.events, event), width)

    def tail(self, width: int) -> Sequence[Line]:
        return [(), *clause(self.number, width)]


class StepPane(Pane):
    """Shows one step of the run that the person looks at."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(deck, id=id)
        self._heading = Heading()
        self._page = Proofs(deck, id="proofs")

    @property
    def page(self) -> Proofs:
        return self._page

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._page

    @property
    def number(self) -> int:
        return self._page.number

    @property
    def chosen(self) -> int:
        """The index of the event under the cursor, -1 without one."""
        rows = self._page
        return rows.indexes[rows.cursor] if rows.cursor < len(rows.indexes) else -1

    def event_of(self, row: int) -> Event | None:
        indexes = self._page.indexes
        return self.deck.events[indexes[row]] if row < len(indexes) else None

    def choose(self, number: int, trail: Trail, row: int) -> None:
        """Shows a step, with the cursor on one of its events."""
        self._take(number, trail.look, tuple(trail.proofs[number]))
        self._page.select(row)

    def show(self, event: Event | None) -> None:
        """The cursor goes to the event that is selected in the ladder, where that is a proof."""
        if event is None or self._page.has_focus:
            return
        events = self.deck.events
        rows = [n for n, index in enumerate(self._page.indexes) if events[index].seq == event.seq]
        if rows and rows[0] != self._page.cursor:
            self._page.select(rows[0])

    def project(self, known: Known) -> None:
        trail = evidence(self).trail()
        self._take(self.number, trail.look, tuple(trail.proofs[self.number]))
        self._heading.active = self._page.has_focus
        self._heading.update()

    def _take(self, number: int, run: RunLook, indexes: tuple[int, ...]) -> None:
        page = self._page
        if (number, run, indexes) == (page.number, page.run, page.indexes):
            return
        same = (number, run.number) == (page.number, page.run.number)
        page.number, page.run, page.indexes = number, run, indexes
        self._heading.number, self._heading.run = number, run
        self._heading.update()
        if not same:
            page.cursor = 0
        page.update(keep_place=same)
