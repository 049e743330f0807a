"""Pictures of the screen."""

from pathlib import Path

import pytest

from emulator.tui import pictures
from emulator.tui.pictures import picture, verified
from tests.interop.need import need
from tests.tui.recording import RecordedDeck


async def test_a_picture_fetches_nothing_and_is_the_same_every_time() -> None:
    svg = await picture(RecordedDeck(), (120, 40), select=verified)
    assert "@font-face" not in svg and "cdn" not in svg
    assert "DejaVu&#32;Sans" not in svg and "'DejaVu Sans Mono'" in svg
    assert "digest&#160;equal" in svg
    assert svg == await picture(RecordedDeck(), (120, 40), select=verified)


async def test_a_run_that_never_closes_is_an_error() -> None:
    with pytest.raises(TimeoutError):
        await picture(RecordedDeck([]), patience=0.2)


def test_pictures_are_written_in_both_sizes(tmp_path: Path) -> None:
    need("rsvg-convert")
    pictures.main([str(tmp_path), "--deck", "tests.tui.recording:RecordedDeck"])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["demo-120x40.png", "demo-120x40.svg", "demo-80x24.png", "demo-80x24.svg"]
    assert all((tmp_path / n).read_bytes().startswith(b"\x89PNG") for n in names if "png" in n)
