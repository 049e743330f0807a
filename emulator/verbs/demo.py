"""`handset demo`: built-in server, handset and a notification; the six steps on the screen or headless."""

import asyncio
import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.starts import SCENARIOS
from emulator.verbs import screens, terminal
from emulator.verbs.exits import Exit, Failure

if TYPE_CHECKING:
    from emulator.bench import Bench
    from emulator.journal import Journal

_DEFAULT_HANDSET = "generic-wbxml"


def demo(
    scenario: str,
    misbehave: tuple[str, ...],
    breaks: tuple[str, ...],
    pace: float,
    headless: bool,
    as_json: bool,
    journal: Path | None,
    handset: str,
    timeout: float,
    looks: screens.Wanted = screens.ANY,
) -> Exit:
    """Runs the demo. `pace` is the seconds that a run takes on the screen; headless never waits.

    A scenario of `check` is played as `check` does it, on the screen with what it expects.
    """
    if scenario == "list":
        return _list()
    if scenario not in SCENARIOS:
        wants = journal, handset
        return _scenario(scenario, misbehave, pace, headless or as_json, as_json, *wants)
    _check(misbehave, handset)
    terminal.check_breaks(breaks, headless or as_json)
    record = terminal.journal(journal, time.time) if journal else None
    if terminal.on_screen(headless or as_json):
        return _show(scenario, misbehave, breaks, pace, handset, record, looks)

    async def run() -> Exit:
        from emulator.bench import Bench
        from emulator.verbs import live

        watch = live.Headless(once=True, endless=True, as_json=as_json, limit=timeout)
        bench = Bench(
            scenario=scenario,
            misbehave=misbehave,
            handset=handset,
            journal=record,
            ended=watch.ended,
        )
        return await watch.run(bench)

    return asyncio.run(run())


def _list() -> Exit:
    from emulator.scenarios import reading, reports

    for name, start in SCENARIOS.items():
        print(f"{name:13}{start.title}")
    print("\n".join(("", *reports.listed(reading.select(["all"])))))
    return Exit.MET


def _scenario(
    name: str,
    misbehave: tuple[str, ...],
    pace: float,
    headless: bool,
    as_json: bool,
    journal: Path | None,
    handset: str,
) -> Exit:
    from emulator.scenarios import reading

    try:
        (scenario,) = reading.select([name])
    except (reading.ScenarioError, ValueError) as wrong:
        states = ", ".join(SCENARIOS)
        raise Failure(
            f"--scenario {name}: one of {states} is expected, or one of --scenario list"
        ) from wrong
    if handset != _DEFAULT_HANDSET:
        raise Failure(f"--handset: {scenario.number} says itself which handset it is about")
    _check(misbehave, handset)
    if terminal.on_screen(headless):
        from emulator.verbs.scenario import show

        return show(scenario, misbehave, pace, journal)
    if journal is not None:
        raise Failure("--journal: a scenario is kept in one only when it is on the screen")
    from emulator.verbs.check import check

    return check((name,), "", "", misbehave, as_json, None)


def _check(misbehave: tuple[str, ...], handset: str) -> None:
    """What is wrong with the choices is said before anything starts: on the screen it is too late.

    The defaults are right, and cost no imports before the first paint.
    """
    if misbehave:
        from emulator.server.misbehaviour import parse

        try:
            parse(misbehave)
        except ValueError as wrong:
            raise Failure(f"--misbehave: {wrong}") from wrong
    if handset != _DEFAULT_HANDSET:
        from emulator import profiles

        profiles.load("built-in", handset=handset)


def _show(
    scenario: str,
    misbehave: tuple[str, ...],
    breaks: tuple[str, ...],
    pace: float,
    handset: str,
    record: "Journal | None",
    looks: screens.Wanted,
) -> Exit:
    # Nothing of what is imported before the first paint is garbage.
    gc.disable()
    from emulator.tui.deck import Awaited

    def make() -> "Bench":
        from emulator.bench import Bench

        return Bench(
            scenario=scenario,
            misbehave=misbehave,
            breakpoints=breaks,
            pace=pace,
            handset=handset,
            journal=record,
        )

    deck = Awaited("demo", SCENARIOS[scenario].title, make, captions=True)
    return screens.show(deck, looks)
