"""The view HTTP: how an exchange went over the line: how long each phase took, first lines, headers. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from emulator.exports.text import BAD, Line, Span, clean, wrap
from emulator.protocol.events import Headers, HttpExchanged, MessageReceived
from emulator.tui.views.body import BLANK, Row, Rows, told

FULL, MARK = "█", "▏"
LONGEST = 30
"""Cells of the longest bar."""

NOTABLE = 0.001
"""Seconds before the first phase from which on they are shown."""

PHASES: dict[str, str] = {
    "prepare": "making ready on our side",
    "connect": "connecting",
    "tls": "TLS handshake",
    "send": "sending",
    "wait": "waiting for the first octet",
    "receive": "receiving until the last octet",
}


class _Phase(NamedTuple):
    name: str
    begin: float
    end: float


def http_view(exchange: HttpExchanged, width: int) -> Rows:
    """The rows of an exchange."""
    answer = [_first(exchange.response, "◄ ", width)] if exchange.response else []
    if not answer:
        answer = [Row(((Span(f"{BAD} no response came", "bad"),),), "no response came")]
    return Rows(
        [
            *_timings(exchange, width),
            BLANK,
            _first(exchange.request, "► ", width),
            *_headers(exchange.request_headers, width),
            _body(exchange.sent, "sent", width),
            BLANK,
            *answer,
            *_headers(exchange.response_headers, width),
            *([_body(exchange.received, "received", width)] if exchange.response else []),
        ],
        "exchange",
    )


def answer_view(what: MessageReceived, width: int) -> Rows:
    """The rows of an answer whose exchange was not recorded: what the message itself tells."""
    about = told("This journal does not tell more of how the exchange went over HTTP.", width)
    return Rows(
        [
            _plain(f"Answered after {_ms(what.elapsed)}.", width),
            BLANK,
            _first(f"HTTP status {what.http_status}", "◄ ", width),
            *_headers((("Content-Type", what.content_type), *what.headers), width),
            _body(len(what.octets.hex) // 2, "received", width),
            BLANK,
            about,
        ],
        "answer",
    )


def _timings(exchange: HttpExchanged, width: int) -> list[Row]:
    """A bar for each phase, from where it begins; one that never ended says so."""
    phases = [_Phase(*phase) for phase in exchange.phases]
    if phases and phases[0].begin >= NOTABLE:
        phases.insert(0, _Phase("prepare", 0.0, phases[0].begin))
    total = max((max(phase.begin, phase.end) for phase in phases), default=0.0)
    rows = []
    if not any(phase.name == "connect" for phase in phases):
        rows.append(_plain("The connection was open already.", width))
    if exchange.tls:
        rows.append(_plain(f"Over {exchange.tls}.", width))
    if exchange.response:
        rows.append(_plain(f"{_ms(total)} from the beginning to the last octet.", width))
    column = max((len(phase.name) for phase in phases), default=0)
    said = [_ms(p.end - p.begin) if p.end >= 0 else f"{BAD} never ended" for p in phases]
    wide = max(map(len, said), default=0)
    room = min(max(width - column - wide - 2, 1), LONGEST)
    for phase, took in zip(phases, said, strict=True):
        begin, end = phase.begin, phase.end if phase.end >= 0 else total
        left = min(round(begin / total * room), room - 1) if total else 0
        cells = round(end / total * room) - left if total else 0
        bar = (" " * left + (FULL * cells or MARK)).ljust(room)[:room]
        meaning = PHASES.get(phase.name, "")
        spans = [
            Span(f"{phase.name:<{column}} ", "dim"),
            Span(bar, "note" if phase.end >= 0 else "bad"),
            Span(f" {took:>{wide}}", "plain" if phase.end >= 0 else "bad"),
        ]
        if sum(len(span.text) for span in spans) + len(meaning) + 4 <= width:
            spans.append(Span(f"  · {meaning}", "dim"))
        rows.append(Row((tuple(spans),), f"{phase.name}: {took}", phase.name))
    return rows


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _plain(text: str, width: int) -> Row:
    return Row(tuple((Span(row),) for row in wrap(text, width)), text)


def _first(text: str, arrow: str, width: int) -> Row:
    """A first line, with the way it went."""
    lines: list[Line] = []
    for index, row in enumerate(wrap(text, width - 2)):
        lines.append((Span("  " if index else arrow, "key"), Span(row, "strong")))
    return Row(tuple(lines), clean(text))


def _headers(headers: Headers, width: int) -> Sequence[Row]:
    rows = []
    for name, value in headers:
        label = f"{clean(name)}:"
        lines: list[Line] = []
        for index, row in enumerate(wrap(f"{label} {value}", width - 4)):
            if index == 0:
                lines.append((Span("  "), Span(row[: len(label)], "dim"), Span(row[len(label) :])))
            else:
                lines.append((Span("    "), Span(row)))
        rows.append(Row(tuple(lines), f"{label} {clean(value)}", clean(name)))
    return rows


def _body(count: int, way: str, width: int) -> Row:
    return Row(
        tuple(
            (Span("  "), Span(row, "dim")) for row in wrap(f"body: {count} octets {way}", width - 2)
        )
    )
