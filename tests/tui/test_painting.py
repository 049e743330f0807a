"""What is painted without Textual's detours looks as it does with them."""

from collections.abc import Iterator

import pytest
from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.geometry import Region
from textual.scrollbar import ScrollBar

from emulator.tui.ladder import Ladder
from emulator.tui.painting import Bar, BareLines
from emulator.tui.status import Footer
from emulator.tui.steps import Steps
from tests.tui.recording import RecordedDeck
from tests.tui.screen import playing


def cells(segments: Iterator[Segment]) -> list[tuple[str, object, object, object]]:
    """One for each cell, with what is seen of its style."""
    found = []
    for text, style, _ in segments:
        assert style is not None
        ink, ground = style.color, style.bgcolor
        if style.reverse:
            ink, ground = ground, ink
        found += [(char, ink if char != " " else None, ground, style.bold) for char in text]
    return found


@pytest.mark.parametrize("size", ((80, 24), (120, 40), (200, 60)))
async def test_lines_look_as_textual_paints_them(size: tuple[int, int]) -> None:
    async with playing(RecordedDeck(), size) as (app, _):
        for kind in (Ladder, Footer, Steps):
            widget = app.query_one(kind)
            assert isinstance(widget._styles_cache, BareLines)
            ours = widget.render_lines(widget.size.region)
            theirs = StylesCache().render_widget(widget, widget.size.region)
            assert [cells(iter(s)) for s in ours] == [cells(iter(s)) for s in theirs]


@pytest.mark.parametrize("line", (0, 1, 5, 13, 10_000))
async def test_the_scroll_bar_looks_as_textual_paints_it(line: int) -> None:
    async with playing(RecordedDeck()) as (app, _):
        ladder = app.query_one(Ladder)
        ladder.follow(False)
        ladder.scroll_to(y=line, animate=False, force=True)
        bar = ladder.vertical_scrollbar
        assert isinstance(bar, Bar) and ladder.show_vertical_scrollbar
        region = Region(0, 0, *bar.size)
        ours = bar.render_lines(region)
        bar._dirty_regions.add(region)
        theirs = ScrollBar.render_lines(bar, region)
        assert [cells(iter(s)) for s in ours] == [cells(iter(s)) for s in theirs]
