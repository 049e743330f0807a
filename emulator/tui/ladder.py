"""The ladder widget: a cursor over events, follow mode, and only the lines in sight are made.

Where each event's lines begin is `layout.py`'s; what they look like is `painter.py`'s.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events as input_events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from emulator.eventlog import place
from emulator.exports import lanes
from emulator.exports.text import Line, Span
from emulator.protocol.events import Event
from emulator.tui.actions import bindings
from emulator.tui.annotations import Annotations
from emulator.tui.block import Block, Scrolling, focus_mark, selected
from emulator.tui.layout import Layout, Picked, Rows
from emulator.tui.painter import Painter


class Lanes(Block):
    """The names of the lanes, above the ladder and outside its scrolling."""

    active = False
    """Whether the keys go to the ladder while they could go elsewhere."""
    times: lanes.Times = "interval"

    def lines(self, width: int) -> Sequence[Line]:
        return [focus_mark((*lanes.header(width - 1, self.times), Span(" ", "bar")), self.active)]


class Ladder(Scrolling, can_focus=True, inherit_bindings=False):
    """Events between lanes. Posts `Moved` when another event is selected or follow changes."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("ladder")

    class Moved(Message):
        """The cursor is on another event, or follow mode has changed."""

    class Unfiltered(Message):
        """All events are shown again, since one was to be selected that a filter hid."""

    class Opened(Message):
        """The selected event was clicked: its detail is wanted."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._events: Sequence[Event] = ()
        self._all = Layout()
        self._rows: Rows = self._all
        """What is on the screen: all rows, or those that a filter has found."""
        self._painter = Painter(self, self._all)
        self._cursor = -1
        self._anchor = -1
        """Index of the event to stay at when other rows are shown."""
        self._following = True
        self._selected: tuple[int, Event] | None = None

    @property
    def following(self) -> bool:
        return self._following

    @property
    def times(self) -> lanes.Times:
        return self._painter.times

    def turn_times(self) -> None:
        """Shows the next kind of times."""
        self._painter.turn_times()
        self.refresh()

    @property
    def beside(self) -> Annotations:
        """Notes and expectations."""
        return self._all.beside

    @property
    def behind(self) -> int:
        """How many events have come below the cursor."""
        return len(self._rows) - 1 - self._cursor if self._rows else 0

    @property
    def selected(self) -> Event | None:
        """The event under the cursor; the same value as long as the cursor stays."""
        if self._cursor < 0:
            return None
        index = self._rows.events[self._cursor]
        if self._selected is None or self._selected[0] != index:
            self._selected = index, self._events[index]
        return self._selected[1]

    @property
    def place(self) -> int:
        """The index of the selected event, -1 for none."""
        return self._rows.events[self._cursor] if self._cursor >= 0 else -1

    @property
    def layout_of_all(self) -> Layout:
        """Where all events are, whether they are shown or not."""
        return self._all

    def show(self, rows: Picked | None) -> None:
        """Shows these rows only, or all again; the selected event, or one near it, stays selected."""
        self._anchor = self.place if self.place >= 0 else self._anchor
        self._rows = rows if rows is not None else self._all
        self._cursor = -1
        self._painter.forget()
        self.refresh()
        self.grown(0)

    def take(self, events: Sequence[Event], upto: int) -> None:
        """Lays out those of `events` before index `upto` that are new."""
        self._events = events
        before, layout = self._rows.height, self._all
        layout.width = layout.width or self._width
        for index in range(layout.read, upto):
            layout.take(events[index])
        if layout.settle(events):
            self._noted()
        if self._rows.height != before:
            self.grown(before)

    def _noted(self) -> None:
        """Something was noted about earlier events."""
        if isinstance(self._rows, Picked):
            self._rows.lay_out()
        self._painter.forget()
        self.set_height(self._rows.height)
        if not self._following:
            self._reveal()
        self.refresh()

    def grown(self, before: int) -> None:
        """Shows what has come below line `before`, if that is in sight."""
        self.set_height(self._rows.height)
        if self._following:
            self._select(len(self._rows) - 1)
            self._scroll(self._rows.height)
        elif self._anchor >= 0 or self._cursor < 0:
            # As long as nobody has moved the cursor.
            row = max(self._rows.near(self._anchor), 0)
            if row != self._cursor:
                self._select(row)
                self._reveal()
        if before < self.scroll_offset.y + self.size.height:
            self.refresh()

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width or lanes.USUAL

    def _lay_out(self, width: int) -> None:
        """Lays everything out for another width."""
        if width == self._all.width or not self._all:
            return
        self._all.lay_out(width, self._events)
        if isinstance(self._rows, Picked):
            self._rows.lay_out()
        self._painter.forget()
        self.set_height(self._rows.height)

    def renew(self, events: Sequence[Event]) -> None:
        """The same events, which look otherwise now but take the same lines."""
        self._events = events
        self._selected = None
        self._painter.forget()
        self.refresh()

    def notify_style_update(self) -> None:
        self._painter.forget_colours()
        super().notify_style_update()

    def on_resize(self, event: input_events.Resize) -> None:
        self._lay_out(self._width)
        if self._following:
            self._scroll(self._rows.height)
        else:
            self._reveal()

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if number >= self._rows.height:
            return Strip.blank(self.size.width, self.rich_style)
        row = self._rows.at(number)
        strip = self._painter.strip(self._rows, self._events, row, number, width)
        if row == self._cursor and number >= self._rows.first(row):
            strip = selected(self, strip)
        return strip

    def _select(self, row: int) -> None:
        before = self._cursor
        self._cursor = max(0, min(row, len(self._rows) - 1)) if self._rows else -1
        self.post_message(self.Moved())
        for touched in {before, self._cursor}:
            self._repaint(touched)

    def _repaint(self, row: int) -> None:
        """The lines of one row, as far as they are in sight."""
        if 0 <= row < len(self._rows):
            top, end = (line - self.scroll_offset.y for line in self._span(row))
            if end > 0 and top < self.size.height:
                self.refresh(Region(0, max(top, 0), self.size.width, end - max(top, 0)))

    def _span(self, row: int) -> tuple[int, int]:
        return self._rows.tops[row], self._rows.end(row)

    def _scroll(self, line: int) -> None:
        # Forced: right after the first events Textual has not yet seen that there is more to see.
        self.scroll_to(y=line, animate=False, force=True)

    def keep_following(self) -> None:
        """The newest line is in sight, also when a layout came after the last scroll."""
        page = self.scrollable_content_region.height
        if self._following and 0 < page < self._rows.height - self.scroll_offset.y:
            self._scroll(self._rows.height)

    def _reveal(self) -> None:
        """Scrolls as little as needed to have the whole selected event in sight."""
        if self._cursor < 0:
            return
        top, end = self._span(self._cursor)
        page = self.scrollable_content_region.height
        offset = self.scroll_offset.y
        if top < offset or end - top > page:
            self._scroll(top)
        elif end > offset + page:
            self._scroll(end - page)

    def _go(self, row: int) -> None:
        """The person moves the cursor: upwards it leaves follow mode."""
        if not self._rows:
            return
        self._anchor = -1
        if row < self._cursor:
            self._following = False
        self._select(row)
        self._reveal()

    def select_last(self, wanted: Callable[[Event], bool]) -> None:
        """Selects the newest event that is `wanted`, with what led to it in sight above."""
        for row in range(len(self._rows) - 1, -1, -1):
            if wanted(self._events[self._rows.events[row]]):
                self._look_at(row)
                return

    def select_event(self, event: Event) -> None:
        """Selects an event; one that has no line here, the last before it that has. One that a
        filter hides brings all others back."""
        index = place(self._events, event)
        near = self._all.near(index)
        if near >= 0 and isinstance(self._rows, Picked) and near not in self._rows.rows:
            self.show(None)
            self.post_message(self.Unfiltered())
        self.select(index)

    def select(self, index: int) -> None:
        """Selects the event of that index, or the one before it that is shown."""
        if (row := self._rows.near(index)) >= 0:
            self._look_at(row)

    def _look_at(self, row: int) -> None:
        """Selects a row, with what led to it in sight above."""
        self._following, self._anchor = False, -1
        self._select(row)
        self._scroll(max(self._rows.tops[row] - self.scrollable_content_region.height // 3, 0))

    def action_next_noted(self) -> None:
        """Selects the next event that is marked or has a comment."""
        selected = self.selected
        row = self._rows.of(self.beside.next_noted(selected.seq), self._events) if selected else -1
        if row >= 0:
            self._look_at(row)

    def follow(self, on: bool) -> None:
        self._following, self._anchor = on, -1
        if on:
            self._select(len(self._rows) - 1)
            self._scroll(self._rows.height)
        else:
            self.post_message(self.Moved())

    def action_up(self) -> None:
        self._go(self._cursor - 1)

    def action_down(self) -> None:
        self._go(self._cursor + 1)

    def action_page(self, pages: int) -> None:
        if self._cursor < 0:
            return
        page = max(self.scrollable_content_region.height - 1, 1)
        line = max(0, min(self._rows.tops[self._cursor] + pages * page, self._rows.height - 1))
        row = self._rows.at(line)
        self._go(row if row != self._cursor else row + pages)

    def action_first(self) -> None:
        self._go(0)
        self._scroll(0)

    def action_last(self) -> None:
        self.follow(True)

    def on_click(self, event: input_events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if 0 <= number < self._rows.height:
            row = self._rows.at(number)
            if row == self._cursor:
                self.post_message(self.Opened())
            if row < self.behind + self._cursor:
                self._following = False
            self._go(row)

    def on_mouse_scroll_up(self, event: input_events.MouseScrollUp) -> None:
        """The wheel looks elsewhere without selecting anything, so new events must not pull back."""
        if self._following and self._rows.height > self.scrollable_content_region.height:
            self.follow(False)
