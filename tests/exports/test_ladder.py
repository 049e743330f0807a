"""Ladders of text: whole, and two runs beside each other."""

import pytest

from emulator.exports import ladder
from emulator.exports.looks import look
from emulator.protocol.events import (
    Event,
    NonceStored,
    Remarked,
    SessionClosed,
    SessionOpened,
    VerdictReached,
    What,
)
from tests.tui.recording import events


def run(*whats: What) -> tuple[Event, ...]:
    return tuple(events((0.1, what) for what in whats))


VERDICT = VerdictReached("verified-session-id", "", "account", 1, "session-id", "", "it verified")
CLOSED = SessionClosed("synchronised", "all is well", 3, 2, 1)
ODD = Remarked("downgrade", "error", "decision 5", "something odd")


def test_what_both_have_stands_side_by_side_and_what_one_has_is_marked() -> None:
    head, verdict, odd, closed = ladder.beside(run(VERDICT, CLOSED), run(VERDICT, ODD, CLOSED), 79)
    assert head.split("│")[1].strip() == "came"
    assert verdict.count("it verified") == 2 and "│" in verdict
    assert "≠" in odd and "something odd" in odd
    assert closed.count("all is well") == 2 and "≠" not in closed


def test_nonces_and_session_ids_of_two_runs_are_no_difference() -> None:
    assert ladder._key("✓ SessionID 4A7C: nonce 01020304…") == ladder._key(
        "✓ SessionID 1B2D: nonce F1F2F3F4…"
    )


def test_a_whole_ladder_has_its_lanes() -> None:
    rows = ladder.whole(run(VERDICT, CLOSED))
    assert "handset" in rows[0] and "DS server" in rows[0]
    assert "it verified" in rows[1]


def test_what_a_hand_changes_is_no_step_and_says_whose_doing_it_is() -> None:
    stored = NonceStored("ds", "server", "ab" * 16, "cd" * 16, "made stale by hand")
    by_hand = look(Event(seq=1, at=0.0, what=stored))
    assert by_hand is not None and by_hand.step == 0
    assert by_hand.rows == ("server nonce ABABABAB… made stale by hand",)
    in_a_run = look(Event(seq=1, at=0.0, session=1, what=stored))
    assert in_a_run is not None and in_a_run.step == 6


@pytest.mark.parametrize(
    ("form", "session_id", "shown"),
    [
        ("70C", 0x70C, "session 070C opens"),  # as everywhere else
        ("1804", 0x70C, "session 1804 opens"),  # decimal: as it stands in SyncHdr
        ("1", None, "session 1 opens"),  # the owner's own
    ],
)
def test_a_session_id_has_four_digits(form: str, session_id: int | None, shown: str) -> None:
    opened = SessionOpened("ds", "resync", form, "http://h/", "md5")
    drawn = look(Event(seq=1, at=0.0, session=1, what=opened), session_id=session_id)
    assert drawn is not None and drawn.rows[0].startswith(shown)
