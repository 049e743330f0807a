"""The ladder as lines of text: a look between the lanes, the time beside it, the line before a run.

Pure: from a look to lines of exactly the width that is asked for.
"""

from emulator.exports import lanes
from emulator.exports.lanes import HANDSET, SENDER, STORE, Shape, Times
from emulator.exports.looks import Look
from emulator.exports.text import (
    BAR,
    CROSS,
    HEAVY,
    HEAVY_CROSS,
    LEFT,
    RIGHT,
    THIN,
    UNEQUAL,
    Line,
    Span,
    clean,
    clip,
    fit,
)

_INDENTS: dict[Shape, int] = {"from-sender": 3, "from-server": 3, "to-server": 2}
"""Where the text of an arrow goes on below it; what is no arrow to the right begins at 1."""


def time_text(at: float, before: float | None) -> str:
    """How much later than `before`; the time of day where that says nothing, or is too long ago."""
    delta = None if before is None else at - before
    if delta is None or delta < 0 or delta >= 3600:
        second = int(at) % 86400
        return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    if delta < 0.0005:
        return ""
    if delta < 0.9995:
        return f"+{delta * 1000:.0f}ms"
    return f"+{delta:.2f}s" if delta < 100 else f"+{delta:.0f}s"


def time_of(times: Times, at: float, before: float | None, began: float | None) -> str:
    """What stands in the column of times. `before` is the time of the line above, None for the first
    line of a run; `began` that of the run's first event, None outside of any."""
    if before is None or times == "clock":
        return time_text(at, None)
    return time_text(at, began if times == "run" else before)


def separator(words: str, width: int) -> Line:
    """The line where a run begins or goes on."""
    head = f"{THIN * 3} {words} "
    return (Span(" ", "dim"), Span(head + THIN * max(width - 1 - len(head), 0), "dim"))


def paint(what: Look, when: str, width: int, run: int = 0) -> list[Line]:
    """The lines of a look, `width` cells wide, the first cell left free for the cursor.

    With `run`, they belong to another run than the one that has the lanes: its number stands in
    the place of the time.
    """
    out: list[Line] = []
    tag, tone = (f"run {run}", "note") if run else (when, "dim")
    for index, row in enumerate(what.rows):
        first = index == 0
        time = f" {tag if first else '':>8}"
        step = f"{what.step if what.step and first else ' '}"
        head = (Span(time, tone), Span((what.mark if first else " ") + step, "key"))
        sign = Span(what.sign if first else " ", "bad" if what.sign == UNEQUAL else "good")
        out.append((*head, sign, *_between(what, clean(row), first, width)))
    for row, tone in what.below:
        bare = Look("at-handset", (row,), tone)
        out.append((Span(" " * STORE), *_between(bare, clean(row), True, width)))
    return out


def _between(what: Look, row: str, first: bool, width: int) -> Line:
    """A row of the look's text, from the store's lane on."""
    server = lanes.server(width)
    right = _right(width)
    if what.shape in ("wide", "alarm"):
        return (Span(fit(row, server - STORE), what.tone), *right)
    if what.shape == "rule":
        room = width - STORE
        line = f"{HEAVY * 2} {clip(row, room - 6)} "
        return (Span(line, what.tone), Span(HEAVY * max(room - len(line), 0), what.tone))
    left = _left(what, first)
    room = server - HANDSET - 1
    indent = _INDENTS.get(what.shape, 1)
    if not first or indent == 1:
        return (*left, Span(" " * indent), Span(fit(row, room - indent), what.tone), *right)
    line = HEAVY if what.heavy else THIN
    text = clip(row, room - 4)
    tail = line * max(room - 4 - len(text), 0)
    words = Span(f" {text} ", what.tone)
    if what.shape == "to-server":
        return (*left, Span(line, what.tone), words, Span(tail + RIGHT, what.tone), *right)
    if what.shape == "from-sender":
        tail, right = _to_sender(what, tail, line, width)
    return (*left, Span(LEFT + line, what.tone), words, Span(tail, what.tone), *right)


def _left(what: Look, first: bool) -> Line:
    """The lanes of store and handset, and what goes between them."""
    gap = HANDSET - STORE - 1
    between = Span(" " * gap, "lane")
    if first and what.shape == "from-store":
        between = Span(THIN * (gap - 1) + RIGHT, what.tone)
    elif first and what.shape == "to-store":
        between = Span(LEFT + THIN * (gap - 1), what.tone)
    return (Span(BAR, "lane"), between, Span(BAR, "lane"))


def _right(width: int) -> Line:
    """The lanes of server and sender."""
    gap = width - 2 - lanes.server(width)
    lane = Span(BAR, "lane")
    return (lane,) if gap < 0 else (lane, Span(" " * gap), lane)


def _to_sender(what: Look, tail: str, line: str, width: int) -> tuple[str, Line]:
    """An arrow's tail, and the right lanes where it crosses the server's; without a lane of the
    sender's its name stands in the tail, if there is room."""
    gap = width - 2 - lanes.server(width)
    if gap >= 0:
        cross = HEAVY_CROSS if what.heavy else CROSS
        return tail, (Span(cross + line * gap, what.tone), Span(BAR, "lane"))
    label = f" {SENDER} {line}"
    if len(tail) >= len(label) + 2:
        tail = tail[: -len(label)] + label
    return tail, _right(width)
