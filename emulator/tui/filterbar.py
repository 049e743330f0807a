"""The filter bar: one line to type a query in, what could come next, and what is wrong with it.

Imported when it is first opened. Knows the query's language; what becomes of a query is the screen's.
"""

import re
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Blur, Focus
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from emulator.exports.text import BAD, Line, Span, clean, clip
from emulator.tui.actions import bindings
from emulator.tui.block import Block
from emulator.tui.query import TOKENS, QueryError, Term, completions, parse

SYNTAX = f'words, "a text", {" ".join(f"{name}:" for name in TOKENS)}  all must hold, - for not'


class Ghost(Suggester):
    """What the last word could become, shown behind the cursor; the right arrow takes it."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        likely = completions(value) if value and not value[-1].isspace() else []
        return likely[0] if likely and likely[0].startswith(value) else None


class Hint(Block):
    """What could come next, or what is wrong."""

    wrong = ""
    text = ""

    def lines(self, width: int) -> Sequence[Line]:
        if self.wrong:
            return [(Span(" "), Span(clip(f"{BAD} {clean(self.wrong)}", width - 2), "bad"))]
        offered = [text[_start(self.text) :] for text in completions(self.text)]
        likely = "  ".join(offered) if self.text.strip() and offered else SYNTAX
        return [(Span(" "), Span(clip(likely, width - 2), "dim"))]


def _start(text: str) -> int:
    """Where the last word begins."""
    return len(text) - len(re.split(r"\s", text)[-1])


def _common(first: str, last: str) -> str:
    """How far both are the same."""
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[:same]


class Prompt(Block):
    """What the line is for."""

    def on_mount(self) -> None:
        self.styles.width = 3

    def lines(self, width: int) -> Sequence[Line]:
        return [(Span(" / ", "barkey"),)]


class Field(Input):
    """The line itself."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("filter")

    def __init__(self) -> None:
        super().__init__(compact=True, suggester=Ghost(), select_on_focus=False)
        self._offered: list[str] = []

    @property
    def _bar(self) -> "FilterBar":
        return self.query_ancestor(FilterBar)

    def action_apply(self) -> None:
        self._bar.ask(filtering=True)

    def action_search(self) -> None:
        self._bar.ask(filtering=False)

    def action_leave(self) -> None:
        self._bar.post_message(FilterBar.Left())

    def action_complete(self) -> None:
        """Writes the last word out as far as it is certain; then one possibility after the other."""
        if len(self._offered) > 1 and self.value in self._offered:
            place = self._offered.index(self.value) + 1
            self.value = self._offered[place % len(self._offered)]
        else:
            self._offered = completions(self.value)
            if self._offered:
                common = _common(min(self._offered), max(self._offered))
                self.value = common if len(common) > len(self.value) else self._offered[0]
        self.cursor_position = len(self.value)


class FilterBar(Vertical):
    """Posts `Asked` when a query is to be used, `Left` when the person wants none."""

    DEFAULT_CSS = """
    FilterBar { height: auto; width: 100%; }
    FilterBar Horizontal { height: 1; }
    FilterBar Input { width: 1fr; background: $surface; }
    """

    class Asked(Message):
        """A query: show what it finds and nothing else (`filtering`), or go to the next match."""

        def __init__(self, terms: tuple[Term, ...], filtering: bool) -> None:
            super().__init__()
            self.terms, self.filtering = terms, filtering

    class Left(Message):
        """No filter is wanted."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hint = Hint()
        self.field = Field()

    def compose(self) -> ComposeResult:
        yield self._hint
        with Horizontal():
            yield Prompt()
            yield self.field

    def ask(self, *, filtering: bool) -> None:
        """Hands the query out, or says what is wrong with it."""
        try:
            terms = parse(self.field.value)
        except QueryError as wrong:
            self._hint.wrong = str(wrong)
            self._hint.update()
            self.field.cursor_position = wrong.place
        else:
            self.post_message(self.Asked(terms, filtering))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._hint.text, self._hint.wrong = event.value, ""
        try:
            parse(event.value)
        except QueryError as wrong:
            # Of what is being typed nobody knows yet.
            if wrong.place < _start(event.value):
                self._hint.wrong = str(wrong)
        self._hint.update()

    def on_descendant_focus(self, event: Focus) -> None:
        self._hint.display = True

    def on_descendant_blur(self, event: Blur) -> None:
        self._hint.display = False
