"""A profile's state for the verbs: `holdings`, with what is wrong as the end of the command."""

from pathlib import Path

from emulator import holdings
from emulator.holdings import folder
from emulator.profiles import Profile
from emulator.protocol.keyring import Account
from emulator.store import LedgerLine, StoreError
from emulator.verbs.exits import Failure

__all__ = ["folder", "known"]


def known(
    profile: Profile, state: Path | None
) -> tuple[tuple[Account, ...], dict[str, list[LedgerLine]]]:
    """What the store holds of the accounts, and their ledgers. Raises Failure."""
    try:
        return holdings.known(profile, state)
    except StoreError as wrong:
        raise Failure(str(wrong)) from wrong
