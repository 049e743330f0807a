"""`handset run` headless, against `handset serve` in a process of its own."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.journal import read
from emulator.protocol.events import SessionClosed
from emulator.store import Store
from emulator.wire.notification import build_trigger
from tests.verbs.command import SECRET, SERVER, Handset, finished, process, until
from tests.verbs.served import Served, serving

OTHERS = bytes(16) + build_trigger("other.example.com", 1)
WRONG = bytes(16) + build_trigger(SERVER, 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("home")) as served:
        yield served


@pytest.fixture
def profile(server: Served, tmp_path: Path) -> Path:
    return server.profile(tmp_path)


def _pushes(tmp_path: Path, *octets: str) -> str:
    path = tmp_path / "pushes"
    path.write_text("".join(f"{line}\n" for line in octets))
    return f"file:{path}"


# One notification


def test_a_notification_from_a_file_leads_to_a_session(
    handset: Handset, server: Served, profile: Path, tmp_path: Path
) -> None:
    pushes = _pushes(tmp_path, server.notification()["datagram_hex"])
    done = handset("run", profile, "--headless", "--json", "--listen", pushes)
    found = done.json
    assert (done.code, found["outcome"]) == (0, "synchronised")
    assert found["verdict"] == "verified-session-id"
    assert found["nonces_agree"] is None
    assert [step["state"] for step in found["steps"][1:]] == ["passed"] * 5
    stored = handset("nonces", profile, "--json").json[0]
    account = server.account()
    assert (stored["client"], stored["server"]) == (
        account["client_nonce_hex"],
        account["server_nonce_hex"],
    )


def test_the_next_one_verifies_with_the_stored_nonce(
    handset: Handset, server: Served, profile: Path, tmp_path: Path
) -> None:
    first = _pushes(tmp_path, server.notification()["hex"])
    assert handset("run", profile, "--headless", "--listen", first).code == 0
    second = _pushes(tmp_path, server.notification("stored")["hex"])
    done = handset("run", profile, "--headless", "--listen", second)
    assert done.code == 0
    assert done.out.splitlines()[0].startswith("1 stored nonce   passed")
    assert done.last.startswith("synchronised: ")


@pytest.mark.parametrize("once", [(), ("--once",)])
def test_an_ignored_notification_is_exit_5(
    handset: Handset, profile: Path, tmp_path: Path, once: tuple[str, ...]
) -> None:
    pushes = _pushes(tmp_path, WRONG.hex())
    done = handset("run", profile, "--headless", "--listen", pushes, *once)
    assert done.code == 5
    assert done.last.startswith("ignored: ")


def test_a_line_that_is_no_push_is_a_malformed_one(
    handset: Handset, profile: Path, tmp_path: Path
) -> None:
    pushes = _pushes(tmp_path, "this is no hex")
    done = handset("run", profile, "--headless", "--json", "--listen", pushes)
    assert (done.code, done.json["reason"]) == (5, "malformed")


def test_without_once_there_is_a_line_for_each(
    handset: Handset, server: Served, profile: Path, tmp_path: Path
) -> None:
    pushes = _pushes(tmp_path, server.notification()["hex"], "", OTHERS.hex())
    command = ("run", profile, "--headless", "--listen", pushes)
    done = handset(*command, "--json")
    assert len(done.out.splitlines()) == 2
    assert done.code == 5
    again = handset(*command)
    assert again.last.startswith("2 runs: ")


def test_once_ends_after_the_first(handset: Handset, profile: Path, tmp_path: Path) -> None:
    pushes = _pushes(tmp_path, OTHERS.hex(), WRONG.hex())
    done = handset("run", profile, "--json", "--listen", pushes, "--once")
    assert done.json["reason"] == "unknown-server"


# A sync of the person's own


def test_a_sync_of_ones_own(handset: Handset, profile: Path) -> None:
    done = handset("run", profile, "--headless", "--json", "--sync", "contacts")
    found = done.json
    assert (done.code, found["outcome"], found["verdict"]) == (0, "synchronised", None)
    assert found["items"]["received"] > 0


def test_no_server_is_exit_3(handset: Handset, profile: Path, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/sync"
    done = handset(
        "run", profile, "--headless", "--sync", "contacts", "--server-url", url, "--json"
    )
    assert (done.code, done.json["outcome"]) == (3, "transport")
    assert f"no server answers at 127.0.0.1:{unused_tcp_port}" in done.json["sentence"]


def test_a_wrong_password_is_exit_5(handset: Handset, server: Served, tmp_path: Path) -> None:
    path = server.profile(tmp_path)
    path.write_text(path.read_text().replace("[account]\n", '[account]\npassword = "wrong"\n'))
    done = handset("run", path, "--headless", "--json", "--sync", "contacts")
    assert (done.code, done.json["outcome"]) == (5, "auth-refused")


# Journal and state


def test_the_journal_keeps_the_run(handset: Handset, profile: Path, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    command = ("run", profile, "--headless", "--sync", "contacts", "--journal", path)
    assert handset(*command).code == 0
    assert any(isinstance(event.what, SessionClosed) for event in read(path))
    for secret in (SECRET, "wonderland"):
        assert secret.encode() not in path.read_bytes()
    done = handset(*command)
    assert (done.code, "exists already" in done.complaint) == (2, True)


def test_the_state_folder_is_the_one_asked_for(
    handset: Handset, profile: Path, tmp_path: Path, home: Path
) -> None:
    state = tmp_path / "state"
    assert handset("run", profile, "--headless", "--sync", "contacts", "--state", state).code == 0
    assert (state / "handset.db").exists()
    assert not home.exists()
    assert not any(p for p in state.iterdir() if SECRET.encode() in p.read_bytes())


def test_a_second_handset_in_one_folder_is_told_so(
    handset: Handset, profile: Path, tmp_path: Path
) -> None:
    state, journal = tmp_path / "state", tmp_path / "journal"
    command = ("run", profile, "--headless", "--sync", "contacts", "--state", state)
    with Store(state):
        done = handset(*command, "--journal", journal)
    assert done.code == 2
    assert "another handset uses this state folder" in done.complaint
    # Nothing happened: the name is free for the next try.
    assert handset(*command, "--journal", journal).code == 0


# Bearers


def test_once_over_udp_with_a_push(server: Served, profile: Path, home: Path) -> None:
    listen = ("--listen", "udp://127.0.0.1:0")
    with process(home, "run", profile, "--headless", "--json", "--once", *listen) as started:
        address = until(started.stderr, "listening on ").removeprefix("listening on ")
        server.notification(target=address.removeprefix("udp://"), form="wsp")
        done = finished(started)
    assert (done.code, done.err) == (0, "")
    assert done.json["verdict"] == "verified-session-id"


def test_the_senders_verb_reaches_the_handset(handset: Handset, profile: Path, home: Path) -> None:
    """A sender that the server knows nothing of: verified, and the server's Cred is judged."""
    listen = ("--listen", "udp://127.0.0.1:0")
    who = ("--server-id", SERVER, "--secret", SECRET, "--nonce", "session-id")
    with process(home, "run", profile, "--headless", "--json", "--once", *listen) as started:
        address = until(started.stderr, "listening on ").removeprefix("listening on ")
        assert handset("push", address, *who, "--session-id", "0x4A7C").code == 0
        done = finished(started)
    assert done.json["verdict"] == "verified-session-id"


def test_lines_of_standard_input(server: Served, profile: Path, home: Path) -> None:
    command = ("run", profile, "--headless", "--json", "--listen", "-")
    with process(home, *command, stdin=subprocess.PIPE) as started:
        assert started.stdin is not None
        started.stdin.write(f"{OTHERS.hex(' ')}\n")
        started.stdin.flush()
        assert "unknown-server" in until(started.stdout, "verdict")
        started.stdin.write(f"{server.notification()['hex']}\n")
        done = finished(started)
    assert (done.code, done.json["outcome"]) == (5, "synchronised")


def test_empty_standard_input_is_nothing(profile: Path, home: Path) -> None:
    with process(home, "run", profile, "--headless", "--listen", "-") as started:
        done = finished(started)
    assert (done.code, done.last) == (6, "timed-out: nothing came")


def test_ctrl_c_ends_it_with_130(profile: Path, home: Path) -> None:
    listen = ("--listen", "udp://127.0.0.1:0")
    with process(home, "run", profile, "--headless", *listen) as started:
        until(started.stderr, "listening on ")
        started.send_signal(signal.SIGINT)
        done = finished(started)
    assert (done.code, done.out, done.err) == (130, "interrupted\n", "")


def test_a_port_in_use_is_exit_3(handset: Handset, profile: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"udp://127.0.0.1:{taken.getsockname()[1]}"
        done = handset("run", profile, "--headless", "--listen", address)
    assert done.code == 3
    assert done.complaint == (
        f"handset: {address}: the port is in use; stop what listens there, or choose another "
        "--listen"
    )


def test_the_secure_port_is_exit_3(handset: Handset, profile: Path) -> None:
    done = handset("run", profile, "--headless", "--listen", "udp://127.0.0.1:2949")
    assert (done.code, "WTLS" in done.complaint) == (3, True)


@pytest.mark.parametrize("once", [(), ("--once",)])
def test_nothing_in_time_is_exit_6(handset: Handset, profile: Path, once: tuple[str, ...]) -> None:
    listen = ("--listen", "udp://127.0.0.1:0", "--timeout", "0.05")
    done = handset("run", profile, "--headless", *listen, *once)
    assert (done.code, done.last) == (6, "timed-out: nothing came")
    found = handset("run", profile, "--json", *listen, *once)
    assert found.code == 6
    if once:
        assert (found.json["outcome"], found.json["verdict"]) == ("timed-out", None)
    else:
        assert found.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--listen", "udp://127.0.0.1"), "--listen: udp://127.0.0.1: udp://HOST:PORT, modem:"),
        (("--listen", "tcp://127.0.0.1:1"), "file:PATH or - is expected"),
        (("--listen", "udp://127.0.0.1:99999"), "udp://HOST:PORT"),
        (("--listen", "file:nowhere"), "--listen file:nowhere: No such file or directory"),
        (("--sync", "notes"), "--sync notes: no account has that; account: contacts"),
        (("--server-url", "nonsense"), "url is missing, or not http:// or https://"),
        (("--timeout", "x"), "Invalid value for '--timeout'"),
    ],
)
def test_bad_input_is_usage(
    handset: Handset, profile: Path, arguments: tuple[str, ...], said: str, home: Path
) -> None:
    done = handset("run", profile, "--headless", *arguments)
    assert done.code == 2
    assert said in done.complaint
    assert not home.exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("generic", "generic: [account] is missing: url, server_id, user and password"),
        ("nowhere.toml", "nowhere.toml: no such file, and no profile of that name"),
    ],
)
def test_a_profile_that_cannot_work_is_usage(handset: Handset, name: str, said: str) -> None:
    done = handset("run", name, "--headless")
    assert done.code == 2
    assert said in done.complaint
