"""What a view is made of: lines of any number, places where the cursor can stand, texts to copy.

Owns rows of text. A place is a number whose meaning is the body's own. Knows neither events nor widgets.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple, overload

from emulator.exports.text import Line, Span, plain, wrap

NOWHERE = -1


class Copied(NamedTuple):
    """A text for the clipboard, and what it is."""

    what: str
    text: str


class Body(Sequence[Line]):
    """The lines of a view. This one has no places: it is only read."""

    def __len__(self) -> int:
        return 0

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self.line(index, NOWHERE)

    def line(self, index: int, place: int) -> Line:
        """A line, while the cursor stands at that place."""
        raise NotImplementedError

    def first(self) -> int:
        """The place where the cursor stands at first."""
        return NOWHERE

    def last(self) -> int:
        return NOWHERE

    def moved(self, place: int, lines: int, columns: int = 0) -> int:
        """The place so many lines and columns further on."""
        return place

    def extent(self, place: int) -> tuple[int, int]:
        """Its first line, and the one after its last."""
        return 0, 0

    def at(self, line: int, column: int) -> int:
        """The place that is clicked there, or NOWHERE."""
        return NOWHERE

    def marks(self, line: int, place: int) -> bool:
        """Whether the cursor's bar is drawn over this line."""
        start, end = self.extent(place)
        return place != NOWHERE and start <= line < end

    def copied(self, place: int) -> Copied | None:
        """What stands at a place."""
        return None

    def whole(self) -> Copied | None:
        """All of it."""
        return None


class Row(NamedTuple):
    """Lines that belong together. One without `text` is passed by the cursor.

    `text` is what is copied, `what` its name; `key` is the view's own, to find the row again.
    """

    lines: tuple[Line, ...]
    text: str = ""
    what: str = "line"
    key: int = NOWHERE


class Rows(Body):
    """A view made of rows; a place is the number of a row. `what` names the whole of it."""

    def __init__(self, rows: Iterable[Row], what: str = "view") -> None:
        self.rows = list(rows)
        self._what = what
        self._tops: list[int] = []
        self._lines: list[Line] = []
        for row in self.rows:
            self._tops.append(len(self._lines))
            self._lines += row.lines
        self._stops = [n for n, row in enumerate(self.rows) if row.text]

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, index: int, place: int) -> Line:
        return self._lines[index]

    def first(self) -> int:
        return self._stops[0] if self._stops else NOWHERE

    def last(self) -> int:
        return self._stops[-1] if self._stops else NOWHERE

    def moved(self, place: int, lines: int, columns: int = 0) -> int:
        if not self._stops or not lines:
            return place
        number = bisect_right(self._stops, place) - 1
        if abs(lines) > 1:  # a page: as many lines, not as many rows
            row = bisect_right(self._tops, max(self._tops[place] + lines, 0)) - 1
            there = bisect_right(self._stops, row) - 1
            number = there if there != number else number + (1 if lines > 0 else -1)
        else:
            number += lines
        return self._stops[max(0, min(number, len(self._stops) - 1))]

    def extent(self, place: int) -> tuple[int, int]:
        if not 0 <= place < len(self.rows):
            return 0, 0
        top = self._tops[place]
        return top, top + len(self.rows[place].lines)

    def at(self, line: int, column: int) -> int:
        if not 0 <= line < len(self._lines):
            return NOWHERE
        row = bisect_right(self._tops, line) - 1
        return row if self.rows[row].text else NOWHERE

    def place_of(self, key: int) -> int:
        """The row with that key, or NOWHERE."""
        return next((n for n, row in enumerate(self.rows) if row.key == key), NOWHERE)

    def copied(self, place: int) -> Copied | None:
        row = self.rows[place] if 0 <= place < len(self.rows) else None
        return Copied(row.what, row.text.strip()) if row is not None and row.text else None

    def whole(self) -> Copied | None:
        if not self._stops:
            return None
        texts = [
            row.text or "\n".join(plain(line).strip() for line in row.lines) for row in self.rows
        ]
        text = "\n".join(texts).strip("\n")
        return Copied(self._what, text)


def told(text: str, width: int, tone: str = "dim") -> Row:
    """A sentence about the view, not part of what it shows."""
    return Row(tuple((Span(row, tone),) for row in wrap(text, width)))


BLANK = Row(((),))
"""An empty line between two parts."""


def note(text: str, width: int) -> Rows:
    """A view that has nothing but a sentence."""
    return Rows([told(text, width)])
