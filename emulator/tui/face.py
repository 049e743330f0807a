"""The handset's face: the phone with its display, and what there is to know about the device.

Stands left of the ladder where there is room for it, else in the pane beside or below the ladder.
What is known is folded in `device.py`; how a run ended is said in the words of `owner.py`.
"""

from collections.abc import Sequence

from textual.app import ComposeResult

from emulator.exports.text import (
    BAD,
    GOOD,
    HEAVY,
    THIN,
    Line,
    Span,
    both_ends,
    clean,
    clip,
    width_of,
    wrap,
)
from emulator.protocol.events import Event, Login
from emulator.protocol.states import STEPS
from emulator.tui.block import Block, Sheet
from emulator.tui.deck import Deck
from emulator.tui.device import Bearer, Device, Progress
from emulator.tui.keyline import key_of
from emulator.tui.owner import sentence
from emulator.tui.panes import Pane
from emulator.tui.run import Known

WIDTH = 36
"""Cells of the phone."""
ROWS = 8
"""Lines of its display."""
BESIDE = 2 * WIDTH
"""Cells from which on the facts stand beside the phone."""
_INNER = WIDTH - 4
_NAME = 8
_NO_ID = "(no id)"


def face_lines(device: Device, width: int) -> list[Line]:
    """The phone, and what there is to know about it below it."""
    facts = [(Span(" "), *line) for line in fact_lines(device, max(width - 1, 10))]
    return [*phone_lines(device), (), *facts]


def broad_lines(device: Device, width: int) -> list[Line]:
    """The phone, and the rest beside it: for a pane that is low and broad."""
    phone = phone_lines(device)
    facts = fact_lines(device, width - WIDTH - 2)
    phone += [(Span(" " * WIDTH),)] * (len(facts) - len(phone))
    facts += [()] * (len(phone) - len(facts))
    return [(*one, Span("  "), *other) for one, other in zip(phone, facts, strict=True)]


def phone_lines(device: Device) -> list[Line]:
    """The phone with its display, always as high and as wide."""
    shown = display_lines(device)[:ROWS]
    rows = [*shown, *[()] * (ROWS - len(shown))]
    return [_edge("╭╮", HEAVY), *(_framed(row) for row in rows), _edge("╰╯", THIN)]


def _edge(corners: str, middle: str) -> Line:
    side = THIN * ((_INNER - 4) // 2)
    return (Span(f"{corners[0]}{side} {middle * 4} {side}{corners[1]}", "lane"),)


def _framed(row: Line) -> Line:
    gap = max(_INNER - width_of(row), 0)
    return (Span("│ ", "lane"), *row, Span(" " * gap), Span(" │", "lane"))


def display_lines(device: Device) -> list[Line]:
    """What is on the display: the one thing that the owner has to know now."""
    if device.off:
        told: Line = (Span(f"{BAD} The phone is off.", "bad"),)
        return [(), (), told, (), key_of("power", "switches it on")]
    if not device.started:
        return _words("No handset has started yet.", "dim")
    if device.question:
        asks = _words(device.question, "strong", ROWS - 4)
        keys = (*key_of("accept"), Span("  "), *key_of("decline"))
        return [_bar("asks you"), (), *asks, *[()] * (ROWS - 3 - len(asks)), keys]
    if device.running:
        return [_bar("synchronising"), *_running(device.progress, device.notice)]
    if device.notice:
        return [_bar("starting"), (), *_words(device.notice, "note")]
    if device.last is None:
        return [
            _bar("ready"),
            (),
            *_words("Ready. Nothing has been synchronised since it was switched on."),
        ]
    good = device.last.outcome == "synchronised"
    mark, tone = (GOOD, "good") if good else (BAD, "bad")
    return [_bar("ready"), (), *_words(f"{mark} {sentence(device.last)}", tone)]


def _words(text: str, tone: str = "plain", most: int = ROWS - 2) -> list[Line]:
    return [(Span(row, tone),) for row in wrap(text, _INNER, most)]


def _bar(state: str) -> Line:
    return both_ends((Span("SyncML", "dim"),), (Span(state, "dim"),), _INNER)


def _running(progress: Progress, notice: str) -> list[Line]:
    """How far the session is. A notice to the owner takes the place of the two lines above that."""
    head = _words(notice, "note", 2)
    if not notice:
        head = [(Span("Synchronising", "strong"),), (Span(clip(_whom(progress), _INNER)),)]
    room = _INNER - 5
    done = round(progress.share * room)
    step = f"step {progress.step} of {len(STEPS)}" if progress.step else ""
    octets = f"{progress.octets_out:,} bytes out, {progress.octets_in:,} in"
    return [
        *head,
        *[()] * (2 - len(head)),
        both_ends((Span(step),), (Span(_count(progress.messages, "message")),), _INNER),
        (Span(clip(f"sent      {_of(progress.sent, progress.out_of)}", _INNER)),),
        (Span(clip(f"received  {_of(progress.received, progress.in_of)}", _INNER)),),
        (Span(clip(octets, _INNER)),),
        (
            Span(HEAVY * done, "key"),
            Span(THIN * (room - done), "lane"),
            Span(f"{progress.share:5.0%}", "strong"),
        ),
    ]


def _whom(progress: Progress) -> str:
    return f"with {clean(progress.server)}" if progress.server else "with the server"


def _of(moved: int, whole: int) -> str:
    """A peer may send more than it has announced."""
    return (
        f"{moved} of {_count(whole, 'item')}" if whole >= max(moved, 1) else _count(moved, "item")
    )


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def fact_lines(device: Device, width: int) -> list[Line]:
    """Who the device is, where it listens, and at which servers it has accounts."""
    if not device.started:
        return []
    lines = _fact("device", device.device_id, width)
    lines += _fact("model", f"{device.manufacturer} {device.model}".strip(), width)
    lines += _fact("profile", device.profile, width)
    for bearer in device.bearers:
        lines += _bearer(bearer, width)
    if not device.bearers and not device.off:
        lines.append((Span(f"{'listens':<{_NAME}}", "dim"), Span("nowhere", "warn")))
    for login in device.logins:
        lines += [(), *_login(login, width)]
    if device.servers and not device.logins:
        lines.append(())
        for server in device.servers:
            lines += _fact("server", server or _NO_ID, width)
    return lines


def _login(login: Login, width: int) -> list[Line]:
    return [
        *_fact("server", login.server_id or _NO_ID, width),
        *_fact("at", login.url, width),
        *_fact("user", login.user, width),
        *_fact("stores", ", ".join(login.stores), width),
    ]


def _fact(name: str, value: str, width: int) -> list[Line]:
    """A name and its value in some lines; none where there is no value."""
    rows = wrap(value, width - _NAME, 3) if value else []
    return [(Span(f"{'' if n else name:<{_NAME}}", "dim"), Span(row)) for n, row in enumerate(rows)]


def _bearer(bearer: Bearer, width: int) -> list[Line]:
    if bearer.trouble:
        text = f"{BAD} {bearer.address}: {bearer.trouble}"
        return [(Span(row, "bad"),) for row in wrap(text, width, 4)]
    lines = _fact("listens", bearer.address, width)
    lost = f", {bearer.lost:,} more were lost" if bearer.lost else ""
    return [*lines, *_fact("", f"{bearer.came:,} came in{lost}", width)]


class Face(Block):
    """The phone left of the ladder."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known()

    def lines(self, width: int) -> Sequence[Line]:
        return face_lines(self.known.device, width)


class _Page(Sheet):
    known = Known()

    def lines(self, width: int) -> Sequence[Line]:
        if width >= BESIDE:
            return broad_lines(self.known.device, min(width, 3 * WIDTH))
        return face_lines(self.known.device, width)


class FacePane(Pane):
    """The phone in place of the detail."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(deck, id=id)
        self._page = _Page()

    @property
    def page(self) -> Sheet:
        return self._page

    def compose(self) -> ComposeResult:
        yield self._page

    def show(self, event: Event | None) -> None:
        """The phone is as it is, whatever is selected."""

    def project(self, known: Known) -> None:
        if known.device != self._page.known.device:
            self._page.known = known
            self._page.update(keep_place=True)
