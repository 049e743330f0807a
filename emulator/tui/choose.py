"""A field with a few choices on one line, turned by left and right."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from emulator.exports.text import LEFT, RIGHT, Line, Span, clean, clip
from emulator.tui.actions import bindings
from emulator.tui.block import Block
from emulator.tui.picker import Choice


class Choose(Block, can_focus=True, inherit_bindings=False):
    """One of `choices` is always chosen; its sentence stands beside it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("choice")

    class Changed(Message):
        """Another one is chosen now."""

        def __init__(self, field: "Choose") -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> "Choose":
            return self.field

    def __init__(self, choices: Sequence[Choice], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.choices = choices
        self._row = 0

    @property
    def chosen(self) -> Choice:
        """The one that is chosen."""
        return self.choices[self._row]

    @property
    def value(self) -> str:
        """The id of what is chosen."""
        return self.chosen.id

    @value.setter
    def value(self, id: str) -> None:
        self._row = next(i for i, choice in enumerate(self.choices) if choice.id == id)
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        choice = self.chosen
        # Nothing by colour alone: brackets say where the keys go.
        title, tone = f" {choice.title} ", "plain"
        if self.has_focus:
            title, tone = f"[{choice.title}]", "active"
        head = (Span(f"{LEFT} ", "key"), Span(title, tone), Span(f" {RIGHT} ", "key"))
        room = width - sum(len(span.text) for span in head) - 1
        return [(*head, Span(f" {clip(clean(choice.about), room)}", "dim"))]

    def action_turn(self, by: int) -> None:
        self._row = (self._row + by) % len(self.choices)
        self.update()
        self.post_message(self.Changed(self))

    def watch_has_focus(self, on: bool) -> None:
        super().watch_has_focus(on)
        self.update()

    def on_click(self, event: events.Click) -> None:
        self.action_turn(-1 if event.x < 2 else 1)
