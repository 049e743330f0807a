"""The handset as a phone: who it is, what its display shows, what it listens on. Lines from `device.py`.

Stands left of the ladder where there is room for it, else in the pane beside or below the ladder.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from textual.app import ComposeResult

from emulator.exports.text import (
    ASKED,
    BAD,
    GOOD,
    RUNNING,
    THIN,
    Line,
    Span,
    clean,
    clip,
    fit,
    wrap,
)
from emulator.protocol.events import Event
from emulator.protocol.states import STEPS
from emulator.tui.block import Block, Sheet
from emulator.tui.deck import Deck
from emulator.tui.device import Device
from emulator.tui.panes import Pane
from emulator.tui.run import Known

WIDTH = 36
"""Cells of the face beside the ladder."""
DISPLAY = 7
"""Lines of the display."""
_DONE, _LEFT = "━", "─"
ANSWERS = "y allow   - decline"


def face_lines(device: Device, width: int) -> list[Line]:
    """The phone, `width` cells wide."""
    inner = max(width - 4, 10)
    lines = [_edge("┌", "┐", width), *_framed(_identity(device, inner), inner)]
    lines.append(_edge("├", "┤", width))
    lines += _framed(_filled(_display(device, inner)), inner)
    lines.append(_edge("├", "┤", width))
    lines += _framed(_connections(device, inner), inner)
    lines.append(_edge("└", "┘", width))
    return lines


def broad_lines(device: Device, width: int) -> list[Line]:
    """The display, and the rest beside it: for a pane that is low and broad."""
    left = width // 2
    display = [_edge("┌", "┐", left), *_framed(_filled(_display(device, left - 4)), left - 4)]
    display.append(_edge("└", "┘", left))
    room = width - left - 2
    beside = [*_identity(device, room), (), *_connections(device, room)]
    rows = max(len(display), len(beside))
    display += [(Span(" " * left),)] * (rows - len(display))
    beside += [()] * (rows - len(beside))
    return [(*one, Span("  "), *other) for one, other in zip(display, beside, strict=True)]


def _edge(left: str, right: str, width: int) -> Line:
    return (Span(left + THIN * (width - 2) + right, "lane"),)


def _framed(lines: Sequence[Line], inner: int) -> list[Line]:
    framed = []
    for line in lines:
        used = sum(len(span.text) for span in line)
        gap = Span(" " * max(inner - used, 0))
        framed.append((Span("│ ", "lane"), *line, gap, Span(" │", "lane")))
    return framed


def _filled(lines: list[Line]) -> list[Line]:
    return [*lines, *((),) * (DISPLAY - len(lines))]


def _identity(device: Device, inner: int) -> list[Line]:
    if not device.id:
        return [(Span(fit("no handset yet", inner), "dim"),)]
    return [
        (Span(clip(clean(device.profile), inner), "strong"),),
        (Span(clip(clean(device.id), inner), "dim"),),
    ]


def _display(device: Device, inner: int) -> list[Line]:
    """What the owner sees: a question before anything else, then what runs, then what came of it."""
    if device.off:
        return [(Span(f"{BAD} The phone is off.", "bad"),), (), (Span("P switches it on", "key"),)]
    if device.question:
        rows = _told(device.question, "ask", ASKED, inner, DISPLAY - 2)
        return [*rows, (), (Span(ANSWERS, "key"),)]
    progress = device.progress
    lines: list[Line] = []
    if device.notice:
        lines += _told(device.notice, "note", ASKED, inner, 3)
    if progress.running:
        return [*lines, *_running(device, inner)]
    if device.told.words:
        mark, tone = (GOOD, "good") if device.told.good else (BAD, "bad")
        lines += _told(device.told.words, tone, mark, inner, DISPLAY - len(lines))
    elif device.id and not lines:
        lines.append((Span("Ready", "dim"),))
    return lines


def _running(device: Device, inner: int) -> list[Line]:
    progress = device.progress
    done = inner * progress.steps // len(STEPS)
    server = urlsplit(progress.url).hostname or progress.account
    items = f"{progress.sent} sent, {progress.received} received"
    size = f"{progress.messages} messages, {progress.octets:,} octets"
    return [
        (Span(clip(f"{RUNNING} Synchronising", inner), "key"),),
        (Span(clip(f"with {clean(server)}", inner), "plain"),),
        (Span(_DONE * done, "good"), Span(_LEFT * (inner - done), "lane")),
        (Span(clip(items, inner), "plain"),),
        (Span(clip(size, inner), "dim"),),
    ]


def _told(text: str, tone: str, mark: str, inner: int, most: int) -> list[Line]:
    return [(Span(row, tone),) for row in wrap(f"{mark} {text}", inner, most)]


def _connections(device: Device, inner: int) -> list[Line]:
    lines: list[Line] = [(Span(fit("servers", inner), "dim"),)]
    lines += [(Span(clip(f" {clean(s) or '(no id)'}", inner)),) for s in device.servers]
    lines.append((Span("listens on", "dim"),))
    for address in device.bearers:
        count = f" {device.count(address)}"
        name = fit(f" {clean(address)}", inner - len(count))
        lines.append((Span(name), Span(count, "strong")))
    lines += [(Span(clip(f" {BAD} {clean(a)}", inner), "bad"),) for a in device.broken]
    if not device.bearers and not device.broken:
        lines.append((Span(" nothing", "dim"),))
    return lines


class Face(Block):
    """The phone beside the ladder."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known()

    def lines(self, width: int) -> Sequence[Line]:
        return face_lines(self.known.device, width)


class _Page(Sheet):
    known = Known()

    def lines(self, width: int) -> Sequence[Line]:
        if width >= 2 * WIDTH:
            return broad_lines(self.known.device, min(width, 3 * WIDTH))
        return face_lines(self.known.device, min(width, 2 * WIDTH))


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
