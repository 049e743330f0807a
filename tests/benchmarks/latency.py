"""From a notification on the socket to the first octet of package 1, beside a bare receiver with httpx.

The receiver, the handset without a screen and the handset on its screen take turns. Each of them is a
process of its own; what they post goes through `Wire`, which notes when a connection's first octet
came. Behind it is the built-in server: each notification verifies with its SessionID, and its session
comes to its end before the next turn.
"""

import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from emulator import journal, profiles, pushing
from emulator.protocol.events import SessionClosed, VerdictReached
from emulator.pushing import Wanted
from tests.benchmarks.measure import Ratio, in_turn
from tests.interop.built_in import BuiltIn
from tests.interop.device import HANDSET, PATIENCE
from tests.interop.terminal import Terminal

TARGET = 1.5
ROOT = Path(__file__).parents[2]
LISTENS = re.compile(r"udp://127\.0\.0\.1:(\d+)")
SETTLED = 0.03
"""Seconds between two turns: what a process does after its session does not count as its next."""


class Wire:
    """A port in front of a server; `first` gets, per connection, when its first octet came and what
    came with it, `over` that it was closed."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.first: queue.Queue[tuple[float, bytes]] = queue.Queue()
        self.over: queue.Queue[None] = queue.Queue()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            octets = connection.recv(65536)
            self.first.put((time.perf_counter(), octets))
            threading.Thread(target=self._relay, args=(connection, octets), daemon=True).start()

    def _relay(self, client: socket.socket, octets: bytes) -> None:
        with client, socket.create_connection(self._server) as server:
            server.sendall(octets)
            back = threading.Thread(target=_pour, args=(server, client), daemon=True)
            back.start()
            _pour(client, server)
            back.join()
        self.over.put(None)


def _pour(source: socket.socket, sink: socket.socket) -> None:
    while octets := source.recv(65536):
        sink.sendall(octets)
    sink.shutdown(socket.SHUT_WR)


class Receiver(NamedTuple):
    """Something that listens on a port and posts through a wire."""

    port: int
    wire: Wire

    def notified(self, octets: bytes) -> tuple[float, bytes]:
        """Seconds from sending this to the first octet of the POST, and what came with it; returns
        when its connection is closed."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sent = time.perf_counter()
            sender.sendto(octets, ("127.0.0.1", self.port))
        came, head = self.wire.first.get(timeout=PATIENCE)
        self.wire.over.get(timeout=PATIENCE)
        time.sleep(SETTLED)
        return came - sent, head


class Notifications:
    """Notifications of ever new SessionIDs, signed with them."""

    def __init__(self) -> None:
        self._account = profiles.load("built-in").accounts[0]
        self.made = 0

    def next(self) -> bytes:
        self.made += 1
        wanted = Wanted("session-id", str(self.made), syncs=("206:text/x-vcard:./contacts",))
        (octets,) = pushing.in_form(pushing.package_0(self._account, wanted), "wsp")
        return octets


class Handset(NamedTuple):
    """A handset that runs, what it is sent, and the server behind it."""

    receiver: Receiver
    notifications: Notifications
    journal: Path
    server: tuple[str, int]

    def turn(self) -> float:
        return self.receiver.notified(self.notifications.next())[0]

    def check(self) -> None:
        """Raises AssertionError unless each notification has led to a session, and that to its end."""
        whats = [event.what for event in journal.read(self.journal)]
        verdicts = [what.verdict for what in whats if isinstance(what, VerdictReached)]
        outcomes = [what.outcome for what in whats if isinstance(what, SessionClosed)]
        assert verdicts == ["verified-session-id"] * self.notifications.made, verdicts
        assert outcomes == ["synchronised"] * self.notifications.made, outcomes


@contextmanager
def _handset(folder: Path, screen: bool) -> Iterator[Handset]:
    folder.mkdir()
    with BuiltIn() as server:
        at = urlsplit(server.url)
        address = (at.hostname or "", at.port or 0)
        wire = Wire(address)
        profile, record = folder / "latency.toml", folder / "journal"
        url = f"http://127.0.0.1:{wire.port}{at.path}"
        profile.write_text(
            f'server = "built-in"\n[account]\nurl = "{url}"\n[resync]\nrate = "off"\n'
        )
        command = [HANDSET, "run", str(profile), "--state", str(folder / "state")]
        command += ["--listen", "udp://127.0.0.1:0", "--journal", str(record)]
        with _on_screen(command) if screen else _headless([*command, "--headless"]) as port:
            yield Handset(Receiver(port, wire), Notifications(), record, address)


@contextmanager
def _headless(command: list[str]) -> Iterator[int]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        yield int(process.stderr.readline().rpartition(":")[2])
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def _on_screen(command: list[str]) -> Iterator[int]:
    """What it paints is read all the time, as by a terminal."""
    with Terminal(*command, columns=120, rows=40) as terminal:
        found = LISTENS.search(terminal.wait_for("udp://127.0.0.1:"))
        assert found
        left = threading.Event()

        def read() -> None:
            while not left.is_set():
                terminal.read_for(0.1)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield int(found[1])
        finally:
            left.set()
            reader.join()
            terminal.send("q")
            terminal.wait_for_end()


@contextmanager
def _bare(server: tuple[str, int], size: int) -> Iterator[Receiver]:
    """The server refuses what this posts; that is its last octet, not its first."""
    wire = Wire(server)
    url = f"http://127.0.0.1:{wire.port}/sync"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bare_receiver", url, str(size)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    try:
        assert process.stdout
        yield Receiver(int(process.stdout.readline()), wire)
    finally:
        process.kill()
        process.communicate()


def run(rounds: int = 100, warm_up: int = 3) -> list[Ratio]:
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as name,
        _handset(Path(name) / "headless", screen=False) as headless,
        _handset(Path(name) / "screen", screen=True) as screen,
    ):
        octets = headless.notifications.next()
        _, head = headless.receiver.notified(octets)
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        assert length
        with _bare(headless.server, int(length[1])) as bare:

            def posted() -> float:
                return bare.notified(octets)[0]

            one, ours, other, shown = in_turn(
                posted, headless.turn, posted, screen.turn, rounds=rounds, warm_up=warm_up
            )
        headless.check()
        screen.check()
    named = (("", ours, one), (" on the screen", shown, other))
    return [
        Ratio(f"notification to package 1{who}, p{of} / bare receiver", a, b, TARGET, percentile=of)
        for who, a, b in named
        for of in (50, 95)
    ]


if __name__ == "__main__":
    for ratio in run():
        print(ratio, flush=True)
