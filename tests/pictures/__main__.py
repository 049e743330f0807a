"""`python -m tests.pictures FOLDER [NAME...]`: the pictures of the README, each from a real run.

Needs librsvg2-bin and fonts-dejavu-core; syncevolution and chromium for the pictures with them.
"""

import argparse
import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.interop.browser import PROGRAM, browsing
from tests.interop.web import served
from tests.pictures.drawing import picture, png
from tests.pictures.scenes import SCENES, Scene

BROWSER = "browser"


def draw(scene: Scene, folder: Path) -> list[Path]:
    """The scene as SVG and PNG."""
    svg = folder / f"{scene.name}.svg"
    with scene.deck() as deck:
        drawing = picture(deck, scene.size, scene.until, scene.select, scene.keys)
        svg.write_text(asyncio.run(drawing), encoding="utf-8")
    png(svg, svg.with_suffix(".png"))
    return [svg, svg.with_suffix(".png")]


async def photograph(folder: Path) -> list[Path]:
    """The demo in a browser, as PNG."""
    path = folder / f"{BROWSER}.png"
    with served("demo", "--pace", "0.5") as (url, _):
        async with browsing(url) as page:
            await page.wait_for("✓ synchronised", "6 ✓ passed")
            path.write_bytes(await page.picture())
    return [path]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", choices=[*(s.name for s in SCENES), BROWSER, []])
    chosen = parser.parse_args(argv)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        if chosen.names and scene.name not in chosen.names:
            continue
        if missing := [peer for peer in scene.peers if shutil.which(peer) is None]:
            print(f"{scene.name}: left out, {missing[0]} is not here")
            continue
        print(*draw(scene, chosen.folder))
    if not chosen.names or BROWSER in chosen.names:
        if shutil.which(PROGRAM) is None:
            print(f"{BROWSER}: left out, {PROGRAM} is not here")
        else:
            print(*asyncio.run(photograph(chosen.folder)))


if __name__ == "__main__":
    main()
