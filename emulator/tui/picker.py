"""A list to pick from: a cursor, marks for more than one, nothing but lines."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from emulator.exports.text import Line, Span, clip, wrap
from emulator.tui.actions import bindings
from emulator.tui.block import Block, Sheet, selected
from emulator.tui.dialog import Dialog


class Choice(NamedTuple):
    """A row: its id, its title, and a sentence about it."""

    id: str
    title: str
    about: str = ""


class Picker(Sheet, inherit_bindings=False):
    """Choices under each other.

    `marks` is None for a list in which one is picked, else the ids that are marked.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")

    class Picked(Message):
        """A row was picked: by enter, or by a second click."""

    class Selected(Message):
        """The cursor is on another row."""

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        marks: Iterable[str] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.choices = choices
        self.marks = None if marks is None else set(marks)
        self._touched = False
        """Whether a mark has changed since the list opened."""
        self.cursor = 0

    @property
    def chosen(self) -> Choice | None:
        """The row under the cursor."""
        return self.choices[self.cursor] if self.choices else None

    def lines(self, width: int) -> Sequence[Line]:
        return [self._row(choice, width) for choice in self.choices]

    def _row(self, choice: Choice, width: int) -> Line:
        mark = "" if self.marks is None else "[x] " if choice.id in self.marks else "[ ] "
        return (Span(f" {mark}", "key"), Span(clip(choice.title, width - len(mark) - 2)))

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if y + self.scroll_offset.y != self.cursor or not self.choices:
            return strip
        return selected(self, strip)

    def select(self, row: int) -> None:
        """Puts the cursor on a row, and that row in sight."""
        self.cursor = max(0, min(row, len(self.choices) - 1))
        self.update(keep_place=True)
        self.post_message(self.Selected())
        page, top = max(self.size.height, 1), self.scroll_offset.y
        if not top <= self.cursor < top + page:
            self.scroll_to(y=self.cursor - page // 2, animate=False, force=True)

    def action_row(self, rows: int) -> None:
        self.select(self.cursor + rows)

    def action_mark(self) -> None:
        if self.marks is not None and self.chosen is not None:
            self._touched = True
            self.marks ^= {self.chosen.id}
            self.update(keep_place=True)

    def action_pick(self) -> None:
        """The marks as they are; while nobody has changed one, also the row under the cursor."""
        if self.chosen is None:
            return
        if self.marks is not None and not self._touched and self.chosen.id not in self.marks:
            self.action_mark()
        self.post_message(self.Picked())

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        if row >= len(self.choices):
            return
        again = row == self.cursor
        self.select(row)
        if self.marks is not None:
            self.action_mark()
        elif again:
            self.action_pick()


class About(Block):
    """The sentence of the row under the cursor: as many lines as the longest one takes."""

    def __init__(self, picker: Picker) -> None:
        super().__init__()
        self._picker = picker

    def lines(self, width: int) -> Sequence[Line]:
        told = {c.id: wrap(c.about, width - 1) for c in self._picker.choices if c.about}
        chosen = self._picker.chosen
        rows = told.get(chosen.id, []) if chosen else []
        most = max(map(len, told.values()), default=0)
        blank = [""] * (most - len(rows))
        return [(Span(" "), Span(row, "dim")) for row in (*rows, *blank)]


class PickerDialog(Dialog[tuple[str, ...]]):
    """A picker in a box. Gives the ids picked: one, or all that are marked."""

    def __init__(
        self, heading: str, choices: Sequence[Choice], marks: Iterable[str] | None = None
    ) -> None:
        super().__init__()
        self.heading = heading
        self._picker = Picker(choices, marks=marks)
        self._about = About(self._picker)

    def body(self) -> Iterable[Widget]:
        yield self._picker
        yield self._about

    def on_picker_selected(self) -> None:
        self._about.update()

    def on_picker_picked(self) -> None:
        self.action_submit()

    def result(self) -> tuple[str, ...]:
        if self._picker.marks is not None:
            marks = self._picker.marks
            return tuple(c.id for c in self._picker.choices if c.id in marks)
        chosen = self._picker.chosen
        return (chosen.id,) if chosen else ()
