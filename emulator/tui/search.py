"""A query over a ladder of any length, a slice at a time. No widget.

Owns which rows match, and which of them is next. As the ladder grows, so does what is left to do.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from time import perf_counter

from emulator.exports.looks import Look
from emulator.protocol.events import Event
from emulator.tui.layout import Layout, Picked
from emulator.tui.matching import Document, Shown, matches
from emulator.tui.query import Term


class Search:
    """What of `layout` matches `terms`."""

    def __init__(
        self, terms: Sequence[Term], layout: Layout, document: Document, shown: Shown = str
    ) -> None:
        self.terms = tuple(terms)
        self.found = Picked(layout)
        self.asked = 0
        """How many rows of the layout have been asked."""
        self._layout = layout
        self._document = document
        self._shown = shown

    @property
    def over(self) -> bool:
        """Whether all rows that there are have been asked."""
        return self.asked == len(self._layout)

    @property
    def share(self) -> float:
        """How much has been asked."""
        return self.asked / len(self._layout) if self._layout else 1.0

    def go_on(self, events: Sequence[Event], seconds: float) -> bool:
        """Asks further rows for so long, one at least; whether any was asked."""
        if self.over:
            return False
        end = perf_counter() + seconds
        while self.asked < len(self._layout):
            event = events[self._layout.events[self.asked]]
            look = self._layout.look(event)
            if look is not None and self._matches(event, look):
                self.found.pick(self.asked, event)
            self.asked += 1
            if perf_counter() > end:
                break
        return True

    def _matches(self, event: Event, look: Look) -> bool:
        try:
            id_ = self._layout.session_id(event)
            return matches(self.terms, event, look, self._document, self._shown, id_)
        except Exception:  # octets of a peer: whatever they are, the search goes on
            return False

    def next(self, index: int) -> int | None:
        """The first match behind the event of that index: its event's index."""
        place = bisect_right(self.found.events, index)
        return self.found.events[place] if place < len(self.found) else None

    def previous(self, index: int) -> int | None:
        """The last match before it."""
        place = bisect_left(self.found.events, index)
        return self.found.events[place - 1] if place else None

    def number(self, index: int) -> int:
        """The how manieth match an event is, 0 when it is none."""
        place = bisect_right(self.found.events, index)
        return place if place and self.found.events[place - 1] == index else 0
