"""`handset nonces`: what the store holds, and changing it for a test."""

import io
from pathlib import Path

import pytest

from emulator.protocol.effects import OpenedWith, PinEncoding, UsedUp
from emulator.store import Store
from tests.verbs.command import Handset

PROFILE = """
[account]
url = "http://127.0.0.1:9000/sync"
server_id = "ds.example.com"
server_secret = "the-server-secret"
user = "alice"
password = "the-password"
server_nonce_hex = "aabb"
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(PROFILE)
    return path


def test_before_the_first_run_the_profile_counts_and_nothing_is_made(
    handset: Handset, profile: Path, home: Path
) -> None:
    (found,) = handset("nonces", profile, "--json").json
    assert found == {
        "account": "account",
        "server_id": "ds.example.com",
        "client": None,
        "server": "aabb",
        "candidate": None,
        "pinned": None,
        "used_ids": [],
        "ledger": [],
    }
    assert not home.exists()


@pytest.mark.parametrize("slot", ["client", "server", "candidate"])
def test_set_and_forget_with_a_ledger_line(handset: Handset, profile: Path, slot: str) -> None:
    done = handset("nonces", profile, "set", "c0ffee", "--slot", slot)
    assert (done.code, done.out) == (0, f"account: {slot} nonce is c0ffee\n")
    (found,) = handset("nonces", profile, "--json").json
    assert found[slot] == "c0ffee"
    assert handset("nonces", profile, "forget", "--slot", slot).last == (
        f"account: {slot} nonce is -"
    )
    (found,) = handset("nonces", profile, "--json").json
    assert found[slot] is None
    assert [line["reason"] for line in found["ledger"]][-2:] == ["by hand: set", "by hand: forget"]
    assert found["ledger"][-1]["previous"] == "c0ffee"


def test_stale_is_a_random_nonce(handset: Handset, profile: Path) -> None:
    words = {handset("nonces", profile, "stale").last for _ in range(2)}
    assert len(words) == 2
    assert all(len(line) == len("account: server nonce is ") + 32 for line in words)


def test_an_empty_nonce_must_be_said(handset: Handset, profile: Path) -> None:
    assert handset("nonces", profile, "set", "").last == "account: server nonce is (empty)"
    done = handset("nonces", profile, "set")
    assert (done.code, done.complaint) == (
        2,
        'handset: set needs the nonce in hex; "" for an empty one',
    )


def test_unpin(handset: Handset, profile: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    handset("nonces", profile, "stale", "--state", state)
    with Store(state) as store:
        store.keep((PinEncoding("account", "hex_text_upper"),), 1.0)
    shown = handset("nonces", profile, "--state", state, "--json")
    assert shown.json[0]["pinned"] == "hex_text_upper"
    assert handset("nonces", profile, "unpin", "--state", state).code == 0
    assert handset("nonces", profile, "--state", state, "--json").json[0]["pinned"] is None


def test_the_text_for_people(handset: Handset, profile: Path) -> None:
    handset("nonces", profile, "set", "c0ffee")
    lines = handset("nonces", profile).out.splitlines()
    assert lines[0] == "account account, server ds.example.com"
    assert "  server nonce   c0ffee" in lines
    assert "  client nonce   -" in lines
    assert any(line.endswith("server    aabb -> c0ffee") for line in lines)
    assert any(line.startswith("    from the profile") for line in lines)


def test_the_sheet_for_the_server(handset: Handset, profile: Path) -> None:
    text = handset("nonces", profile, "--sheet").out
    for value in ("IMEI:490000000000017", "ds.example.com", "alice", "aabb", "./contacts"):
        assert value in text
    assert "the-password" not in text
    assert "the-server-secret" not in text
    shown = handset("nonces", profile, "--sheet", "--show-secrets").out
    assert "the-password" in shown
    assert "the-server-secret" in shown


def test_looking_works_while_a_handset_runs_and_changing_says_why_not(
    handset: Handset, profile: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    handset("nonces", profile, "set", "c0ffee", "--state", state)
    with Store(state):
        assert handset("nonces", profile, "--state", state, "--json").json[0]["server"] == "c0ffee"
        assert "c0ffee" in handset("nonces", profile, "--state", state, "--sheet").out
        done = handset("nonces", profile, "stale", "--state", state)
    assert done.code == 2
    assert "another handset uses this state folder" in done.complaint


def test_one_account_of_several(handset: Handset, tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text(
        "".join(PROFILE.replace("[account]", f"[accounts.{name}]") for name in ("work", "home"))
    )
    assert handset("nonces", path, "set", "01", "--account", "home").last.startswith("home: ")
    found = {each["account"]: each["server"] for each in handset("nonces", path, "--json").json}
    assert found == {"work": "aabb", "home": "01"}
    (only,) = handset("nonces", path, "--account", "home", "--json").json
    assert only["account"] == "home"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "xyz"), "handset: 'xyz' is not hex"),
        (("stale", "--account", "nope"), "handset: --account nope: the profile has account"),
        (("show", "--account", "nope"), "handset: --account nope: the profile has account"),
        (("burn",), "Invalid value for 'action'"),
        (("stale", "--slot", "nope"), "Invalid value for '--slot'"),
    ],
)
def test_bad_input_is_usage(
    handset: Handset, profile: Path, arguments: tuple[str, ...], said: str, home: Path
) -> None:
    done = handset("nonces", profile, *arguments)
    assert done.code == 2
    assert said in done.complaint
    assert not home.exists()


@pytest.mark.parametrize("arguments", [(), ("stale",), ("--sheet",)])
def test_a_profile_without_an_account_has_no_nonces(
    handset: Handset, arguments: tuple[str, ...]
) -> None:
    done = handset("nonces", "generic", *arguments)
    assert (done.code, done.complaint) == (2, "handset: generic: the profile has no account")


def test_a_state_folder_that_cannot_be_used(handset: Handset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = handset("nonces", "built-in", "stale", "--state", tmp_path / "file")
    assert (done.code, "cannot be used" in done.complaint) == (2, True)


# New credentials (decision 14)


def test_a_new_server_secret_from_the_environment(
    handset: Handset, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handset("nonces", profile, "set", "c0ffee", "--slot", "candidate")
    monkeypatch.setenv("NEW_SECRET", "of-the-dm-server")
    done = handset("nonces", profile, "set", "--server-secret-from", "env:NEW_SECRET")
    assert done.out == (
        "account: server secret is replaced (revision 2); client nonce is -, server nonce is aabb\n"
    )
    assert "of-the-dm-server" not in done.out + done.err
    (found,) = handset("nonces", profile, "--json").json
    assert (found["candidate"], found["server"]) == (None, "aabb")
    sheet = handset("nonces", profile, "--sheet", "--show-secrets").out
    assert "of-the-dm-server" in sheet and "the-server-secret" not in sheet


def test_with_aauthdata_and_as_a_bootstrap(handset: Handset, profile: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    options = ("--server-secret-from", f"file:{secret}")
    done = handset("nonces", profile, "set", "0102", *options)
    assert done.last.endswith("client nonce is -, server nonce is 0102")
    done = handset("nonces", profile, "set", "0304", *options, "--bootstrap")
    assert done.last.endswith("client nonce is 0304, server nonce is 0304")
    done = handset("nonces", profile, "set", *options, "--bootstrap")
    assert done.last.endswith("client nonce is (empty), server nonce is (empty)")


def test_from_standard_input_without_an_echo(
    handset: Handset, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("from-stdin\n"))
    done = handset("nonces", profile, "set", "--server-secret-from", "-")
    assert done.code == 0 and "from-stdin" not in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("set", "--server-secret-from", "env:NO_SUCH"), "the environment has no NO_SUCH"),
        (("set", "--server-secret-from", "file:/no/such"), "cannot be read"),
        (("set", "--server-secret-from", "my-secret"), "env:NAME, file:PATH or - is expected"),
        (("set", "0102", "--bootstrap"), "goes with set, --bootstrap with both"),
        (("forget", "--server-secret-from", "-"), "goes with set, --bootstrap with both"),
        (("set", "xx", "--server-secret-from", "-"), "'xx' is not hex"),
    ],
)
def test_what_cannot_be_a_new_secret(
    handset: Handset, profile: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = handset("nonces", profile, *arguments)
    assert (done.code, words in done.complaint) == (2, True)
    assert "my-secret" not in done.complaint


def test_a_used_up_session_id_has_four_digits(
    handset: Handset, profile: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    handset("nonces", profile, "stale", "--state", state)
    with Store(state) as store:
        store.keep((OpenedWith("account", 0x70C, 1.0), UsedUp("account", 0x70C)), 1.0)
    assert "  used ids       070C" in handset("nonces", profile, "--state", state).out
