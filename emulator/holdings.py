"""Where a profile's state lies, and what its store holds, looked at without changing it.

Opens a store for reading only, so it works while a handset runs. Raises StoreError.
"""

from pathlib import Path

import msgspec
import platformdirs

from emulator.profiles import Profile
from emulator.protocol.keyring import Account, Keyring
from emulator.store import FILE, LedgerLine, Store


def folder(profile: Profile, state: Path | None = None) -> Path:
    """The state folder: the one asked for, else the profile's own in the user's state directory."""
    if state is not None:
        return state
    return platformdirs.user_state_path("ds-handset") / profile.name


def known(
    profile: Profile, state: Path | None = None
) -> tuple[tuple[Account, ...], dict[str, list[LedgerLine]]]:
    """The accounts with what the store holds of them, and their ledgers.

    An account that the store has never seen is as the profile has it.
    """
    place = folder(profile, state)
    if not (place / FILE).exists():
        return profile.accounts, {account.name: [] for account in profile.accounts}
    with Store(place, read_only=True) as store:
        ledgers = {account.name: store.ledger(account.name) for account in profile.accounts}
        accounts = tuple(
            _filled(store, account, bool(ledgers[account.name])) for account in profile.accounts
        )
    return accounts, ledgers


def keyring(profile: Profile, state: Path | None = None) -> Keyring:
    """The accounts with what the store holds of them."""
    return Keyring(known(profile, state)[0])


def _filled(store: Store, account: Account, nonces: bool) -> Account:
    """What the store holds; the profile's nonces as long as it has none of that account."""
    if not store.revision(account.name, "server_secret"):
        return account
    held = store.fill(account)
    if nonces:
        return held
    return msgspec.structs.replace(
        held, client_nonce=account.client_nonce, server_nonce=account.server_nonce
    )
