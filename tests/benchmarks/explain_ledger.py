"""`handset explain` over a store whose ledger holds 1,000 nonces: whole process, and the search alone.

The sender signed with the oldest of them, or with a nonce that nobody ever had; the second goes
through every near miss there is. There is a candidate, and one earlier secret. Aim of the issue:
under a second; here as a ratio to a second, which is the one yardstick that is not measured.
"""

import hashlib
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from emulator import profiles
from emulator.protocol import digest
from emulator.protocol.effects import SetNonce
from emulator.protocol.keyring import Account, Keyring
from emulator.protocol.verdict import judge
from emulator.store import Store
from emulator.wire import notification
from emulator.wire.notification import Sync
from tests.benchmarks.measure import Ratio, in_turn
from tests.interop.device import HANDSET

NONCES = 1000
TARGET = 1.0
_PROFILE = """
[account]
url = "http://127.0.0.1:9/sync"
server_id = "ds.example.com"
server_secret = "{secret}"
user = "Bruce2"
password = "OhBehave"
"""


def _nonce(index: int) -> bytes:
    return hashlib.sha256(str(index).encode()).digest()[:16]


def _filled(folder: Path) -> tuple[Path, Account]:
    """A profile, and a state folder beside it with everything that can be tried."""
    file = folder / "mine.toml"
    with Store(folder / "state") as store:
        for secret in ("an-earlier-one", "srv-secret-1"):
            file.write_text(_PROFILE.format(secret=secret))
            account = profiles.load(str(file)).accounts[0]
            store.adopt(account)
        store.keep(
            [SetNonce(account.name, "server", _nonce(i), "benchmark") for i in range(NONCES + 1)],
            time.time(),
        )
        store.keep([SetNonce(account.name, "client", _nonce(-1), "benchmark")], time.time())
        store.keep([SetNonce(account.name, "candidate", _nonce(-2), "benchmark")], time.time())
        return file, store.fill(account)


def _dump(account: Account, nonce: bytes) -> bytes:
    trigger = notification.build_trigger(
        account.server_id, 0x4A7C, (Sync(206, 0x07, "./contacts"),)
    )
    identity, secret = account.notification_identity
    return digest.notification(identity, secret, nonce, trigger).octets + trigger


def _process(file: Path, octets: bytes, misses: list[str]) -> Callable[[], float]:
    command = [HANDSET, "explain", octets.hex(), "--profile", str(file), "--json"]
    command += ["--state", str(file.parent / "state")]

    def timed() -> float:
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False)
        spent = time.perf_counter() - begun
        assert [m["id"] for m in json.loads(done.stdout)["near_misses"]] == misses, done
        return spent

    return timed


def _search(account: Account, octets: bytes) -> Callable[[], float]:
    read, keyring = notification.parse(octets), Keyring((account,))

    def timed() -> float:
        begun = time.perf_counter()
        judge(read, keyring, 0.0)
        return time.perf_counter() - begun

    return timed


def run(rounds: int = 10, warm_up: int = 1) -> list[Ratio]:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        file, account = _filled(Path(folder))
        assert len(account.previous_nonces) == NONCES
        oldest, none = _dump(account, _nonce(0)), _dump(account, b"nobody's")
        columns = in_turn(
            _process(file, oldest, ["previous-nonce"]),
            _process(file, none, []),
            _search(account, none),
            rounds=rounds,
            warm_up=warm_up,
        )
    second = [1.0] * rounds
    names = ("the oldest of them signed", "none of them signed")
    return [
        Ratio(f"explain, {NONCES} nonces, {name} / a second", column, second, TARGET)
        for name, column in zip(names, columns, strict=False)
    ] + [Ratio("the search for the near miss in it / a second", columns[2], second)]
