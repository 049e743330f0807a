"""What can stand beside the ladder, one at a time: the detail, and others in its place.

Owns the place: which pane is shown, and that each is made when it is first opened.
"""

from importlib import import_module
from typing import NamedTuple

from textual.containers import Vertical
from textual.widget import Widget

from emulator.protocol.events import Event
from emulator.tui.deck import Deck
from emulator.tui.run import Known


class Pane(Vertical):
    """One of them. `show` is asked for every selected event and must be cheap for the same one."""

    def __init__(self, deck: Deck, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.deck = deck
        self.upto = 0
        """How many of the deck's events are on the screen."""

    @property
    def page(self) -> Widget:
        """The part that takes the keys."""
        raise NotImplementedError

    def event_of(self, row: int) -> Event | None:
        """The event that a row of the page is about, where its rows are events."""
        return None

    def show(self, event: Event | None) -> None:
        """The selected event is this one."""

    def renew(self) -> bool:
        """Shows everything anew, since it looks otherwise now; False: the pane must be made anew."""
        return False

    def copied(self, whole: bool) -> tuple[str, str] | None:
        """What it is, and its text, for the clipboard: all that is shown, or what is selected there.
        None: nothing of this pane is selected."""
        return None

    def project(self, known: Known) -> None:
        """Called with each picture: repaint what has changed, and nothing else."""


class Kind(NamedTuple):
    """A pane: its name, and where its class is; the title is for headers and help."""

    name: str
    module: str
    cls: str
    title: str


PANES: tuple[Kind, ...] = (
    Kind("detail", "emulator.tui.inspector", "Inspector", "the detail of the selected event"),
    Kind("phone", "emulator.tui.face", "FacePane", "the handset as its owner sees it"),
    Kind("step", "emulator.tui.step_page", "StepPane", "one of the six steps, and what proves it"),
    Kind("ledger", "emulator.tui.ledger_page", "LedgerPane", "every change of a nonce"),
    Kind("expected", "emulator.tui.expected", "Expected", "what the scenario expects"),
)


class Side(Vertical):
    """The place beside or below the ladder."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown: Pane | None = None
        """The pane that is there now; None before the first one has been made."""

    async def open(self, name: str, deck: Deck) -> Pane:
        """Puts that pane there."""
        if self.shown is None or self.shown.id != name:
            found = self.query(f"#{name}").results(Pane)
            pane = next(found, None)
            if pane is None:
                kind = next(kind for kind in PANES if kind.name == name)
                pane = getattr(import_module(kind.module), kind.cls)(deck, id=name)
                assert isinstance(pane, Pane)
                await self.mount(pane)
            for other in self.children:
                other.display = other is pane
            self.shown = pane
        return self.shown

    async def renew(self, deck: Deck) -> None:
        """What the deck hands out looks otherwise now."""
        for pane in list(self.query_children(Pane)):
            if pane.renew():
                continue
            await pane.remove()
            if pane is self.shown:
                self.shown = None
                await self.open(str(pane.id), deck)
