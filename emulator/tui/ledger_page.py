"""The ledger's pane: a line for each change of a nonce, and below it the selected one in whole words."""

from collections.abc import Sequence

from textual.app import ComposeResult

from emulator.eventlog import place
from emulator.exports.ladder_lines import time_text
from emulator.exports.text import Line, Span, brief, clean, fit, wrap
from emulator.protocol.events import (
    Event,
    MessageReceived,
    MessageSent,
    NotificationRead,
    PeerNonces,
)
from emulator.tui import ledger as book_of
from emulator.tui.block import Block, focus_mark
from emulator.tui.deck import Deck
from emulator.tui.evidence import evidence
from emulator.tui.ledger import Entry, Ledger
from emulator.tui.panes import Pane
from emulator.tui.rows import Rows
from emulator.tui.run import Known

_COLUMNS = (("time UTC", 8), ("of", 9), ("slot", 9), ("nonce", 9), ("msg", 6))
WHOLE, WIDE = 32, 110
"""Cells of a whole nonce, and the width from which on a line has room for it."""
LEAST = 12
"""Cells from which on a line says why."""
TOLD = 3
"""Lines of the selected change below the others."""


def _nonce(nonce: str, width: int) -> str:
    return brief(nonce) if width < WIDE else nonce.upper() or "(empty)"


def _sizes(width: int) -> list[int]:
    sizes = [size for _, size in _COLUMNS]
    if width >= WIDE:
        sizes[3] = WHOLE
    return sizes


def _cells(texts: Sequence[str], width: int) -> str:
    """Texts in the ledger's columns, the last one in what is left, if that is worth it."""
    fitted = [fit(text, size) for text, size in zip(texts, _sizes(width), strict=False)]
    line = " " + " ".join(fitted)
    if width - len(line) > LEAST:
        line += " " + texts[len(_COLUMNS)]
    return fit(line, width)


def heading(count: int, width: int) -> list[Line]:
    """The pane's header, and the names of the columns."""
    left = f" ledger: {count} change{'' if count == 1 else 's'} of a nonce"
    right = "enter: event "
    gap = width - len(left) - len(right)
    text = left + " " * gap + right if gap > 0 else left
    names = [name for name, _ in _COLUMNS]
    return [
        (Span(fit(text, width), "bar"),),
        (Span(_cells([*names, "why"], width), "dim"),),
    ]


def side_words(event: Event, entry: Entry) -> str:
    supposed = isinstance(event.what, PeerNonces) and event.what.inferred
    return "supposed" if supposed else entry.side


def source_words(event: Event | None) -> str:
    """The message that a nonce came from, in short."""
    match event.what if event is not None else None:
        case MessageReceived() as what:
            return f"{what.msg_id} in"
        case MessageSent() as what:
            return f"{what.msg_id} out"
        case None:
            return ""
        case _:
            return "push"


def _whole_source(event: Event | None) -> str:
    match event.what if event is not None else None:
        case MessageReceived() as what:
            return f"message {what.msg_id} of the server (package {what.package}, {what.code})"
        case MessageSent() as what:
            return f"message {what.msg_id} of the handset (package {what.package})"
        case NotificationRead() as what:
            return f"notification with SessionID {what.session_id:04X}"
        case None:
            return ""
        case _:
            return "a notification"


def row(events: Sequence[Event], entry: Entry, width: int) -> Line:
    """One change as a line."""
    event = events[entry.at]
    nonce = book_of.value(event, entry.slot)
    texts = [
        time_text(event.at, None),
        side_words(event, entry),
        entry.slot,
        _nonce(nonce, width),
        source_words(book_of.source(events, entry)),
        clean(book_of.reason(events, entry)),
    ]
    tone = "plain" if entry.side == "handset" else "note"
    return (Span(_cells(texts, width), tone if nonce else "dim"),)


def told(events: Sequence[Event], ledger: Ledger, entry: Entry, width: int) -> list[Line]:
    """One change in whole words."""
    event = events[entry.at]
    nonce = book_of.value(event, entry.slot).upper() or "(empty)"
    name = entry.slot if entry.slot == "candidate" else f"{entry.slot} nonce"
    before = book_of.was(events, ledger, entry)
    run = f"run {event.session}, " if event.session else ""
    about = f", account {clean(entry.account)}" if ledger.accounts > 1 else ""
    parts = [f"{run}{name} of the {side_words(event, entry)}{about}: {nonce}"]
    if before:
        parts.append(f"before: {_nonce(before, width)}")
    origin = _whole_source(book_of.source(events, entry))
    parts.append(", ".join(part for part in (book_of.reason(events, entry), origin) if part))
    rows = wrap(" · ".join(parts), width - 2, TOLD)
    return [(Span(" "), Span(text, "strong")) for text in rows]


class Heading(Block):
    """The header of the pane."""

    count = 0
    active = False

    def lines(self, width: int) -> Sequence[Line]:
        first, names = heading(self.count, width)
        return [focus_mark(first, self.active), names]


class Told(Block):
    """The selected change; always as high, so that nothing jumps."""

    def __init__(self, deck: Deck) -> None:
        super().__init__()
        self.deck = deck
        self.ledger = Ledger()
        self.number = -1

    def lines(self, width: int) -> Sequence[Line]:
        if not 0 <= self.number < len(self.ledger):
            return [(Span(" No nonce is known yet.", "dim"),)]
        lines = told(self.deck.events, self.ledger, self.ledger[self.number], width)
        return [*lines, *[()] * (TOLD - len(lines))]


class Changes(Rows):
    """The changes, oldest first."""

    def __init__(self, deck: Deck, told: Told, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.deck = deck
        self.ledger = Ledger()
        self._told = told
        self._known = 0

    def count(self) -> int:
        return min(self._known, len(self.ledger))

    def row(self, number: int, width: int) -> Line:
        return row(self.deck.events, self.ledger[number], width)

    def moved(self) -> None:
        self._told.ledger, self._told.number = self.ledger, self.cursor
        self._told.update()

    def grow(self, ledger: Ledger) -> None:
        """Takes in what is new; the cursor stays on the newest change if it is there."""
        if ledger is self.ledger and len(ledger) == self._known:
            return
        last = self.cursor >= self._known - 1
        self.ledger, self._known = ledger, len(ledger)
        self.select(self._known - 1 if last else self.cursor)


class LedgerPane(Pane):
    """The ledger in place of the detail. Its cursor goes with the ladder's, unless the keys go here."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(deck, id=id)
        self._heading = Heading()
        self._told = Told(deck)
        self._page = Changes(deck, self._told, id="changes")

    @property
    def page(self) -> Changes:
        return self._page

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._page
        yield self._told

    def find(self, event: Event) -> None:
        """Puts the cursor on the change that an event has to do with."""
        ledger = evidence(self).ledger
        self._page.grow(ledger)
        self._page.select(max(book_of.of_event(self.deck.events, ledger, event), 0))

    def event_of(self, row: int) -> Event | None:
        ledger = evidence(self).ledger
        return self.deck.events[ledger[row].at] if row < len(ledger) else None

    def show(self, event: Event | None) -> None:
        if event is not None and not self._page.has_focus:
            upto = evidence(self).ledger.upto(place(self.deck.events, event))
            if upto and upto - 1 != self._page.cursor:
                self._page.select(upto - 1)

    def project(self, known: Known) -> None:
        self._page.grow(evidence(self).ledger)
        self._heading.count = len(evidence(self).ledger)
        self._heading.active = self._page.has_focus
        self._heading.update()
