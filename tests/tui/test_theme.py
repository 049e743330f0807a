"""Themes: every tone can be read on its ground, in every theme and without colours; what is remembered."""

from pathlib import Path

import pytest
from rich.style import Style
from textual.color import Color
from textual.filter import monochrome_style

from emulator.tui.app import HandsetApp
from emulator.tui.colours import ABOUT, BOLD, COLOURS, DEFAULT, TONES
from emulator.tui.ladder import Ladder
from emulator.tui.looks import Looks, remember, remembered
from emulator.tui.theme import styles
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import playing, settled, still, text_of, until

READ, DRAWN, PROJECTED = 4.5, 3.0, 7.0
"""WCAG 2: AA for text, for lines; AAA, for what is far away."""


def _luminance(color: Color) -> float:
    parts = [c / 255 for c in color.rgb]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(style: Style) -> float:
    assert style.color is not None and style.bgcolor is not None
    pair = [_luminance(Color.from_rich_color(c)) for c in (style.color, style.bgcolor)]
    return (max(pair) + 0.05) / (min(pair) + 0.05)


def _least(theme: str, tone: str) -> float:
    if tone == "lane":
        return DRAWN
    return PROJECTED if theme in BOLD else READ


def test_contrast_is_that_of_the_standard() -> None:
    assert round(_contrast(Style(color="#ffffff", bgcolor="#000000")), 1) == 21.0
    assert round(_contrast(Style(color="#767676", bgcolor="#ffffff")), 2) == 4.54


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("theme", COLOURS)
def test_every_tone_can_be_read_on_its_ground_and_under_the_cursor(theme: str, tone: str) -> None:
    grounds = [COLOURS[theme][name] for name in ("paper", "box", "cursor")]
    for ground in grounds:
        style = Style(bgcolor=ground) + styles(theme)[tone]
        assert _contrast(style) >= _least(theme, tone), (ground, style)
        if tone != "lane":
            assert _contrast(monochrome_style(style)) >= READ, (ground, style)


def test_every_theme_has_the_same_colours_and_is_told_about() -> None:
    assert set(ABOUT) == set(COLOURS) and DEFAULT in COLOURS
    assert len({frozenset(colours) for colours in COLOURS.values()}) == 1


@pytest.mark.parametrize("theme", COLOURS)
async def test_the_next_theme_paints_everything_anew_and_moves_nothing(theme: str) -> None:
    app = HandsetApp(RecordedDeck([recording.asked()]), Looks(theme))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(app, pilot)
        before = text_of(app)
        assert _grounds(app) == {COLOURS[theme]["paper"], COLOURS[theme]["amber"]}
        await pilot.press("v")
        await still(app, pilot)
        assert app.theme != theme
        assert text_of(app) == before
        assert _grounds(app) == {COLOURS[app.theme]["paper"], COLOURS[app.theme]["amber"]}


@pytest.mark.parametrize("theme", COLOURS)
async def test_textual_s_own_widgets_can_be_read_in_it(theme: str) -> None:
    app = HandsetApp(RecordedDeck(), Looks(theme))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Detail  (enter)" in text_of(app))
        await still(app, pilot)
        strips = app.screen._compositor.render_strips()
        words = [s for strip in strips for s in strip if s.text.strip() and s.style]
        seen = {s.text.strip(): s.style for s in words if s.style}
        for text in ("Detail  (enter)", "First  (g home)", "select the first event"):
            found = next(style for shown, style in seen.items() if text in shown)
            assert _contrast(found) >= READ, text


def _grounds(app: HandsetApp) -> set[str]:
    """The grounds in the ladder; the selected line is a question, which keeps its own."""
    ladder = app.query_one(Ladder)
    strips = [ladder.render_line(y) for y in range(ladder.size.height)]
    spans = [s for strip in strips for s in strip if s.style and s.style.bgcolor and s.text.strip()]
    found = {Color.from_rich_color(s.style.bgcolor).hex.lower() for s in spans if s.style}
    return found - {COLOURS[app.theme]["cursor"]}


async def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(RecordedDeck([recording.ignored()])) as (app, _):
        coloured = text_of(app)
    monkeypatch.setenv("NO_COLOR", "1")
    async with playing(RecordedDeck([recording.ignored()])) as (app, _):
        assert text_of(app) == coloured
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                for color in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    if color is not None:
                        assert len(set(Color.from_rich_color(color).rgb)) == 1, segment


async def test_the_theme_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "new" / "screen.json"
    assert remembered(file) == DEFAULT
    app = HandsetApp(RecordedDeck(), Looks(kept=file))
    async with app.run_test() as pilot:
        await pilot.press("v")
        assert remembered(file) == app.theme != DEFAULT
    assert [path.name for path in file.parent.iterdir()] == ["screen.json"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"theme": 1}', '{"theme": "pink"}', "\xff"])
def test_a_file_that_is_no_good_is_the_default_theme(tmp_path: Path, content: str) -> None:
    file = tmp_path / "screen.json"
    file.write_text(content, encoding="latin-1")
    assert remembered(file) == DEFAULT


def test_what_cannot_be_remembered_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remember(tmp_path / "file" / "screen.json", "light")
