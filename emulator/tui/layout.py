"""Where the lines of each event are in the ladder: rows, a row for each event that has lines. No widget.

Owns heights and what stands before a row. A row costs a few octets, whatever its event holds.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence

from emulator.exports import looks
from emulator.exports.looks import Look
from emulator.protocol.events import Event, NotificationRead, SessionOpened
from emulator.tui.annotations import Annotations
from emulator.tui.lanes import Holder


class Rows:
    """Rows one below the other."""

    def __init__(self) -> None:
        self.events = array("L")
        """Index of each row's event."""
        self.tops = array("L")
        """Its first line."""
        self.separators: dict[int, str] = {}
        """What stands on a line before it: a run begins, or goes on."""
        self.height = 0

    def __len__(self) -> int:
        return len(self.events)

    def append(self, index: int, height: int, words: str = "") -> None:
        """A row more, of an event that has so many lines of its own."""
        if words:
            self.separators[len(self.events)] = words
        self.events.append(index)
        self.tops.append(self.height)
        self.height += height + bool(words)

    def at(self, line: int) -> int:
        """The row that has this line."""
        return bisect_right(self.tops, line) - 1

    def end(self, row: int) -> int:
        """The line after a row's last one."""
        return self.tops[row + 1] if row + 1 < len(self.tops) else self.height

    def lines(self, row: int) -> int:
        """The lines of a row's event, without what stands before it."""
        return self.end(row) - self.tops[row] - (row in self.separators)

    def first(self, row: int) -> int:
        """The first line of a row's event."""
        return self.tops[row] + (row in self.separators)

    def origin(self, row: int) -> int:
        """A row's number among those of all events."""
        return row

    def near(self, index: int) -> int:
        """The row of an event, or else the one before it; -1 when there is none."""
        return bisect_right(self.events, index) - 1

    def of(self, seq: int, events: Sequence[Event]) -> int:
        """The row of the event of that seq, -1 when it has none here."""
        index = seq - 1
        row = self.near(index)
        here = row >= 0 and self.events[row] == index and events[index].seq == seq
        return row if here else -1


class Layout(Rows):
    """All events, laid out for a width."""

    def __init__(self) -> None:
        super().__init__()
        self.width = 0
        """The width for which all is laid out."""
        self.read = 0
        """How many events have been asked for a row."""
        self.asides = bytearray()
        """Whether a row belongs to another run than the one that has the lanes."""
        self._fits = array("H")
        """The width from which on it takes the same lines."""
        self._run = Holder()
        self._ids: dict[int, int] = {}
        """The SessionID of each run's notification."""
        self._opened: dict[int, str] = {}
        """The SessionID of each session, as it stands in SyncHdr."""
        self._began: dict[int, float] = {}
        """When each run began."""
        self.beside = Annotations()
        """Notes and expectations."""
        self._touched: set[int] = set()
        """The seq of each event that has been noted about since it was laid out."""

    def take(self, event: Event) -> bool:
        """Goes on by the next event; whether it has a row."""
        index, self.read = self.read, self.read + 1
        if isinstance(event.what, NotificationRead):
            self._ids[event.session] = event.what.session_id
        elif isinstance(event.what, SessionOpened):
            self._opened[event.session] = event.what.session_id
        if touched := self.beside.take(event):
            self._touched.add(touched)
        look = self.look(event)
        if look is None:
            return False
        if event.session:
            self._began.setdefault(event.session, event.at)
        self.append(index, look.height, self._run.take(event))
        self.asides.append(self._run.is_aside(event))
        self._fits.append(min(look.fits, 0xFFFF))
        return True

    def look(self, event: Event) -> Look | None:
        look = looks.look(event, self.width, self._ids.get(event.session))
        return look and self.beside.on(look, event.seq, self.width)

    def session_id(self, event: Event) -> str:
        """The SessionID of the event's run: its notification's, else its session's; "" for none."""
        asked = self._ids.get(event.session)
        return self._opened.get(event.session, "") if asked is None else f"{asked:04X}"

    def settle(self, events: Sequence[Event]) -> bool:
        """Lays out again what has been noted about since; whether that was anything."""
        touched = {row for seq in self._touched if (row := self.of(seq, events)) >= 0}
        self._touched.clear()
        if not touched:
            return False
        first = min(touched)
        heights = [self.end(row) - self.tops[row] for row in range(first, len(self))]
        self.height = self.tops[first]
        for row, height in enumerate(heights, first):
            self.tops[row] = self.height
            if row in touched:
                look = self.look(events[self.events[row]])
                assert look is not None
                self._fits[row] = min(look.fits, 0xFFFF)
                height = look.height + (row in self.separators)
            self.height += height
        return True

    def began(self, event: Event) -> float | None:
        """When the run of an event began."""
        return self._began.get(event.session)

    def lay_out(self, width: int, events: Sequence[Event]) -> None:
        """For another width. Asks only for what is broken at one of both."""
        least, self.width = min(width, self.width), width
        heights = [b - a for a, b in zip(self.tops, [*self.tops[1:], self.height], strict=True)]
        for row, fits in enumerate(self._fits):
            if fits > least:
                look = self.look(events[self.events[row]])
                assert look is not None
                heights[row] = look.height + (row in self.separators)
        self.height = 0
        for row, height in enumerate(heights):
            self.tops[row] = self.height
            self.height += height


class Picked(Rows):
    """Some rows of a layout, one below the other; a line says where another run begins."""

    def __init__(self, whole: Layout) -> None:
        super().__init__()
        self.whole = whole
        self.rows = array("L")
        """The row in the layout of each of these."""
        self._run = -1

    def origin(self, row: int) -> int:
        return self.rows[row]

    def pick(self, row: int, event: Event) -> None:
        """A row more."""
        words = f"run {event.session}" if event.session not in (0, self._run) else ""
        self._run = event.session or self._run
        self.rows.append(row)
        self.append(self.whole.events[row], self.whole.lines(row), words)

    def lay_out(self) -> None:
        """After the layout has been laid out anew."""
        self.height = 0
        for row, origin in enumerate(self.rows):
            self.tops[row] = self.height
            self.height += self.whole.lines(origin) + (row in self.separators)
