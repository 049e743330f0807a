"""The detail of the selected event: what it is, then one of three views. Asks the deck only when seen."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType

from emulator.exports.text import Line, Span, wrap
from emulator.protocol.events import Event, NonceTried, ServerCredJudged, VerdictReached
from emulator.tui import context, detail_lines
from emulator.tui.actions import bindings
from emulator.tui.block import Block, Sheet, focus_mark
from emulator.tui.deck import Deck
from emulator.tui.describe import describe
from emulator.tui.panes import Pane
from emulator.tui.run import Known

View = Literal["text", "hex", "digest"]
VIEWS: tuple[tuple[View, str, str], ...] = (
    ("text", "t", "text"),
    ("hex", "x", "hex"),
    ("digest", "d", "digest"),
)


def best_view(event: Event) -> View:
    """The view that explains an event of this kind best."""
    what = event.what
    if isinstance(what, NonceTried | ServerCredJudged):
        return "digest"
    if isinstance(what, VerdictReached) and what.near_misses:
        return "digest"
    return "text"


class Views(Block):
    """Which views there are, and which one is shown."""

    view: View = "text"
    active = False
    """Whether the keys go to the detail."""

    def lines(self, width: int) -> Sequence[Line]:
        spans: list[Span] = [Span(" detail  ", "bar")]
        for view, key, word in VIEWS:
            call = f"screen.view('{view}')"
            if view == self.view:
                spans.append(Span(f" {key} {word} ", "active", call))
            else:
                spans += [Span(f" {key}", "barkey", call), Span(f" {word} ", "bar", call)]
        used = sum(len(span.text) for span in spans)
        return [focus_mark((*spans, Span(" " * max(width - used, 0), "bar")), self.active)]


class Page(Sheet):
    """Summary and view of one event."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.deck = deck
        self.event: Event | None = None
        self.view: View = "text"

    def lines(self, width: int) -> Sequence[Line]:
        event, width = self.event, max(width - 2, 10)
        if event is None:
            return [(Span(" Nothing has happened yet.", "dim"),)]
        number = context.session_id(self.deck.events, event)
        head: list[Line] = [
            (Span(" "), *line) for line in detail_lines.summary_lines(event, width, number)
        ]
        clause: list[Line] = [(Span(" "), *line) for line in detail_lines.step_lines(event, width)]
        if self.view == "text":
            return _Joined([*head, *clause, ()], self._body(event, width), [])
        return _Joined([*head, ()], self._body(event, width), [(), *clause])

    def _body(self, event: Event, width: int) -> Sequence[Line]:
        try:
            if self.view == "hex":
                return self._octets(event, width)
            if self.view == "digest":
                return self._digests(event, width)
            return detail_lines.text_lines(event, self.deck.document(event), width)
        except Exception as wrong:  # octets of a peer: whatever they are, the screen stays
            return _note(f"This cannot be shown: {type(wrong).__name__}: {wrong}", width)

    def _octets(self, event: Event, width: int) -> Sequence[Line]:
        octets = detail_lines.octets_of(event)
        if octets is not None:
            return detail_lines.HexLines(octets, width + 1)
        if context.about_notification(event):
            octets = context.pushed(self.deck.events, event)
            if octets is not None:
                text = "The notification of this run: its digest (16 octets), then the trigger."
                if context.notification(self.deck.events, event) is None:
                    text = "The push of this run, in which no notification was found."
                head = [*_note(text, width), ()]
                return _Joined(head, detail_lines.HexLines(octets, width), [], "")
        return _note("This event carries no octets.", width)

    def _digests(self, event: Event, width: int) -> Sequence[Line]:
        if not context.has_cred(event):
            lines = detail_lines.digest_lines(event, self.deck.workings(event), width)
            return lines or _note("There is no digest behind this event.", width)
        judged = context.judgement(self.deck.events, event)
        if judged is None:
            return _note("The server's Cred in this message has not been judged.", width)
        lines = detail_lines.digest_lines(judged, self.deck.workings(judged), width)
        about = describe(judged).sentence
        head = _note(f"The server's Cred, judged in a line below. {about}", width)
        return [*head, *([()] if lines else []), *lines]


def _note(text: str, width: int) -> list[Line]:
    return [(Span(row, "dim"),) for row in wrap(text, width)]


class _Joined(Sequence[Line]):
    """Head and tail around a body of any length, which is indented by one cell as it is read."""

    def __init__(
        self, head: list[Line], body: Sequence[Line], tail: list[Line], indent: str = " "
    ) -> None:
        self._head, self._body, self._tail, self._indent = head, body, tail, Span(indent)

    def __len__(self) -> int:
        return len(self._head) + len(self._body) + len(self._tail)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < len(self._head):
            return self._head[index]
        index -= len(self._head)
        if index < len(self._body):
            return (self._indent, *self._body[index])
        return self._tail[index - len(self._body)]


class Inspector(Pane):
    """The detail pane. `show` is cheap while the pane is not on the screen."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(deck, id=id)
        self._views = Views()
        self._page = Page(deck, id="page")
        self._chosen: View | None = None
        self._stale = False

    @property
    def page(self) -> Page:
        return self._page

    def compose(self) -> ComposeResult:
        yield self._views
        yield self._page

    def show(self, event: Event | None) -> None:
        """Shows `event`, unless it is shown already."""
        if event is self._page.event and not self._stale:
            return
        self._page.event = event
        self._stale = True
        self.refresh_view()

    def project(self, known: Known) -> None:
        """Shows whether the keys go here, and what could not be shown before there was room."""
        self.refresh_view()
        if self._views.active != self._page.has_focus:
            self._views.active = self._page.has_focus
            self._views.update()

    def choose(self, view: View) -> None:
        """Keeps to one view for all events; the same one again leaves it to the event."""
        self._chosen = None if self._chosen == view else view
        self._stale = True
        self.refresh_view()

    def refresh_view(self) -> None:
        """Makes the page anew, when it can be seen."""
        if not self._stale or not self._page.size:
            return
        event = self._page.event
        best = best_view(event) if event is not None else "text"
        view = self._chosen or best
        self._views.view = self._page.view = view
        self._views.update()
        self._page.update()
        self._stale = False
