"""The store's border: whatever the disk does, a StoreError that names the file, and nothing else."""

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.database import Database, StoreError
from emulator.protocol.effects import OpenedWith, PutItem, SetAnchors, SetNonce
from emulator.protocol.keyring import Account
from emulator.store import Store

ACCOUNT = Account("account", server_id="ds.example.com", server_secret="s", server_nonce=b"n")
PAGE = 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has been used: several pages in every table."""
    folder = tmp_path_factory.mktemp("whole") / "state"
    with Store(folder) as store:
        store.adopt(ACCOUNT)
        for number in range(200):
            card = b"BEGIN:VCARD\r\n" + b"x" * 200
            store.keep(
                (
                    SetNonce("account", "server", number.to_bytes(16), "issued"),
                    OpenedWith("account", number, float(number)),
                    PutItem("account", "contacts", str(number), "text/x-vcard", card, f"g{number}"),
                    SetAnchors("account", f"contacts-{number}", "1", "2"),
                ),
                float(number),
            )
    return folder


def _use(folder: Path, read_only: bool) -> None:
    """All that a verb or a session asks of a store."""
    with Store(folder, read_only=read_only) as store:
        store.fill(ACCOUNT)
        store.ledger("account")
        store.before_stale("account")
        store.load("account", ("contacts",))
        if not read_only:
            store.adopt(ACCOUNT)
            store.enforce("account", 1.0)
            store.keep((SetNonce("account", "server", b"x", "issued"),), 1.0)
            store.add_item("account", "contacts", "text/x-vcard", b"x")
            store.change_item("account", "contacts", "7", b"x")
            store.remove_item("account", "contacts", "8")


@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
@pytest.mark.parametrize("fill", ["zeros", "ones", "noise", "noise in places"])
def test_a_damaged_page_is_a_store_error_or_unnoticed(
    whole: Path, tmp_path: Path, fill: str, read_only: bool
) -> None:
    octets = (whole / "handset.db").read_bytes()
    chance = random.Random(fill)
    refused = 0
    for page in range(len(octets) // PAGE):
        folder = tmp_path / str(page)
        shutil.copytree(whole, folder)
        spoilt = bytearray(octets)
        span = range(page * PAGE, (page + 1) * PAGE)
        if fill == "noise in places":
            for place in chance.sample(span, 40):
                spoilt[place] = chance.randrange(256)
        else:
            filling = {
                "zeros": bytes(PAGE),
                "ones": b"\xff" * PAGE,
                "noise": chance.randbytes(PAGE),
            }
            spoilt[span.start : span.stop] = filling[fill]
        (folder / "handset.db").write_bytes(spoilt)
        try:
            _use(folder, read_only)
        except StoreError as error:
            refused += 1
            assert str(folder) in str(error)
        except KeyError as error:
            assert str(error) in ("'7'", "'8'"), "an item that the damage has taken away"
    assert refused > 3


@pytest.mark.parametrize(
    ("kind", "value"), [("TEXT", "'text'"), ("INTEGER", "7"), ("REAL", "0.5"), ("NULL", "NULL")]
)
def test_a_value_of_another_type_is_damage(
    whole: Path, tmp_path: Path, kind: str, value: str
) -> None:
    folder = tmp_path / "state"
    shutil.copytree(whole, folder)
    with contextlib.closing(sqlite3.connect(folder / "handset.db")) as db, db:
        db.execute(f"UPDATE nonce SET nonce = {value}")
    with pytest.raises(StoreError, match="the store is damaged"):
        _use(folder, read_only=True)


def test_a_full_disk_is_a_store_error_and_changes_nothing(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    shutil.copytree(whole, folder)
    with Store(folder) as store:
        before = store.fill(ACCOUNT)
        pages = store._db.row(tuple[int], "PRAGMA page_count")
        assert pages is not None
        store._db.row(tuple[int], f"PRAGMA max_page_count = {pages[0]}")
        large = PutItem("account", "contacts", "900", "text/x-vcard", bytes(40 * PAGE), "g900")
        with pytest.raises(StoreError, match="database or disk is full"):
            store.keep((SetNonce("account", "server", b"new", "issued"), large), 1.0)
        assert store.fill(ACCOUNT) == before


def test_a_failing_script_says_which_file(tmp_path: Path) -> None:
    db = Database(tmp_path / "some.db", read_only=False)
    with pytest.raises(StoreError, match=r"some\.db: the store cannot be used: .*syntax error"):
        db.script("no statement")
    db.close()


READ = """
import sys
from pathlib import Path
from tests.test_database import ACCOUNT
from emulator.store import Store
with Store(Path(sys.argv[1]), read_only=True) as store:
    print(store.fill(ACCOUNT).server_nonce.hex(), len(store.load("account", ("contacts",))[0].items))
"""


@pytest.mark.parametrize("crashed", [False, True], ids=["closed", "crashed"])
def test_a_read_only_file_system_can_be_read(whole: Path, tmp_path: Path, crashed: bool) -> None:
    """Root may write anywhere, so a file system is mounted, in a namespace of its own."""
    mounted = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    if subprocess.run([*mounted, "mount -t tmpfs none /mnt"], capture_output=True).returncode:
        pytest.skip("no mount namespaces here")
    folder, copy = tmp_path / "state", tmp_path / "copy"
    shutil.copytree(whole, folder)
    store = Store(folder)
    store.keep((SetNonce("account", "server", b"newest", "issued"),), 1.0)
    if crashed:
        assert (folder / "handset.db-wal").stat().st_size
        shutil.copytree(folder, copy)  # what a power cut leaves
        (copy / "handset.db-shm").unlink()
    store.close()
    if not crashed:
        shutil.copytree(folder, copy)
    bound = f"mount --bind '{copy}' '{copy}' && mount -o remount,ro,bind '{copy}' && exec \"$@\""
    reading = [sys.executable, "-c", READ, str(copy)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [*mounted, bound, "sh", *reading], capture_output=True, text=True, env=environment
    )
    assert (done.stdout, done.stderr) == (f"{b'newest'.hex()} 200\n", "")
