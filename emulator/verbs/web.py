"""`handset web`: the same screen in a browser, through textual-serve; a process of its own for each page.

On loopback unless told otherwise. The page fetches nothing from any network, and pages of other origins
cannot drive the handset.
"""

import asyncio
import errno
import re
import shlex
import socket
import sys
import tempfile
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator.verbs.exits import Exit, Failure

VERBS = ("demo", "run", "open")
"""What has a screen; without a verb it is the start screen."""
LOOKS = ("--theme", "--ascii")
"""What the start screen takes instead of a verb."""
_MAIN = "from emulator.cli import main; main()"
_PAGE = "app_index.html"
_LINK = re.compile(r"<link\b[^>]*?href=\"https?://[^>]*>\s*", re.DOTALL)
_FONT = """<style>
      @font-face {
        font-family: "Roboto Mono";
        src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf");
      }
    </style>
    """


def web(host: str, port: int, words: tuple[str, ...]) -> Exit:
    """Serves until it is interrupted."""
    if words and words[0].partition("=")[0] not in (*VERBS, *LOOKS):
        raise Failure(f"web {words[0]}: one of {', '.join(VERBS)} is expected, with its options")
    if "--headless" in words or "--json" in words:
        raise Failure("web shows the screen: leave --headless and --json out")
    if find_spec("textual_serve") is None:
        raise Failure("web needs textual-serve: pip install 'ds-handset[web]'")
    listener = _listener(host, port)
    command = shlex.join([sys.executable, "-c", _MAIN, *words])
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listener.getsockname()[1]}"
    if not is_loopback(host):
        print(
            f"handset: warning: anybody who reaches {host} can use this handset, and see its items;"
            " there is no password",
            file=sys.stderr,
        )
    print(f"The screen is at {url} (ctrl+c ends it)", flush=True)
    with tempfile.TemporaryDirectory(prefix="handset-web-") as folder, listener:
        try:
            asyncio.run(_serve(command, is_loopback(host), listener, Path(folder)))
        except KeyboardInterrupt:
            return Exit.INTERRUPTED
    return Exit.MET


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as wrong:
        reason = wrong.strerror or str(wrong)
        if wrong.errno == errno.EADDRINUSE:
            reason = "the port is in use; stop what listens there, or choose another --port"
        raise Failure(f"web {host}:{port}: {reason}", Exit.TRANSPORT) from wrong


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def without_links(page: str) -> str:
    """The page with the font that comes with it, and without what it would fetch from a network."""
    return _LINK.sub(_FONT, page)


def is_own(origin: str, host: str, local: bool) -> bool:
    """Whether a page of that origin is ours, served under the name by which we are called now.

    On loopback that name must be one of loopback too: any other could be made to point at us.
    """
    name = urlsplit(f"//{host}").hostname or ""
    return urlsplit(origin).netloc == host and (not local or is_loopback(name))


async def _serve(command: str, local: bool, listener: socket.socket, folder: Path) -> None:
    from aiohttp import web as http
    from textual_serve.server import Server

    class Own(Server):
        """Says nothing, and talks to its own pages only."""

        async def on_startup(self, app: http.Application) -> None:
            pass

        async def handle_index(self, request: http.Request) -> Any:
            # The page names us as its reader did.
            self.public_url = f"http://{request.host}"
            return await super().handle_index(request)

        async def handle_websocket(self, request: http.Request) -> Any:
            if not is_own(request.headers.get("Origin", ""), request.host, local):
                raise http.HTTPForbidden(text="Only this server's own page may drive the handset.")
            return await super().handle_websocket(request)

    server = Own(command, title="handset")
    page = (Path(server.templates_path) / _PAGE).read_text("utf-8")
    (folder / _PAGE).write_text(without_links(page), "utf-8")
    server.templates_path = folder
    runner = http.AppRunner(await server._make_app(), access_log=None)
    await runner.setup()
    await http.SockSite(runner, listener).start()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
