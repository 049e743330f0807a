"""The head of each view: what the event is, and what the change request says of its step. Pure."""

from emulator.exports.text import Line, Span, wrap
from emulator.protocol.events import Event
from emulator.protocol.states import STEPS
from emulator.tui.describe import describe


def summary_lines(event: Event, width: int, session_id: int | None = None) -> list[Line]:
    """What the event is, in a sentence."""
    title, sentence, step = describe(event, session_id)
    head = f"{title} · step {step}" if step else title
    lines: list[Line] = [(Span(row, "strong"),) for row in wrap(head, width)]
    if sentence:
        lines += [(Span(row),) for row in wrap(sentence, width)]
    return lines


def step_lines(event: Event, width: int) -> list[Line]:
    """What the change request says about the step that the event belongs to."""
    step = describe(event).step
    if not step:
        return []
    clause = f"Step {step}, {STEPS[step - 1].title}: {STEPS[step - 1].clause}"
    return [(Span(row, "note"),) for row in wrap(clause, width)]
