"""What the ladder's rows look like: their lines and strips, made when they are in sight and kept.

Which rows there are, and where, is `layout.py`'s; what they say, `looks.py`'s and `ladder_lines.py`'s.
"""

from collections.abc import Sequence

from textual.cache import LRUCache
from textual.strip import Strip
from textual.widget import Widget

from emulator.exports import ladder_lines, lanes
from emulator.exports.text import Line
from emulator.protocol.events import Event
from emulator.tui.block import strip_of
from emulator.tui.layout import Layout, Rows


class Painter:
    """Paints rows of one layout with the colours of one widget."""

    def __init__(self, widget: Widget, layout: Layout) -> None:
        self._widget, self._all = widget, layout
        self.times: lanes.Times = "interval"
        self._lines: LRUCache[tuple[int, int], list[Line]] = LRUCache(512)
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(512)

    def turn_times(self) -> None:
        """Paints the next kind of times."""
        kinds = list(lanes.TIMES)
        self.times = kinds[(kinds.index(self.times) + 1) % len(kinds)]
        self.forget()

    def forget(self) -> None:
        """Rows say something else now, or stand elsewhere."""
        self._lines.clear()
        self._strips.clear()

    def forget_colours(self) -> None:
        """Rows say the same in other colours."""
        self._strips.clear()

    def strip(
        self, rows: Rows, events: Sequence[Event], row: int, number: int, width: int
    ) -> Strip:
        """Line `number` of all, which is one of that row's."""
        strip = self._strips.get((number, width))
        if strip is None:
            line = self._row(rows, events, row, width)[number - rows.tops[row]]
            strip = strip_of(self._widget, line, width)
            self._strips[number, width] = strip
        return strip

    def _row(self, rows: Rows, events: Sequence[Event], row: int, width: int) -> list[Line]:
        lines = self._lines.get((row, width))
        if lines is None:
            event = events[rows.events[row]]
            words = rows.separators.get(row)
            look = self._all.look(event)
            assert look is not None
            before = None if words or row == 0 else events[rows.events[row - 1]].at
            when = ladder_lines.time_of(self.times, event.at, before, self._all.began(event))
            aside = self._all.asides[rows.origin(row)]
            lines = ladder_lines.paint(look, when, width, event.session * aside)
            if words:
                lines.insert(0, ladder_lines.separator(words, width))
            self._lines[row, width] = lines
        return lines
