"""The command that makes the pictures keeps working: every scene comes to what it shows."""

from pathlib import Path

import pytest

from tests.interop.need import need
from tests.pictures.__main__ import BROWSER, main
from tests.pictures.scenes import SCENES, Scene

SAYS = {
    "demo-80x24": "confirmed",
    "demo-120x40": "equal",
    "demo-200x60": "Everything&#160;is&#160;up&#160;to&#160;date",
    "refused-120x40": "near&#160;miss",
    "nonces-120x40": "ledger",
    "step-120x40": "waits",
    "syncevolution-120x40": "synchronised",
}


QUICK = ("demo-120x40", "refused-120x40")
"""Tried whenever tests run; the others where there is time."""


@pytest.mark.parametrize(
    "scene",
    [
        pytest.param(s, id=s.name, marks=() if s.name in QUICK else pytest.mark.thorough)
        for s in SCENES
    ],
)
def test_each_scene(scene: Scene, tmp_path: Path) -> None:
    for program in ("rsvg-convert", *scene.peers):
        need(program)
    main([str(tmp_path), scene.name])
    svg = (tmp_path / f"{scene.name}.svg").read_text()
    assert SAYS[scene.name].lower() in svg.lower()
    assert (tmp_path / f"{scene.name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.thorough
def test_the_browser(tmp_path: Path) -> None:
    need("chromium")
    main([str(tmp_path), BROWSER])
    assert len((tmp_path / f"{BROWSER}.png").read_bytes()) > 10_000
