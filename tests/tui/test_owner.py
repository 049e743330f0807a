"""What the owner is told: a sentence for every outcome, every reason, and none of the field's words."""

import re
from typing import get_args

import pytest

from emulator.protocol.events import Outcome
from emulator.protocol.remarks import REMARKS
from emulator.protocol.verdict import REASONS
from emulator.tui.device import Ended
from emulator.tui.owner import WORDS, sentence

OUTCOMES = get_args(Outcome)
JARGON = re.compile(r"SyncML|nonce|digest|Chal|Cred|Status|package|SessionID|\b\d{3}\b", re.I)


def test_every_outcome_has_a_sentence_and_no_other_has_one() -> None:
    assert {outcome for outcome, clue in WORDS if not clue} == set(OUTCOMES)
    assert {outcome for outcome, _ in WORDS} == set(OUTCOMES)


def test_every_reason_for_ignoring_a_notification_has_a_sentence() -> None:
    own = {clue for outcome, clue in WORDS if outcome == "ignored"} - {""}
    assert own == set(REASONS) - {"declined", "duplicate"}


def test_clues_that_are_remarks_are_remarks_that_there_are() -> None:
    made = {"unreachable", "no-time", "certificate", "power"}
    for outcome, clue in WORDS:
        if outcome != "ignored" and clue and clue not in made:
            assert clue in REMARKS or re.fullmatch(r"(http|status|step)-\w+", clue)


@pytest.mark.parametrize("key", WORDS)
def test_no_word_of_syncml_and_room_on_the_display(key: tuple[str, str]) -> None:
    words = WORDS[key]
    assert not JARGON.search(words)
    assert words.endswith(".") and len(words) <= 140


def test_the_newest_clue_that_explains_the_outcome_counts() -> None:
    ended = Ended("transport", ("wire", "http-404", "unreachable"))
    assert sentence(ended) == WORDS["transport", "http-404"]
    assert sentence(Ended("transport", ("wire",))) == WORDS["transport", ""]
    assert sentence(Ended("synchronised")) == "Everything is up to date. Nothing was new."
    assert sentence(Ended("no outcome")) == "The synchronisation did not work. Try again."
