"""The handset's memory: accounts' secrets and nonces with their ledger, used ids, items, anchors.

SQLite with a write-ahead log and full synchronisation: what `keep` has returned from survives a
power cut. Secrets lie there sealed (`sealing.py`). One process per state folder. Decides nothing; `protocol` says what to keep.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

import msgspec

from emulator.database import Database, StoreError
from emulator.protocol import effects
from emulator.protocol.effects import Change, ItemState, SetNonce, Snapshot, StoredItem
from emulator.protocol.keyring import Account, Opening, Replacement
from emulator.protocol.policy import Encoding
from emulator.sealing import SealError, Sealing

__all__ = ["FILE", "STALE", "LedgerLine", "Store", "StoreError"]

FILE = "handset.db"
_FROM_PROFILE = "profile/"
"""Before the kind of a secret: its value in the profile, as it was taken in last."""
_SCHEMA = 2

_TABLES = """
CREATE TABLE IF NOT EXISTS secret (
    account TEXT, kind TEXT, revision INTEGER, sealed BLOB, PRIMARY KEY (account, kind, revision));
CREATE TABLE IF NOT EXISTS proposed (account TEXT PRIMARY KEY, sealed BLOB);
CREATE TABLE IF NOT EXISTS nonce (
    account TEXT, slot TEXT, nonce BLOB, PRIMARY KEY (account, slot));
CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY, account TEXT, slot TEXT, nonce BLOB, previous BLOB, at REAL, reason TEXT);
CREATE TABLE IF NOT EXISTS opening (
    id INTEGER PRIMARY KEY, account TEXT, session_id INTEGER, at REAL, used_up INTEGER);
CREATE TABLE IF NOT EXISTS pin (account TEXT PRIMARY KEY, encoding TEXT);
CREATE TABLE IF NOT EXISTS anchor (
    account TEXT, store TEXT, own TEXT, peer TEXT, PRIMARY KEY (account, store));
CREATE TABLE IF NOT EXISTS item (
    account TEXT, store TEXT, luid TEXT, type TEXT, octets BLOB, state TEXT, guid TEXT, map_due INTEGER,
    PRIMARY KEY (account, store, luid));
CREATE TABLE IF NOT EXISTS counter (
    account TEXT, store TEXT, next INTEGER, PRIMARY KEY (account, store));
"""


STALE = "made stale by hand"
"""The reason of a ledger line by which a person made a nonce stale."""


class LedgerLine(msgspec.Struct, frozen=True):
    """One change of a nonce. `nonce` None: the slot was emptied."""

    account: str
    slot: str
    nonce: bytes | None
    previous: bytes | None
    at: float
    reason: str


class Store:
    """A state folder, open and locked. Use as a context manager, or call `close`."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self._lock: IO[str] | None = None
        try:
            if not read_only:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._lock = _locked(folder)
            if read_only and not (folder / FILE).exists():
                raise StoreError(f"{folder}: there is no handset state here yet")
            self._seals = Sealing(folder, read_only)
            self._db = _database(folder / FILE, read_only)
            self._filled: tuple[int, dict[Account, Account]] = (0, {})
            """What `fill` has found since so many rows had been changed; nobody else writes."""
        except OSError as wrong:
            self._unlock()
            raise StoreError(f"{folder}: the state folder cannot be used: {wrong}") from wrong
        except SealError as wrong:
            self._unlock()
            raise StoreError(str(wrong)) from None
        except StoreError:
            self._unlock()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    # Accounts

    def adopt(self, account: Account) -> None:
        """Takes an account of the profile in: its secrets and nonces are first values.

        A secret that was edited in the profile since is a new one. A new server secret empties the
        list of used ids and the pinned encoding (decision 4).
        """
        with self._db.transaction():
            if self._take_in(account.name, "server_secret", account.server_secret):
                self._forget_uses(account.name)
            self._take_in(account.name, "password", account.password)
            for slot, nonce in (("client", account.client_nonce), ("server", account.server_nonce)):
                known = self._db.row(
                    tuple[int],
                    "SELECT 1 FROM ledger WHERE account = ? AND slot = ?",
                    (account.name, slot),
                )
                if nonce is not None and known is None:
                    self._set_nonce(account.name, slot, nonce, 0.0, "first value, from the profile")

    def propose(self, account: str, new: Replacement) -> None:
        """Writes new credentials down, sealed; they count once `enforce` is called.

        What an earlier proposal gave and this one leaves as it is comes from the earlier one.
        """
        with self._db.transaction():
            if (earlier := self._proposal(account)) is not None:
                kept = {
                    field: getattr(earlier, field)
                    for field in ("server_nonce", "client_nonce", "password")
                    if getattr(new, field) is None
                }
                new = msgspec.structs.replace(new, **kept)
            sealed = self._seals.sealed(f"{account}/proposed", msgspec.json.encode(new))
            self._db.execute("INSERT OR REPLACE INTO proposed VALUES (?, ?)", (account, sealed))

    def enforce(self, account: str, at: float) -> tuple[str, tuple[SetNonce, ...]] | None:
        """Puts proposed credentials in force, in one transaction; None when there are none.

        The candidate, the used ids and the pinned encoding go with the old secret; that stays, as
        an earlier revision, for explanations only (decision 14). Returns the reason and the changes of nonces.
        """
        with self._db.transaction():
            new = self._proposal(account)
            if new is None:
                return None
            self._seal(account, "server_secret", new.server_secret)
            if new.password is not None:
                self._seal(account, "password", new.password)
            self._forget_uses(account)
            changes = tuple(
                SetNonce(account, slot, nonce, new.reason)
                for slot, nonce in self._replaced(account, new)
            )
            for change in changes:
                self._set_nonce(account, change.slot, change.nonce, at, change.reason)
            self._db.execute("DELETE FROM proposed WHERE account = ?", (account,))
        return new.reason, changes

    def _replaced(
        self, account: str, new: Replacement
    ) -> Iterator[tuple[Literal["client", "server", "candidate"], bytes | None]]:
        if new.client_nonce is not None:
            yield "client", new.client_nonce
        if new.server_nonce is not None:
            yield "server", new.server_nonce
        held = "SELECT 1 FROM nonce WHERE account = ? AND slot = 'candidate'"
        if self._db.row(tuple[int], held, (account,)):
            yield "candidate", None

    def _proposal(self, account: str) -> Replacement | None:
        row = self._db.row(
            tuple[bytes], "SELECT sealed FROM proposed WHERE account = ?", (account,)
        )
        if row is None:
            return None
        return msgspec.json.decode(self._opened(f"{account}/proposed", row[0]), type=Replacement)

    def _forget_uses(self, account: str) -> None:
        self._db.execute("DELETE FROM opening WHERE account = ?", (account,))
        self._db.execute("DELETE FROM pin WHERE account = ?", (account,))

    def fill(self, account: Account) -> Account:
        """The account with what the store knows of it: secrets, nonces, used ids, earlier secrets."""
        if self._lock is None:
            return self._fill(account)  # another process may write
        changes = self._db.changes
        if changes != self._filled[0]:
            self._filled = (changes, {})
        known = self._filled[1]
        if account not in known:
            known[account] = self._fill(account)
        return known[account]

    def _fill(self, account: Account) -> Account:
        name = account.name
        secret = self._in_force(name, "server_secret", account.server_secret)
        slots = dict(
            self._db.rows(
                tuple[str, bytes], "SELECT slot, nonce FROM nonce WHERE account = ?", (name,)
            )
        )
        openings = self._db.rows(
            tuple[int, float, int],
            "SELECT session_id, at, used_up FROM opening WHERE account = ? ORDER BY id",
            (name,),
        )
        pin = self._db.row(tuple[Encoding], "SELECT encoding FROM pin WHERE account = ?", (name,))
        current = slots.get("server")
        previous: dict[bytes, None] = {}
        for (nonce,) in self._db.rows(
            tuple[bytes | None],
            "SELECT nonce FROM ledger WHERE account = ? AND slot = 'server' ORDER BY id DESC",
            (name,),
        ):
            if nonce is not None and nonce != current:
                previous.setdefault(nonce)
        earlier = [s for s in self._unseal(name, "server_secret") if s != secret]
        return msgspec.structs.replace(
            account,
            server_secret=secret,
            password=self._in_force(name, "password", account.password),
            client_nonce=slots.get("client"),
            server_nonce=current,
            candidate=slots.get("candidate"),
            pinned=pin[0] if pin else "",
            openings=tuple(Opening(i, at, bool(used)) for i, at, used in openings),
            previous_nonces=tuple(previous),
            previous_secrets=tuple(dict.fromkeys(earlier)),
        )

    def ledger(self, account: str) -> list[LedgerLine]:
        """Every change of the account's nonces, oldest first."""
        rows = self._db.rows(
            tuple[str, str, bytes | None, bytes | None, float, str],
            "SELECT account, slot, nonce, previous, at, reason FROM ledger "
            "WHERE account = ? ORDER BY id",
            (account,),
        )
        return [LedgerLine(*row) for row in rows]

    def before_stale(self, account: str) -> bytes | None:
        """The server nonce that was there before a person made it stale; None where nobody has, and
        where another one has come since."""
        before = None
        for line in reversed(self.ledger(account)):
            if line.slot == "server":
                if line.reason != STALE:
                    break
                before = line.previous
        return before

    def revision(self, account: str, kind: str) -> int:
        """The revision of a secret, counted from 1; 0 when there is none."""
        row = self._db.row(
            tuple[int | None],
            "SELECT max(revision) FROM secret WHERE account = ? AND kind = ?",
            (account, kind),
        )
        return (row and row[0]) or 0

    # Datastores

    def load(self, account: str, stores: Iterable[str]) -> tuple[Snapshot, ...]:
        """The datastores as they stand."""
        return tuple(self._snapshot(account, store) for store in stores)

    def _snapshot(self, account: str, store: str) -> Snapshot:
        anchor = self._db.row(
            tuple[str, str],
            "SELECT own, peer FROM anchor WHERE account = ? AND store = ?",
            (account, store),
        ) or ("", "")
        rows = self._db.rows(
            tuple[str, str, bytes, ItemState, str, int],
            "SELECT luid, type, octets, state, guid, map_due FROM item "
            "WHERE account = ? AND store = ? ORDER BY rowid",
            (account, store),
        )
        items = tuple(
            StoredItem(luid, kind, octets, state, guid, bool(due))
            for luid, kind, octets, state, guid, due in rows
        )
        return Snapshot(store, anchor[0], anchor[1], items, self._next_luid(account, store))

    def _next_luid(self, account: str, store: str) -> int:
        row = self._db.row(
            tuple[int],
            "SELECT next FROM counter WHERE account = ? AND store = ?",
            (account, store),
        )
        return row[0] if row else 1

    def add_item(self, account: str, store: str, type_: str, octets: bytes) -> str:
        """An item that the phone's owner makes; its new LUID."""
        with self._db.transaction():
            luid = str(self._next_luid(account, store))
            self._put_item(account, store, luid, type_, octets, "", "added")
        return luid

    def change_item(self, account: str, store: str, luid: str, octets: bytes) -> None:
        """The owner edits an item: a Replace in the next session, if a server has it already.

        Raises KeyError for a LUID that names nothing.
        """
        state = "added" if self._state(account, store, luid) == "added" else "changed"
        with self._db.transaction():
            self._db.execute(
                "UPDATE item SET octets = ?, state = ? WHERE account = ? AND store = ? AND luid = ?",
                (octets, state, account, store, luid),
            )

    def remove_item(self, account: str, store: str, luid: str) -> None:
        """The owner deletes an item: a Delete in the next session, if a server has it already.

        Raises KeyError for a LUID that names nothing.
        """
        change = "UPDATE item SET state = 'deleted'"
        if self._state(account, store, luid) == "added":
            change = "DELETE FROM item"
        with self._db.transaction():
            where = "WHERE account = ? AND store = ? AND luid = ?"
            self._db.execute(f"{change} {where}", (account, store, luid))

    def _state(self, account: str, store: str, luid: str) -> str:
        row = self._db.row(
            tuple[ItemState],
            "SELECT state FROM item WHERE account = ? AND store = ? AND luid = ?",
            (account, store, luid),
        )
        if row is None or row[0] == "deleted":
            raise KeyError(luid)
        return row[0]

    # Changes

    def keep(self, changes: Iterable[Change], at: float) -> None:
        """Commits all changes in one transaction; on disk when this returns."""
        with self._db.transaction():
            for change in changes:
                self._apply(change, at)

    def _apply(self, change: Change, at: float) -> None:
        name = change.account
        match change:
            case effects.SetNonce():
                self._set_nonce(name, change.slot, change.nonce, at, change.reason)
            case effects.OpenedWith():
                self._db.execute(
                    "INSERT INTO opening (account, session_id, at, used_up) VALUES (?, ?, ?, 0)",
                    (name, change.session_id, change.at),
                )
            case effects.UsedUp():
                self._db.execute(
                    "UPDATE opening SET used_up = 1 WHERE account = ? AND session_id = ?",
                    (name, change.session_id),
                )
            case effects.PinEncoding():
                self._db.execute(
                    "INSERT OR REPLACE INTO pin VALUES (?, ?)", (name, change.encoding)
                )
            case effects.SetAnchors():
                self._db.execute(
                    "INSERT OR REPLACE INTO anchor VALUES (?, ?, ?, ?)",
                    (name, change.store, change.own, change.peer),
                )
            case effects.PutItem():
                self._put_item(
                    name,
                    change.store,
                    change.luid,
                    change.type,
                    change.octets,
                    change.guid,
                    "synced",
                )
            case effects.DropItem():
                self._db.execute(
                    "DELETE FROM item WHERE account = ? AND store = ? AND luid = ?",
                    (name, change.store, change.luid),
                )
            case effects.ItemSynced():
                self._db.execute(
                    "UPDATE item SET state = 'synced' WHERE account = ? AND store = ? AND luid = ?",
                    (name, change.store, change.luid),
                )
            case effects.ItemNotTaken():
                self._db.execute(
                    "UPDATE item SET state = 'added' "
                    "WHERE account = ? AND store = ? AND luid = ? AND state = 'synced'",
                    (name, change.store, change.luid),
                )
            case effects.MapsSent():
                self._db.execute_each(
                    "UPDATE item SET map_due = 0 WHERE account = ? AND store = ? AND luid = ?",
                    [(name, change.store, luid) for luid in change.luids],
                )
            case _:
                raise TypeError(f"the store does not know {type(change).__name__}")

    def unpin(self, account: str) -> None:
        """Forgets the pinned encoding of the SessionID."""
        with self._db.transaction():
            self._db.execute("DELETE FROM pin WHERE account = ?", (account,))

    def _set_nonce(
        self, account: str, slot: str, nonce: bytes | None, at: float, reason: str
    ) -> None:
        row = self._db.row(
            tuple[bytes], "SELECT nonce FROM nonce WHERE account = ? AND slot = ?", (account, slot)
        )
        if nonce is None:
            self._db.execute("DELETE FROM nonce WHERE account = ? AND slot = ?", (account, slot))
        else:
            self._db.execute(
                "INSERT OR REPLACE INTO nonce VALUES (?, ?, ?)", (account, slot, nonce)
            )
        self._db.execute(
            "INSERT INTO ledger (account, slot, nonce, previous, at, reason) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (account, slot, nonce, row[0] if row else None, at, reason),
        )

    def _put_item(
        self, account: str, store: str, luid: str, type_: str, octets: bytes, guid: str, state: str
    ) -> None:
        due = int(bool(guid))
        if not guid:
            row = self._db.row(
                tuple[str, int],
                "SELECT guid, map_due FROM item WHERE account = ? AND store = ? AND luid = ?",
                (account, store, luid),
            )
            guid, due = row or ("", 0)
        self._db.execute(
            "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (account, store, luid, type_, octets, state, guid, due),
        )
        # Ours are short; a longer one would not fit into the counter.
        number = int(luid) + 1 if luid.isascii() and luid.isdigit() and len(luid) < 16 else 0
        following = max(self._next_luid(account, store), number)
        self._db.execute(
            "INSERT OR REPLACE INTO counter VALUES (?, ?, ?)", (account, store, following)
        )

    # Secrets

    def _seal(self, account: str, kind: str, value: str) -> bool:
        """Stores a secret as a new revision if it differs from the last; True when one was replaced."""
        known = self._unseal(account, kind)
        if known and known[0] == value:
            return False
        revision = self.revision(account, kind) + 1
        sealed = self._seals.sealed(f"{account}/{kind}/{revision}", value.encode())
        self._db.execute(
            "INSERT INTO secret VALUES (?, ?, ?, ?)", (account, kind, revision, sealed)
        )
        return bool(known)

    def _take_in(self, account: str, kind: str, value: str) -> bool:
        """A secret of the profile: a new revision if it is not the one that the profile had before."""
        seen = self._seen(account, kind)
        self._seal(account, _FROM_PROFILE + kind, value)
        if seen == value:
            return False
        return self._seal(account, kind, value)

    def _seen(self, account: str, kind: str) -> str | None:
        """What the profile had when it was taken in last; older stores kept that alone."""
        known = self._unseal(account, _FROM_PROFILE + kind) or self._unseal(account, kind)
        return known[0] if known else None

    def _in_force(self, account: str, kind: str, in_profile: str) -> str:
        """The newest of the store; the profile's own if that was edited and not taken in yet."""
        if self._seen(account, kind) != in_profile:
            return in_profile
        return self._unseal(account, kind)[0]

    def _unseal(self, account: str, kind: str) -> list[str]:
        """All revisions of a secret, newest first."""
        rows = self._db.rows(
            tuple[int, bytes],
            "SELECT revision, sealed FROM secret WHERE account = ? AND kind = ? "
            "ORDER BY revision DESC",
            (account, kind),
        )
        return [
            self._opened(f"{account}/{kind}/{revision}", sealed).decode()
            for revision, sealed in rows
        ]

    def _opened(self, label: str, sealed: bytes) -> bytes:
        try:
            return self._seals.opened(label, sealed)
        except SealError as wrong:
            raise StoreError(f"{self.folder}: {wrong}") from None


def _locked(folder: Path) -> IO[str]:
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        owner = lock.read().strip() or "another process"
        lock.close()
        raise StoreError(
            f"{folder}: another handset uses this state folder (process {owner}); "
            "stop it, or choose another folder with --state"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _database(path: Path, read_only: bool) -> Database:
    db = Database(path, read_only)
    try:
        (version,) = db.row(tuple[int], "PRAGMA user_version") or (0,)
        if version > _SCHEMA:
            raise StoreError(f"{path}: written by a newer version of this tool (format {version})")
        if not read_only and version < _SCHEMA:
            db.script(f"BEGIN; {_TABLES} PRAGMA user_version = {_SCHEMA}; COMMIT;")
    except StoreError:
        db.close()
        raise
    return db
