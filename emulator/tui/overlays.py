"""What opens over the main screen: the sheet for the server, what explains a dump; and the way back.

Owns the way from their keys to them. What they show is their own.
"""

from textual import events as input_events
from textual.screen import Screen

from emulator.tui.deck import Awaited, Deck, Holds
from emulator.tui.veil import Veil


class Overlays(Screen[None]):
    """The screens above and below the main one; those above are made when they are opened."""

    deck: Deck | Awaited
    veil: Veil

    def action_enrol(self) -> None:
        if isinstance(self.deck, Holds) and (held := self.deck.held()) is not None:
            from emulator.tui.enrol import Enrol

            self.app.push_screen(Enrol(*held, self.veil.enabled))

    def action_explain(self, text: str = "") -> None:
        from emulator.tui.explain import Explain

        held = self.deck.held() if isinstance(self.deck, Holds) else None
        self.app.push_screen(Explain(text, held[1] if held is not None else None))

    def on_paste(self, event: input_events.Paste) -> None:
        """What is pasted here can only be meant to be explained."""
        event.stop()
        self.action_explain(event.text)

    @property
    def from_start(self) -> bool:
        """Whether there is a start screen below this one, to go back to."""
        return self.app.screen_stack[0] is not self

    async def action_back(self) -> None:
        """Back to the start screen; the deck is down before another one can be chosen."""
        if not isinstance(self.deck, Awaited):
            await self.deck.close()
        self.app.pop_screen()
