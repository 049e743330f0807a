"""What a person does with a phone in hand, whichever server it talks to: answers, syncs, cuts its power.

The part that the decks with a phone share. Knows no server, and not how the phone is made.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from emulator.journal import Journal
from emulator.phone import Phone
from emulator.protocol import inspection
from emulator.protocol.events import Event, Failed, Noted, PowerCut
from emulator.protocol.keyring import Device, Keyring
from emulator.store import StoreError

if TYPE_CHECKING:
    from emulator.pushing import Wanted

OFF = "the phone is off; P switches it on"


class Hands:
    """`phone` is None while there is none; one without power is there still, to be looked at."""

    phone: Phone | None
    journal: Journal

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        """Held while a handset goes or comes: a key pressed twice makes one at a time."""

    def _make(self) -> Phone:
        """A phone over the store that there is. Raises StoreError."""
        raise NotImplementedError

    @property
    def events(self) -> Sequence[Event]:
        return self.journal.events

    @property
    def awake(self) -> Phone | None:
        """The phone, if there is one and it has power."""
        return None if self.phone is None or self.phone.off else self.phone

    async def power(self) -> None:
        """Cuts the power of the phone, as by SIGKILL; or starts it from its store again."""
        async with self._turn:
            if (phone := self.awake) is not None:
                # Nothing of the phone comes after this event: what follows does not wait before
                # all that runs has been told to stop.
                self.journal.append(PowerCut(), session=phone.handset.running)
                await phone.cut()
            elif self.phone is not None:
                try:
                    self.phone = self._make()
                    await self.phone.start()
                except (OSError, StoreError) as wrong:
                    self.journal.append(Failed(f"the phone does not start: {wrong}"))

    @property
    def datastores(self) -> dict[str, tuple[str, ...]]:
        """What can be synchronised: the datastores of each account."""
        return {} if self.awake is None else self.awake.datastores

    async def sync(self, account: str, stores: tuple[str, ...], code: int) -> None:
        """The person starts a sync of that type."""
        if self.awake is not None:
            self.awake.sync(account, stores, code)

    def _hand_over(self, octets: bytes, wanted: "Wanted") -> None:
        """Sends the phone a notification in the form that is wanted. Raises OSError."""
        from emulator.pushing import in_form

        phone = self.awake
        for each in in_form(
            octets, wanted.form, wanted.text_headers, usage=wanted.usage, wide=wanted.wide
        ):
            if phone is not None:
                phone.push(each, sms=wanted.form.startswith("sms"))

    async def spoil(self) -> None:
        """The stored server nonce becomes stale."""
        if self.awake is not None:
            self.awake.handset.spoil()

    async def put_back(self) -> None:
        """The stored server nonce is what it was before."""
        if self.awake is not None:
            self.awake.handset.put_back()

    async def answer(self, accepted: bool) -> None:
        """The person's answer to an open question."""
        if self.awake is not None:
            self.awake.answer(accepted)

    async def settled(self) -> None:
        """Returns when no session runs and none waits."""
        if self.awake is not None:
            await self.awake.settled()

    async def note(self, event: int, mark: bool, text: str) -> None:
        """What the person says about the event of that seq."""
        self.journal.append(Noted(event, mark, text), cause=event)

    def held(self) -> tuple[Device, Keyring] | None:
        return self.phone.held() if self.phone is not None else None

    def workings(self, event: Event) -> Sequence[inspection.Compared]:
        return self.phone.workings(event) if self.phone is not None else ()

    def document(self, event: Event) -> str:
        return inspection.document(event)
