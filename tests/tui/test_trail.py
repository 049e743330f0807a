"""Which events prove which step, and how an older run stood."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.exports.looks import look
from emulator.protocol.events import Event, StepMoved
from emulator.protocol.states import STEPS
from emulator.tui.run import Known, RunLook, fold
from emulator.tui.step_words import WORDS
from emulator.tui.steps import MARKS
from emulator.tui.trail import Trail
from tests.tui import recording
from tests.tui.recording import Step, events

RUNS = [recording.resync, recording.retried, recording.ignored, recording.lost, recording.asked]
histories = st.lists(st.sampled_from(RUNS), min_size=1, max_size=4).map(
    lambda runs: events(*(run() for run in runs), up=recording.up())
)


def trail_of(happened: Sequence[Event], run: int, *stops: int) -> Trail:
    trail = Trail(run)
    for upto in (*stops, len(happened)):
        trail.read(happened, upto, len(happened))
    return trail


def kinds(steps: list[Step], number: int) -> list[str]:
    happened = events(steps, up=recording.up())
    return [type(happened[i].what).__name__ for i in trail_of(happened, 1).proofs[number]]


def test_every_step_has_words_for_each_of_its_states() -> None:
    assert set(WORDS) == {(step.number, state) for step in STEPS for state in MARKS}
    assert all(text.endswith((".", "?")) and len(text) < 300 for text in WORDS.values())


def test_what_shows_each_step_of_a_resync() -> None:
    resync = recording.resync()
    assert kinds(resync, 1) == ["NonceTried"]
    assert kinds(resync, 2) == ["NonceTried", "VerdictReached"]
    assert kinds(resync, 3) == ["MessageSent", "MessageReceived"]
    assert kinds(resync, 4) == ["MessageReceived", "Challenged", "NonceStored"]
    assert kinds(resync, 5)[0] == "ServerCredJudged"
    assert "NonceStored" in kinds(resync, 5) and "MessageSent" in kinds(resync, 5)
    assert kinds(resync, 6)[-1] == "NonceStored"


def test_a_lost_answer_shows_why_a_step_failed() -> None:
    assert kinds(recording.lost(), 3)[-1] == "TransportLost"


def test_a_retry_shows_both_messages_of_step_3() -> None:
    assert kinds(recording.retried(), 3).count("MessageSent") == 2


def test_the_message_with_which_a_step_passed_shows_it() -> None:
    received = next(s for s in recording.resync() if type(s[1]).__name__ == "MessageReceived")
    happened = events([received, (0.1, StepMoved(6, "passed", "confirmed"))])
    assert trail_of(happened, 1).proofs[6] == [0]


@given(histories)
def test_an_older_run_looks_as_it_looked_when_it_was_the_newest(happened: list[Event]) -> None:
    known = Known()
    looked: dict[int, RunLook] = {}
    for event in happened:
        known = fold(known, event)
        looked |= {run.number: run for run in known.runs}
    for number, run in looked.items():
        assert trail_of(happened, number).look == run


@given(histories, st.data())
def test_reading_in_parts_is_reading_at_once(happened: list[Event], data: st.DataObject) -> None:
    stops = data.draw(st.lists(st.integers(0, len(happened)), max_size=5).map(sorted))
    for run in {event.session for event in happened} - {0}:
        whole, parts = trail_of(happened, run), trail_of(happened, run, *stops)
        assert (whole.look, whole.proofs) == (parts.look, parts.proofs)
        for proofs in whole.proofs.values():
            assert proofs == sorted(set(proofs))
            assert all(happened[i].session == run and look(happened[i]) for i in proofs)


@pytest.mark.parametrize("run", [0, 7])
def test_a_run_that_nobody_knows_has_no_trail(run: int) -> None:
    trail = trail_of(events(recording.resync()), run)
    assert not any(trail.proofs.values()) and trail.look == RunLook(run)
