"""Marks and comments: the way from their keys to the deck, whose journal keeps them."""

from emulator.protocol.events import Event
from emulator.tui.controls import Controls
from emulator.tui.deck import Notes


class Noting(Controls):
    """What a person can say about the selected event."""

    def action_mark(self) -> None:
        event = self._ladder.selected
        if event is not None:
            noted = self._ladder.beside.note(event.seq)
            self._keep(event, not noted.mark, noted.text)

    def action_comment(self) -> None:
        event = self._ladder.selected
        if event is None:
            return
        from emulator.tui.comment import CommentDialog

        noted = self._ladder.beside.note(event.seq)

        def take(text: str | None) -> None:
            if text is not None and text != noted.text:
                self._keep(event, noted.mark, text)

        self.app.push_screen(CommentDialog(noted.text), take)

    def _keep(self, event: Event, mark: bool, text: str) -> None:
        if isinstance(self.deck, Notes):
            self._do(self.deck.note(event.seq, mark, text))
