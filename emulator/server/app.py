"""The HTTP shell: a Starlette application in the event loop that is running.

Carries octets between sockets and the service; what they mean is none of its business.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from emulator.listener import Listener
from emulator.server import accounts, control
from emulator.server.exchange import Fact, Late, Lost, Request, Said
from emulator.server.misbehaviour import HONEST, Misbehaviour
from emulator.server.service import Service
from emulator.server.state import Reply, ServerState
from emulator.wire import authmac

PATH = "/sync"
LIMIT = 4 * 1024 * 1024
"""Octets of a request that are read at most."""


class Server(Service):
    """The built-in server on a loopback port; 0 takes a free one. `late`: how many seconds a late
    reply is held back.

    `start` raises OSError when the port is in use. Used as `async with Server(...)`, or with `start`
    and `stop`.
    """

    def __init__(
        self,
        state: ServerState | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        misbehaviour: Misbehaviour = HONEST,
        facts: Callable[[Fact], None] | None = None,
        keep: Callable[[ServerState], None] | None = None,
        late: float = 60.0,
        **clock_and_entropy: Any,
    ) -> None:
        super().__init__(
            accounts.demo() if state is None else state,
            misbehaviour=misbehaviour,
            facts=facts,
            keep=keep,
            **clock_and_entropy,
        )
        self.host = host
        self.port = port
        self.late = late
        self._listener: Listener | None = None
        self._connections: dict[tuple[str, int], asyncio.Transport] = {}

    @property
    def url(self) -> str:
        """Where handsets send their packages."""
        return self.state.url

    async def start(self) -> None:
        http = _protocol(self._connections)
        self._listener = Listener(application(self), self.host, self.port, http=http)
        self.port = self._listener.port
        host = f"[{self.host}]" if ":" in self.host else self.host
        self.state = msgspec.structs.replace(self.state, url=f"http://{host}:{self.port}{PATH}")
        await self._listener.start()

    async def stop(self) -> None:
        """Closes the port and all connections; what is under way is not waited for."""
        if self._listener is None:
            return
        self._listener.leave()
        for connection in list(self._connections.values()):
            connection.abort()
        await self._listener.stop()
        self._listener = None

    async def serve(self) -> None:
        """Runs until cancelled, or until `stop` is called elsewhere."""
        await self.start()
        assert self._listener is not None
        try:
            await self._listener.stopped()
        finally:
            await self.stop()

    async def __aenter__(self) -> "Server":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def drop(self, client: tuple[str, int]) -> None:
        """Closes the connection from this address without a response."""
        connection = self._connections.get(client)
        if connection is not None:
            connection.abort()


def _protocol(connections: dict[tuple[str, int], asyncio.Transport]) -> type[H11Protocol]:
    """uvicorn's HTTP protocol, which enters its connections into a table by the peer's address."""

    class Connection(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            self.peer = tuple(transport.get_extra_info("peername")[:2])
            connections[self.peer] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.peer, None)
            super().connection_lost(exc)

    return Connection


class _Dropped(Response):
    """No response at all: the connection is closed."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._server.drop(tuple(scope["client"]))
        await _gone(receive)


class _Held(Response):
    """A response that leaves after some time, unless the client has gone before."""

    def __init__(self, response: Response, seconds: float) -> None:
        super().__init__()
        self._response = response
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({gone}, timeout=self._seconds)
        finally:
            left = gone.done()
            gone.cancel()
        if not left:
            await self._response(scope, receive, send)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def application(server: Server) -> Starlette:
    """The ASGI application: POST /sync, and the control interface below /control/."""

    async def sync(http: HttpRequest) -> Response:
        octets = await _body(http)
        if octets is None:
            return PlainTextResponse(f"more than {LIMIT} octets\n", 413)
        query = http.url.query
        request = Request(
            f"{http.url.path}?{query}" if query else http.url.path,
            http.headers.get("content-type", ""),
            octets,
            # HTTP hands headers on as Latin-1; a name in one may be UTF-8.
            http.headers.get(authmac.NAME, "").encode("latin-1").decode("utf-8", "replace"),
        )
        try:
            reply = server.hear(request)
        except Exception as wrong:
            server.tell(Said("", f"HTTP 500: {type(wrong).__name__}: {wrong}"))
            return PlainTextResponse("the server has failed\n", 500)
        if isinstance(reply, Lost):
            return _Dropped(server)
        if isinstance(reply, Late):
            return _Held(_response(reply.reply), server.late)
        return _response(reply)

    async def controlled(http: HttpRequest) -> Response:
        refused = control.allowed(http.client.host if http.client else "", http.headers)
        body = None if refused else await _body(http)
        if body is None:
            why = refused or f"more than {LIMIT} octets"
            return _json(403 if refused else 413, {"error": why})
        raw: bytes = http.scope.get("raw_path") or http.url.path.encode()
        path = raw.decode("ascii").partition("?")[0].removeprefix("/control/")
        return _json(*control.handle(server, http.method, path, http.query_params, body))

    methods = sorted({method for method, _ in control.ROUTES})
    return Starlette(
        routes=[
            Route(PATH, sync, methods=["POST"]),
            Route("/control/{path:path}", controlled, methods=methods),
        ]
    )


def _response(reply: Reply) -> Response:
    response = Response(reply.octets, reply.status, media_type=reply.content_type)
    # A name in a header of auth-MAC may be UTF-8; Starlette writes Latin-1.
    response.raw_headers.extend((name.encode(), value.encode()) for name, value in reply.headers)
    return response


async def _body(http: HttpRequest) -> bytes | None:
    """The body, or None when it is too long."""
    octets = bytearray()
    with contextlib.suppress(ClientDisconnect):
        async for chunk in http.stream():
            octets += chunk
            if len(octets) > LIMIT:
                return None
    return bytes(octets)


def _json(status: int, value: Any) -> Response:
    if isinstance(value, control.Lines):
        return Response(value.octets, status, media_type="application/x-ndjson")
    return Response(msgspec.json.encode(value) + b"\n", status, media_type="application/json")
