"""`handset serve`: the built-in server alone, with its control interface."""

import signal
import socket
from pathlib import Path

import pytest

from tests.verbs.command import Handset, finished, until
from tests.verbs.served import DEVICE, serving


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_interrupted(home: Path, number: signal.Signals) -> None:
    with serving(home) as server:
        assert [each["device_id"] for each in server.control.get("accounts").json()] == [DEVICE]
        assert server.control.get("misbehaviour").json()
        server.process.send_signal(number)
        done = finished(server.process)
    assert (done.code, done.err) == (130, "")


def test_what_it_finds_goes_to_standard_output(home: Path) -> None:
    with serving(home, "--misbehave", "no-cred") as server:
        assert "no-cred" in server.control.get("misbehaviour").text
        server.notification()
        assert until(server.process.stdout, DEVICE).startswith(f"{DEVICE}: ")


def test_what_sessions_change_is_kept_in_a_file(home: Path, tmp_path: Path) -> None:
    state = tmp_path / "server-state"
    for nonce in ("", "c0ffee"):
        with serving(home, "--state", state) as server:
            assert server.account()["server_nonce_hex"] == nonce
            server.account(server_nonce_hex="c0ffee")


def test_misbehaviour_is_listed_by_name(handset: Handset) -> None:
    done = handset("serve", "--misbehave", "list")
    assert done.code == 0
    names = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]
    assert names == [
        "forget-client-nonce", "forget-server-nonce", "no-cred", "wrong-cred", "never-chal",
        "endless-401", "sign-with:ENCODING", "lose-reply:STEP", "ignore-session-id",
        "wrong-server-id", "wrong-nonce-in-chal", "chal-without-nonce", "chal-type:TYPE",
        "refuse-with-407", "200-for-212", "other-session-id", "no-header-status", "no-final",
        "no-resp-uri", "resp-uri-changes", "endless-222", "duplicate-reply", "http:ANSWER", "slow",
        "truncated-body", "connection-reset", "other-encoding",
    ]  # fmt: skip


def test_a_port_in_use_is_said(handset: Handset) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = handset("serve", "--port", port)
    assert done.code == 3
    assert done.complaint == f"handset: 127.0.0.1:{port}: Address already in use"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--port", "99999"), "Invalid value for '--port'"),
        (("--port", "x"), "Invalid value for '--port'"),
        (("--misbehave", "nope"), "no misbehaviour 'nope'"),
        (("--misbehave", "lose-reply:9"), "lose-reply"),
        (("--accounts", "nowhere.toml"), "nowhere.toml: No such file or directory"),
    ],
)
def test_bad_input_is_usage(handset: Handset, arguments: tuple[str, ...], said: str) -> None:
    done = handset("serve", *arguments)
    assert done.code == 2
    assert said in done.complaint


def test_a_wrong_accounts_file_names_itself(handset: Handset, tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text("nonsense")
    done = handset("serve", "--accounts", path)
    assert (done.code, done.complaint.startswith(f"handset: {path}: ")) == (2, True)
