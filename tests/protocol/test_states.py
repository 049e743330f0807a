"""The table is whole: every state is reached, every session can end, nothing else is allowed."""

import pytest

from emulator.protocol.states import STEPS, TRANSITIONS, IllegalStep, State, move


def test_six_steps_in_order_with_their_clause():
    assert [step.number for step in STEPS] == [1, 2, 3, 4, 5, 6]
    assert all(step.clause for step in STEPS)


def test_every_state_is_in_the_table_and_reached():
    reached = {state for row in TRANSITIONS.values() for state in row.values()}
    assert set(TRANSITIONS) == set(State)
    assert reached | {State.IDLE, State.ENDED} == set(State)


@pytest.mark.parametrize("state", State)
def test_every_state_may_end(state):
    assert move(state, "end") is State.ENDED


def test_what_is_not_in_the_table_is_our_mistake():
    with pytest.raises(IllegalStep, match="changes-sent"):
        move(State.IDLE, "changes-sent")


def test_the_end_is_the_end():
    assert TRANSITIONS[State.ENDED] == {}
