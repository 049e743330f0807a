"""Ladders of text: whole, and two runs beside each other."""

from emulator.exports import ladder
from emulator.protocol.events import Event, Remarked, SessionClosed, VerdictReached, What
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
