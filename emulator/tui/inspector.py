"""The detail of the selected event: what it is, then one of five views. Asks the deck only when seen.

Owns which view is shown, and what stands below it; what a view shows is in `views/`.
"""

from collections.abc import Sequence

from textual.app import ComposeResult

from emulator.exports.text import MARKED, NOTED, Line, Span, wrap
from emulator.protocol.events import Event, Noted
from emulator.tui.block import Block, focus_mark
from emulator.tui.deck import Deck
from emulator.tui.panes import Pane
from emulator.tui.run import Known
from emulator.tui.views.beside import below_octets, below_tree
from emulator.tui.views.body import NOWHERE, Copied
from emulator.tui.views.choice import View, best_view
from emulator.tui.views.page import Page

__all__ = ["VIEWS", "Inspector", "Page", "View", "best_view"]

VIEWS: tuple[tuple[View, str, str], ...] = (
    ("tree", "t", "tree"),
    ("xml", "X", "xml"),
    ("hex", "x", "hex"),
    ("http", "h", "http"),
    ("digest", "d", "digest"),
)
WORD = " detail "
RECENT = 50
"""Events after which nothing more is expected to belong to one."""


class Views(Block):
    """Which views there are, and which one is shown."""

    view: View = "tree"
    active = False
    """Whether the keys go to the detail."""

    def lines(self, width: int) -> Sequence[Line]:
        spans: list[Span] = []
        for view, key, word in VIEWS:
            call = f"screen.view('{view}')"
            if view == self.view:
                spans.append(Span(f" {key} {word} ", "active", call))
            else:
                spans += [Span(f" {key}", "barkey", call), Span(f" {word} ", "bar", call)]
        used = sum(len(span.text) for span in spans)
        head = WORD if used + len(WORD) < width else " "
        rest = " " * max(width - used - len(head), 0)
        line = (Span(head, "bar"), *spans, Span(rest, "bar"))
        return [focus_mark(line, self.active)]


class Comment(Block):
    """What a person noted about the event."""

    note: Noted | None = None

    def lines(self, width: int) -> Sequence[Line]:
        if self.note is None or not (self.note.mark or self.note.text):
            return []
        mark = MARKED if self.note.mark else " "
        rows = wrap(f"{NOTED} {self.note.text}" if self.note.text else "marked", width - 3)
        marks = [mark, *" " * len(rows)]
        return [(Span(f"{m} {row}", "key"),) for m, row in zip(marks, rows, strict=False)]


class Below(Block):
    """The octets of the field, or the field of the octet, on which the cursor stands."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.room = 0
        """Lines of the whole pane."""

    def lines(self, width: int) -> Sequence[Line]:
        page, height = self._page, max(min(self.room // 4, 8), 3)
        if not page.has_focus or page.subject.octets is None or page.place == NOWHERE:
            return []
        if page.view == "tree" and page.subject.tree.nodes:
            return below_tree(page.subject, page.node, width, height)
        if page.view == "hex":
            return below_octets(page.subject, page.place, width, height)
        return []


class Inspector(Pane):
    """The detail pane. `show` is cheap while the pane is not on the screen."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(deck, id=id)
        self._views = Views()
        self._page = Page(deck, id="page")
        self._comment = Comment()
        self._below = Below(self._page)
        self._event: Event | None = None
        self._chosen: View | None = None
        self._stale = False
        self._read = 0
        """How many events the deck had when the page was made."""

    @property
    def page(self) -> Page:
        return self._page

    def compose(self) -> ComposeResult:
        yield self._views
        yield self._comment
        yield self._page
        yield self._below

    def show(self, event: Event | None) -> None:
        """Shows `event`, unless it is shown already."""
        same = event is not None and self._event is not None and event.seq == self._event.seq
        if (same or event is self._event) and not self._stale:
            return
        self._event, self._stale = event, True
        self.refresh_view()

    def renew(self) -> bool:
        self._stale = True
        return True

    def project(self, known: Known) -> None:
        """Shows whether the keys go here, what could not be shown before, and what has come since."""
        if self._waits and len(self.deck.events) != self._read:
            self._stale = True
        self.refresh_view()
        self._below.update()
        self._comment.note = known.notes.get(self._event.seq) if self._event else None
        self._comment.update()
        if self._views.active != self._page.has_focus:
            self._views.active = self._page.has_focus
            self._views.update()

    @property
    def _waits(self) -> bool:
        """Whether what comes next may belong to what is shown: an answer, a judgement, a verdict."""
        recent = self._event is not None and self._read - self._event.seq < RECENT
        return recent and self._page.view in ("http", "digest")

    def choose(self, view: View) -> None:
        """Keeps to one view for all events; the same one again leaves it to the event."""
        self._chosen = None if self._chosen == view else view
        self._stale = True
        self.refresh_view()

    def refresh_view(self) -> None:
        """Makes the page anew, when it can be seen."""
        if not self._stale or not self._page.size:
            return
        self._views.view = self._view
        self._read = len(self.deck.events)
        self._page.look(self._event, self._view)
        self._views.update()
        self._stale = False

    @property
    def _view(self) -> View:
        return self._chosen or (best_view(self._event) if self._event is not None else "tree")

    def on_page_moved(self) -> None:
        self._below.room = self.size.height
        self._below.update()

    def copied(self, whole: bool) -> Copied | None:
        """What is copied here: what the cursor stands on, or all of the view."""
        if self._stale:  # it is not on the screen, and never was
            self._page.look(self._event, self._view)
        return self._page.copied(whole) if whole or self._page.has_focus else None
