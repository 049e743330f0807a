"""A box over the screen: a heading, what is asked for, what is wrong with it, the keys.

Owns the frame only: a subclass says what stands in it (`body`) and what it gives (`result`).
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from emulator.exports.text import Line
from emulator.tui.actions import Where, bindings, of
from emulator.tui.block import Block
from emulator.tui.keyline import key_line

T = TypeVar("T")


class Keys(Block):
    """The keys of a box, to be pressed or clicked."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(id="keys")
        self._names = tuple(names)

    def lines(self, width: int) -> Sequence[Line]:
        return [key_line(self._names, width)]


class Dialog(ModalScreen[T | None], Generic[T], inherit_bindings=False):
    """Gives what `result` returns, or None when it is left with escape.

    `result` raises ValueError, in words for the person, for what cannot be done: the words appear
    in the box, and it stays open.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")
    heading = ""
    places: ClassVar[tuple[Where, ...]] = ("dialog",)
    """Where in the action table its keys stand."""
    without: ClassVar[tuple[str, ...]] = ()
    """Actions of these places that the line of keys leaves out."""

    def body(self) -> Iterable[Widget]:
        """What stands in the box."""
        return ()

    def result(self) -> T:
        """What has been chosen."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(self.heading, id="heading", markup=False)
            yield from self.body()
        yield Static("", id="wrong", markup=False)
        names = (a.id for place in self.places for a in of(place) if a.short)
        yield Keys(name for name in names if name not in self.without)

    def complain(self, words: str) -> None:
        """Says what is wrong; "" takes it back."""
        self.query_one("#wrong", Static).update(words)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_submit(self) -> None:
        try:
            chosen = self.result()
        except ValueError as wrong:
            self.complain(str(wrong))
        else:
            self.dismiss(chosen)

    def action_entered(self) -> None:
        self.entered()

    def action_next_field(self) -> None:
        self.focus_next()

    def action_previous_field(self) -> None:
        self.focus_previous()

    def on_input_submitted(self) -> None:
        # Textual calls this for every class that has it: a subclass overrides `entered`.
        self.entered()

    def entered(self) -> None:
        """Enter in a field does what the box says."""
        self.action_submit()
