"""The box for a comment on an event: one line, which the journal keeps."""

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Input, Static

from emulator.tui.dialog import Dialog


class CommentDialog(Dialog[str]):
    """Gives the comment; an empty one takes back what was there."""

    heading = "Comment on the selected event"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._input = Input(text, id="comment", select_on_focus=False)

    def body(self) -> Iterable[Widget]:
        yield self._input
        yield Static("It stands below the event and in the journal's file.", markup=False)

    def result(self) -> str:
        return " ".join(self._input.value.split())
