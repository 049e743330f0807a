"""What the screen says of a run that waits for the person, and of where it will wait."""

from emulator.exports.text import Line, Span, clip, wrap
from emulator.protocol.states import STEPS
from emulator.tui.keyline import key_line
from emulator.tui.run import Known

HOLD = "║"
"""Stands before what waits."""


def paused_lines(known: Known, width: int) -> list[Line]:
    """What happens next, why, and what to press. Without a run that waits: where one will."""
    paused = known.paused
    if paused is None:
        return _armed(known, width)
    run = f"run {known.paused_run} " if known.paused_run != known.shown else ""
    rows = wrap(f"{HOLD} {run}waits. Next: {paused.coming}", width - 2, 3)
    lines: list[Line] = [(Span(" "), Span(row, "ask")) for row in rows]
    if paused.step:
        step = STEPS[paused.step - 1]
        why = wrap(f"Step {step.number}, {step.title}: {step.clause}", width - 4, 3)
        lines += [(Span("   "), Span(row)) for row in why]
    edit = ("edit",) if paused.editable else ()
    return [*lines, key_line(("step", "continue", *edit, "breakpoints"), width)]


def _armed(known: Known, width: int) -> list[Line]:
    marked = ", ".join(known.stops.breakpoints)
    text = f"breakpoints: {marked}" if marked else ""
    if known.stops.every:
        text = "step by step: the next event waits for s; c goes on without waiting"
    return [(Span(" "), Span(clip(f"{HOLD} {text}", width - 2), "key"))] if text else []
