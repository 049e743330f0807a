"""The deck of `handset run`: a phone with a profile of one's own, against a server of one's own.

Of a foreign server's nonces nothing is known; what they should be after each step is supposed, and
said to be so. `notify` plays the server's sender towards the phone's own bearer.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from emulator import pushing
from emulator.conductor import Run
from emulator.hands import OFF, Hands
from emulator.journal import Journal
from emulator.phone import Phone
from emulator.profiles import Profile
from emulator.protocol.effects import Effect, Record, Send, Stopped
from emulator.protocol.events import Failed, NonceStored, PeerNonces
from emulator.protocol.keyring import Account
from emulator.pushing import Wanted
from emulator.stepping import Stepper
from emulator.store import StoreError


class Live(Hands):
    """A phone as the screen and the headless run see it."""

    def __init__(
        self,
        profile: Profile,
        state: Path,
        journal: Journal,
        *,
        listen: tuple[str, ...] = (),
        sync: tuple[str, ...] = (),
        ended: Callable[[int], None] = lambda run: None,
        attended: bool = True,
        breakpoints: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.title = profile.name
        self.subtitle = ", ".join(account.url for account in profile.accounts)
        self.journal = journal
        self.stepper = Stepper(journal.append, breakpoints)
        self._profile = profile
        self._sync = sync
        self._state = state
        self._listen = listen
        self._ended = ended
        self._attended = attended
        self._supposed: dict[str, str] = {}
        # Without a screen an unusable state folder ends the process before anything starts.
        self.phone: Phone | None = None if attended else self._make()

    def _make(self) -> Phone:
        return Phone(
            self._profile,
            self._state,
            self.journal,
            listen=self._listen,
            gate=self._gate,
            attended=self._attended,
            ended=self._ended,
            runs=self.journal.events.newest_run,
        )

    @property
    def hint(self) -> str:
        """What a person can do; nothing while there is no phone to do it with."""
        if self.phone is not None and self.phone.off:
            return OFF
        return "" if self.phone is None else "n plays the server's sender, r starts a sync"

    @property
    def personal(self) -> Sequence[str]:
        """Who the device and its owner are."""
        return self._profile.personal

    async def start(self) -> None:
        """Opens store and bearers, and starts the sync that was asked for."""
        try:
            self.phone = self.phone or self._make()
        except StoreError as wrong:
            self.journal.append(Failed(str(wrong)))
            return
        await self.phone.start()
        if self._sync:
            self.phone.handset.sync(stores=self._sync)

    async def notify(self) -> None:
        """A notification as the server would send it after a lost nonce: over the SessionID."""
        if self.awake is not None:
            octets = pushing.package_0(self._first, self.proposal)
            self.awake.put(octets, "this handset, playing the sender")

    @property
    def _first(self) -> Account:
        """The account that its own sender plays the server of."""
        assert self.awake is not None
        return self.awake.handset.keyring().accounts[0]

    @property
    def proposal(self) -> Wanted:
        """What the form for a notification begins with."""
        stores = self._profile.accounts[0].stores
        return Wanted("session-id", syncs=tuple(f"206:text/x-vcard:{s.server}" for s in stores))

    async def push(self, wanted: Wanted) -> None:
        """A notification of any kind, over the phone's own bearers. Raises WantedError, OSError."""
        if self.awake is not None:
            self._hand_over(pushing.package_0(self._first, wanted), wanted)

    async def rerun(self) -> None:
        """The person starts a sync."""
        if self.awake is not None:
            self.awake.handset.sync(stores=self._sync)

    async def close(self, why: Stopped | None = None) -> None:
        if self.phone is not None:
            await self.phone.close(why)
        self.journal.close()

    async def _gate(self, effect: Effect, run: Run) -> Send | None:
        changed = await self.stepper.gate(effect, run)
        self._suppose(effect)
        return changed

    def _suppose(self, effect: Effect) -> None:
        """After a nonce is stored: what the server should hold by now."""
        if not isinstance(effect, Record) or not isinstance(effect.what, NonceStored):
            return
        what = effect.what
        if what.slot in ("client", "server"):
            self._supposed[what.slot] = what.nonce
            client, server = (self._supposed.get(slot) for slot in ("client", "server"))
            self.journal.append(PeerNonces(what.account, client, server, inferred=True))
