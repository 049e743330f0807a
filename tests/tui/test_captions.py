"""Captions: one line each, at every step; on the screen when they are wanted."""

import pytest
from rich.cells import cell_len

from emulator.protocol import events as vocabulary
from emulator.protocol.events import Event, NonceStored, NonceTried, PeerSaid, VerdictReached
from emulator.tui.app import HandsetApp
from emulator.tui.captions import CAPTIONS, caption, caption_at
from emulator.tui.deck import Awaited
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, settled, still, text_of, until

SILENT = {
    "BearerFailed", "BearerOpened", "Failed", "Heard", "NoncesHeld", "PeerNonces", "PeerSaid",
    "PersonAsked", "Remarked", "SecretReplaced", "SessionClosed", "StepMoved",
}  # fmt: skip
"""Kinds that have no caption: nothing moves with them, or the status lines say it."""


def test_a_caption_fits_one_line_of_80_columns_and_is_a_sentence() -> None:
    for said in CAPTIONS:
        assert cell_len(said.sentence) <= 76, said.sentence
        assert said.sentence.endswith(".")


def test_every_kind_has_a_caption_or_is_known_to_have_none() -> None:
    kinds = {cls.__name__ for cls in vocabulary.AnyWhat.__args__}  # type: ignore[attr-defined]
    told = {said.kind.__name__ for said in CAPTIONS}
    assert told & SILENT == set()
    assert kinds >= told


@pytest.mark.parametrize("run", ["resync", "retried", "ignored", "lost", "asked", "odd"])
def test_every_caption_is_of_the_first_entry_that_fits(run: str) -> None:
    for event in recording.events(getattr(recording, run)(), up=recording.up()):
        fitting = [c for c in CAPTIONS if isinstance(event.what, c.kind) and c.when(event.what)]
        assert caption(event) == (fitting[0].sentence if fitting else "")


def test_a_resynchronisation_is_told_in_its_six_steps() -> None:
    events = recording.events(recording.resync(), up=recording.up())
    told = [caption(event) for event in events]
    steps = [words[5] for words in told if words.startswith("Step ")]
    assert sorted(set(steps)) == ["1", "2", "3", "4", "5", "6"]


def test_an_event_without_a_caption_has_that_of_what_came_before() -> None:
    events = recording.events(recording.resync(), up=recording.up())
    tried = next(i for i, e in enumerate(events) if isinstance(e.what, NonceTried))
    verdict = next(i for i, e in enumerate(events) if isinstance(e.what, VerdictReached))
    assert caption_at(events, events[tried]) == caption(events[tried])
    assert not caption(events[verdict - 1])
    assert caption_at(events, events[verdict - 1]) == caption(events[verdict - 3])
    assert caption_at(events, events[-1]) == caption_at(events, None) == caption_at([], None) == ""
    said = Event(seq=len(events) + 1, at=0.0, session=1, what=PeerSaid("it is over"))
    assert caption_at([*events, said], said) == ""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_screen_with_a_caption(size: tuple[int, int]) -> None:
    app = HandsetApp(Awaited("demo", "", RecordedDeck, captions=True))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.main.ready)
        await settled(app, pilot)
        app.main.select_last(lambda e: isinstance(e.what, NonceStored) and e.what.slot == "server")
        await still(app, pilot)
        golden(f"caption-{size[0]}x{size[1]}", text_of(app))
