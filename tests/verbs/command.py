"""The command as scripts call it: in this process, or as a process of its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import pytest

from emulator.cli import main

ROOT = Path(__file__).parents[2]
SERVER, SECRET = "ds.example.com", "srv-secret-1"
"""Server id and secret of the built-in server's profile."""
PROGRAM = [sys.executable, "-c", "from emulator.cli import main; main()"]


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        return self.out.splitlines()[-1]

    @property
    def json(self) -> Any:
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def complaint(self) -> str:
        """The one thing a command that could not go on says: on stderr, and never a traceback."""
        assert self.out == ""
        assert "Traceback" not in self.err
        return self.err.removesuffix("\n")


Handset = Callable[..., Done]


def in_process(capsys: pytest.CaptureFixture[str]) -> Handset:
    """handset("digest", "md5", ...) as `main` does it."""

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        code = left.value.code
        assert code is None or isinstance(code, int)
        return Done(int(code or 0), written.out, written.err)

    return call


def environment(home: Path) -> dict[str, str]:
    """The environment of a process whose user's state lies in `home`."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(home), "NO_COLOR": "1"}


@contextlib.contextmanager
def process(home: Path, *arguments: object, **streams: Any) -> Iterator[subprocess.Popen[str]]:
    """`handset` as a process of its own, its output unbuffered; killed if it is still there."""
    options: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        **streams,
    }
    command = [*PROGRAM, *map(str, arguments)]
    with subprocess.Popen(command, text=True, env=environment(home), **options) as started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.kill()


def until(stream: IO[str] | None, text: str) -> str:
    """The first line of a process's stdout or stderr that has `text`."""
    assert stream is not None
    for line in stream:
        if text in line:
            return line.removesuffix("\n")
    raise AssertionError(f"{text!r} never came")


def finished(started: subprocess.Popen[str]) -> Done:
    out, err = started.communicate(timeout=30)
    return Done(started.returncode, out, err)
