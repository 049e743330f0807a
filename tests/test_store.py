"""The store: what `keep` returned from is there, secrets are sealed, one process per folder."""

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from emulator.protocol.effects import (
    DropItem,
    ItemSynced,
    MapsSent,
    OpenedWith,
    PinEncoding,
    PutItem,
    SetAnchors,
    SetNonce,
    Snapshot,
    StoredItem,
    UsedUp,
)
from emulator.protocol.keyring import Account, Opening, Replacement
from emulator.sealing import KEY_FILE_VARIABLE, KEY_VARIABLE
from emulator.store import STALE, Store, StoreError

SECRETS = ("server-secret-of-the-account", "password-of-the-user")
ACCOUNT = Account(
    "account",
    server_id="ds.example.com",
    server_secret=SECRETS[0],
    user="alice",
    password=SECRETS[1],
    client_nonce=b"client 0",
    server_nonce=b"server 0",
)
CARD = b"BEGIN:VCARD\r\nEND:VCARD\r\n"
KEY = "ab" * 32


@pytest.fixture(autouse=True)
def no_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_FILE_VARIABLE, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store(folder) as opened:
        opened.adopt(ACCOUNT)
        yield opened


def _again(folder: Path, account: Account = ACCOUNT) -> Account:
    """The account as a new process finds it."""
    with Store(folder) as store:
        store.adopt(account)
        return store.fill(account)


def _other(**changes: object) -> Account:
    return msgspec.structs.replace(ACCOUNT, **changes)


# Nonces and their ledger


def test_the_first_values_come_from_the_profile(store: Store) -> None:
    filled = store.fill(ACCOUNT)
    assert (filled.client_nonce, filled.server_nonce) == (b"client 0", b"server 0")
    assert filled.candidate is None
    reasons = [(line.slot, line.previous, line.reason) for line in store.ledger("account")]
    words = "first value, from the profile"
    assert reasons == [("client", None, words), ("server", None, words)]


def test_a_profile_gives_first_values_only_once(store: Store, folder: Path) -> None:
    store.keep((SetNonce("account", "server", b"server 1", "issued"),), 5.0)
    store.keep((SetNonce("account", "client", None, "by hand"),), 6.0)
    store.close()
    filled = _again(folder, _other(client_nonce=b"other", server_nonce=b"other"))
    assert (filled.client_nonce, filled.server_nonce) == (None, b"server 1")


@pytest.mark.parametrize("nonce", [None, b"", b"\0nonce\xff"])
def test_no_nonce_and_an_empty_one_are_not_the_same(store: Store, nonce: bytes | None) -> None:
    store.keep((SetNonce("account", "candidate", nonce, "issued"),), 5.0)
    assert store.fill(ACCOUNT).candidate == nonce


def test_a_nonce_that_the_profile_has_not_stays_unknown(folder: Path) -> None:
    assert _again(folder, Account("fresh")).server_nonce is None


def test_the_ledger_says_what_when_instead_of_what_and_why(store: Store, folder: Path) -> None:
    store.keep((SetNonce("account", "server", b"server 1", "step 6"),), 7.5)
    store.keep((SetNonce("account", "server", None, "by hand: forget"),), 8.0)
    store.close()
    with Store(folder) as again:
        first, second = again.ledger("account")[2:]
    assert (first.nonce, first.previous, first.at) == (b"server 1", b"server 0", 7.5)
    assert (second.nonce, second.previous, second.reason) == (
        None,
        b"server 1",
        "by hand: forget",
    )


def test_what_was_there_before_it_was_made_stale_by_hand(store: Store) -> None:
    assert store.before_stale("account") is None
    for at in (7.0, 8.0):  # twice in a row is once
        store.keep((SetNonce("account", "server", bytes([int(at)] * 16), STALE),), at)
        store.keep((SetNonce("account", "client", b"client 1", "another slot"),), at)
        assert store.before_stale("account") == b"server 0"
    store.keep((SetNonce("account", "server", b"server 1", "step 6"),), 9.0)
    assert store.before_stale("account") is None


def test_previous_nonces_are_newest_first_and_each_once(store: Store) -> None:
    for at, nonce in enumerate((b"1", b"2", b"1", b"3", b"4", b"3"), 1):
        store.keep((SetNonce("account", "server", nonce, "test"),), at)
    assert store.fill(ACCOUNT).previous_nonces == (b"4", b"1", b"2", b"server 0")


def test_all_of_one_keep_or_nothing(store: Store, folder: Path) -> None:
    unknown = msgspec.defstruct("Unknown", [("account", str)])("account")
    with pytest.raises(TypeError, match="Unknown"):
        store.keep((SetNonce("account", "server", b"server 1", "test"), unknown), 5.0)
    store.close()
    assert _again(folder).server_nonce == b"server 0"


def test_accounts_do_not_share_anything(store: Store) -> None:
    other = _other(name="other", client_nonce=None, server_nonce=None)
    store.adopt(other)
    store.keep((OpenedWith("account", 7, 1.0), PinEncoding("account", "raw16_be")), 1.0)
    filled = store.fill(other)
    assert (filled.client_nonce, filled.server_nonce, filled.openings) == (None, None, ())
    assert (filled.pinned, filled.previous_secrets) == ("", ())


# Used ids and the pinned encoding


def test_openings_and_used_ids_outlive_the_process(store: Store, folder: Path) -> None:
    store.keep((OpenedWith("account", 0x4A7C, 1.5), OpenedWith("account", 7, 2.5)), 2.5)
    store.keep((UsedUp("account", 7), PinEncoding("account", "hex_text_upper")), 3.0)
    store.close()
    filled = _again(folder)
    assert filled.openings == (Opening(0x4A7C, 1.5, False), Opening(7, 2.5, True))
    assert filled.pinned == "hex_text_upper"


def test_an_id_that_opened_twice_is_used_up_as_a_whole(store: Store) -> None:
    store.keep((OpenedWith("account", 7, 1.0), OpenedWith("account", 7, 2.0)), 2.0)
    store.keep((UsedUp("account", 7),), 3.0)
    assert all(opening.used_up for opening in store.fill(ACCOUNT).openings)


def test_decision_4_a_changed_server_secret_empties_used_ids_and_pin(
    store: Store, folder: Path
) -> None:
    store.keep((OpenedWith("account", 7, 1.0), PinEncoding("account", "raw16_be")), 1.0)
    store.close()
    changed = _other(server_secret="a new one")
    filled = _again(folder, changed)
    assert (filled.openings, filled.pinned) == ((), "")
    assert filled.previous_secrets == (SECRETS[0],)
    assert filled.server_nonce == b"server 0"


def test_a_changed_password_leaves_used_ids(store: Store, folder: Path) -> None:
    store.keep((OpenedWith("account", 7, 1.0),), 1.0)
    store.close()
    assert _again(folder, _other(password="a new one")).openings


NEW = Replacement("AuthSecret replaced", "the secret of the DM server")


def test_decision_14_one_transaction_replaces_the_secret(store: Store, folder: Path) -> None:
    store.keep(
        (
            OpenedWith("account", 7, 1.0),
            PinEncoding("account", "raw16_be"),
            SetNonce("account", "candidate", b"on its way", "sent"),
        ),
        1.0,
    )
    store.propose("account", NEW)
    before = store.fill(ACCOUNT)
    assert (before.server_secret, before.candidate) == (SECRETS[0], b"on its way")

    assert store.enforce("account", 5.0) == (
        NEW.reason,
        (SetNonce("account", "candidate", None, NEW.reason),),
    )
    after = store.fill(ACCOUNT)
    assert (after.server_secret, after.previous_secrets) == (NEW.server_secret, (SECRETS[0],))
    assert (after.candidate, after.openings, after.pinned) == (None, (), "")
    assert after.server_nonce == b"server 0", "unchanged without AAuthData"
    assert store.enforce("account", 6.0) is None
    store.close()
    assert _again(folder).server_secret == NEW.server_secret, "the profile's was a first value"
    assert _again(folder, _other(server_secret="edited")).server_secret == "edited"


def test_decision_14_aauthdata_is_the_new_server_nonce(store: Store) -> None:
    store.propose("account", msgspec.structs.replace(NEW, server_nonce=b"aauthdata"))
    store.enforce("account", 5.0)
    filled = store.fill(ACCOUNT)
    assert (filled.server_nonce, filled.client_nonce) == (b"aauthdata", b"client 0")
    assert store.ledger("account")[-1].reason == NEW.reason


@pytest.mark.parametrize("nonce", [b"", b"AAUTHDATA"])
def test_decision_14_a_bootstrap_sets_both_nonces(store: Store, nonce: bytes) -> None:
    new = Replacement("bootstrap", "s", server_nonce=nonce, client_nonce=nonce, password="p")
    store.propose("account", new)
    store.enforce("account", 5.0)
    filled = store.fill(ACCOUNT)
    assert (filled.server_nonce, filled.client_nonce) == (nonce, nonce)
    assert (filled.server_secret, filled.password) == ("s", "p")


def test_a_second_proposal_leaves_what_only_the_first_one_had(store: Store) -> None:
    store.propose("account", msgspec.structs.replace(NEW, server_nonce=b"aauthdata"))
    store.propose("account", Replacement("once more", "newest"))
    store.enforce("account", 5.0)
    filled = store.fill(ACCOUNT)
    assert (filled.server_secret, filled.server_nonce) == ("newest", b"aauthdata")


def test_a_store_of_the_first_format_takes_the_profile_for_what_it_has(
    store: Store, folder: Path
) -> None:
    store.close()
    with contextlib.closing(sqlite3.connect(folder / "handset.db")) as db, db:
        db.execute("DELETE FROM secret WHERE kind LIKE 'profile/%'")
        db.execute("DROP TABLE proposed")
        db.execute("PRAGMA user_version = 1")
    filled = _again(folder)
    assert (filled.server_secret, filled.previous_secrets) == (SECRETS[0], ())
    with Store(folder) as again:
        again.propose("account", NEW)
        again.enforce("account", 1.0)
        assert again.fill(ACCOUNT).server_secret == NEW.server_secret


def test_a_secret_that_comes_back_is_no_previous_one(store: Store) -> None:
    for secret in ("second", SECRETS[0]):
        store.adopt(_other(server_secret=secret))
    assert store.fill(ACCOUNT).previous_secrets == ("second",)
    assert store.revision("account", "server_secret") == 3
    assert store.revision("account", "password") == 1
    assert store.revision("account", "nothing") == 0


def test_the_pin_can_be_taken_away(store: Store) -> None:
    store.keep((PinEncoding("account", "raw16_be"),), 1.0)
    store.unpin("account")
    assert store.fill(ACCOUNT).pinned == ""


# Items


def _contacts(store: Store) -> Snapshot:
    (snapshot,) = store.load("account", ("contacts",))
    return snapshot


def test_a_datastore_that_was_never_used_is_empty(store: Store) -> None:
    assert _contacts(store) == Snapshot("contacts", "", "", (), 1)


def test_an_item_of_the_owner_is_added_then_synced(store: Store, folder: Path) -> None:
    luid = store.add_item("account", "contacts", "text/x-vcard", CARD)
    assert _contacts(store).items == (StoredItem(luid, "text/x-vcard", CARD, "added"),)
    store.keep((ItemSynced("account", "contacts", luid),), 1.0)
    store.close()
    with Store(folder) as again:
        assert _contacts(again).items[0].state == "synced"


def test_an_item_that_the_owner_edits_is_changed_once_a_server_has_it(store: Store) -> None:
    luid = store.add_item("account", "contacts", "text/x-vcard", CARD)
    store.change_item("account", "contacts", luid, b"second")
    assert _contacts(store).items == (StoredItem(luid, "text/x-vcard", b"second", "added"),)
    store.keep((ItemSynced("account", "contacts", luid),), 1.0)
    store.change_item("account", "contacts", luid, b"third")
    assert _contacts(store).items == (StoredItem(luid, "text/x-vcard", b"third", "changed"),)


def test_an_item_that_the_owner_deletes_stays_until_the_server_was_told(store: Store) -> None:
    first = store.add_item("account", "contacts", "text/x-vcard", CARD)
    second = store.add_item("account", "contacts", "text/x-vcard", CARD)
    store.keep((ItemSynced("account", "contacts", first),), 1.0)
    store.remove_item("account", "contacts", first)
    store.remove_item("account", "contacts", second)
    assert [(item.luid, item.state) for item in _contacts(store).items] == [(first, "deleted")]


def test_what_is_not_there_can_neither_be_edited_nor_deleted(store: Store) -> None:
    luid = store.add_item("account", "contacts", "text/x-vcard", CARD)
    store.keep((ItemSynced("account", "contacts", luid),), 1.0)
    store.remove_item("account", "contacts", luid)
    for absent in (luid, "77"):
        with pytest.raises(KeyError):
            store.change_item("account", "contacts", absent, CARD)
        with pytest.raises(KeyError):
            store.remove_item("account", "contacts", absent)


def test_an_item_of_the_server_owes_a_map_until_that_was_sent(store: Store) -> None:
    store.keep((PutItem("account", "contacts", "4", "text/x-vcard", CARD, "guid-4"),), 1.0)
    (item,) = _contacts(store).items
    assert (item.guid, item.map_due, item.state) == ("guid-4", True, "synced")
    store.keep((MapsSent("account", "contacts", ("4",)),), 2.0)
    store.keep((PutItem("account", "contacts", "4", "text/x-vcard", b"new"),), 3.0)
    (item,) = _contacts(store).items
    assert (item.guid, item.map_due, item.octets) == ("guid-4", False, b"new")


def test_a_luid_is_never_given_twice(store: Store, folder: Path) -> None:
    first = store.add_item("account", "contacts", "text/x-vcard", CARD)
    store.keep((PutItem("account", "contacts", "9", "text/x-vcard", CARD, "g"),), 1.0)
    store.keep((DropItem("account", "contacts", "9"), DropItem("account", "contacts", first)), 2.0)
    store.close()
    with Store(folder) as again:
        assert _contacts(again).items == ()
        assert _contacts(again).next_luid == 10
        assert again.add_item("account", "contacts", "text/x-vcard", CARD) == "10"


def test_anchors(store: Store, folder: Path) -> None:
    store.keep((SetAnchors("account", "contacts", "10", "srv-10"),), 1.0)
    store.keep((SetAnchors("account", "contacts", "11", "srv-11"),), 2.0)
    store.close()
    with Store(folder) as again:
        snapshot = _contacts(again)
        assert (snapshot.own_anchor, snapshot.peer_anchor) == ("11", "srv-11")


def test_datastores_come_in_the_order_asked_for(store: Store) -> None:
    assert [s.store for s in store.load("account", ("b", "a"))] == ["b", "a"]


# Secrets and the key


def test_no_secret_is_in_any_file_of_the_folder(store: Store, folder: Path) -> None:
    store.adopt(_other(server_secret=SECRETS[0] + "-2", password=SECRETS[1] + "-2"))
    store.propose("account", Replacement("again", SECRETS[0] + "-3", password=SECRETS[1] + "-3"))
    store.add_item("account", "contacts", "text/x-vcard", CARD)
    written = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {"handset.db", "handset.db-wal", "key", "lock"} <= written.keys()
    assert any(CARD in octets for octets in written.values())
    for name, octets in written.items():
        for secret in SECRETS:
            assert secret.encode() not in octets, name
            assert secret.encode("utf-16-le") not in octets, name


def test_key_and_database_are_the_owners_alone(store: Store, folder: Path) -> None:
    modes = {name: stat.S_IMODE((folder / name).stat().st_mode) for name in ("key", "handset.db")}
    assert modes == {"key": 0o600, "handset.db": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not (folder / "key.new").exists()


def test_a_key_that_others_can_read_is_refused(store: Store, folder: Path) -> None:
    store.close()
    (folder / "key").chmod(0o644)
    with pytest.raises(StoreError, match=r"key: others can read the key; make it mode 0600"):
        Store(folder)


def test_the_key_may_come_from_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    _again(folder)
    assert not (folder / "key").exists()
    assert _again(folder, _other(server_secret="new")).previous_secrets == (SECRETS[0],)


def test_the_key_may_come_from_a_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "the-key"
    file.write_text(KEY + "\n")
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(file))
    _again(folder)
    monkeypatch.delenv(KEY_FILE_VARIABLE)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    assert _again(folder).server_nonce == b"server 0"


def test_another_key_does_not_open_the_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _again(folder)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with pytest.raises(StoreError, match=f"the key does not open this store; was {KEY_VARIABLE}"):
        _again(folder)


@pytest.mark.parametrize("text", ["short", "ab" * 31, "zz" * 32])
def test_a_key_that_is_none_names_its_source(
    folder: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, text)
    with pytest.raises(StoreError, match=f"{KEY_VARIABLE}: a key is 64 hex digits"):
        Store(folder)


def test_a_key_file_that_is_not_there_names_itself(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(StoreError, match="nowhere"):
        Store(folder)


def test_a_sealed_secret_cannot_be_moved_to_another_account(store: Store, folder: Path) -> None:
    store.close()
    db = sqlite3.connect(folder / "handset.db")
    with db:
        db.execute("UPDATE secret SET account = 'other'")
    db.close()
    with Store(folder) as again, pytest.raises(StoreError, match="does not open"):
        again.fill(_other(name="other"))


# One process, good files


HOLD = """
import sys
from pathlib import Path
from emulator.store import STALE, Store

with Store(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_who_has_the_folder(folder: Path) -> None:
    root = str(Path(__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        words = f"another handset uses this state folder .process {process.pid}.*--state"
        with pytest.raises(StoreError, match=words):
            Store(folder)
        with Store(folder, read_only=True) as reader:
            assert reader.ledger("account") == []
        process.stdin.close()
        assert process.wait(timeout=20) == 0
    Store(folder).close()


def test_a_folder_that_failed_to_open_is_free_again(folder: Path) -> None:
    folder.mkdir()
    (folder / "handset.db").write_bytes(b"this is no database at all, but long enough" * 50)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"damaged \(file is not a database\)"):
            Store(folder)
    (folder / "handset.db").unlink()
    Store(folder).close()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_database_of_a_newer_version_is_left_alone(folder: Path, read_only: bool) -> None:
    Store(folder).close()
    db = sqlite3.connect(folder / "handset.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match=r"written by a newer version of this tool \(format 99\)"):
        Store(folder, read_only=read_only)


def test_a_database_cut_short_is_no_traceback(store: Store, folder: Path) -> None:
    store.close()
    path = folder / "handset.db"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StoreError, match="the store is damaged"), Store(folder) as again:
        again.adopt(ACCOUNT)


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StoreError, match="the state folder cannot be used"):
        Store(tmp_path / "state")


def test_reading_changes_nothing(store: Store, folder: Path) -> None:
    store.close()
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    with Store(folder, read_only=True) as reader:
        assert reader.fill(ACCOUNT).server_nonce == b"server 0"
        with pytest.raises(StoreError, match="readonly database"):
            reader.keep((SetNonce("account", "server", b"x", "test"),), 1.0)
    after = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    assert {name: after[name] for name in before} == before


def test_reading_what_is_not_there_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no handset state here yet"):
        Store(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c %41 é"
    Store(folder).close()
    Store(folder, read_only=True).close()
