"""An HTTP listener: an ASGI application under uvicorn, in an event loop that is not uvicorn's own.

Owns the socket and uvicorn's start and end. Knows nothing of what the application does.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())


class Listener:
    """`port` 0 takes a free one. Making it binds the port, and raises OSError when that is in use.

    `http` are its connections, `backlog` those that may wait to be accepted.
    """

    def __init__(
        self,
        application: ASGIApp,
        host: str,
        port: int,
        *,
        http: type[H11Protocol] = H11Protocol,
        backlog: int = 2048,
    ) -> None:
        self._socket = _bound(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            application,
            http=http,
            backlog=backlog,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        self._running = _Uvicorn(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when requests are taken."""
        self._task = asyncio.create_task(self._running.serve(sockets=[self._socket]))
        ready = asyncio.create_task(self._running.ready.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._task
            raise OSError(f"{self.host}:{self.port}: the server did not start")

    def leave(self) -> None:
        """Begins to stop."""
        self._running.leave.set()

    async def stop(self) -> None:
        """Closes the port; what is under way has a second."""
        self.leave()
        if self._task is None:
            self._socket.close()
            return
        await self._task
        self._task = None

    async def stopped(self) -> None:
        """Returns when somebody has stopped it."""
        if self._task is not None:
            await asyncio.shield(self._task)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.setblocking(False)
    except OSError as wrong:
        listener.close()
        raise OSError(wrong.errno, f"{host}:{port}: {wrong.strerror}") from None
    return listener


class _Uvicorn(uvicorn.Server):
    """uvicorn in a loop that is not its own: takes no signals, says when it is ready, stops at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.leave = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.leave.wait()
