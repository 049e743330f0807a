"""The veil over personal data: whether it is drawn, what it has learnt to hide, and where it hangs.

It hangs twice: over the events and documents that a deck hands out, and over every line that any widget
draws, so that what did not come from an event is hidden too. What is personal is `exports.hiding`'s.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from emulator.eventlog import beginning, place
from emulator.exports import hiding
from emulator.protocol.events import Event, Octets
from emulator.tui.deck import Deck
from emulator.tui.run import Known

KEPT = 512
"""Events that are kept as they look behind the veil."""


class Stars(LineFilter):
    """What the app runs every line through while the veil is drawn. A value: Textual keeps what a line
    has become with the filter that made it."""

    def __init__(self, values: hiding.Values) -> None:
        super().__init__()
        self._values = values

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        text = "".join(segment.text for segment in segments)
        hidden = hiding.spots(text, self._values)
        if not hidden:
            return segments
        out, at = [], 0
        for segment in segments:
            size = len(segment.text)
            shown = "".join(
                hiding.STAR * cell_len(char) if at + i in hidden else char
                for i, char in enumerate(segment.text)
            )
            out.append(segment if segment.control else segment._replace(text=shown))
            at += size
        return out


class Veil:
    """Drawn while `enabled`."""

    def __init__(self) -> None:
        self.enabled = False
        self.values: hiding.Values = frozenset()
        self.stars = Stars(self.values)
        self._kept: OrderedDict[int, tuple[Event, Event]] = OrderedDict()
        self._known = (Known(), Known())

    def learn(self, event: Event) -> None:
        """Remembers what is personal in an event."""
        values = hiding.learnt(self.values, event.what)
        if values is not self.values:
            self.values = values
            self._forget()

    def owned(self, values: Sequence[str]) -> None:
        """Remembers what a deck says is its owner's."""
        self.values |= {value for value in values if value}
        self._forget()

    @property
    def hides(self) -> hiding.Values | None:
        """What is hidden now; None when nothing is."""
        return self.values if self.enabled else None

    def toggle(self) -> None:
        self.enabled = not self.enabled
        self._forget()

    def _forget(self) -> None:
        """What is kept may look otherwise now."""
        self.stars = Stars(self.values)
        self._kept.clear()
        self._known = (Known(), Known())

    def event(self, event: Event) -> Event:
        """The event as it is shown; the same object for the same event, as long as it is kept."""
        if not self.enabled:
            return event
        known = self._kept.get(event.seq)
        if known is None or known[0] != event:
            known = self._kept[event.seq] = (event, hiding.event(event, self.values))
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return known[1]

    def text(self, text: str) -> str:
        """A text as it is shown."""
        return hiding.text(text, self.values) if self.enabled else text

    def octets(self, octets: Octets, content_type: str) -> Octets:
        """A message as it is shown."""
        return hiding.message(octets, content_type, self.values) if self.enabled else octets

    def known(self, known: Known) -> Known:
        """What is known as it is shown."""
        if not self.enabled:
            return known
        if self._known[0] is not known:
            self._known = (known, hiding.covered(known, self.values))
        return self._known[1]


class Covered(Sequence[Event]):
    """Events as they are shown. Nothing is done to one before somebody asks for it."""

    def __init__(self, events: Sequence[Event], veil: Veil) -> None:
        self._events, self._veil = events, veil

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self._veil.event(self._events[index])

    def begin(self, session: int) -> int:
        return beginning(self._events, session)


class Behind:
    """A deck behind the veil: the same in all, but for what it shows of its events."""

    def __init__(self, deck: Deck, veil: Veil) -> None:
        self._deck, self._veil = deck, veil

    @property
    def events(self) -> Sequence[Event]:
        events = self._deck.events
        return Covered(events, self._veil) if self._veil.enabled else events

    def workings(self, event: Event) -> Any:
        """Computed from what really came: none of its steps that are shown is personal."""
        events = self._deck.events
        index = place(events, event) if event.seq else len(events)
        return self._deck.workings(events[index] if index < len(events) else event)

    def document(self, event: Event) -> str:
        return self._veil.text(self._deck.document(event))


def behind(deck: Deck, veil: Veil) -> Deck:
    """The deck with the veil over it; it offers exactly what the deck offers."""
    names = {name for name in (*dir(type(deck)), *vars(deck)) if not name.startswith("_")}
    passed = {name: _passed(name) for name in names - vars(Behind).keys()}
    veiled: Callable[[Deck, Veil], Deck] = type("Veiled", (Behind,), passed)
    return veiled(deck, veil)


def _passed(name: str) -> property:
    return property(lambda behind: getattr(behind._deck, name))
