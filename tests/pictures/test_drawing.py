"""Pictures of the screen."""

import pytest

from emulator.protocol.events import Event, NonceTried
from tests.pictures.drawing import picture
from tests.tui.recording import RecordedDeck


def verified(event: Event) -> bool:
    return isinstance(event.what, NonceTried)


async def test_a_picture_fetches_nothing_and_is_the_same_every_time() -> None:
    svg = await picture(RecordedDeck(), (120, 40), select=verified)
    assert "@font-face" not in svg and "cdn" not in svg
    assert "DejaVu&#32;Sans" not in svg and "'DejaVu Sans Mono'" in svg
    assert "digest&#160;equal" in svg
    assert svg == await picture(RecordedDeck(), (120, 40), select=verified)


async def test_a_run_that_never_closes_is_an_error() -> None:
    with pytest.raises(TimeoutError):
        await picture(RecordedDeck([]), patience=0.2)
