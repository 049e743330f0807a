"""The ladder widget: a cursor over events, follow mode, and only the lines in sight are made.

Owns where each event's lines begin. What they say is `looks.py`'s and `ladder_lines.py`'s.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events as input_events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from emulator.exports import ladder_lines, lanes, looks
from emulator.exports.text import Line, Span
from emulator.protocol.events import Event, NotificationRead
from emulator.tui.actions import bindings
from emulator.tui.block import Block, focus_mark, selected, strip_of
from emulator.tui.lanes import Holder


class Lanes(Block):
    """The names of the lanes, above the ladder and outside its scrolling."""

    active = False
    """Whether the keys go to the ladder while they could go elsewhere."""
    times: lanes.Times = "interval"

    def lines(self, width: int) -> Sequence[Line]:
        return [focus_mark((*lanes.header(width - 1, self.times), Span(" ", "bar")), self.active)]


class Ladder(ScrollView, can_focus=True, inherit_bindings=False):
    """Events between lanes. Posts `Moved` when another event is selected or follow changes."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("ladder")
    ALLOW_SELECT = False

    class Moved(Message):
        """The cursor is on another event, or follow mode has changed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._events: Sequence[Event] = ()
        self._read = 0
        self._shown = array("L")
        """Index of each event that has lines."""
        self._tops = array("L")
        """Its first line."""
        self._separators: dict[int, str] = {}
        """What stands on a line before it: a run begins, or goes on."""
        self._asides = bytearray()
        """Whether it belongs to another run than the one that has the lanes."""
        self._fits = array("H")
        """The width from which on it takes the same lines."""
        self._laid = 0
        """The width for which all is laid out."""
        self._height = 0
        self._run = Holder()
        self._ids: dict[int, int] = {}
        """The SessionID of each run's notification."""
        self._began: dict[int, float] = {}
        """When each run began."""
        self._times: lanes.Times = "interval"
        self._cursor = -1
        self._following = True
        self._lines: LRUCache[tuple[int, int], list[Line]] = LRUCache(2048)
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(4096)

    @property
    def following(self) -> bool:
        return self._following

    @property
    def times(self) -> lanes.Times:
        return self._times

    def turn_times(self) -> None:
        """Shows the next kind of times."""
        kinds = list(lanes.TIMES)
        self._times = kinds[(kinds.index(self._times) + 1) % len(kinds)]
        self._lines.clear()
        self._strips.clear()
        self.refresh()

    @property
    def behind(self) -> int:
        """How many events have come below the cursor."""
        return len(self._shown) - 1 - self._cursor if self._shown else 0

    @property
    def selected(self) -> Event | None:
        return self._events[self._shown[self._cursor]] if self._cursor >= 0 else None

    def take(self, events: Sequence[Event], upto: int) -> None:
        """Lays out those of `events` before index `upto` that are new."""
        self._events = events
        before = self._height
        self._laid = self._laid or self._width
        for index in range(self._read, upto):
            event = events[index]
            if isinstance(event.what, NotificationRead):
                self._ids[event.session] = event.what.session_id
            look = self._look(event, self._laid)
            if look is None:
                continue
            if event.session:
                self._began.setdefault(event.session, event.at)
            words = self._run.take(event)
            if words:
                self._separators[len(self._shown)] = words
            self._shown.append(index)
            self._tops.append(self._height)
            self._asides.append(self._run.is_aside(event))
            self._fits.append(min(look.fits, 0xFFFF))
            self._height += look.height + bool(words)
        self._read = max(self._read, upto)
        if self._height == before:
            return
        self.virtual_size = Size(0, self._height)
        if self._following:
            self._select(len(self._shown) - 1)
            self._scroll(self._height)
        else:
            self.post_message(self.Moved())
        self.refresh()

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width or lanes.USUAL

    def _look(self, event: Event, width: int) -> looks.Look | None:
        return looks.look(event, width, self._ids.get(event.session))

    def _lay_out(self, width: int) -> None:
        """Lays everything out for another width. Asks only for what is broken at one of both."""
        if width == self._laid or not self._shown:
            return
        least, self._laid = min(width, self._laid), width
        old, top = self._tops, 0
        self._tops = array("L")
        for row, fits in enumerate(self._fits):
            self._tops.append(top)
            if fits > least:
                look = self._look(self._events[self._shown[row]], width)
                assert look is not None
                top += look.height + (row in self._separators)
            else:
                end = old[row + 1] if row + 1 < len(old) else self._height
                top += end - old[row]
        self._height = top
        self._lines.clear()
        self._strips.clear()
        self.virtual_size = Size(0, top)

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self, event: input_events.Resize) -> None:
        self._lay_out(self._width)
        if self._following:
            self._scroll(self._height)
        else:
            self._reveal()

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not self._shown or number >= self._height:
            return Strip.blank(self.size.width, self.rich_style)
        row = bisect_right(self._tops, number) - 1
        strip = self._strips.get((number, width))
        if strip is None:
            line = self._row(row, width)[number - self._tops[row]]
            strip = strip_of(self, line, width)
            self._strips[number, width] = strip
        if row == self._cursor and number >= self._tops[row] + (row in self._separators):
            strip = selected(self, strip)
        return strip

    def _row(self, row: int, width: int) -> list[Line]:
        lines = self._lines.get((row, width))
        if lines is None:
            event = self._events[self._shown[row]]
            words = self._separators.get(row)
            look = self._look(event, self._laid)
            assert look is not None
            before = None if words or row == 0 else self._events[self._shown[row - 1]].at
            began = self._began.get(event.session)
            when = ladder_lines.time_of(self._times, event.at, before, began)
            lines = ladder_lines.paint(look, when, width, event.session * self._asides[row])
            if words:
                lines.insert(0, ladder_lines.separator(words, width))
            self._lines[row, width] = lines
        return lines

    def _select(self, row: int) -> None:
        self._cursor = max(0, min(row, len(self._shown) - 1)) if self._shown else -1
        self.post_message(self.Moved())
        self.refresh()

    def _scroll(self, line: int) -> None:
        # Forced: right after the first events Textual has not yet seen that there is more to see.
        self.scroll_to(y=line, animate=False, force=True)

    def _reveal(self) -> None:
        """Scrolls as little as needed to have the whole selected event in sight."""
        if self._cursor < 0:
            return
        top = self._tops[self._cursor]
        last = self._cursor == len(self._shown) - 1
        end = self._height if last else self._tops[self._cursor + 1]
        page = self.scrollable_content_region.height
        offset = self.scroll_offset.y
        if top < offset or end - top > page:
            self._scroll(top)
        elif end > offset + page:
            self._scroll(end - page)

    def _go(self, row: int) -> None:
        """The person moves the cursor: upwards it leaves follow mode."""
        if not self._shown:
            return
        if row < self._cursor:
            self._following = False
        self._select(row)
        self._reveal()

    def select_last(self, wanted: Callable[[Event], bool]) -> None:
        """Selects the newest event that is `wanted`, with what led to it in sight above."""
        for row in range(len(self._shown) - 1, -1, -1):
            if wanted(self._events[self._shown[row]]):
                self._following = False
                self._select(row)
                self._scroll(max(self._tops[row] - self.scrollable_content_region.height // 3, 0))
                return

    def follow(self, on: bool) -> None:
        self._following = on
        if on:
            self._select(len(self._shown) - 1)
            self._scroll(self._height)
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
        line = max(0, min(self._tops[self._cursor] + pages * page, self._height - 1))
        row = bisect_right(self._tops, line) - 1
        self._go(row if row != self._cursor else row + pages)

    def action_first(self) -> None:
        self._go(0)
        self._scroll(0)

    def action_last(self) -> None:
        self.follow(True)

    def on_click(self, event: input_events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if self._shown and 0 <= number < self._height:
            row = bisect_right(self._tops, number) - 1
            if row < self.behind + self._cursor:
                self._following = False
            self._go(row)

    def on_mouse_scroll_up(self, event: input_events.MouseScrollUp) -> None:
        """The wheel looks elsewhere without selecting anything, so new events must not pull back."""
        if self._following and self._height > self.scrollable_content_region.height:
            self.follow(False)
