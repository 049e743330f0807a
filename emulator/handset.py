"""The handset: a device with its accounts and its store, to which pushes come and whose person can act.

Puts together what a newcomer finds by its name: `accounts`, `arriving` (what becomes of a push),
`sessions` (one at a time), `conductor` (carries one out).
"""

import secrets
import time
from collections.abc import Callable

from emulator.accounts import Accounts
from emulator.arriving import Arriving
from emulator.conductor import Client, Gate, Question, no_gate
from emulator.journal import Journal
from emulator.profiles import Profile
from emulator.protocol.effects import Stopped
from emulator.protocol.events import Octets, PushArrived
from emulator.protocol.keyring import Account, Keyring, Replacement
from emulator.protocol.reception import Ignored
from emulator.protocol.sync import SYNC_TYPES
from emulator.sessions import Sessions
from emulator.store import Store


class Handset:
    """One device.

    `client` makes the connection of a session; `ask` puts a question to the person (None: the
    profile answers); `ended` is called with the run's number when a run is over; `runs` is how many
    the journal has already.
    """

    def __init__(
        self,
        profile: Profile,
        store: Store,
        journal: Journal,
        client: Callable[[Account], Client],
        *,
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        gate: Gate = no_gate,
        ask: Question | None = None,
        ended: Callable[[int], None] = lambda run: None,
        runs: int = 0,
    ) -> None:
        self._accounts = Accounts(profile, store, journal, clock, entropy)
        self._sessions = Sessions(self._accounts, client, clock, entropy, gate, ask, ended, runs)
        self._arriving = Arriving(self._accounts, self._sessions, clock)

    @property
    def profile(self) -> Profile:
        """The profile; one that is put in its place holds from then on."""
        return self._accounts.profile

    @profile.setter
    def profile(self, changed: Profile) -> None:
        self._accounts.profile = changed

    def keyring(self) -> Keyring:
        """All accounts as the store has them now."""
        return self._accounts.keyring()

    def announce(self) -> None:
        """Says in the journal who this is, and what it holds."""
        self._accounts.announce()

    async def deliver(self, octets: bytes, bearer: str, sender: str) -> int:
        """Octets have come in as a push; see `arrive`."""
        return await self.arrive(PushArrived(bearer, sender, Octets.of(octets)))

    async def arrive(self, push: PushArrived, ignored: Ignored | None = None) -> int:
        """A push has come in: judges it and starts, holds or ignores. Returns its run's number.

        `ignored`: it is known already that it is nothing for us.
        """
        return await self._arriving.arrive(push, ignored)

    def sync(self, account: str = "", stores: tuple[str, ...] = (), code: int = 200) -> int:
        """The person starts a sync: of the first account that has the datastores, all of it if none
        is named, of the sync type `code`. Returns the run's number; 0 when a session is running.

        Raises ValueError when no account has them, and for a code that is no sync type.
        """
        if code not in SYNC_TYPES:
            raise ValueError(f"{code} is no sync type; {min(SYNC_TYPES)} to {max(SYNC_TYPES)} are")
        if self.busy:
            return 0
        for candidate in Keyring(self.profile.accounts).of("ds"):
            names = {store.name for store in candidate.stores}
            if account in ("", candidate.name) and names.issuperset(stores):
                run = self._sessions.run()
                self._sessions.take(run, candidate.name, None)
                self._sessions.start(run, candidate.name, None, stores, code=code)
                return run.number
        raise ValueError(f"no account has {', '.join(stores) or account}")

    def replace_secret(self, account: str, new: Replacement) -> bool:
        """New credentials, on disk when this returns; whether they are in force (decision 14).

        While a session of the account runs they are not: it ends under the old ones. What was held
        for the account is judged again under the new ones.
        """
        return self._accounts.replace_secret(account, new, self._sessions.runs_for(account))

    def spoil(self) -> None:
        """Random octets in place of each server nonce that is held; not while a session runs."""
        self._accounts.spoil(self.busy)

    def put_back(self) -> None:
        """Each server nonce as it was before it was made stale, unless a newer one has come since."""
        self._accounts.put_back(self.busy)

    @property
    def busy(self) -> bool:
        return self.running != 0

    @property
    def running(self) -> int:
        """The number of the run that has the place of the running session, 0 for none."""
        return self._sessions.running

    def cut(self) -> None:
        """The power is gone: what runs stops between two effects, and nothing more is said or kept."""
        self._sessions.cut()

    async def idle(self) -> None:
        """Returns when no session runs and none waits."""
        await self._sessions.idle()

    async def stop(self, why: Stopped | None = None) -> None:
        """Ends the running session, says so in the journal, and waits for it; what is held is dropped."""
        await self._sessions.stop(why)
