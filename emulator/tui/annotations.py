"""What stands beside an event in the ladder besides itself: a person's notes, what was expected there.

A fold over the events. Knows where neither widget nor line is.
"""

from collections.abc import Callable

from emulator.exports import looks
from emulator.protocol.events import Event, Noted

Along = Callable[[Event], tuple[bool, str] | None]
"""Asked of each event in order: whether it is as expected, and what was; None where nothing was."""


class Annotations:
    """Both, by the seq of the event that they belong to."""

    def __init__(self) -> None:
        self.along: Along | None = None
        self._beside: dict[int, tuple[bool, str]] = {}
        self._notes: dict[int, Noted] = {}

    def take(self, event: Event) -> int:
        """Goes on by one event; returns the seq of the earlier one that looks otherwise now, or 0."""
        if isinstance(event.what, Noted):
            self._notes[event.what.event] = event.what
            return event.what.event
        if self.along is not None:
            beside = self.along(event)
            if beside is not None:
                self._beside[event.seq] = beside
        return 0

    def note(self, seq: int) -> Noted:
        """What a person noted about that event."""
        return self._notes.get(seq) or Noted(seq, False, "")

    def next_noted(self, seq: int) -> int:
        """The next event after that one that has a mark or a text, from the first one on again; 0: none."""
        noted = sorted(n.event for n in self._notes.values() if n.mark or n.text)
        return next((n for n in noted if n > seq), noted[0] if noted else 0)

    def on(self, look: looks.Look, seq: int, width: int) -> looks.Look:
        """The look of that event with what stands beside it."""
        note, beside = self._notes.get(seq), self._beside.get(seq)
        if note is None and beside is None:
            return look
        return looks.annotated(look, width, note, beside)
