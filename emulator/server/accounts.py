"""Where accounts come from and where commits go: a TOML file, a JSON state file, the demo's own.

Shell. The accounts file gives first values; what the state file holds of an account goes before it.
"""

import contextlib
import difflib
import os
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from emulator.server.datastore import Desk
from emulator.server.state import (
    Account,
    KeepAccount,
    KeepStore,
    Outstanding,
    Scheme,
    ServerState,
    Store,
    kept,
)

CARDS = (
    ("Lindqvist", "Maja", "+46 8 555 0101"),
    ("Okafor", "Chidi", "+44 20 7946 0102"),
    ("Tanaka", "Reiko", "+81 3 5550 0103"),
)


class AccountsError(ValueError):
    """An accounts file that cannot be used: file, key and what is wrong."""


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account as people write it."""

    device_id: str
    user: str
    password: str
    server_id: str
    server_secret: str
    client_nonce_hex: str = ""
    server_nonce_hex: str = ""
    scheme: Scheme = "md5"
    authenticates: bool = True


class Entry(NewAccount, frozen=True, forbid_unknown_fields=True):
    """One `[[account]]` of the accounts file. `contacts`: vCard files, from the file's folder."""

    contacts: tuple[str, ...] = ()


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: tuple[Entry, ...]


class Kept(msgspec.Struct, frozen=True):
    """What the state file holds."""

    accounts: dict[str, Account] = {}
    stores: dict[str, dict[str, Store]] = {}
    outstanding: tuple[Outstanding, ...] = ()


def vcard(family: str, given: str, phone: str) -> bytes:
    """A vCard 2.1."""
    lines = (
        "BEGIN:VCARD",
        "VERSION:2.1",
        f"N:{family};{given}",
        f"FN:{given} {family}",
        f"TEL;CELL:{phone}",
        "END:VCARD",
        "",
    )
    return "\r\n".join(lines).encode()


def store(cards: Iterable[bytes], name: str = "contacts") -> Store:
    """A datastore with these items and no device that knows them."""
    desk = Desk(Store(name))
    for card in cards:
        desk.put("", "text/x-vcard", card)
    return desk.store


def with_account(state: ServerState, account: Account, cards: Iterable[bytes] = ()) -> ServerState:
    """The state with one more account and its contacts."""
    return kept(state, (KeepAccount(account), KeepStore(account.device_id, store(cards))))


def demo() -> ServerState:
    """The demo's account: alice, no nonces yet, a few contacts."""
    account = Account(
        device_id="IMEI:490000000000017",
        user="alice",
        password="wonderland",
        server_id="ds.example.com",
        server_secret="srv-secret-1",
    )
    return with_account(ServerState(), account, (vcard(*card) for card in CARDS))


def load(path: Path) -> ServerState:
    """The accounts of a TOML file. Raises AccountsError, with file and key, and OSError."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise AccountsError(f"{path}: {wrong}") from None
    _known(path, values)
    try:
        file = msgspec.convert(values, File)
    except msgspec.ValidationError as wrong:
        raise AccountsError(f"{path}: {wrong}") from None
    state = ServerState()
    for number, entry in enumerate(file.account, 1):
        where = f"{path}: account {number}"
        if entry.device_id in state.accounts:
            raise AccountsError(f"{where}: device_id: {entry.device_id} is there twice")
        try:
            account = account_of(entry)
        except ValueError as wrong:
            raise AccountsError(f"{where}: {wrong}") from None
        state = with_account(state, account, _cards(where, path, entry))
    return state


def _known(path: Path, values: dict[str, object]) -> None:
    """Unknown keys, with what was probably meant; everything else is left to the conversion."""
    entries = values.get("account")
    tables = [("", values, File), *(
        (f"account {n}: ", entry, Entry)
        for n, entry in enumerate(entries if isinstance(entries, list) else (), 1)
        if isinstance(entry, dict)
    )]  # fmt: skip
    for where, table, cls in tables:
        allowed = cls.__struct_fields__
        for key in table:
            if key not in allowed:
                close = difflib.get_close_matches(key, allowed, 1)
                hint = f"did you mean {close[0]}?" if close else f"allowed: {', '.join(allowed)}"
                raise AccountsError(f"{path}: {where}unknown key {key}; {hint}")


def account_of(new: NewAccount) -> Account:
    """Raises ValueError, with the key."""
    values = {name: getattr(new, name) for name in NewAccount.__struct_fields__}
    for nonce in ("client_nonce", "server_nonce"):
        try:
            values[nonce] = bytes.fromhex(values.pop(f"{nonce}_hex"))
        except ValueError:
            raise ValueError(f"{nonce}_hex: hex digits wanted") from None
    return Account(**values)


def _cards(where: str, path: Path, entry: Entry) -> list[bytes]:
    try:
        return [(path.parent / name).read_bytes() for name in entry.contacts]
    except OSError as wrong:
        raise AccountsError(f"{where}: contacts: {wrong}") from None


class StateFile:
    """A JSON file that holds all but the sessions; replaced as a whole, so never half written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def into(self, state: ServerState) -> ServerState:
        """The state with what the file holds put over it. Raises AccountsError."""
        try:
            held = msgspec.json.decode(self.path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return state
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            raise AccountsError(f"{self.path}: {wrong}") from None
        return msgspec.structs.replace(
            state,
            accounts={**state.accounts, **held.accounts},
            stores={**state.stores, **held.stores},
            outstanding=held.outstanding,
        )

    def keep(self, state: ServerState) -> None:
        """Writes the file anew and returns when it is on the disk."""
        held = Kept(
            dict(state.accounts),
            {device: dict(stores) for device, stores in state.stores.items()},
            state.outstanding,
        )
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=self.path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(held)))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
