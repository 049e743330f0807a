"""Chromium without a window, driven over the DevTools protocol: what a page says, keys, pictures."""

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyte
from websockets.asyncio.client import ClientConnection, connect

from tests.interop.terminal import UNKNOWN_TO_PYTE

PROGRAM = "chromium"
PATIENCE = 60.0


class Page:
    """One page, and every address that it has asked for."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.asked: list[str] = []
        """The addresses that the page has fetched, or tried to."""
        self.screen = pyte.Screen(80, 24)
        """What the terminal in the page shows: it draws on a canvas, so this reads along."""
        self._stream = pyte.ByteStream(self.screen)
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if message.get("id") in self._answers:
                self._answers.pop(message["id"]).set_result(message)
            else:
                self._take(message.get("method"), message.get("params", {}))

    def _take(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.asked.append(params["url"])
            size = parse_qs(urlsplit(params["url"]).query)
            self.screen.resize(int(size["height"][0]), int(size["width"][0]))
        elif method == "Network.webSocketFrameReceived" and params["response"]["opcode"] == 2:
            octets = base64.b64decode(params["response"]["payloadData"])
            self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", octets))

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def wait_for(self, *wanted: str) -> None:
        """Waits until all of these texts are in the terminal together."""
        end = time.monotonic() + PATIENCE
        while not all(text in self.text for text in wanted):
            if time.monotonic() > end or self._reader.done():
                raise AssertionError(f"waited for {wanted}; in the browser:\n{self.text}")
            await self.call("Runtime.evaluate", expression="1")  # frames come before its answer

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Asks the browser for something; its answer."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        message = await asyncio.wait_for(answer, PATIENCE)
        assert "error" not in message, message
        found: dict[str, Any] = message["result"]
        return found

    async def value(self, script: str) -> Any:
        """What a script gives."""
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return found["result"].get("value")

    async def press(self, key: str) -> None:
        """Presses and releases a key that writes a character."""
        for kind in ("keyDown", "keyUp"):
            text = key if kind == "keyDown" else ""
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, text=text)

    async def picture(self) -> bytes:
        """What can be seen, as PNG."""
        found = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(found["data"])

    async def close(self) -> None:
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        await self._socket.close()


@asynccontextmanager
async def browsing(url: str, size: tuple[int, int] = (1200, 800)) -> AsyncIterator[Page]:
    """A browser of its own on that page; it is gone at the end."""
    folder = tempfile.mkdtemp(prefix="handset-browser-")
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        f"--window-size={size[0]},{size[1]}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        page = await asyncio.wait_for(_page(process), PATIENCE)
        try:
            await page.call("Network.enable")
            await page.call("Page.enable")
            await page.call("Page.navigate", url=url)
            yield page
        finally:
            await page.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _page(process: asyncio.subprocess.Process) -> Page:
    """Finds out on which port the browser listens; its first page."""
    assert process.stderr is not None
    said = b""
    async for line in process.stderr:
        said += line
        if b"DevTools listening on ws://" in line:
            port = line.partition(b"ws://127.0.0.1:")[2].partition(b"/")[0].decode()
            async with httpx.AsyncClient(trust_env=False) as client:
                pages = (await client.get(f"http://127.0.0.1:{port}/json/list")).json()
            address = next(page for page in pages if page["type"] == "page")
            socket = await connect(
                address["webSocketDebuggerUrl"], max_size=None, proxy=None, compression=None
            )
            return Page(socket)
    raise AssertionError(f"the browser did not start: {said.decode(errors='replace')[-2000:]}")
