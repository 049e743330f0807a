"""What the bearers that are HTTP servers share: a port, the methods they take, how much they read.

Whoever connects and says nothing is not waited for, and there is room for so many at one time.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from emulator.listener import Listener
from emulator.wire.limits import MAX_DATAGRAM

MAX_CONNECTIONS = 32
"""At one time; a process may have some hundreds of files only."""
SILENCE = 10.0
"""Seconds in which the first octet of a request must come."""
_BACKLOG = 16

Refuse = Callable[[str], None]
"""Called with who was turned away and why, the bearer's address first."""


class TooLargeError(ValueError):
    """A body of more octets than any push has."""


class HttpBearer:
    """A bearer that answers requests. Subclasses say how (`respond`)."""

    scheme: ClassVar[str]

    def __init__(self, host: str, port: int, methods: tuple[str, ...], refuse: Refuse) -> None:
        self.host, self.port = host, port
        self._methods, self._refuse = methods, refuse
        self._listener: Listener | None = None

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/"

    async def respond(self, request: Request) -> Response:
        """The answer to a request of one of the methods."""
        raise NotImplementedError

    async def open(self) -> None:
        """Raises OSError with the reason when it cannot listen."""
        routes = [Route("/{path:path}", self.respond, methods=list(self._methods))]
        http = _connection(lambda why: self._refuse(f"{self.address}: {why}"))
        application = Starlette(routes=routes, exception_handlers={405: self._other_method})
        self._listener = Listener(application, self.host, self.port, http=http, backlog=_BACKLOG)
        self.port = self._listener.port
        await self._listener.start()

    def close(self) -> None:
        if self._listener is not None:
            self._listener.leave()

    async def closed(self) -> None:
        """Returns when nothing of it runs any more."""
        if self._listener is not None:
            await self._listener.stop()
            self._listener = None

    @staticmethod
    def sender(request: Request) -> str:
        """Who asks."""
        return f"{request.client.host}:{request.client.port}" if request.client else ""

    @staticmethod
    async def body(request: Request) -> bytes:
        """The body. Raises TooLargeError."""
        octets = b""
        async for chunk in request.stream():
            octets += chunk
            if len(octets) > MAX_DATAGRAM:
                raise TooLargeError(f"a push has at most {MAX_DATAGRAM} octets")
        return octets

    async def _other_method(self, request: Request, error: Exception) -> Response:
        allowed = " or ".join(self._methods)
        return self.refused(request, f"{request.method[:20]} where {allowed} is expected", 405)

    def refused(self, request: Request, why: object, status: int, words: str = "") -> Response:
        """The answer to what this bearer does not take; said in the journal too."""
        self._refuse(f"{self.address}: {self.sender(request)}: {why}")
        return PlainTextResponse(words or str(why), status)


def _connection(refuse: Refuse) -> type[H11Protocol]:
    class Connection(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > MAX_CONNECTIONS:
                refuse(f"more than {MAX_CONNECTIONS} connections at one time")
                transport.abort()
                return
            self.timeout_keep_alive_task = self.loop.call_later(
                SILENCE, self.timeout_keep_alive_handler
            )

        def send_400_response(self, msg: str) -> None:
            refuse(f"{':'.join(map(str, self.client or ()))}: {msg}")
            super().send_400_response(msg)

    return Connection
