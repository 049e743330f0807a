"""A run folded from its events, and its lines for people."""

from typing import Any

import msgspec
import pytest

from emulator.protocol.events import (
    Event,
    NoncesHeld,
    NonceStored,
    PeerNonces,
    SessionClosed,
    StepMoved,
    VerdictReached,
    What,
)
from emulator.verbs.result import fold, lines, nonces_agree

VERIFIED = VerdictReached(
    "verified-session-id", "", "account", 0x4A7C, "session-id", "raw16_be", "it verified"
)
IGNORED = VerdictReached("ignored", "digest", "account", 1, "none", "", "it was ignored")
CLOSED = SessionClosed("synchronised", "all is well", 3, 2, 1)


def _events(*whats: What, session: int = 1) -> list[Event]:
    return [
        Event(seq=seq, at=0.0, session=session, what=what)  # type: ignore[arg-type]
        for seq, what in enumerate(whats, 1)
    ]


def test_a_run_that_went_well() -> None:
    result = fold(_events(StepMoved(1, "failed", "does not verify"), VERIFIED, CLOSED), 1)
    assert (result.verdict, result.outcome) == ("verified-session-id", "synchronised")
    assert (result.messages, result.items.sent, result.items.received) == (3, 2, 1)
    assert (result.steps[0].state, result.steps[0].detail) == ("failed", "does not verify")
    assert [step.step for step in result.steps] == [1, 2, 3, 4, 5, 6]
    assert {step.state for step in result.steps[1:]} == {"pending"}


def test_a_notification_that_was_ignored() -> None:
    result = fold(_events(IGNORED), 1)
    assert (result.verdict, result.outcome, result.reason) == ("ignored", "ignored", "digest")
    assert result.sentence == "it was ignored"


def test_a_run_without_an_end_was_interrupted() -> None:
    assert fold(_events(VERIFIED), 1).outcome == "interrupted"
    assert fold((), 1).sentence == "the run did not end"


def test_a_session_of_the_persons_own_has_no_verdict() -> None:
    assert fold(_events(CLOSED), 1).verdict is None


def test_other_runs_do_not_count() -> None:
    events = _events(VERIFIED, CLOSED) + _events(IGNORED, session=2)
    assert fold(events, 1).outcome == "synchronised"
    assert fold(events, 2).outcome == "ignored"


def test_the_json_has_the_fixed_keys() -> None:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(fold(_events(CLOSED), 1)))
    assert found.keys() >= {
        "verdict", "outcome", "steps", "messages", "items", "nonces_agree",
    }  # fmt: skip
    assert found["steps"][0] == {"step": 1, "state": "pending", "detail": ""}
    assert found["items"] == {"sent": 2, "received": 1}


HELD = NoncesHeld("account", "0a", "0b", None)


@pytest.mark.parametrize(
    ("whats", "agree"),
    [
        ((), None),
        ((HELD,), None),
        ((HELD, PeerNonces("account", "0a", "0b", False)), True),
        ((HELD, PeerNonces("account", "0a", "0c", False)), False),
        ((HELD, PeerNonces("account", "0a", "0b", True)), None),
        (
            (
                HELD,
                PeerNonces("account", "0a", "0c", False),
                NonceStored("account", "server", "0c", "0b", "step 6"),
            ),
            True,
        ),
        ((NoncesHeld("account", None, None, None), PeerNonces("account", "", "", False)), True),
    ],
)
def test_whether_the_nonces_of_both_sides_agree(
    whats: tuple[What, ...], agree: bool | None
) -> None:
    assert nonces_agree(_events(*whats)) is agree


def test_the_last_line_is_the_verdict_in_words() -> None:
    shown = lines(fold(_events(VERIFIED, CLOSED), 1))
    assert len(shown) == 7
    assert shown[-1] == "synchronised: all is well"
    agreed = _events(HELD, PeerNonces("account", "0a", "0b", False), CLOSED)
    assert lines(fold(agreed, 1))[-2] == "  nonces of both sides agree"
