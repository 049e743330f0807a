"""A real terminal for one program: a pty, and what a person would see of it (pyte)."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from typing import Self

import pyte

PATIENCE = 30.0
UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?]\d*u")  # the keyboard protocol; it would print the u


class Terminal:
    """Runs `command` in a terminal of its own. Use as a context manager: it is gone at the end.

    `received` is all that the program has written, `exit_code` what it ended with, if it did,
    `started` when it was started, `heard` when it last wrote (`time.perf_counter`).
    """

    def __init__(
        self,
        *command: str,
        columns: int = 80,
        rows: int = 24,
        env: dict[str, str] | None = None,
    ) -> None:
        self._command = command
        self._size = struct.pack("HHHH", rows, columns, 0, 0)
        self._env = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | (env or {})
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            self._env.pop(name, None)
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.received = bytearray()
        self.heard = 0.0
        self.exit_code: int | None = None

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, self._size)
        self._modes = termios.tcgetattr(slave)
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._env,
            start_new_session=True,
            preexec_fn=_own_terminal,
        )
        os.close(slave)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def lines(self) -> list[str]:
        """The screen as it stands, a line of text each."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def send(self, keys: str) -> None:
        """Presses keys."""
        os.write(self._master, keys.encode())

    def wait_for(self, *wanted: str, patience: float = PATIENCE) -> str:
        """Reads until all of these texts are on the screen together; the screen."""
        self._until(lambda: all(text in self.text for text in wanted), repr(wanted), patience)
        return self.text

    def wait_for_more(self, wanted: bytes, patience: float = PATIENCE) -> float:
        """Reads until the program writes these octets after all that it has written so far; when
        they came. Draws nothing: the screen is no longer to be trusted."""
        start = len(self.received)
        self._until(
            lambda: self.received.find(wanted, start) >= 0, repr(wanted), patience, draw=False
        )
        return self.heard

    def read_for(self, seconds: float) -> None:
        """Takes what the program writes for that long, and draws nothing of it."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.exit_code is None:
            if select.select([self._master], [], [], left)[0]:
                self._read(draw=False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for_octets(self, wanted: bytes, patience: float = PATIENCE) -> None:
        """Reads until the program has written these octets. Draws nothing, so that it costs nothing."""
        self._until(lambda: wanted in self.received, repr(wanted), patience, draw=False)

    def wait_for_end(self, patience: float = PATIENCE) -> int:
        """Reads until the program has ended; its exit code."""
        self._until(lambda: self.exit_code is not None, "its end", patience)
        assert self.exit_code is not None
        return self.exit_code

    @property
    def restored(self) -> bool:
        """Whether the terminal is as the program found it: line modes, main screen, cursor, mouse."""
        on = [b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?7l"]
        off = [b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?7h"]
        for mode in (1000, 1003, 1004, 1006, 1015, 2004):
            on.append(b"\x1b[?%dh" % mode)
            off.append(b"\x1b[?%dl" % mode)
        pairs = zip(on, off, strict=True)
        undone = all(self.received.rfind(a) <= self.received.rfind(b) for a, b in pairs)
        return undone and termios.tcgetattr(self._master) == self._modes

    def _until(
        self, met: Callable[[], bool], what: str, patience: float, draw: bool = True
    ) -> None:
        end = time.monotonic() + patience
        while not met():
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited for {what}; on the screen:\n{self.text}")
            if self.exit_code is not None:
                raise AssertionError(f"ended ({self.exit_code}) before {what}:\n{self.text}")
            if select.select([self._master], [], [], left)[0]:
                self._read(draw)

    def _read(self, draw: bool) -> None:
        try:
            octets = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            octets = b""
        if octets:
            self.heard = time.perf_counter()
            self.received += octets
            if draw:
                self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", octets))
            return
        self.exit_code = self._process.wait()


def _own_terminal() -> None:
    """In the new process: its standard input becomes the terminal that controls it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
