"""`handset profile new`: options, the try, what is written, and what is asked in a terminal."""

import asyncio
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import profiles
from emulator.server.app import Server
from tests.bearers.peers import certificate, response, server_tls, serving
from tests.interop.terminal import Terminal
from tests.verbs.command import PROGRAM, Handset


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("SYNC_PASSWORD", "wonderland")
    return tmp_path


class Beside:
    """A server in a loop of its own, since the command brings its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def do(self, work: object) -> object:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)  # type: ignore[arg-type]

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@pytest.fixture
def beside() -> Iterator[Beside]:
    found = Beside()
    yield found
    found.close()


@pytest.fixture
def url(beside: Beside) -> Iterator[str]:
    server = Server()
    beside.do(server.start())
    yield server.url
    beside.do(server.stop())


def test_what_the_server_takes_is_written_for_its_owner(
    handset: Handset, folder: Path, url: str
) -> None:
    options = ("--user", "alice", "--password-from", "env:SYNC_PASSWORD", "--codec", "xml")
    done = handset("profile", "new", "--url", url, *options, "--server-id", "ds.example.com")
    assert done.code == 0
    assert "✓ The server takes us" in done.out
    path = folder / "ds-handset" / "profiles" / "127-0-0-1.toml"
    assert done.last == f"written: {path}; next: handset run 127-0-0-1"
    assert "note: without server secret no notification reaches it" in done.out
    assert "wonderland" not in path.read_text() + done.out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    account = profiles.load("127-0-0-1").accounts[0]
    assert account.password == "wonderland"
    assert account.client_nonce
    assert f"  127-0-0-1        {path}" in handset("profile", "list").out
    again = handset("profile", "new", "--url", url, *options)
    assert again.code == 2
    assert "exists already; choose another --name" in again.complaint


def test_what_the_server_refuses_is_not_written(handset: Handset, folder: Path, url: str) -> None:
    options = ("--url", url, "--user", "bob", "-o", str(folder / "bob.toml"))
    done = handset("profile", "new", *options)
    assert done.code == 5
    assert "✗ The server refuses user and password" in done.out
    assert "--no-try" in done.last
    assert not (folder / "bob.toml").exists()
    done = handset("profile", "new", *options, "--no-try")
    assert (done.code, done.last) == (
        0,
        f"written: {folder}/bob.toml; next: handset run {folder}/bob.toml",
    )


def test_what_it_says_is_next_opens_a_handset_that_listens_nowhere(
    handset: Handset, folder: Path
) -> None:
    own = {"XDG_STATE_HOME": str(folder / "state")}
    options = ("--url", "http://127.0.0.1:9/", "--user", "bob", "--name", "two", "--no-try")
    done = handset("profile", "new", *options)
    assert "note: without server id and server secret no notification reaches" in done.out
    assert done.last.endswith("next: handset run two")
    with Terminal(*PROGRAM, "run", "two", env=own) as terminal:
        terminal.wait_for("listens nowhere without server id")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    for alone in ("--headless",), ("--listen", "udp://127.0.0.1:0"):
        refused = handset("run", "two", *alone)
        assert refused.code == 2
        assert "server_id is missing: no notification can name this account" in refused.err


def test_nobody_there(handset: Handset, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/"
    done = handset("profile", "new", "--url", url, "--user", "bob")
    assert done.code == 3
    assert "it refuses the connection" in done.out


def test_the_certificate_that_is_shown_is_pinned_when_that_is_said(
    handset: Handset, beside: Beside, tmp_path: Path
) -> None:
    own = certificate(tmp_path, "server")
    peer = serving(lambda asked: response(b"", "404 No"), server_tls(own))
    port = beside.do(peer.__aenter__()).port  # type: ignore[attr-defined]
    options = ("--url", f"https://127.0.0.1:{port}/", "--user", "a")
    refused = handset("profile", "new", *options)
    assert refused.code == 3
    assert "✗ The server's certificate is not trusted" in refused.out
    shown = handset("profile", "new", *options, "--pin", "shown")
    assert shown.code == 3
    assert "HTTP status 404" in shown.out
    beside.do(peer.__aexit__(None, None, None))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "url is missing"),
        (("--url", "http://h/"), "user is missing"),
        (("--url", "http://h/", "--user", "u", "--server", "hord"), "did you mean 'horde'?"),
        (("--url", "http://h/", "--user", "u", "--stores", "a b"), "NAME or NAME=URI"),
        (("--url", "http://h/", "--user", "u", "--name", "a b"), "or a path"),
        (("--url", "http://h/", "--user", "u", "--pin", "shown", "--no-try"), "needs --try"),
        (("--url", "http://h/", "--user", "u", "--password-from", "env:NOT_SET"), "NOT_SET"),
    ],
)
def test_what_cannot_be_is_usage(handset: Handset, options: tuple[str, ...], words: str) -> None:
    done = handset("profile", "new", *options)
    assert done.code == 2
    assert words in done.err


def test_a_secret_in_place_of_where_it_is_is_not_shown(handset: Handset) -> None:
    done = handset("profile", "new", "--password-from", "my-secret")
    assert done.code == 2
    assert "env:NAME, file:PATH or - is expected" in done.complaint
    assert "my-secret" not in done.err


def test_in_a_terminal_it_asks(url: str, folder: Path) -> None:
    with Terminal(*PROGRAM, "profile", "new", columns=120) as terminal:
        terminal.wait_for("URL of the server")
        terminal.send(f"{url}\r")
        terminal.wait_for("user")
        terminal.send("alice\r")
        terminal.wait_for("password; it will stand in the profile")
        terminal.send("wonderland\r")
        terminal.wait_for("written: ")
        assert "wonderland" not in terminal.text
        assert terminal.wait_for_end() == 0
    assert profiles.load("127-0-0-1").accounts[0].password == "wonderland"
