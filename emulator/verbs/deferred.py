"""A deck whose real one is made after the first paint: its imports cost more than the screen's own.

Until `start` the screen shows an empty ladder; then everything goes to the deck that `make` returns.
"""

import gc
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from emulator.protocol.events import Event

if TYPE_CHECKING:
    from emulator.protocol.digest import Working
    from emulator.tui.deck import Deck


class Deferred:
    """Stands in for a deck until it is there."""

    def __init__(self, title: str, subtitle: str, make: "Callable[[], Deck]") -> None:
        self.title = title
        self._subtitle = subtitle
        self._make = make
        self._deck: Deck | None = None

    @property
    def subtitle(self) -> str:
        return self._deck.subtitle if self._deck else self._subtitle

    @property
    def hint(self) -> str:
        return self._deck.hint if self._deck else ""

    @property
    def events(self) -> Sequence[Event]:
        return self._deck.events if self._deck else ()

    async def start(self) -> None:
        self._deck = self._make()
        gc.enable()
        await self._deck.start()

    async def close(self) -> None:
        if self._deck is not None:
            await self._deck.close()

    async def notify(self) -> None:
        if self._deck is not None:
            await self._deck.notify()

    async def rerun(self) -> None:
        if self._deck is not None:
            await self._deck.rerun()

    async def answer(self, accepted: bool) -> None:
        if self._deck is not None:
            await self._deck.answer(accepted)

    def workings(self, event: Event) -> "Sequence[tuple[str, Working, bytes]]":
        return self._deck.workings(event) if self._deck else ()

    def document(self, event: Event) -> str:
        return self._deck.document(event) if self._deck else ""
