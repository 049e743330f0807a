"""The page of the detail: what the event is, then one view of it, with a cursor while the keys go here.

Owns the cursor, and which octets or field it stands on when the view changes. What a view shows is its
own room's.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events as input_events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from emulator.exports.text import Line, Span
from emulator.exports.tree import Tree
from emulator.protocol.events import Event
from emulator.tui import context
from emulator.tui.actions import bindings
from emulator.tui.block import Sheet, selected, strip_of
from emulator.tui.deck import Deck
from emulator.tui.views.body import NOWHERE, Body, Copied, Rows, note
from emulator.tui.views.choice import Sight, View, body_of, intro_of
from emulator.tui.views.hexed import HexLines
from emulator.tui.views.subject import Subject, subject
from emulator.tui.views.summary import step_lines, summary_lines

_NOTHING = Subject(None, Tree(), ())


class Page(Sheet):
    """Summary and view of one event. Posts `Moved` when the cursor stands elsewhere."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")

    class Moved(Message):
        """The cursor is at another place, or is shown or hidden."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.deck = deck
        self.event: Event | None = None
        self.view: View = "tree"
        self.subject = _NOTHING
        self.body: Body = Body()
        self.place = NOWHERE
        self._head: list[Line] = []
        self._tail: list[Line] = []

    def look(self, event: Event | None, view: View) -> None:
        """Shows that view of that event, from its beginning; of the same one, near the same field."""
        same = event is not None and self.event is not None and event.seq == self.event.seq
        offset = self.offset_at_cursor() if same else NOWHERE
        changed = not same or view != self.view
        other = event is not self.event  # the same one looks otherwise behind the veil
        self.event, self.view = event, view
        if other:
            self.subject = _NOTHING if event is None else subject(self.deck.events, event)
        self.update(keep_place=not changed)
        if changed:
            self.place = self._place_of(offset)
            if self.has_focus:
                self._reveal()
            self.post_message(self.Moved())

    def lines(self, width: int) -> Sequence[Line]:
        self._layout(max(width - 2, 10))
        return _Whole(self)

    def _layout(self, width: int) -> None:
        """Head, body and tail for a width."""
        event = self.event
        self._tail = []
        if event is None:
            self._head, self.body = [], note("Nothing has happened yet.", width)
            return
        number = context.session_id(self.deck.events, event)
        clause = step_lines(event, width)
        self._head = list(summary_lines(event, width, number))
        if self.view in ("tree", "xml"):
            self._head += clause
        elif clause:
            self._tail = [(), *clause]
        self._head.append(())
        for sentence in intro_of(self.view, Sight(self.deck, event, self.subject, width)):
            self._head += [*note(sentence, width), ()]
        self.body = body_of(self.view, Sight(self.deck, event, self.subject, width))
        if self.place > self.body.last():
            self.place = self.body.last()

    @property
    def count(self) -> int:
        return len(self._head) + len(self.body) + len(self._tail)

    def line_at(self, index: int, place: int) -> Line:
        """A line, one cell from the edge."""
        inner = index - len(self._head)
        if inner < 0:
            line = self._head[index]
        elif inner < len(self.body):
            line = self.body.line(inner, place)
        else:
            line = self._tail[inner - len(self.body)]
        return (Span(" "), *line)

    @property
    def cursor(self) -> int:
        """Where the cursor is seen: only while the keys go here."""
        return self.place if self.has_focus else NOWHERE

    def render_line(self, y: int) -> Strip:
        number, width = y + self.scroll_offset.y, self.size.width
        if number >= self.count:
            return strip_of(self, (), width)
        strip = strip_of(self, self.line_at(number, self.cursor), width)
        if self.body.marks(number - len(self._head), self.cursor):
            strip = selected(self, strip)
        return strip

    # The cursor

    def offset_at_cursor(self) -> int:
        """The octet on which the cursor stands, in whichever view; NOWHERE when on none."""
        if isinstance(self.body, HexLines):
            return self.place
        runs = self.subject.tree.nodes[node].lit if (node := self.node) != NOWHERE else ()
        return runs[0][0] if runs else NOWHERE

    @property
    def node(self) -> int:
        """The field of the tree on which the cursor stands, NOWHERE when on none."""
        if self.view != "tree" or not isinstance(self.body, Rows) or self.place == NOWHERE:
            return NOWHERE
        return self.body.rows[self.place].key

    def _place_of(self, offset: int) -> int:
        """The place in this view of an octet that was selected in another one."""
        if offset == NOWHERE:
            return self.body.first()
        if isinstance(self.body, HexLines):
            return offset
        if self.view == "tree" and isinstance(self.body, Rows):
            place = self.body.place_of(self.subject.tree.nearest(offset))
            return place if place != NOWHERE else self.body.first()
        return self.body.first()

    def go(self, place: int) -> None:
        """Moves the cursor."""
        if place == NOWHERE:
            return
        self.place = place
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def _reveal(self) -> None:
        """Scrolls as little as needed to have the cursor in sight, and the head with the first place."""
        start, end = self.body.extent(self.place)
        top, bottom = start + len(self._head), end + len(self._head)
        page, offset = self.scrollable_content_region.height, self.scroll_offset.y
        if self.place == self.body.first() and bottom <= page:
            top = 0
        if self.place == self.body.last():
            bottom = self.count
        if top < offset:
            self._scroll(top)
        elif bottom > offset + page:
            self._scroll(min(bottom - page, start + len(self._head)))

    def _scroll(self, line: int) -> None:
        self.scroll_to(y=line, animate=False, force=True)

    def action_scroll_by(self, lines: int) -> None:
        if self.place == NOWHERE:
            super().action_scroll_by(lines)
        else:
            self._step(lines)

    def action_scroll_pages(self, pages: int) -> None:
        if self.place == NOWHERE:
            super().action_scroll_pages(pages)
        elif abs(pages) > 1:
            self.go(self.body.first() if pages < 0 else self.body.last())
        else:
            self._step(pages * max(self.size.height - 1, 2))

    def _step(self, lines: int) -> None:
        there = self.body.moved(self.place, lines)
        if there == self.place:  # at an end: what is beyond it is only read
            super().action_scroll_by(lines)
        self.go(there)

    def action_octet(self, columns: int) -> None:
        """To the octet before or after."""
        if self.place != NOWHERE:
            self.go(self.body.moved(self.place, 0, columns))

    def on_click(self, event: input_events.Click) -> None:
        line = event.y + self.scroll_offset.y - len(self._head)
        self.go(self.body.at(line, event.x - 1))

    def on_focus(self) -> None:
        self.refresh()
        self.post_message(self.Moved())

    def on_blur(self) -> None:
        self.on_focus()

    def on_resize(self, event: input_events.Resize) -> None:
        offset = self.offset_at_cursor()
        super().on_resize(event)
        if offset != NOWHERE:
            self.place = self._place_of(offset)
        if self.has_focus:
            self._reveal()

    # Copies

    def copied(self, whole: bool) -> Copied | None:
        """What the cursor stands on, or all of the view."""
        return self.body.whole() if whole else self.body.copied(self.place)


class _Whole(Sequence[Line]):
    """All lines of a page, each made when it is read."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __len__(self) -> int:
        return self._page.count

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self._page.line_at(index, NOWHERE)
