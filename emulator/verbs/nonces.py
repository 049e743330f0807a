"""`handset nonces`: what the store holds, with its ledger; changing it for a test."""

import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from emulator import enrolment, profiles
from emulator.profiles import Profile
from emulator.protocol.effects import SetNonce
from emulator.protocol.keyring import Account
from emulator.store import STALE, LedgerLine, Store, StoreError
from emulator.verbs import state
from emulator.verbs.exits import Failure

Slot = Literal["client", "server", "candidate"]


def opened(profile: Profile, folder: Path) -> Store:
    """The store with the profile's accounts in it, to change it."""
    try:
        store = Store(folder)
        for account in profile.accounts:
            store.enforce(account.name, time.time())
            store.adopt(account)
    except StoreError as wrong:
        raise Failure(str(wrong)) from wrong
    return store


def chosen(profile: str, accounts: tuple[Account, ...], name: str) -> tuple[Account, ...]:
    """The account of that name, or all."""
    if not accounts:
        raise Failure(f"{profile}: the profile has no account")
    found = tuple(a for a in accounts if name in ("", a.name))
    if not found:
        raise Failure(f"--account {name}: the profile has {', '.join(a.name for a in accounts)}")
    return found


def show(name: str, folder: Path | None, account: str, as_json: bool) -> None:
    """The nonces of every account (or of one), and the ledger: when, what, instead of what, why."""
    accounts, ledgers = _known(name, folder, account)
    if as_json:
        print(msgspec.json.encode([_as_json(a, ledgers[a.name]) for a in accounts]).decode())
        return
    for each in accounts:
        _print(each, ledgers[each.name])


def _known(
    name: str, folder: Path | None, account: str = ""
) -> tuple[tuple[Account, ...], dict[str, list[LedgerLine]]]:
    accounts, ledgers = state.known(profiles.load(name), folder)
    return chosen(name, accounts, account), ledgers


def _print(account: Account, ledger: list[LedgerLine]) -> None:
    print(f"account {account.name}, server {account.server_id}")
    for slot, nonce in (
        ("client nonce", account.client_nonce),
        ("server nonce", account.server_nonce),
        ("candidate", account.candidate),
    ):
        print(f"  {slot:14} {text(nonce)}")
    print(f"  {'pinned':14} {account.pinned or '-'}")
    used = [f"{o.session_id:04X}" for o in account.openings if o.used_up]
    print(f"  {'used ids':14} {', '.join(used) or '-'}")
    print("  ledger")
    for line in ledger:
        at = _time(line.at)
        print(f"    {at}  {line.slot:9} {text(line.previous)} -> {text(line.nonce)}")
        print(f"    {'':20} {line.reason}")


def _as_json(account: Account, ledger: list[LedgerLine]) -> dict[str, object]:
    def hexed(nonce: bytes | None) -> str | None:
        return None if nonce is None else nonce.hex()

    return {
        "account": account.name,
        "server_id": account.server_id,
        "client": hexed(account.client_nonce),
        "server": hexed(account.server_nonce),
        "candidate": hexed(account.candidate),
        "pinned": account.pinned or None,
        "used_ids": [o.session_id for o in account.openings if o.used_up],
        "ledger": [
            {
                "slot": line.slot,
                "nonce": hexed(line.nonce),
                "previous": hexed(line.previous),
                "at": line.at,
                "reason": line.reason,
            }
            for line in ledger
        ],
    }


def text(nonce: bytes | None) -> str:
    return "-" if nonce is None else nonce.hex() or "(empty)"


def _time(at: float) -> str:
    return (
        datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if at
        else "from the profile    "
    )


def change(
    name: str,
    folder: Path | None,
    account: str,
    action: Literal["set", "forget", "stale", "unpin"],
    slot: Slot = "server",
    nonce_hex: str | None = None,
) -> None:
    """Sets, forgets or spoils a nonce, or unpins the encoding of the SessionID; with a ledger line."""
    profile = profiles.load(name)
    one = chosen(name, profile.accounts, account)[0]
    wanted = given(nonce_hex) if action == "set" else None
    with opened(profile, state.folder(profile, folder)) as store:
        if action == "unpin":
            store.unpin(one.name)
            print(f"{one.name}: no encoding of the SessionID is pinned any more")
            return
        nonce = secrets.token_bytes(16) if action == "stale" else wanted
        held = store.fill(one)
        slots = {
            "client": held.client_nonce,
            "server": held.server_nonce,
            "candidate": held.candidate,
        }
        if nonce is None and slots[slot] is None:
            print(f"{one.name}: there is no {slot} nonce to forget")
            return
        reason = STALE if action == "stale" else f"by hand: {action}"
        store.keep((SetNonce(one.name, slot, nonce, reason),), time.time())
        print(f"{one.name}: {slot} nonce is {text(nonce)}")


def given(nonce_hex: str | None) -> bytes:
    if nonce_hex is None:
        raise Failure('set needs the nonce in hex; "" for an empty one')
    try:
        return bytes.fromhex(nonce_hex)
    except ValueError:
        raise Failure(f"{nonce_hex!r} is not hex") from None


def sheet(name: str, folder: Path | None, account_name: str, show_secrets: bool) -> None:
    """What to enter at the server, so that it knows this device."""
    profile = profiles.load(name)
    accounts, _ = _known(name, folder, account_name)
    for account in accounts:
        for row in enrolment.rows(profile.device, account):
            print(f"{row.label:15} {row.shown(show_secrets, '(secret; --show-secrets)')}")
