"""The views of one event as lines: its fields or document, its octets, its digests. Pure.

Lines of octets are made when they are looked at, so that a message of any size opens at once.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, overload

from emulator.exports.text import BAD, EQUAL, GOOD, MASKED, UNEQUAL, Line, Span, clean, spaced, wrap
from emulator.protocol.events import (
    CredMade,
    Event,
    MessageReceived,
    MessageSent,
    NearMiss,
    NonceTried,
    NotificationRead,
    Octets,
    PushArrived,
    ServerCredJudged,
    VerdictReached,
)
from emulator.protocol.states import STEPS
from emulator.tui.describe import describe

if TYPE_CHECKING:
    from emulator.protocol.digest import Working, WorkStep

Workings = Sequence[tuple[str, "Working", bytes]]
_TAGS = re.compile(r"<[^>]*>?")
_CUT_MARK = "··"


def octets_of(event: Event) -> Octets | None:
    """The octets that an event carries."""
    what = event.what
    if isinstance(what, PushArrived | NotificationRead | MessageSent | MessageReceived):
        return what.octets if what.octets.hex else None
    return None


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


def text_lines(event: Event, document: str, width: int) -> list[Line]:
    """The decoded document, or the fields of the event where there is none."""
    if not document:
        return _fields(event, width)
    lines: list[Line] = []
    for row in document.expandtabs(2).splitlines():
        indent = len(row) - len(row.lstrip())
        for index, part in enumerate(wrap(row.strip(), width - min(indent, width // 2))):
            lead = " " * min(indent + (2 if index else 0), width // 2)
            lines.append((Span(lead), *_marked(part)))
    return lines


def _marked(text: str) -> Iterable[Span]:
    """Tags stand back, what is between them stands out."""
    at = 0
    for tag in _TAGS.finditer(text):
        if tag.start() > at:
            yield Span(text[at : tag.start()], "strong")
        yield Span(tag.group(), "dim")
        at = tag.end()
    if at < len(text):
        yield Span(text[at:], "plain" if at == 0 else "strong")


def _fields(event: Event, width: int) -> list[Line]:
    what = event.what
    pairs = [(_field(name), _worded(getattr(what, name))) for name in what.__struct_fields__]
    pairs.append(("event", _numbered(event)))
    lines: list[Line] = []
    label = max(len(name) for name, _ in pairs)
    for name, shown in pairs:
        for index, row in enumerate(wrap(shown, width - label - 2)):
            lines.append((Span(f"{'' if index else name:<{label}}  ", "dim"), Span(row)))
    return lines


_FIELDS = {
    "needs_answer": "must answer",
    "refuses": "sign again",
    "counts": "has effect",
    "near_misses": "near misses",
    "syncs": "wants synced",
    "ui_mode": "owner",
}


def _field(name: str) -> str:
    return _FIELDS.get(name, name.replace("_", " "))


def _worded(value: object) -> str:
    if isinstance(value, Octets):
        return f"{len(value.hex) // 2} octets"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        parts = (", ".join(map(str, p)) if isinstance(p, tuple) else _worded(p) for p in value)
        return "; ".join(parts) or "none"
    if isinstance(value, NearMiss):
        return value.meaning
    if isinstance(value, CredMade):
        return f"{value.scheme} for {value.user}, over the nonce {value.nonce.upper() or '(none)'}"
    return "none" if value in (None, "") else str(value)


def _numbered(event: Event) -> str:
    """Its number in the journal, its time, and what led to it."""
    second = int(event.at) % 86400
    time = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    after = f", because of event {event.cause}" if event.cause else ""
    return f"number {event.seq}, at {time}.{int(event.at * 1000) % 1000:03} UTC{after}"


class HexLines(Sequence[Line]):
    """Offset, octets, ASCII; 16 octets a line where they fit, else 8. Cut spans show as `··`."""

    def __init__(self, octets: Octets, width: int) -> None:
        self._octets = bytes(octets)
        self._cuts = octets.cuts
        self.per_line = 16 if width >= 72 else 8
        self._notes = [f"{c.length} octets at {c.offset:04X} are {c.secret}" for c in octets.cuts]

    def __len__(self) -> int:
        rows = -(-len(self._octets) // self.per_line)
        return rows + (len(self._notes) + 1 if self._notes else 0)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        rows = -(-len(self._octets) // self.per_line)
        if index == rows:
            return (Span(""),)
        if index > rows:
            return (Span(f"{_CUT_MARK} {clean(self._notes[index - rows - 1])}", "warn"),)
        start = index * self.per_line
        return self._line(start, self._octets[start : start + self.per_line])

    def _line(self, start: int, chunk: bytes) -> Line:
        spans: list[Span] = [Span(f"{start:04X}  ", "dim")]
        shown: list[Span] = []
        for place in range(self.per_line):
            gap = "  " if place == self.per_line // 2 - 1 and self.per_line == 16 else " "
            if place >= len(chunk):
                spans.append(Span("  " + gap))
                continue
            octet, cut = chunk[place], self._is_cut(start + place)
            spans.append(
                Span((_CUT_MARK if cut else f"{octet:02X}") + gap, "warn" if cut else "plain")
            )
            seen = "·" if cut else chr(octet) if 0x20 <= octet < 0x7F else "."
            shown.append(Span(seen, "warn" if cut else "plain" if seen != "." else "dim"))
        return (*spans, Span(" "), *shown)

    def _is_cut(self, offset: int) -> bool:
        return any(c.offset <= offset < c.offset + c.length for c in self._cuts)


def digest_lines(event: Event, workings: Workings, width: int) -> list[Line]:
    """Each Working line by line, then expected and received; near misses as sentences."""
    lines: list[Line] = []
    what = event.what
    for label, working, received in workings:
        if lines:
            lines.append((Span(""),))
        lines += _working(label, working, received, width)
    if not workings and isinstance(what, NonceTried):
        lines += _compare(what.expected, what.received, width)
    if isinstance(what, ServerCredJudged) and what.scheme == "basic":
        lines += _basic(width)
    elif not workings and isinstance(what, ServerCredJudged):
        for kind, nonce, expected in what.tries:
            lines.append((Span(f"{kind}: nonce {spaced(nonce)}", "strong"),))
            lines.append((Span("expected  ", "dim"), Span(clean(expected))))
        lines.append((Span("received  ", "dim"), Span(clean(what.received))))
    if isinstance(what, VerdictReached):
        lines += _near_misses(what, width)
    return lines


def _near_misses(what: VerdictReached, width: int) -> list[Line]:
    if not what.near_misses:
        text = "No near miss: no known mistake of a sender explains this digest."
        if what.verdict != "ignored":
            text = "The digest verified, so there is nothing to explain."
        return [(Span(row, "dim"),) for row in wrap(text, width)]
    lines: list[Line] = []
    for miss in what.near_misses:
        encoding = f" [{miss.encoding}]" if miss.encoding else ""
        text = f"Near miss{encoding}: {miss.meaning}. Computed like that, the digest matches."
        lines += [(Span(row, "warn"),) for row in wrap(text, width)]
    return lines


def _working(label: str, working: "Working", received: bytes, width: int) -> list[Line]:
    lines: list[Line] = [
        (Span(row, "strong"),) for row in wrap(f"{label} ({working.scheme})", width)
    ]
    if working.scheme == "basic":
        lines += _basic(width)
    elif received:
        if working.steps and working.steps[-1].secret:
            lines += _verdict(working.octets == received, width)
        else:
            lines += _compare(working.octets.hex(), received.hex(), width)
    names = [len(step.name) for step in working.steps if len(step.name) < width // 2]
    for step in working.steps:
        lines += _step(step, max(names, default=0), width)
    return lines


def _basic(width: int) -> list[Line]:
    text = "Basic is user:password in base64, no nonce: there is no digest to compare."
    return [(Span(row, "note"),) for row in wrap(text, width)]


def _step(step: "WorkStep", column: int, width: int) -> list[Line]:
    value, tone = (MASKED, "warn") if step.secret else (_value(step), "plain")
    if len(step.name) <= column and len(value) <= width - column - 3:
        return [(Span(f" {step.name:<{column}}  ", "dim"), Span(value, tone))]
    name: list[Line] = [(Span(" "), Span(row, "dim")) for row in wrap(step.name, width - 1)]
    return name + [(Span("   "), Span(row, tone)) for row in wrap(value, width - 3)]


def _value(step: "WorkStep") -> str:
    """Base64 as text, anything else as octets."""
    if not step.octets:
        return "(empty)"
    return step.octets.decode("latin-1") if step.name.startswith("B64(") else spaced(step.hex)


def _compare(expected: str, received: str, width: int) -> list[Line]:
    """Both values under each other, octet over octet, and the mark."""
    equal = expected == received
    tone = "good" if equal else "bad"
    room = width - 10
    group = next((g for g in (1, 2, 4, 8) if len(spaced(expected, g)) <= room), 8)
    lines: list[Line] = []
    for name, value, shown in (("expected", expected, "strong"), ("received", received, tone)):
        for index, row in enumerate(wrap(spaced(value, group), room)):
            lines.append((Span(f"{name if index == 0 else '':<10}", "dim"), Span(row, shown)))
    return [*lines, *_verdict(equal, width)]


def _verdict(equal: bool, width: int) -> list[Line]:
    text, tone = f"{BAD} {UNEQUAL} not equal", "bad"
    if equal:
        text, tone = f"{GOOD} {EQUAL} equal: signed with this nonce and secret", "good"
    return [(Span(row, tone),) for row in wrap(text, width)]
