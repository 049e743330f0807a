"""The handset's accounts as the store has them: new credentials, nonces set by hand, and what is said of it.

Knows of sessions only whether one runs: then neither is touched (decision 14).
"""

from collections.abc import Callable

from emulator.journal import Journal
from emulator.profiles import Profile, unheard
from emulator.protocol import verdict
from emulator.protocol.effects import SetNonce
from emulator.protocol.events import (
    Failed,
    HandsetStarted,
    Login,
    NoncesHeld,
    SecretReplaced,
    What,
)
from emulator.protocol.keyring import Account, Keyring, Replacement
from emulator.store import STALE, Store
from emulator.wire.httphead import without_userinfo

_NOTHING_STALE = "there is nothing to put back: no nonce was made stale, or a newer one has come"


class Accounts:
    """Those of a profile. What was proposed before the last stop comes into force at once."""

    def __init__(
        self,
        profile: Profile,
        store: Store,
        journal: Journal,
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        self.profile = profile
        self.store = store
        self.journal = journal
        self._clock = clock
        self._entropy = entropy
        self._unsaid: list[What] = []
        """What happened before there was anybody to say it to: `announce` does."""
        for account in profile.accounts:
            self._unsaid += self._enforce(account.name)
            store.adopt(account)

    def keyring(self) -> Keyring:
        """All accounts as the store has them now."""
        return Keyring(tuple(self.store.fill(account) for account in self.profile.accounts))

    def announce(self) -> None:
        """Says in the journal who this is, and what it holds."""
        profile, device = self.profile, self.profile.device
        ids = tuple(account.server_id for account in profile.accounts)
        logins = tuple(_login(account) for account in profile.accounts)
        self.journal.append(
            HandsetStarted(
                profile.name,
                device.id,
                ids,
                device.manufacturer,
                device.model,
                logins,
                unheard(profile),
            )
        )
        for what in self._unsaid:
            self.journal.append(what)
        self._unsaid.clear()
        for account in self.keyring().accounts:
            nonces = (account.client_nonce, account.server_nonce, account.candidate)
            held = (None if nonce is None else nonce.hex() for nonce in nonces)
            self.journal.append(NoncesHeld(account.name, *held))

    def replace_secret(self, account: str, new: Replacement, runs: bool) -> bool:
        """New credentials, on disk when this returns; whether they are in force.

        They are not while a session of the account `runs`: it ends under the old ones.
        """
        self.store.propose(account, new)
        if runs:
            self.journal.append(SecretReplaced(account, new.reason, False))
            return False
        return self.enforce(account)

    def enforce(self, account: str) -> bool:
        """What was proposed for an account comes into force, and is said; whether it could be."""
        try:
            for what in self._enforce(account):
                self.journal.append(what)
            return True
        except Exception as wrong:
            # They are on disk: the next end of a session, or the next start, tries again.
            self.journal.append(Failed(f"new credentials are not in force: {wrong}"))
            return False

    def _enforce(self, account: str) -> list[What]:
        """Proposed credentials of an account come into force; the events of that."""
        known = [each for each in self.profile.accounts if each.name == account]
        before = Keyring(tuple(self.store.fill(each) for each in known))
        done = self.store.enforce(account, self._clock())
        if done is None:
            return []
        reason, changes = done
        revision = self.store.revision(account, "server_secret")
        replaced = SecretReplaced(account, reason, True, revision)
        return [replaced, *verdict.stored(changes, before)]

    def spoil(self, busy: bool) -> None:
        """Random octets in place of each server nonce that is held; not while a session runs."""
        for account in self.keyring().accounts:
            held = account.server_nonce is not None
            if held and self.store.before_stale(account.name) is None:
                self._set_by_hand(account.name, self._entropy(16), STALE, busy)

    def put_back(self, busy: bool) -> None:
        """Each server nonce as it was before it was made stale, unless a newer one has come since.

        The ledger knows it, also when the power was cut meanwhile.
        """
        names = (account.name for account in self.profile.accounts)
        stale = {name: self.store.before_stale(name) for name in names}
        for name, before in stale.items():
            if before is not None:
                self._set_by_hand(name, before, "put back by hand", busy)
        if not any(before is not None for before in stale.values()):
            self.journal.append(Failed(_NOTHING_STALE))

    def _set_by_hand(self, account: str, nonce: bytes, why: str, busy: bool) -> None:
        if busy:
            self.journal.append(Failed("a session runs: its end may store a nonce; try then"))
            return
        keyring, changes = self.keyring(), (SetNonce(account, "server", nonce, why),)
        self.store.keep(changes, self._clock())
        for what in verdict.stored(changes, keyring):
            self.journal.append(what)


def _login(account: Account) -> Login:
    stores = tuple(store.name for store in account.stores) if account.protocol == "ds" else ()
    url = without_userinfo(account.url)
    return Login(account.name, account.server_id, account.user, url, stores)
