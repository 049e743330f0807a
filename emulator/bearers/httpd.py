"""What the bearers that are HTTP servers share: a port, the methods they take, how much they read."""

from typing import ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator.listener import Listener
from emulator.wire.limits import MAX_DATAGRAM


class TooLargeError(ValueError):
    """A body of more octets than any push has."""


class HttpBearer:
    """A bearer that answers requests. Subclasses say how (`respond`)."""

    scheme: ClassVar[str]

    def __init__(self, host: str, port: int, methods: tuple[str, ...]) -> None:
        self.host, self.port = host, port
        self._methods = methods
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
        self._listener = Listener(Starlette(routes=routes), self.host, self.port)
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
