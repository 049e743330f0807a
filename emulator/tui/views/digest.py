"""The view Digest: what the digest proves in a sentence, expected and received under each other, then how
it is computed step by step, to follow with pencil and paper. Secrets are masked. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emulator.exports.text import BAD, EQUAL, GOOD, MASKED, UNEQUAL, Line, Span, clean, spaced, wrap
from emulator.protocol.events import (
    Event,
    NearMiss,
    NonceTried,
    ServerCredJudged,
    VerdictReached,
)
from emulator.tui.views.body import BLANK, Row, Rows, told

if TYPE_CHECKING:
    from emulator.protocol.digest import Working, WorkStep

Workings = Sequence[tuple[str, "Working", bytes]]
DIFFERS, SAME = "^^", "  "

LEGEND = (
    "Expected is what the steps above give, received is what came. H is MD5 (16 octets), B64 is base64, ':' is the octet 3A. (secret) is known to both sides and "
    "never shown."
)

_AFTER_STORED = {
    "candidate": "the candidate",
    "session-id": "the SessionID",
    "dm-default": "the default nonce of Device Management",
}
"""What is tried once the stored nonce has failed: a verdict by one of them shows two digests or more."""

MEANINGS: dict[str, str] = {
    "id:password": "name, colon, secret",
    "user:password": "name, colon, secret",
    "B64(H(id:password))": "hashed, then as base64 text",
    "nonce": "the number used once, agreed before",
    "trigger": "the notification after its digest",
    "B64(H(trigger))": "hashed, then as base64 text",
    "B64(H(body))": "the body hashed, as base64 text",
    "B64(H(id:password)):nonce": "joined with a colon",
    "B64(H(id:password)):nonce:B64(H(trigger))": "joined with colons",
    "B64(H(id:password)):nonce:B64(H(body))": "joined with colons",
    "user:password:nonce": "joined with colons",
    "H(...)": "the line above hashed: the result",
}
"""What is done in a step of a Working, for whoever has never seen one."""


def digest_view(
    event: Event, workings: Workings, width: int, misses: Sequence[NearMiss] = ()
) -> Rows | None:
    """The rows of the digests behind an event; None when there is none. `misses` are those of the
    verdict that an event belongs to."""
    rows = [*_misses(event, misses, width), *_all(event, workings, width)]
    return Rows(rows, "digest") if rows else None


def _all(event: Event, workings: Workings, width: int) -> list[Row]:
    what = event.what
    rows: list[Row] = []
    before: Sequence[WorkStep] = ()
    for label, working, received in workings:
        if rows:
            rows.append(BLANK)
        rows += _working(label, working, received, before, width)
        before = working.steps
    if not workings and isinstance(what, NonceTried):
        rows += _compare(what.expected, what.received, width)
    if isinstance(what, ServerCredJudged) and what.scheme == "basic":
        rows += _basic(width)
    elif not workings and isinstance(what, ServerCredJudged):
        for kind, nonce, expected in what.tries:
            rows.append(_row(f"{kind}: nonce {spaced(nonce)}", width, "strong"))
            rows += _pair("expected", clean(expected), width)
        rows += _pair("received", clean(what.received), width)
    if workings and any(working.scheme != "basic" for _, working, _ in workings):
        rows += [BLANK, told(LEGEND, width)]
    return rows


def _misses(event: Event, misses: Sequence[NearMiss], width: int) -> list[Row]:
    """The near misses as sentences: they come first."""
    what = event.what
    if isinstance(what, VerdictReached):
        misses = what.near_misses
        if not misses:
            text = "No near miss: no known mistake of a sender explains this digest."
            if what.verdict != "ignored":
                text = "A digest verified, so there is nothing to explain."
                if other := _AFTER_STORED.get(what.nonce_kind):
                    text = f"The stored nonce does not verify it; {other} does."
            return [told(text, width), BLANK]
    rows = []
    for miss in misses:
        encoding = f" [{miss.encoding}]" if miss.encoding else ""
        text = f"Near miss{encoding}: {miss.meaning}. Computed like that, the digest matches."
        rows.append(_row(text, width, "warn"))
    return [*rows, BLANK] if rows else []


def _row(text: str, width: int, tone: str) -> Row:
    return Row(tuple((Span(row, tone),) for row in wrap(text, width)), clean(text))


def _pair(name: str, value: str, width: int) -> list[Row]:
    lines: list[Line] = []
    for index, row in enumerate(wrap(value, width - 10)):
        lines.append((Span(f"{'' if index else name:<10}", "dim"), Span(row, "strong")))
    return [Row(tuple(lines), value, name)]


def _working(
    label: str, working: "Working", received: bytes, before: Sequence["WorkStep"], width: int
) -> list[Row]:
    """A label, the comparison, and the steps; those that the Working before had too are named only."""
    rows = [_row(f"{label} ({working.scheme})", width, "strong")]
    if working.scheme == "basic":
        rows += _basic(width)
    elif received:
        if working.steps and working.steps[-1].secret:
            rows.append(_verdict(working.octets == received, width))
        else:
            rows += _compare(working.octets.hex(), received.hex(), width)
    names = [len(step.name) for step in working.steps if len(step.name) < width // 2 - 3]
    same = [number for number, step in enumerate(working.steps, 1) if step in before]
    if same:
        rows.append(told(f"{', '.join(map(str, same))} as above; what is not:", width))
    for number, step in enumerate(working.steps, 1):
        if number not in same:
            rows.append(_step(number, step, max(names, default=0), width))
    return rows


def _basic(width: int) -> list[Row]:
    text = "Basic is user:password in base64, no nonce: there is no digest to compare."
    return [told(text, width, "note")]


def _step(number: int, step: "WorkStep", column: int, width: int) -> Row:
    value, tone = (MASKED, "warn") if step.secret else (_value(step), "plain")
    meaning = MEANINGS.get(step.name, "")
    copied = f"{step.name} = {value}"
    lead = Span(f"{number} ", "key")
    lines: list[Line] = []
    if len(step.name) <= column and len(value) <= width - column - 4:
        lines.append((lead, Span(f"{step.name:<{column}}  ", "dim"), Span(value, tone)))
    else:
        for index, row in enumerate(wrap(step.name, width - 2)):
            lines.append((Span("  ") if index else lead, Span(row, "dim")))
        lines += [(Span("    "), Span(row, tone)) for row in wrap(value, width - 4)]
    used = sum(len(span.text) for span in lines[-1])
    if meaning and used + len(meaning) + 4 <= width:
        lines[-1] = (*lines[-1], Span("  "), Span(f"· {meaning}", "dim"))
    return Row(tuple(lines), copied, step.name)


def _value(step: "WorkStep") -> str:
    """Base64 as text, anything else as octets."""
    if not step.octets:
        return "(empty)"
    return step.octets.decode("latin-1") if step.name.startswith("B64(") else spaced(step.hex)


def _compare(expected: str, received: str, width: int) -> list[Row]:
    """Both values under each other, octet over octet, what differs marked below, and the verdict."""
    equal = expected == received
    tone = "good" if equal else "bad"
    room = max(width - 10, 2)
    count = max(len(expected), len(received)) // 2
    # As wide as it fits; else in halves, so that octet still stands over octet.
    per_line = next((n for n in (count, 16, 8, 4, 2) if n <= count and 3 * n - 1 <= room), 1)
    pairs = [(_octets(expected), "expected", "strong"), (_octets(received), "received", tone)]
    lines: list[Line] = []
    for start in range(0, max(count, 1), per_line):
        cut = slice(start, start + per_line)
        for values, name, shown in pairs:
            head = Span(f"{name if start == 0 else '':<10}", "dim")
            lines.append((head, Span(" ".join(values[cut]), shown)))
        if not equal:
            marks = (_mark(pairs[0][0], pairs[1][0], n) for n in range(count)[cut])
            lines.append(
                (
                    Span(f"{'differs' if start == 0 else '':<10}", "dim"),
                    Span(" ".join(marks), "bad"),
                )
            )
    text = f"expected {spaced(expected)}\nreceived {spaced(received)}"
    return [Row(tuple(lines), text, "expected and received"), _verdict(equal, width)]


def _octets(hex_text: str) -> list[str]:
    return spaced(hex_text).split(" ")


def _mark(expected: list[str], received: list[str], number: int) -> str:
    pair = [values[number : number + 1] for values in (expected, received)]
    return SAME if pair[0] == pair[1] else DIFFERS


def _verdict(equal: bool, width: int) -> Row:
    text, tone = f"{BAD} {UNEQUAL} not equal", "bad"
    if equal:
        text, tone = f"{GOOD} {EQUAL} equal: signed with this nonce and secret", "good"
    return _row(text, width, tone)
