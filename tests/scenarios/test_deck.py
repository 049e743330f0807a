"""A scenario as a deck: played, played again, and what a person notes in between."""

from emulator.protocol.events import ActBegan, Failed, Noted
from emulator.scenarios import reading
from emulator.scenarios.builtin import BuiltIn
from emulator.scenarios.deck import ScenarioDeck
from emulator.scenarios.model import Scenario
from emulator.scenarios.stage import Stage
from emulator.tui.deck import Expects, Notes, Reruns


def deck(number: str, *misbehave: str) -> ScenarioDeck:
    (scenario,) = reading.select([number])
    return ScenarioDeck(scenario, lambda scenario: BuiltIn(scenario.given, misbehave))


async def test_it_is_played_and_played_again_into_one_journal() -> None:
    played = deck("RS-01")
    assert isinstance(played, Expects) and isinstance(played, Notes) and isinstance(played, Reruns)
    assert not hasattr(played, "notify")
    try:
        await played.start()
        await played.settled()
        assert played.hint.startswith("✓ RS-01 passed")
        first = len(played.events)
        await played.note(3, True, "look here")
        await played.rerun()
        assert played.finding is None
        await played.settled()
        assert played.hint.startswith("✓ RS-01 passed")
        assert played.events[first].what == Noted(3, True, "look here")
        assert sum(isinstance(e.what, ActBegan) for e in played.events) == 2
        runs = {e.session for e in played.events if e.session}
        assert runs == {1, 2}
    finally:
        await played.close()


async def test_what_fails_says_why_as_check_does() -> None:
    played = deck("RS-01", "no-cred")
    try:
        await played.start()
        await played.settled()
        assert "✗ RS-01 failed: step 5 (server proven): expected passed" in played.hint
        assert "it sent no Cred" in played.hint
        acts = played.acts(len(played.events))
        assert acts[0].state == "not met"
    finally:
        await played.close()


async def test_it_can_be_left_at_any_time() -> None:
    for wait in (False, True):
        played = deck("RS-01")
        await played.start()
        if wait:
            await played.rerun()
        await played.close()
        await played.close()
    await deck("RS-01").close()


async def test_a_table_that_cannot_be_laid_is_an_event() -> None:
    def broken(scenario: Scenario) -> Stage:
        raise ValueError("no such profile")

    (scenario,) = reading.select(["RS-01"])
    played = ScenarioDeck(scenario, broken)
    await played.start()
    await played.settled()
    (event,) = played.events
    assert event.what == Failed("the scenario cannot be played: no such profile")
    await played.close()
