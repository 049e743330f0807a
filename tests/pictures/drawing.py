"""Draws the screen: SVG that fetches nothing from a network, and PNG of it.

Drives the app without a terminal. PNG is rsvg-convert's (Debian's librsvg2-bin, with the font DejaVu
Sans Mono).
"""

import asyncio
import re
import subprocess
from collections.abc import Callable, Sequence
from html import escape, unescape
from pathlib import Path

from textual.pilot import Pilot

from emulator.protocol.events import Event
from emulator.tui.app import HandsetApp
from emulator.tui.deck import Deck
from emulator.tui.run import Known

FONT = "DejaVu Sans Mono"
_CELL, _ADVANCE = 12.2, 0.60205
"""Width of a cell in Rich's SVG, and of a character of the font by its size."""
_BLANK = "&#160;"
_TEXT = re.compile(
    r'(<text class="[^"]*" x=")([\d.]+)("[^>]*? textLength=")([\d.]+)("[^>]*>)([^<]*)</text>'
)

Until = Callable[[Known], bool]


def run_closed(known: Known) -> bool:
    """Whether the shown run is over."""
    return bool(known.run.outcome)


async def picture(
    deck: Deck,
    size: tuple[int, int] = (120, 40),
    until: Until = run_closed,
    select: Callable[[Event], bool] | None = None,
    keys: Sequence[str] = (),
    patience: float = 30.0,
) -> str:
    """The screen as SVG, once `until` holds; the last event that `select` picks is selected, and
    then the keys are pressed.

    Raises TimeoutError when the run does not get there within `patience` seconds.
    """
    app = HandsetApp(deck)
    async with app.run_test(size=size) as pilot:
        async with asyncio.timeout(patience):
            while not (until(app.main.known) and app.main.read == len(deck.events)):
                await pilot.pause(1 / 30)
            await _still(app, pilot)
            if select is not None:
                app.main.select_last(select)
                await _still(app, pilot)
            for key in keys:
                await pilot.press(key)
                await _still(app, pilot)
        return offline(app.export_screenshot(title=f"handset {deck.title}"))


async def _still(app: HandsetApp, pilot: Pilot[None]) -> None:
    """Layout answers events, and events answer layout: waits until both have come to rest."""
    seen: list[str] = []
    while len(seen) < 4 or len(set(seen[-4:])) > 1 or not app.main.settled:
        await pilot.pause()
        seen.append(app.export_screenshot())


def offline(svg: str) -> str:
    """The SVG without its links to fonts, in a font whose characters fill the cells exactly."""
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    size = f"{_CELL / _ADVANCE:.3f}px"
    svg = re.sub(
        r"(font-family: )Fira Code, monospace;(\s*)font-size: 20px;",
        rf"\g<1>'{FONT}', 'Fira Code', monospace;\g<2>font-size: {size};",
        svg,
    )
    return re.sub(r"\n\s*\n+", "\n", _TEXT.sub(_unpadded, svg))


def _unpadded(text: re.Match[str]) -> str:
    """A text without the blanks before and after it: not every program keeps them."""
    before, x, between, length, after, body = text.groups()
    whole = unescape(body)
    kept = whole.strip("\xa0")
    if not kept:
        return ""
    place = float(x) + (len(whole) - len(whole.lstrip("\xa0"))) * _CELL
    size = float(length) * len(kept) / len(whole)
    bare = escape(kept).replace("\xa0", _BLANK)
    return f"{before}{place:.1f}{between}{size:.1f}{after}{bare}</text>"


def png(svg: Path, target: Path) -> None:
    """Draws an SVG file as PNG."""
    subprocess.run(["rsvg-convert", "--zoom", "1", "-o", target, svg], check=True)
