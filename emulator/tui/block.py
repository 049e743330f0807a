"""Widgets that show lines: `Block` as high as its lines, `Sheet` that scrolls over any number.

Owns the way from lines and tones to Textual's strips. Knows nothing of what the lines say.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

from emulator.exports.text import Line, Span
from emulator.tui.actions import bindings
from emulator.tui.painting import BareLines, bar_of
from emulator.tui.theme import styles, under_cursor

SCROLLING = bindings("sheet")
MARK = Span("▌", "key")


def ground(widget: Widget) -> Style:
    """The widget's own colours; kept by Textual, unlike its `rich_style`."""
    return widget.visual_style.rich_style


def strip_of(widget: Widget, line: Line, width: int) -> Strip:
    """A line as a strip of exactly `width` cells in the widget's colours."""
    base = ground(widget)
    tones = styles(widget.app.theme)
    segments = []
    for text, tone, action in line:
        style = base + tones[tone]
        if action:
            style += Style.from_meta({"@click": action})
        segments.append(Segment(text, style))
    return Strip(segments).adjust_cell_length(width, base)


def selected(widget: Widget, strip: Strip) -> Strip:
    """The strip with the cursor on it: a mark in its first cell, and another ground."""
    strip = Strip.join([strip_of(widget, (MARK,), 1), strip.crop(1)])
    return under_cursor(strip, widget.app.theme, ground(widget))


def focus_mark(line: Line, on: bool) -> Line:
    """The header of a pane. When the keys go there: a mark in its first cell, and other colours."""
    if not on:
        return line
    first, *rest = line
    tones = {"bar": "barfocus", "barkey": "barfocus"}
    marked = (Span("▌", "barfocus"), first._replace(text=first.text[1:]), *rest)
    return tuple(span._replace(tone=tones.get(span.tone, span.tone)) for span in marked)


class Block(Widget):
    """A few lines that do not scroll. Subclasses say which, for a width."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._styles_cache = BareLines()
        self._shown: tuple[int, Sequence[Line]] = (-1, ())

    def lines(self, width: int) -> Sequence[Line]:
        """What to show at this width."""
        raise NotImplementedError

    def update(self) -> None:
        """Shows what there is to show now, and does nothing when that is the same as before."""
        width, before = self._shown
        if width < 0:
            return
        now = self.lines(width)
        if now == before:
            return
        self._shown = (width, now)
        self.refresh(layout=len(now) != len(before))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._at(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._at(width)
        return strip_of(self, lines[y] if y < len(lines) else (), width)

    def _at(self, width: int) -> Sequence[Line]:
        if self._shown[0] != width:
            self._shown = (width, self.lines(width))
        return self._shown[1]


class Scrolling(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines to scroll over, of which only those in sight are made."""

    ALLOW_SELECT = False
    _drawn = 0
    """How many lines the scroll bar knows of."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._styles_cache = BareLines()

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar_of(self)
        return self._vertical_scrollbar

    def set_height(self, lines: int) -> None:
        """So many lines there are now. The screen is laid out anew only when a scroll bar comes or
        goes: that takes longer than all else that a new line costs."""
        size = Size(0, lines)
        if size == self.virtual_size:
            return
        self.set_reactive(ScrollView.virtual_size, size)
        # A scroll bar has eight places in a cell: below that nothing would be seen of it.
        seen = self._drawn // (8 * max(self.size.height, 1))
        if not self.show_vertical_scrollbar or not 0 < lines - self._drawn < seen:
            self._drawn = lines
            self._scroll_update(size)


class Sheet(Scrolling, can_focus=True, inherit_bindings=False):
    """Many lines to scroll over; only those in sight are made into strips."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLLING

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()

    def lines(self, width: int) -> Sequence[Line]:
        """What to show at this width."""
        return self._lines

    def update(self, *, keep_place: bool = False) -> None:
        """Shows what there is to show now, from its beginning unless `keep_place`."""
        self._lines = self.lines(self.scrollable_content_region.width)
        self.set_height(len(self._lines))
        if not keep_place:
            self.scroll_to(y=0, animate=False, force=True)
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self.update(keep_place=True)

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        line = self._lines[number] if number < len(self._lines) else ()
        return strip_of(self, line, self.size.width)

    def action_scroll_by(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, force=True)

    def action_scroll_pages(self, pages: int) -> None:
        self.action_scroll_by(pages * max(self.size.height - 1, 1))
