"""A page of rows that lead to events: a cursor over them, text before and after, nothing but lines.

Rows are made when they are looked at, so that there may be any number. What they say is the subclass's.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from emulator.exports.text import Line
from emulator.tui.actions import bindings
from emulator.tui.block import Sheet, selected


class Between(Sequence[Line]):
    """Head and tail around rows that are made as they are read."""

    def __init__(
        self, head: Sequence[Line], count: int, row: Callable[[int], Line], tail: Sequence[Line]
    ) -> None:
        self.head, self._count, self._row, self._tail = head, count, row, tail

    def __len__(self) -> int:
        return len(self.head) + self._count + len(self._tail)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < len(self.head):
            return self.head[index]
        index -= len(self.head)
        return self._row(index) if index < self._count else self._tail[index - self._count]


class Rows(Sheet, inherit_bindings=False):
    """Rows with a cursor. Posts `Picked` with the number of the row that the person wants to see."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")

    class Picked(Message):
        """A row was picked: by enter, or by a second click."""

        def __init__(self, rows: "Rows", row: int) -> None:
            super().__init__()
            self.rows, self.row = rows, row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0

    def head(self, width: int) -> Sequence[Line]:
        """The lines before the rows."""
        return ()

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row(self, number: int, width: int) -> Line:
        """One row as a line, its first cell left free for the cursor."""
        raise NotImplementedError

    def tail(self, width: int) -> Sequence[Line]:
        """The lines after the rows."""
        return ()

    def moved(self) -> None:
        """The cursor is on another row."""

    def lines(self, width: int) -> Sequence[Line]:
        head, tail = self.head(width), self.tail(width)
        return Between(head, self.count(), lambda number: self.row(number, width), tail)

    @property
    def _before(self) -> int:
        return len(self._lines.head) if isinstance(self._lines, Between) else 0

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if y + self.scroll_offset.y - self._before != self.cursor or not self.count():
            return strip
        return selected(self, strip)

    def select(self, row: int) -> None:
        """Puts the cursor on a row, and that row in sight."""
        self.cursor = max(0, min(row, self.count() - 1))
        self.moved()
        self.update(keep_place=True)
        self.reveal()

    def reveal(self) -> None:
        """Scrolls as little as needed to have the row under the cursor in sight."""
        line, top = self.cursor + self._before, self.scroll_offset.y
        page = self.scrollable_content_region.height
        if not page:
            return
        if line < top:
            self.scroll_to(y=line if self.cursor else 0, animate=False, force=True)
        elif line >= top + page:
            self.scroll_to(y=line - page + 1, animate=False, force=True)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.reveal()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "mark"

    def action_row(self, rows: int) -> None:
        if self.count():
            self.select(self.cursor + rows)

    def action_pick(self) -> None:
        if self.count():
            self.post_message(self.Picked(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y - self._before
        if 0 <= row < self.count():
            again = row == self.cursor
            self.select(row)
            if again:
                self.action_pick()
