"""Real software as peers: SyncEvolution's server, tshark, and what any peer needs (`Peer`).

Each runs on loopback with its own ports and a folder of its own, is up when its `with` block begins,
and leaves no process behind. Nothing here knows our own package.

Start them in the main thread: each process asks the kernel to be ended when the thread that started
it is gone, so that a test run that is killed leaves nothing behind either.
"""

import itertools
import os
import random
import re
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.interop.need import need

DEBIAN_PYTHON = "/usr/bin/python3"
PATIENCE = 30.0  # seconds; a start takes about one, on a busy machine a few


class NotUpError(RuntimeError):
    """A peer did not come up, with what it said."""


def free_port() -> int:
    """A TCP port that was free a moment ago; who uses it must be ready to take another."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
    return port


def loopback() -> str:
    """A loopback address of one's own, for ports that cannot be chosen (all of 127/8 is loopback)."""
    pick = random.SystemRandom()
    return f"127.{pick.randint(1, 254)}.{pick.randint(0, 255)}.{pick.randint(1, 254)}"


class Peer:
    """A folder, the processes that work in it, and their logs."""

    def __init__(self) -> None:
        # Not pytest's tmp_path: the path of a D-Bus socket must be shorter than 108 octets.
        self._folder = tempfile.TemporaryDirectory(prefix="peer-", ignore_cleanup_errors=True)
        self.data = Path(self._folder.name)
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            for attempt in itertools.count(1):
                try:
                    self._start()
                    break
                except NotUpError:  # mostly a port that somebody else took meanwhile
                    self._end_processes()
                    if attempt == 3:
                        raise
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process and forget the folder. May be called twice."""
        self._end_processes()
        self._folder.cleanup()

    def logs(self) -> str:
        """What the processes have said so far, for the message of a failing test."""
        found = sorted(self.data.glob("*.log"))
        return "\n".join(f"--- {p.name}\n{text_of(p)[-4000:]}" for p in found)

    def _start(self) -> None:
        raise NotImplementedError

    def _spawn(self, log: str, *command: str, env: dict[str, str] | None = None) -> None:
        with (self.data / log).open("wb") as out:
            self._processes.append(
                subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", "--", *command],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    cwd=self.data,
                    env=env,
                    start_new_session=True,  # so that its children can be ended with it
                )
            )

    def _until(self, what: str, met: Callable[[], bool]) -> None:
        """Wait for an event while every process lives."""
        end = time.monotonic() + PATIENCE
        while not met():
            dead = [p for p in self._processes if p.poll() is not None]
            if dead or time.monotonic() > end:
                why = f"{dead[0].args!r} ended with {dead[0].returncode}" if dead else "too late"
                raise NotUpError(f"{what}: {why}\n{self.logs()}")
            time.sleep(0.01)

    def _end_processes(self) -> None:
        """Last started, first ended; TERM for those that tidy up, and KILL for what is left."""
        for process in reversed(self._processes):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(self._grace)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()

    _grace = 3.0


def text_of(path: Path) -> str:
    """What a log says so far."""
    return path.read_text(errors="replace") if path.exists() else ""


# --- SyncEvolution ------------------------------------------------------------------------------

# A bus without service files: the first POST cannot start a second server behind our back.
_BUS = """<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""

# Debian's HTTP front end as it should be: an interpreter (the first line is an unsubstituted
# template), loopback only, octets and not text as the answer to a GET.
_REPAIRS = (
    (r"\A#!.*", f"#!{DEBIAN_PYTHON}"),
    (
        r"reactor\.listenTCP\(url\.port, site\)",
        "reactor.listenTCP(url.port, site, interface='127.0.0.1')",
    ),
    (r'return "<html>', 'return b"<html>'),
)


class SyncEvolution(Peer):
    """SyncEvolution as a DS 1.0-1.2 server with one device, an address book and a calendar.

    It runs one session at a time: a device that stops in mid-session keeps every other device
    waiting for `retry_duration` seconds (its own next session replaces the old one at once).
    """

    def __init__(
        self,
        *,
        device_id: str = "IMEI:004999010640000",
        user: str = "testuser",
        password: str = "testpass",
        retry_duration: int = 15,
    ) -> None:
        need("/usr/bin/syncevo-http-server", "/usr/libexec/syncevo-dbus-server", DEBIAN_PYTHON)
        need("syncevolution", "dbus-daemon", "dbus-send", "setpriv")
        wanted = ("dbus", "gi", "twisted", "OpenSSL")  # Debian's, whatever python3 is in the PATH
        probe = "import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"
        if subprocess.run([DEBIAN_PYTHON, "-I", "-c", probe, *wanted], check=False).returncode:
            need(f"{DEBIAN_PYTHON} with {', '.join(wanted)}")
        super().__init__()
        self.device_id, self.user, self.password = device_id, user, password
        self.retry_duration = retry_duration
        self.addressbook = self.data / "db" / "addressbook"
        self.calendar = self.data / "db" / "calendar"
        self.url = ""

    def add_card(self, name: str, text: str) -> None:
        """Put a vCard into the server's address book; `name` is the server's id of it (its GUID)."""
        path = self.addressbook / name
        before = path.stat().st_mtime if path.exists() else None
        path.write_bytes(text.encode())
        # A revision is the modification time in whole seconds: a change must not fall into the same.
        if before is not None:
            later = max(time.time(), before + 2)
            os.utime(path, (later, later))

    def cards(self) -> list[str]:
        """The vCards in the server's address book as it stores them (CRLF, empty properties added)."""
        return [path.read_bytes().decode() for path in sorted(self.addressbook.iterdir())]

    def _start(self) -> None:
        bus, home = self.data / "bus", self.data / "home"
        for folder in (home, self.addressbook, self.calendar):
            folder.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        env = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}",
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "XDG_CONFIG_HOME": str(self.data / "config"),
            "XDG_DATA_HOME": str(self.data / "share"),
            "XDG_CACHE_HOME": str(self.data / "cache"),
        }
        if not (self.data / "config").exists():
            self._configure(env)

        (self.data / "bus.conf").write_text(_BUS.format(socket=bus))
        bus.unlink(missing_ok=True)
        self._spawn("bus.log", "dbus-daemon", f"--config-file={bus}.conf", "--nofork", env=env)
        self._until("D-Bus", bus.exists)
        # Long options only: two options share -v, and that is an error.
        self._spawn(
            "dbus-server.log",
            "/usr/libexec/syncevo-dbus-server",
            "--duration=unlimited",
            "--verbosity=3",
            "--stdout",
            "--no-syslog",
            env=env,
        )
        self._until("SyncEvolution on D-Bus", lambda: _owned("org.syncevolution", env))

        port = free_port()
        self.url = f"http://127.0.0.1:{port}/syncevolution"
        program = self.data / "http-server.py"
        program.write_text(_repaired(Path("/usr/bin/syncevo-http-server").read_text()))
        command = (DEBIAN_PYTHON, "-I", str(program), "--debug", self.url)
        self._spawn("http-server.log", *command, env=env)
        # The line in its log: that something answers on the port does not mean that it is ours.
        listening = f"listening on port {port}"
        self._until(listening, lambda: listening in text_of(self.data / "http-server.log"))

    def _configure(self, env: dict[str, str]) -> None:
        peer = (
            "PeerIsClient=1",
            f"remoteDeviceId={self.device_id}",
            f"username={self.user}",
            f"password={self.password}",
            "syncURL=",
            "SyncMLVersion=REQUESTMAXTIME=0",  # no worker thread: it costs 1.7 s in each session
            f"RetryDuration={self.retry_duration}",
            "loglevel=4",
            "dumpData=0",
            "printChanges=0",
            "preventSlowSync=0",
        )
        stores = (
            setting
            for name, folder, form in (
                ("addressbook", self.addressbook, "text/vcard"),
                ("calendar", self.calendar, "text/calendar"),
            )
            for setting in (
                f"{name}/backend=file",
                f"{name}/database=file://{folder}",
                f"{name}/databaseFormat={form}",
                f"{name}/uri={name}",
                f"{name}/sync=two-way",
            )
        )
        command = ["syncevolution", "--daemon=no", "--configure", "--keyring=no"]
        command += [
            "--template",
            "none",
            *peer,
            *stores,
            "handset@server",
            "addressbook",
            "calendar",
        ]
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE
        )
        if done.returncode:
            raise NotUpError(f"syncevolution --configure: {done.stdout!r} {done.stderr!r}")


def _repaired(program: str) -> str:
    for pattern, replacement in _REPAIRS:
        program, count = re.subn(pattern, replacement, program)
        if not count:
            raise NotUpError(f"syncevo-http-server is another one than we know: no {pattern!r}")
    return program


def _owned(name: str, env: dict[str, str]) -> bool:
    bus = "org.freedesktop.DBus"
    ask = ["dbus-send", "--session", "--print-reply=literal", f"--dest={bus}", "/"]
    ask += [f"{bus}.NameHasOwner", f"string:{name}"]
    done = subprocess.run(ask, env=env, capture_output=True, timeout=PATIENCE)
    return b"true" in done.stdout


# --- tshark -------------------------------------------------------------------------------------


def dissect_udp(datagrams: list[bytes], port: int = 2948) -> list[str]:
    """What tshark says about each datagram, in its words: the WSP part of `tshark -V`."""
    need("tshark")
    if not datagrams:
        return []
    with tempfile.TemporaryDirectory(prefix="tshark-") as folder:
        capture = Path(folder) / "push.pcap"
        capture.write_bytes(_pcap(datagrams, port))
        command = ["tshark", "-n", "-r", str(capture), "-V", "-O", "wsp,wbxml"]
        env = os.environ | {"HOME": folder, "XDG_CONFIG_HOME": folder}  # nobody's preferences
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=2 * PATIENCE
        )
    if done.returncode:
        raise RuntimeError(f"tshark: {done.stderr!r}")
    frames = re.split(r"^(?=Frame \d+: )", done.stdout.decode(), flags=re.MULTILINE)[1:]
    if len(frames) != len(datagrams):
        raise RuntimeError(f"tshark: {len(frames)} frames of {len(datagrams)}")
    return frames


def _pcap(datagrams: list[bytes], port: int) -> bytes:
    raw_ip = 101  # link type
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, raw_ip)
    here = socket.inet_aton("127.0.0.1")
    for second, datagram in enumerate(datagrams):
        udp = struct.pack(">HHHH", 9200, port, 8 + len(datagram), 0) + datagram  # 0: no checksum
        size = 20 + len(udp)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, second, 0, 64, 17, 0, here, here) + udp
        out += struct.pack("<IIII", second, 0, size, size) + ip
    return out
