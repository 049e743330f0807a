"""Stops runs for a person: marked breakpoints, step by step, and a message changed while it waits.

The gate that a deck gives its handset. What a person chose and what waits are events, so that a
journal tells of them too. Never more than one run waits: others pass while one does.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from emulator import breakpoints
from emulator.protocol.effects import Effect, Record, Send
from emulator.protocol.events import MessageSent, Paused, Resumed, StopsSet, What

if TYPE_CHECKING:
    from emulator.conductor import Run


class Stepper:
    """`tell` writes down what concerns no run."""

    def __init__(self, tell: Callable[[What], object], marked: Iterable[str] = ()) -> None:
        self.marked: tuple[str, ...] = ()
        self.every = False
        """Whether each event in sight is waited at."""
        self._tell = tell
        self._held: tuple[Effect, Run] | None = None
        self._go = asyncio.Event()
        self._changed: dict[int, bytes] = {}
        """By run: the octets that leave in place of the message that is sent next."""
        if marked:
            self.mark(marked)

    @property
    def waiting(self) -> bool:
        return self._held is not None

    def mark(self, marked: Iterable[str]) -> None:
        """The breakpoints from now on. Raises ValueError for an unknown one."""
        self._set(breakpoints.checked(marked), self.every)

    def step(self) -> None:
        """To the next event in sight, and stop there; from now on the first one of a run is one."""
        self._set(self.marked, True)
        self._go.set()

    def go_on(self) -> None:
        """To the next breakpoint."""
        self._set(self.marked, False)
        self._go.set()

    def _set(self, marked: tuple[str, ...], every: bool) -> None:
        if (marked, every) != (self.marked, self.every):
            self.marked, self.every = marked, every
            self._tell(StopsSet(marked, every))

    @property
    def message(self) -> MessageSent | None:
        """The message that waits to leave, whole: what it carries is not for events or logs."""
        effect = self._held[0] if self._held else None
        what = effect.what if isinstance(effect, Record) else None
        return what if isinstance(what, MessageSent) else None

    @property
    def octets(self) -> bytes:
        """What will leave: the message as it is meant, or as it was changed."""
        if self._held is None or self.message is None:
            return b""
        return self._changed.get(self._held[1].number, bytes(self.message.octets))

    def change(self, octets: bytes) -> None:
        """Other octets leave in place of the message that waits. Raises ValueError when none does."""
        if self._held is None or self.message is None:
            raise ValueError("no message waits any more: the run has gone on")
        effect, run = self._held
        meant = bytes(self.message.octets)
        if octets == meant:
            self._changed.pop(run.number, None)
        else:
            self._changed[run.number] = octets
        self._say(effect, run)

    def _say(self, effect: Effect, run: "Run", point: str = "") -> None:
        ahead = breakpoints.coming(effect)
        message = self.message
        words = ahead.words
        if run.number in self._changed:
            meant = len(bytes(message.octets)) if message else 0
            words += f"; as edited: {len(self._changed[run.number])} octets in place of {meant}"
        run.record(Paused(point, words, ahead.step, message is not None))

    async def gate(self, effect: Effect, run: "Run") -> Send | None:
        """Waits where the person wants it; gives a Send back that the person has changed."""
        if isinstance(effect, Send):
            changed = self._changed.pop(run.number, None)
            return None if changed is None else msgspec.structs.replace(effect, octets=changed)
        if self._held is not None:
            return None
        point = breakpoints.hit(effect, self.marked)
        if point is None and not (self.every and breakpoints.in_sight(effect)):
            return None
        self._held = effect, run
        if self.message is not None:
            self._changed.pop(run.number, None)
        self._go.clear()
        self._say(effect, run, point.id if point else "")
        try:
            await self._go.wait()
            self._held = None
            run.record(Resumed())
        finally:
            self._held = None
        return None
