"""Where the lanes of the ladder stand: store, handset, DS server and push sender; and their names.

     time  store     handset                                DS server
           │       │◄═ push #0 ════════════════ push sender ═│
     time  store     handset                                DS server   push sender
           │       │◄═ push #0 ══════════════════════════════╪═════════════│

The push sender has a lane of its own where there is room for it; else it shares the server's, and
its arrows carry its name. Knows columns and nothing of events.
"""

from typing import Literal

from emulator.exports.text import Line, Span

Shape = Literal[
    "from-sender",
    "from-server",
    "to-server",
    "from-store",
    "to-store",
    "at-handset",
    "wide",
    "rule",
    "alarm",
]
Times = Literal["interval", "run", "clock"]
"""What stands in the column of times: since the line above, since the run began, the time of day."""
TIMES: dict[Times, str] = {"interval": "interval", "run": "run time", "clock": "time UTC"}

TIME, STORE, HANDSET = 1, 12, 20
"""Columns of the time and of the two left lanes."""
SENDER = "push sender"
APART = 100
"""The width from which on the push sender has a lane of its own, the last column."""
_BETWEEN = len(SENDER) + 3
"""Cells from the server's lane to the sender's."""
USUAL = 79
"""The ladder's width in a terminal of 80 columns."""
_LEAST = 16
"""Cells of text that are always taken, whatever the width; below that, lines are cut."""
_FIRST = HANDSET + 2
_AROUND: dict[Shape, int] = {
    "from-sender": _FIRST + 5,
    "from-server": _FIRST + 5,
    "to-server": _FIRST + 5,
    "from-store": _FIRST + 1,
    "to-store": _FIRST + 1,
    "at-handset": _FIRST + 1,
    "wide": STORE + 2,
    "alarm": STORE + 2,
    "rule": STORE + 6,
}
"""Cells of a line that are not the text: time, lanes, the ends of an arrow."""


def server(width: int) -> int:
    """The column of the server's lane."""
    return width - 1 - (_BETWEEN if width >= APART else 0)


def room(shape: Shape, width: int) -> int:
    """Cells for the text of a line of this shape."""
    lost = 0 if shape == "rule" else width - 1 - server(width)
    return max(width - lost - _AROUND[shape], _LEAST)


def fits(shape: Shape, cells: int) -> int:
    """The width from which on a text of so many cells takes one line."""
    width = cells + _AROUND[shape]
    if shape == "rule" or width + _BETWEEN <= APART:
        return width
    return width + _BETWEEN


def header(width: int, times: Times = "interval") -> Line:
    """The names of the lanes, each over its lane. A click on the time's changes what it shows."""
    cells = [" "] * width
    ends = [("store", STORE + 3), ("handset", HANDSET + 7), ("DS server", server(width) + 1)]
    if width >= APART:
        ends.append((SENDER, width))
    for name, right in ends:
        cells[right - len(name) : right] = name
    time = f" {TIMES[times]}"
    return (Span(time, "bar", "screen.times"), Span("".join(cells[len(time) :]), "bar"))
