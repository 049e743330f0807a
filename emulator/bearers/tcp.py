"""TCP to a numeric address for plain HTTP, on the loop's own socket calls; names go httpcore's way.

What httpcore uses by itself builds a race of addresses and a task group for a connection that has one
address: half a millisecond between a notification and package 1. No timeouts of its own: `HttpClient`
bounds each exchange as a whole. Raises httpcore's errors, for httpx to translate.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable

import httpcore
import httpx

Options = Iterable[httpcore.SOCKET_OPTION]


class Stream(httpcore.AsyncNetworkStream):
    """A connected socket that does not block."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Octets that have come; none at the end."""
        try:
            return await asyncio.get_running_loop().sock_recv(self._socket, max_bytes)
        except OSError as wrong:
            raise httpcore.ReadError(str(wrong)) from wrong

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, buffer)
        except OSError as wrong:
            raise httpcore.WriteError(str(wrong)) from wrong

    async def aclose(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> object:
        """Of a connection that rests, httpcore asks whether the server has closed it."""
        return self._is_readable() if info == "is_readable" else None

    def _is_readable(self) -> bool:
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True  # reset, or closed
        return True


class Backend(httpcore.AnyIOBackend):
    """Connections without TLS and without a proxy; a stream of these begins no TLS."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Options | None = None,
    ) -> httpcore.AsyncNetworkStream:
        family = _family(host)
        if family is None:
            return await super().connect_tcp(host, port, timeout, local_address, socket_options)
        connected = socket.socket(family, socket.SOCK_STREAM)
        try:
            connected.setblocking(False)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(connected, (host, port))
        except OSError as wrong:
            connected.close()
            raise httpcore.ConnectError(str(wrong)) from wrong
        except BaseException:
            connected.close()
            raise
        return Stream(connected)


def _family(host: str) -> socket.AddressFamily | None:
    """That of a numeric address; None for a name, and for an address with a zone."""
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return None
    if "%" in host:
        return None
    return socket.AF_INET if version == 4 else socket.AF_INET6


class Transport(httpx.AsyncHTTPTransport):
    """httpx's own, over these connections; it has no parameter for that. `trusts` is for no TLS."""

    def __init__(self, trusts: ssl.SSLContext) -> None:
        super().__init__(verify=trusts, trust_env=False)
        resting = httpx.Limits().keepalive_expiry
        self._pool = httpcore.AsyncConnectionPool(
            trusts, keepalive_expiry=resting, network_backend=Backend()
        )
