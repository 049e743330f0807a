"""What stands beside or below the ladder: the keys that open it, change it and close it.

Owns which pane the main screen shows, and whether it does. What is in a pane is its own.
"""

import asyncio
from typing import TYPE_CHECKING

from textual.actions import SkipAction
from textual.timer import Timer

from emulator.tui.deck import Awaited
from emulator.tui.finding import Finding
from emulator.tui.panes import Pane, Side
from emulator.tui.veil import behind

if TYPE_CHECKING:
    from emulator.tui.inspector import View


MOMENT = 0.2
"""Seconds that a detail stands at least while the ladder follows: nobody reads what the next event
takes away, and making it costs more than the event's own line."""
SOON = 0.008
"""Seconds until it is made otherwise: the cursor is seen where it is now before that."""


class Showing(Finding):
    """The panes of the main screen; each is made when it is first opened."""

    _side: Side
    _detail = False
    """Whether a pane was asked for; beside the ladder there is one all the same."""
    _soon: Timer | None = None
    _shown_at = 0.0

    def _project(self) -> None:
        raise NotImplementedError

    @property
    def detail_open(self) -> bool:
        """Whether a pane is on the screen, beside or below the ladder."""
        return self._detail or self.has_class("-wide")

    def _show_selected(self) -> None:
        if self._side.shown is not None:
            self._side.shown.show(self._ladder.selected)

    async def _bring(self, name: str) -> Pane:
        if isinstance(self.deck, Awaited):
            raise SkipAction
        pane = await self._side.open(name, behind(self.deck, self.veil))
        self._open(True)
        return pane

    def _open(self, on: bool) -> None:
        self._detail = on
        self.set_class(on, "-detail")
        if not self.detail_open or not on:
            self._ladder.focus()
        self.call_after_refresh(self._show_selected)
        self._project()

    async def on_ladder_opened(self) -> None:
        if not self.detail_open:
            await self._bring("detail")

    @property
    def settled(self) -> bool:
        """Whether the pane shows what is selected."""
        return self._soon is None

    def on_ladder_moved(self) -> None:
        left = self._shown_at + MOMENT - asyncio.get_running_loop().time()
        if self._soon is not None and not self._ladder.following:
            self._soon.stop()
            self._soon = None
        if self._soon is None:
            wait = left if self._ladder.following else SOON
            self._soon = self.set_timer(max(wait, SOON), self._show_now)
        self._project()

    def _show_now(self) -> None:
        if self._soon is not None:
            self._soon.stop()
        self._soon, self._shown_at = None, asyncio.get_running_loop().time()
        self._show_selected()

    async def action_pane(self, name: str) -> None:
        """Opens a pane in place of the one that is there; once more: the detail again."""
        shown = self._side.shown
        again = self.detail_open and shown is not None and shown.id == name
        if again and not self.has_class("-wide"):
            self._open(False)
        else:
            await self._bring("detail" if again else name)

    async def action_expected(self) -> None:
        await self.action_pane("expected")

    async def action_phone(self) -> None:
        """The phone: beside the ladder where there is room, else in the pane."""
        if self.has_class("-vast"):
            self.toggle_class("-no-phone")
        else:
            await self.action_pane("phone")

    async def one_phone(self) -> None:
        """There is room for the phone beside the ladder now: it leaves the pane."""
        if (
            self.has_class("-vast")
            and self._side.shown is not None
            and self._side.shown.id == "phone"
        ):
            self.remove_class("-no-phone")
            await self._bring("detail")

    async def action_view(self, view: "View") -> None:
        from emulator.tui.inspector import Inspector

        pane = await self._bring("detail")
        assert isinstance(pane, Inspector)
        pane.choose(view)

    def action_copy(self, whole: bool) -> None:
        """Puts what is selected, or all of the view, into the terminal's clipboard."""
        from emulator.tui.copying import said, text_of

        pane, event = self._side.shown, self._ladder.selected
        found = (pane.copied(whole) if pane is not None else None) or text_of(event)
        if found is not None:
            self.app.copy_to_clipboard(found[1])
            self.app.notify(said(*found), timeout=4, markup=False)

    async def action_toggle_detail(self) -> None:
        other = self._side.shown is not None and self._side.shown.id != "detail"
        if other or not self.detail_open:
            await self._bring("detail")
        elif self.has_class("-wide"):
            self.action_switch()
        else:
            self._open(False)

    async def action_close_detail(self) -> None:
        """Takes a filter away, then closes what is open; beside the ladder the detail stays."""
        if self.clear_filter():
            return
        if self.has_class("-wide"):
            await self._bring("detail")
        self._open(False)

    def action_switch(self) -> None:
        """From the ladder to the detail and back."""
        if not self.detail_open:
            self._open(True)
        if self._side.shown is not None:
            page = self._side.shown.page
            (self._ladder if page.has_focus else page).focus()
            self.call_after_refresh(self._project)
