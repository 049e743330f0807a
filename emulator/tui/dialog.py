"""A box over the screen: a heading, what is asked for, what is wrong with it, the keys.

Owns the frame only: a subclass says what stands in it (`body`) and what it gives (`result`).
"""

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from emulator.tui.actions import Where, bindings, key_word, of

T = TypeVar("T")


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
        keys = "   ".join(
            f"{key_word(a.keys[0])} {a.short}"
            for place in self.places
            for a in of(place)
            if a.short and a.id not in self.without
        )
        yield Static(keys, id="keys", markup=False)

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
