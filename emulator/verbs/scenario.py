"""One scenario on the screen: it is played at a pace, what it expects beside what comes."""

import time
from collections.abc import Callable
from pathlib import Path

from emulator.scenarios.builtin import BuiltIn
from emulator.scenarios.deck import ScenarioDeck
from emulator.scenarios.model import Scenario
from emulator.scenarios.stage import Stage
from emulator.verbs import terminal
from emulator.verbs.exits import Exit, Failure


def show(
    scenario: Scenario,
    misbehave: tuple[str, ...],
    pace: float,
    journal: Path | None = None,
    stage: Callable[[Scenario], Stage] | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> Exit:
    """Exit 1 when the last play failed. Without a `stage`: against the built-in server."""
    if not terminal.on_screen(False):
        raise Failure("the screen needs a terminal; without --screen check prints what came")
    from emulator.tui.app import HandsetApp

    deck = ScenarioDeck(
        scenario,
        stage or (lambda scenario: BuiltIn(scenario.given, misbehave)),
        journal=terminal.journal(journal, time.time) if journal else None,
        pace=pace,
        about=f"server: {', '.join(misbehave)}" if misbehave else "",
        leave_out=leave_out,
    )
    HandsetApp(deck).run()
    failed = deck.finding is not None and deck.finding.ended == "failed"
    return Exit.EXPECTATION_FAILED if failed else Exit.MET
