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
    """Runs the demo. `pace` is the seconds that a run takes on the screen; headless never waits."""
    _check(scenario, misbehave, handset)
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


def _check(scenario: str, misbehave: tuple[str, ...], handset: str) -> None:
    """What is wrong with the choices is said before anything starts: on the screen it is too late.

    The defaults are right, and cost no imports before the first paint.
    """
    if scenario not in SCENARIOS:
        raise Failure(f"--scenario {scenario}: one of {', '.join(SCENARIOS)} is expected")
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
