"""The built-in server as `handset serve` runs it, in a process of its own, and its control interface."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.verbs.command import process, until

DEVICE = "IMEI:490000000000017"


class Served:
    """A running server; `control` speaks to its interface for tests."""

    def __init__(self, started: subprocess.Popen[str], url: str, control: httpx.Client) -> None:
        self.process = started
        self.url = url
        self.control = control

    def account(self, **change: str) -> dict[str, Any]:
        """The account of the device, changed first where asked for."""
        path = f"accounts/{DEVICE}"
        answer = self.control.patch(path, json=change) if change else self.control.get(path)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def notification(self, nonce: str = "session-id", **fields: Any) -> dict[str, Any]:
        """A notification of the server, as hex; delivered too where a `target` is given."""
        wanted = {"device_id": DEVICE, "nonce": nonce, **fields}
        found: dict[str, Any] = self.control.post("notify", json=wanted).raise_for_status().json()
        return found

    def profile(self, folder: Path, more: str = "") -> Path:
        """A handset's profile for this server."""
        path = folder / "mine.toml"
        path.write_text(
            f'server = "built-in"\n[account]\nurl = "{self.url}"\n[resync]\nrate = "off"\n{more}'
        )
        return path


@contextlib.contextmanager
def serving(home: Path, *options: object) -> Iterator[Served]:
    with process(home, "serve", "--port", 0, *options) as started:
        line = until(started.stdout, "DS server at ")
        url = line.removeprefix("DS server at ").partition(";")[0]
        base = url.replace("/sync", "/control/")
        with httpx.Client(base_url=base, timeout=10, trust_env=False) as control:
            yield Served(started, url, control)
