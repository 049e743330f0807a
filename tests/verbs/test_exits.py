"""Exit codes: one enum, and every outcome has one."""

from typing import get_args

from emulator.protocol.events import Outcome
from emulator.verbs.exits import EXITS, Exit, Failure


def test_every_outcome_has_a_code() -> None:
    assert set(EXITS) == set(get_args(Outcome))


def test_the_codes_are_those_of_the_design() -> None:
    assert {exit_.name: int(exit_) for exit_ in Exit} == {
        "MET": 0,
        "EXPECTATION_FAILED": 1,
        "USAGE": 2,
        "TRANSPORT": 3,
        "PEER": 4,
        "REFUSED": 5,
        "TIMED_OUT": 6,
        "INTERRUPTED": 130,
    }


def test_a_failure_is_usage_unless_told_otherwise() -> None:
    assert Failure("text").code is Exit.USAGE
    assert Failure("text", Exit.PEER).code is Exit.PEER
