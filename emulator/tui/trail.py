"""One run's way through the six steps, read from its events: how each stands, and what proves it. Pure.

Owns which event proves which step. Reads each event once, however often a run is looked at.
"""

from collections.abc import Sequence

from emulator.eventlog import beginning
from emulator.exports.looks import look
from emulator.protocol.events import (
    Event,
    HandsetStarted,
    MessageReceived,
    MessageSent,
    SessionClosed,
    StepMoved,
    TransportLost,
    VerdictReached,
)
from emulator.protocol.states import STEPS
from emulator.tui.run import Known, RunLook, fold

BY_CAUSE = 3
"""From this step on, the message with which a step passed, failed or was skipped is part of its proof."""
_MESSAGES = (MessageSent, MessageReceived, TransportLost)


class Trail:
    """A run so far. `proofs[n]` are the indexes of the events that prove step n, oldest first."""

    def __init__(self, run: int) -> None:
        self.run = run
        self.over = False
        self.proofs: dict[int, list[int]] = {step.number: [] for step in STEPS}
        self._known = Known()
        self._next = -1
        self._messages: dict[int, int] = {}
        self._running = 0

    @property
    def look(self) -> RunLook:
        """The run as the strip shows it."""
        run = self._known.run
        return run if run.number else RunLook(self.run)

    def read(self, events: Sequence[Event], upto: int, most: int) -> None:
        """Goes on by at most so many events, none from index `upto` on, until the run is over."""
        if self._next < 0:
            self._next = beginning(events, self.run)
        end = min(upto, self._next + most)
        while self._next < end and not self.over:
            self._take(events[self._next], self._next)
            self._next += 1

    def _take(self, event: Event, index: int) -> None:
        what = event.what
        if event.session != self.run:
            self.over = isinstance(what, HandsetStarted) and self._known.run.number > 0
            return
        self._known = fold(self._known, event)
        self.over = isinstance(what, SessionClosed)
        if isinstance(what, _MESSAGES):
            self._messages[event.seq] = index
        if isinstance(what, StepMoved):
            self._running = what.step
            settled = what.state in ("passed", "failed", "skipped")
            if what.step >= BY_CAUSE and settled and event.cause in self._messages:
                self._proves(what.step, self._messages[event.cause])
        else:
            self._proves(_step_of(event, self._running), index)

    def _proves(self, step: int, index: int) -> None:
        proofs = self.proofs.get(step)
        if proofs is not None and index not in proofs:
            proofs.append(index)
            proofs.sort()


def _step_of(event: Event, running: int) -> int:
    """The step that an event proves, 0 for none. `running` is the step that moved last."""
    what = event.what
    if isinstance(what, VerdictReached):
        return 1 if what.nonce_kind in ("stored", "candidate", "constant") else 2
    if isinstance(what, TransportLost):
        return running
    drawn = look(event)
    return drawn.step if drawn is not None else 0
