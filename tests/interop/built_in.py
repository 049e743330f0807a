"""The built-in server as a peer like the others: `handset serve` in a process of its own."""

import json
import subprocess
import threading
import urllib.request
from typing import Self
from urllib.parse import quote, urljoin

from tests.interop.device import HANDSET, PATIENCE

DEVICE_ID = "IMEI:490000000000017"
"""The one device it knows, the demo's; its account is the one of the profile `built-in`."""


class BuiltIn:
    """The server of the demo, on a port of its own. `url` is up when the `with` block begins."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [HANDSET, "serve", "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout
        said = self._process.stdout.readline()
        self.url = next((word.strip(";") for word in said.split() if word.startswith("http")), "")
        if not self.url:
            self.__exit__()
            raise RuntimeError(f"handset serve: {said}")
        # Nobody listens to what it says, and a full pipe would stop it.
        self._reader = threading.Thread(target=self._process.stdout.read)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reader.join()
        self._process.communicate()

    def nonces(self) -> tuple[bytes, bytes]:
        """What the server holds for its device: client nonce, server nonce."""
        account = self.control("GET", f"accounts/{DEVICE_ID}")
        return bytes.fromhex(account["client_nonce_hex"]), bytes.fromhex(
            account["server_nonce_hex"]
        )

    def change(self, **values: str) -> None:
        """Changes fields of the device's account."""
        self.control("PATCH", f"accounts/{DEVICE_ID}", values)

    def control(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, str]:
        """A request to the control interface, and its answer."""
        kind = {"Content-Type": "application/json"}
        octets = None if body is None else json.dumps(body).encode()
        place = urljoin(self.url, f"/control/{quote(path)}")
        request = urllib.request.Request(place, octets, kind, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            answer: dict[str, str] = json.load(response)
        return answer
