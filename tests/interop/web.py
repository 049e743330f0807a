"""`handset web` as a process of its own, on a port of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.interop.device import HANDSET


@contextmanager
def served(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`handset web` on a port of its own: its URL."""
    process = subprocess.Popen(
        [HANDSET, "web", "--port", "0", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout:
        try:
            said = process.stdout.readline()
            url = next((word for word in said.split() if word.startswith("http://")), "")
            assert url, said
            yield url, process
        finally:
            process.kill()
