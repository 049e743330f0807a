"""What a scenario expects beside what came: as the judge says, and never ahead of it."""

import pytest

from emulator.protocol.events import ActJudged, Event
from emulator.scenarios import expecting, reading
from emulator.scenarios.builtin import BuiltIn
from emulator.scenarios.model import Scenario
from emulator.scenarios.running import played

SOME = ("RS-01", "RS-05", "RS-24", "RS-26", "RS-41", "RS-45", "RS-49", "RS-50", "DS-02")
"""One act and several, a 401, a power cut, runs inside runs, and no notification at all."""


async def events_of(number: str, *misbehave: str, times: int = 1) -> tuple[Scenario, list[Event]]:
    (scenario,) = reading.select([number])
    journal = None
    for _ in range(times):
        stage = BuiltIn(scenario.given, misbehave)
        if journal is not None:
            stage.shown(journal, 0.0)
        try:
            await played(scenario, stage)
            journal = stage.journal
        finally:
            await stage.close()
    assert journal is not None
    return scenario, list(journal.events)


def states(acts: tuple[expecting.Act, ...]) -> set[str]:
    return {row.state for act in acts for row in act.rows}


@pytest.mark.parametrize("number", SOME)
async def test_what_an_honest_server_does_is_expected_line_by_line(number: str) -> None:
    scenario, events = await events_of(number)
    flow = expecting.Flow(scenario)
    beside = [found for event in events if (found := flow.take(event)) is not None]
    assert all(found.met for found in beside)
    assert beside or not any(act.expect and act.expect.codes for act in scenario.when)
    acts = expecting.acts(scenario, events)
    assert states(acts) == {"met"} and {act.state for act in acts} == {"met"}


@pytest.mark.parametrize("number", SOME)
async def test_nothing_is_said_before_it_is_sure(number: str) -> None:
    """A mark that was given stays, but for a step that runs again after a 401; only the judge says
    that something is not met."""
    scenario, events = await events_of(number)
    met: set[tuple[int, str]] = set()
    for upto in range(len(events) + 1):
        acts = expecting.acts(scenario, events[:upto])
        assert states(acts) <= {"met", "waiting"}
        now = {(act.number, r.name) for act in acts for r in act.rows if r.state == "met"}
        assert {(act, name) for act, name in met if not name[0].isdigit()} <= now
        met = now


@pytest.mark.parametrize(
    ("number", "misbehave"),
    [("RS-01", "no-cred"), ("RS-01", "forget-client-nonce"), ("RS-24", "refuse-with-407")],
)
async def test_what_is_not_met_is_what_the_judge_says(number: str, misbehave: str) -> None:
    scenario, events = await events_of(number, misbehave)
    judged = next(e.what for e in events if isinstance(e.what, ActJudged))
    acts = expecting.acts(scenario, events)
    wrong = [row for row in acts[judged.number - 1].rows if row.state == "not met"]
    assert {(row.expected, row.came) for row in wrong} == {
        (miss.expected, miss.came) for miss in judged.misses
    }
    assert {act.state for act in acts[judged.number :]} <= {"not played"}
    flow = expecting.Flow(scenario)
    assert any(found and not found.met for found in map(flow.take, events))


async def test_a_second_play_in_one_journal_stands_for_itself() -> None:
    scenario, events = await events_of("RS-05", times=2)
    begins = len(events) // 2
    while not all(act.state == "waiting" for act in expecting.acts(scenario, events[:begins])[1:]):
        begins += 1
    assert begins < len(events)
    assert states(expecting.acts(scenario, events)) == {"met"}
    flow = expecting.Flow(scenario)
    assert all(found.met for found in map(flow.take, events) if found)


async def test_what_cannot_be_seen_there_is_left_out() -> None:
    scenario, events = await events_of("RS-01")
    acts = expecting.acts(scenario, events, frozenset({"messages", "items"}))
    assert not {"messages", "items"} & {row.name for row in acts[0].rows}
