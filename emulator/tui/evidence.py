"""The six steps and the ledger on the main screen: which run is looked at, and the ways to and from
the ladder.

Owns what the strip, the step's page and the ledger share. What they say is their own.
"""

from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from emulator.tui.ledger import Ledger
from emulator.tui.run import Known, RunLook
from emulator.tui.showing import Showing
from emulator.tui.trail import Trail

if TYPE_CHECKING:
    from emulator.tui.rows import Rows

AT_ONCE, A_FRAME = 5000, 1000
"""Events of a run that are read when a step is chosen, and with each picture."""


class Evidence(Showing):
    """What the main screen knows of the run that the person looks at."""

    known: Known
    read: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ledger = Ledger()
        self._trail = Trail(0)

    @property
    def _run(self) -> int:
        """The run of the selected event; while the ladder follows, the one that is at work."""
        event = self._ladder.selected
        if event is None or not event.session or self._ladder.following:
            return self.known.shown
        return event.session

    def looked_at(self) -> RunLook:
        """The run in the strip."""
        number = self._run
        known = next((run for run in self.known.runs if run.number == number), None)
        return known if known is not None else self.trail().look

    def trail(self, most: int = A_FRAME) -> Trail:
        """How that run went so far."""
        if self._trail.run != self._run:
            self._trail = Trail(self._run)
            most = AT_ONCE
        if self._trail.run:
            self._trail.read(self.deck.events, self.read, most)
        return self._trail

    async def action_clause(self, number: int) -> None:
        """Opens the page of a step, and selects what proves it; once more: the next proof."""
        from emulator.tui.step_page import StepPane

        before = self._side.shown
        pane = await self._bring("step")
        assert isinstance(pane, StepPane)
        trail = self.trail(AT_ONCE)
        proofs, row = trail.proofs[number], 0
        if pane is before and pane.number == number and pane.chosen in proofs:
            row = (proofs.index(pane.chosen) + 1) % len(proofs)
        pane.choose(number, trail, row)
        if proofs:
            self._ladder.select_event(self.deck.events[proofs[row]])

    async def action_ledger_line(self) -> None:
        """From the selected event to its line in the ledger."""
        from emulator.tui.ledger_page import LedgerPane

        event = self._ladder.selected
        pane = await self._bring("ledger")
        assert isinstance(pane, LedgerPane)
        if event is not None:
            pane.find(event)
        pane.page.focus()

    def on_rows_picked(self, message: "Rows.Picked") -> None:
        """From a row to the event that it is about."""
        pane = self._side.shown
        event = pane.event_of(message.row) if pane is not None else None
        if event is not None:
            self._ladder.select_event(event)
            self._ladder.focus()


def evidence(widget: Widget) -> Evidence:
    """The main screen of one of its widgets."""
    return cast(Evidence, widget.screen)
