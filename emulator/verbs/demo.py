"""`handset demo`: built-in server, handset and a notification; the six steps on the screen or headless."""

import asyncio
import time
from pathlib import Path

from emulator.bench import SCENARIOS, Bench
from emulator.verbs import live
from emulator.verbs.exits import Exit, Failure


def demo(
    scenario: str,
    misbehave: tuple[str, ...],
    pace: float,
    headless: bool,
    as_json: bool,
    journal: Path | None,
    handset: str,
    timeout: float,
) -> Exit:
    """Runs the demo. `pace` is the seconds that a run takes on the screen; headless never waits."""
    if scenario not in SCENARIOS:
        raise Failure(f"--scenario {scenario}: one of {', '.join(SCENARIOS)} is expected")
    if misbehave:
        from emulator.server.misbehaviour import parse

        try:
            parse(misbehave)
        except ValueError as wrong:
            raise Failure(f"--misbehave: {wrong}") from wrong
    record = live.journal(journal, time.time)
    if live.on_screen(headless or as_json):
        from emulator.tui.app import HandsetApp

        bench = Bench(
            scenario=scenario, misbehave=misbehave, pace=pace, handset=handset, journal=record
        )
        HandsetApp(bench).run()
        return Exit.MET

    async def run() -> Exit:
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
