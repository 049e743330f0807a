"""Textual's own way of painting, without what our widgets never need of it.

A ladder that follows a stream is painted anew many times a second. Half of that time went into borders,
paddings and opacities that it does not have, a tenth into its scroll bar. Knows nothing of what is shown.
"""

from collections.abc import Callable
from typing import Any

from textual._styles_cache import StylesCache
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget


class BareLines(StylesCache):
    """Keeps a widget's lines as they are, when it has nothing around them."""

    def render_line(
        self,
        styles: Any,
        y: int,
        size: Any,
        content_size: Any,
        padding: Any,
        base_background: Any,
        background: Any,
        render_content_line: Callable[[int], Strip],
        *more: Any,
    ) -> Strip:
        if size == content_size and y < size.height:
            ground, _ = self.get_inner_outer(base_background, background)
            return render_content_line(y).adjust_cell_length(size.width, ground.rich_style)
        return super().render_line(
            styles,
            y,
            size,
            content_size,
            padding,
            base_background,
            background,
            render_content_line,
            *more,
        )


class Bar(ScrollBar):
    """Textual's vertical scroll bar, painted without Rich's console."""

    _painted: tuple[object, list[Strip]] = (None, [])

    def render_lines(self, crop: Region) -> list[Strip]:
        drawn = self.render()
        assert isinstance(drawn, ScrollBarRender)
        look = (self.size, drawn.window_size, drawn.virtual_size, drawn.position, drawn.style)
        if look != self._painted[0]:
            self._painted = (look, self._paint(drawn))
        strips = self._painted[1][crop.y : crop.bottom]
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips

    def _paint(self, drawn: ScrollBarRender) -> list[Strip]:
        style = self.app.console.get_style(drawn.style)
        assert style.color is not None and style.bgcolor is not None
        segments = drawn.render_bar(
            self.size.height,
            drawn.virtual_size,
            drawn.window_size,
            drawn.position,
            drawn.thickness,
            back_color=style.bgcolor,
            bar_color=style.color,
        ).segments
        return [Strip([segment], self.size.width) for segment in segments]


def bar_of(widget: Widget) -> ScrollBar:
    """The vertical scroll bar of a widget that has none yet."""
    bar = Bar(name="vertical", thickness=widget.scrollbar_size_vertical)
    bar.display = False
    widget.app._start_widget(widget, bar)
    return bar
