"""The box that asks what to synchronise: which stores, and by which sync type. Says what gets lost."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from textual.widget import Widget
from textual.widgets import Static

from emulator.tui.dialog import Dialog
from emulator.tui.picker import About, Choice, Picker

TYPES: tuple[Choice, ...] = (
    Choice("200", "two-way (200)", "What has changed on either side since the last time. The first time it is a slow sync."),
    Choice("201", "slow (201)", "All of both sides is sent and compared. Nothing gets lost, but what differs a little may be there twice."),
    Choice("202", "one-way from client (202)", "Only what has changed on the phone. The first time it is a refresh: what the server has then gets lost."),
    Choice("203", "refresh from client (203): replaces what the server has", "LOST: all that the server has in these stores. It has what is on the phone afterwards."),
    Choice("204", "one-way from server (204)", "Only what has changed at the server. The first time it is a refresh: what the phone has then gets lost."),
    Choice("205", "refresh from server (205): replaces what the phone has", "LOST: all that the phone has in these stores, also what was never sent. It has what is at the server afterwards."),
)  # fmt: skip
"""The sync types of SyncML DS, with what each does to either side."""

_MOST_STORES = 4
"""Stores in sight at once; more are scrolled."""


class Wish(NamedTuple):
    """What the person wants synchronised."""

    stores: tuple[str, ...]
    code: int


class SyncDialog(Dialog[Wish]):
    """Gives the marked stores and the type under the cursor."""

    def __init__(self, account: str, stores: Sequence[str]) -> None:
        super().__init__()
        self.heading = f"Synchronise {account} now: how? Tab goes to the stores, space marks one."
        self._stores = Picker([Choice(name, name) for name in stores], marks=stores)
        self._types = Picker(TYPES)
        self._stores.styles.height = min(len(stores), _MOST_STORES)
        # What gets lost must be in sight, whichever type the cursor is on.
        self._about = About(self._types)
        self._about.styles.margin = (1, 0)

    def body(self) -> Iterable[Widget]:
        yield self._types
        yield self._about
        yield Static("stores", markup=False)
        yield self._stores

    def on_mount(self) -> None:
        self._types.focus()

    def on_picker_selected(self) -> None:
        self._about.update()

    def on_picker_picked(self) -> None:
        self.action_submit()

    def result(self) -> Wish:
        stores = tuple(c.id for c in self._stores.choices if c.id in (self._stores.marks or ()))
        if not stores:
            raise ValueError("No store is marked: space marks one.")
        chosen = self._types.chosen
        assert chosen is not None
        return Wish(stores, int(chosen.id))
