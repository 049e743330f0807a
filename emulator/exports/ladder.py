"""A ladder of text: whole, between its lanes, or two runs beside each other with what differs marked.

Reads events; `looks` says how one looks. Values that differ from run to run (nonces,
SessionIDs, sizes) do not count as a difference.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from emulator.exports.ladder_lines import paint, time_of
from emulator.exports.lanes import Times, header
from emulator.exports.looks import Look, annotated, look
from emulator.exports.text import BAR, LEFT, RIGHT, UNEQUAL, clean, fit, plain, wrap
from emulator.protocol.events import (
    Event,
    HandsetStarted,
    Noted,
    NotificationRead,
    PeerSaid,
    PushArrived,
    SessionIdUsed,
)

_VALUES = re.compile(r"\b[0-9A-F]{8}…|\bSessionID [0-9A-F]{1,4}\b|\bsession [0-9A-F]{1,4}\b")
_ASIDE = (PeerSaid, PushArrived, HandsetStarted, SessionIdUsed)
"""What the comparison leaves out: it says nothing that the other lines do not say."""
_ARROWS = {"to-server": f"{RIGHT} ", "from-server": f"{LEFT} ", "from-sender": f"{LEFT} "}


def whole(events: Sequence[Event], width: int = 79, times: Times = "interval") -> list[str]:
    """The ladder of these events, as the screen has it, with what people noted about them."""
    out = [plain(header(width, times)).rstrip()]
    before: float | None = None
    began: dict[int, float] = {}
    notes = {e.what.event: e.what for e in events if isinstance(e.what, Noted)}
    session_id: int | None = None
    for event in events:
        if isinstance(event.what, NotificationRead):
            session_id = event.what.session_id
        drawn = look(event, width, session_id)
        if drawn is None:
            continue
        drawn = annotated(drawn, width, notes.get(event.seq), None)
        start = began.setdefault(event.session, event.at) if event.session else None
        when = time_of(times, event.at, before, start)
        out += (plain(line).rstrip() for line in paint(drawn, when, width))
        before = event.at
    return out


def beside(expected: Sequence[Event], came: Sequence[Event], width: int = 79) -> list[str]:
    """Two runs as columns; a line that only one of them has is marked."""
    room = (width - 3) // 2
    left, right = _lines(expected), _lines(came)
    out = [f"{fit('expected (an honest server)', room)} {BAR} came"]
    matcher = SequenceMatcher(None, [_key(line) for line in left], [_key(line) for line in right])
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            for ours, theirs in zip(left[a:b], right[c:d], strict=True):
                out += _pair(ours, theirs, BAR, room)
            continue
        pairs = max(b - a, d - c)
        padded = ([*side, *[""] * (pairs - len(side))] for side in (left[a:b], right[c:d]))
        for ours, theirs in zip(*padded, strict=True):
            out += _pair(ours, theirs, UNEQUAL, room)
    return out


def _pair(ours: str, theirs: str, mark: str, room: int) -> list[str]:
    sides = [_wrapped(ours, room), _wrapped(theirs, room)]
    height = max(map(len, sides))
    left, right = ([*side, *[""] * (height - len(side))] for side in sides)
    return [f"{fit(a, room)} {mark} {b}".rstrip() for a, b in zip(left, right, strict=True)]


def _wrapped(text: str, room: int) -> list[str]:
    first, *rest = wrap(text, room - 2, 4)
    return [first, *(f"  {line}" for line in rest)]


def _lines(events: Sequence[Event]) -> list[str]:
    out = []
    session_id: int | None = None
    for event in events:
        if isinstance(event.what, NotificationRead):
            session_id = event.what.session_id
        drawn = None if isinstance(event.what, _ASIDE) else look(event, 10_000, session_id)
        if drawn is not None:
            out.append(_line(drawn))
    return out


def _line(drawn: Look) -> str:
    step = f"{drawn.step} " if drawn.step else "  "
    return clean(step + _ARROWS.get(drawn.shape, "") + " ".join(drawn.rows))


def _key(line: str) -> str:
    return _VALUES.sub("*", line)
