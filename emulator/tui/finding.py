"""Find on the main screen: a filter that shows what matches, and the way from match to match.

Owns the way from the bar and its keys to the search and the ladder. What matches is `search.py`'s; while
personal data is hidden, only what is shown can be found.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.screen import Screen

from emulator.protocol.events import Event
from emulator.tui.deck import Awaited, Deck
from emulator.tui.ladder import Ladder
from emulator.tui.status import Footer
from emulator.tui.veil import Covered, Veil, behind

if TYPE_CHECKING:
    from emulator.exports.hiding import Values
    from emulator.tui.filterbar import FilterBar
    from emulator.tui.query import Term
    from emulator.tui.search import Search

SLICE = 0.006
"""Seconds of searching between two pictures."""


class Finding(Screen[None]):
    """What the main screen can find; the bar is made when it is first opened."""

    deck: Deck | Awaited
    veil: Veil
    _ladder: Ladder
    _footer: Footer
    search: "Search | None" = None
    """What was asked for last; it outlives its filter, for the keys from match to match."""
    _without: "Values | None" = None
    """What was hidden from the search when it began."""
    filtering = False
    """Whether only matches are shown."""
    _told = False
    """Whether the footer says how much was found: until esc, or the next query."""
    _wish = 0
    """1 or -1 when somebody waits for the next or previous match."""
    _bar: "FilterBar | None" = None

    def may_find(self, action: str) -> bool:
        """Whether an action of these has a meaning now: in the bar its key is a character."""
        if action == "match":
            return self.search is not None
        return not self.typing

    async def prepare_filter(self) -> None:
        """Makes the bar, out of sight: keys that follow the one that opens it must not be lost."""
        from emulator.tui.filterbar import FilterBar

        if self._bar is None:
            self._bar = FilterBar(id="filter")
            self._bar.display = False
            await self.mount(self._bar, before=self._footer)

    async def action_filter(self) -> None:
        await self.prepare_filter()
        assert self._bar is not None
        self._bar.display = True
        self._told = self.filtering
        self.set_focus(self._bar.field)
        # What is typed now takes the place of what was looked for before.
        self._bar.field.select_all()

    def on_filter_bar_asked(self, asked: "FilterBar.Asked") -> None:
        if not asked.terms or isinstance(self.deck, Awaited):
            self.search = None
            self._leave()
            return
        same = self.search is not None and self.search.terms == asked.terms
        if self.search is None or not same:
            self.search = self._search_for(asked.terms)
        self.filtering, self._told = asked.filtering, True
        if self._bar is not None:
            self._bar.display = asked.filtering
        self.set_focus(self._ladder)
        self._ladder.show(self.search.found if asked.filtering else None)
        self._wish = 0 if asked.filtering else 1
        self.find()

    def _search_for(self, terms: "Sequence[Term]") -> "Search":
        from emulator.tui.search import Search

        assert not isinstance(self.deck, Awaited)
        document = behind(self.deck, self.veil).document
        self._without = self.veil.hides
        return Search(terms, self._ladder.layout_of_all, document, self.veil.text)

    def on_filter_bar_left(self) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._bar is not None:
            self._bar.display = False
            self._bar.field.value = ""
        self.set_focus(self._ladder)
        self.clear_filter()

    def clear_filter(self) -> bool:
        """Shows everything again; whether it was not."""
        self._told = False
        if not self.filtering:
            return False
        self.filtering = False
        if self._bar is not None:
            self._bar.display = False
        self._ladder.show(None)
        return True

    def on_ladder_unfiltered(self) -> None:
        self.filtering = self._told = False
        if self._bar is not None:
            self._bar.display = False

    def action_match(self, way: int) -> None:
        """To the next (1) or previous (-1) match, once it is known."""
        if self.search is not None:
            self._wish, self._told = way, True
            self.find()

    @property
    def _shown(self) -> Sequence[Event]:
        """The events as they are shown."""
        events = self.deck.events
        return Covered(events, self.veil) if self.veil.enabled else events

    @property
    def typing(self) -> bool:
        """Whether keys are text."""
        return self._bar is not None and self.focused is self._bar.field

    @property
    def searching(self) -> bool:
        """Whether there is more to search."""
        return self.search is not None and not self.search.over

    def find(self) -> None:
        """Searches on for a moment. Called with every picture; does nothing when all is searched."""
        if self.search is not None and self._without != self.veil.hides:
            # What was found may be hidden now, or shown again.
            self.search = self._search_for(self.search.terms)
            if self.filtering:
                self._ladder.show(self.search.found)
        search = self.search
        if search is None:
            return
        before, searched = search.found.height, search.go_on(self._shown, SLICE)
        if searched and self.filtering and search.found.height != before:
            self._ladder.grown(before)
        if self._wish:
            self._jump(search)

    def _jump(self, search: "Search") -> None:
        """To the match that is waited for. Backwards all before the cursor must have been asked."""
        place = self._ladder.place
        forwards = self._wish > 0
        target = search.next(place) if forwards else search.previous(place)
        if not search.over and (target is None or not forwards):
            return
        self._wish = 0
        if target is not None:
            self._ladder.select(target)

    @property
    def found_note(self) -> str:
        """What the search has found, or how far it is."""
        search = self.search
        if search is None or not self._told:
            return ""
        count = len(search.found)
        if not search.over:
            return f"searching {int(100 * search.share)} %, {count} found"
        if self.filtering:
            return f"{count} of {len(self._ladder.layout_of_all)}"
        number = search.number(self._ladder.place)
        if number:
            return f"match {number} of {count}"
        return f"{count} match{'' if count == 1 else 'es'}"
