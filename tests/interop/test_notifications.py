"""SyncEvolution's own notifications are judged as its device would."""

import json
from pathlib import Path

import pytest

from emulator import profiles
from emulator.bearers import inbox
from emulator.protocol import verdict
from emulator.protocol.keyring import Keyring
from emulator.protocol.verdict import Verdict
from emulator.wire import notification
from emulator.wire.errors import WireError
from tests.interop.device import Device, command

SAN = Path(__file__).parents[1] / "captures" / "syncevolution" / "san"
CAPTURES = sorted(SAN.glob("v12-*.hex"))
ALL = pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)

# What the peer was configured with when it sent them.
ACCOUNT = {
    "url": "http://127.0.0.1:9/sync",
    "server_id": "sc-server-01",
    "server_secret": "another secret",
    "user": "testuser",
    "password": "testpass",
}


def judged(octets: bytes, server: str, folder: Path) -> Verdict:
    """The verdict of a handset that has the account under that server profile."""
    device = Device(folder, server=server, account=ACCOUNT)
    accounts = profiles.load(str(device.profile)).accounts
    return verdict.judge(notification.parse(octets), Keyring(accounts), at=0.0)


def explained(source: str, server: str, folder: Path) -> tuple[int, dict[str, object]]:
    """The exit code of `handset explain`, and its JSON."""
    device = Device(folder, server=server, account=ACCOUNT)
    options = ("--profile", str(device.profile), "--state", str(device.state), "--json")
    done = command("explain", source, *options)
    assert done.stdout, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return done.returncode, answer


def octets_of(capture: Path) -> bytes:
    return inbox.read_input(str(capture))


def flipped(octets: bytes, at: int) -> bytes:
    """The octets with one bit of one octet changed."""
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]


def test_there_are_captures() -> None:
    assert len(CAPTURES) >= 2


@ALL
def test_the_judge_verifies_it_under_the_profile_of_its_sender(
    capture: Path, tmp_path: Path
) -> None:
    found = judged(octets_of(capture), "syncevolution", tmp_path)
    assert found.verdict == "verified-stored"
    assert (found.nonce_kind, found.nonce) == ("constant", b"SyncEvolution")


@ALL
def test_explain_verifies_it_under_the_profile_of_its_sender(capture: Path, tmp_path: Path) -> None:
    code, answer = explained(str(capture), "syncevolution", tmp_path)
    assert code == 0
    assert (answer["verdict"], answer["nonce"]) == ("verified-stored", "stored")
    assert (answer["server_id"], answer["session_id"]) == ("sc-server-01", 1)


@ALL
def test_any_flipped_octet_is_refused(capture: Path, tmp_path: Path) -> None:
    octets = octets_of(capture)
    device = Device(tmp_path, account=ACCOUNT)
    keyring = Keyring(profiles.load(str(device.profile)).accounts)
    for at in range(len(octets)):
        try:
            read = notification.parse(flipped(octets, at))
        except WireError:
            continue  # a length or a version: refused before any digest
        assert verdict.judge(read, keyring, at=0.0).verdict == "ignored", at


@ALL
def test_explain_refuses_a_flipped_digest(capture: Path, tmp_path: Path) -> None:
    code, answer = explained(flipped(octets_of(capture), 0).hex(), "syncevolution", tmp_path)
    assert code == 5
    assert (answer["verdict"], answer["reason"]) == ("ignored", "digest")


@ALL
def test_under_any_other_profile_the_near_miss_says_what_the_sender_did(
    capture: Path, tmp_path: Path
) -> None:
    code, answer = explained(str(capture), "generic", tmp_path)
    assert code == 5
    assert answer["reason"] == "digest"
    assert '"user-for-server-id"' in json.dumps(answer["near_misses"])
    found = judged(octets_of(capture), "generic", tmp_path)
    assert [miss.id for miss in found.near_misses] == ["user-for-server-id"]


def test_its_older_alert_has_no_digest_to_check(tmp_path: Path) -> None:
    code, answer = explained(str(SAN / "v11-wbxml-1.hex"), "syncevolution", tmp_path)
    assert code == 5
    assert (answer["verdict"], answer["reason"]) == ("ignored", "no-digest")
