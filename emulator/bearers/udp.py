"""Notifications over UDP: a bare package #0 or a WSP push in each datagram. Port 2948 by default."""

import asyncio
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from typing import Any

from emulator.wire.push import SECURE_UDP_PORT, UDP_PORT
from emulator.wire.received import Datagram, Received

DEFAULT = f"udp://127.0.0.1:{UDP_PORT}"
BUFFER = 1 << 20
"""Octets that wait in the system at most, with its own for each datagram; it may allow less."""
BATCH = 50
"""Datagrams that are read before anything else has its turn: a flood must not hold up the screen."""
LARGEST = 0x10000
_SO_MEMINFO = 55
"""Linux's socket option, which `socket` has no name for; the ninth number is that of drops."""

Place = tuple[int, int, int, str, Any]
"""As `getaddrinfo` says it."""
Deliver = Callable[[Received], None]
"""Called in the event loop; the sender is its address as text."""
Lose = Callable[[str, int], None]
"""Told an address, and how many more datagrams the system has thrown away there."""


class UdpBearer:
    """Listens on one address. `open` raises OSError with the reason when it cannot."""

    def __init__(self, host: str, port: int, deliver: Deliver, lose: Lose) -> None:
        self.host = host
        self.port = port
        self._deliver, self._lose = deliver, lose
        self._socket: socket.socket | None = None
        self._buffer = bytearray(LARGEST)
        self._lost = 0

    @property
    def address(self) -> str:
        return f"udp://{self.host}:{self.port}"

    async def open(self) -> None:
        if self.port == SECURE_UDP_PORT:
            raise OSError(
                f"{self.address}: 2949 is the port of WTLS, which this handset does not speak; "
                f"use {UDP_PORT}"
            )
        loop = asyncio.get_running_loop()
        places = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)
        self._socket, self._lost = _bound(places), 0
        self.port = self._socket.getsockname()[1]
        loop.add_reader(self._socket, self._read)

    def _read(self) -> None:
        """What waits, up to a batch. What the system has thrown away is asked for after the last:
        when nothing waits any more, nothing can have been thrown away since."""
        assert self._socket is not None
        address = self.address
        try:
            for _ in range(BATCH):
                size, sender = self._socket.recvfrom_into(self._buffer)
                octets = bytes(memoryview(self._buffer)[:size])
                self._deliver(Received(address, f"{sender[0]}:{sender[1]}", Datagram(octets)))
        except OSError:
            pass  # nothing waits; or an earlier answer of ours did not arrive, which tells nothing
        lost = _thrown_away(self._socket)
        if lost != self._lost:
            self._lose(address, lost - self._lost)
            self._lost = lost

    def send(self, octets: bytes) -> None:
        """A datagram to this port, as from a sender beside it. Raises OSError."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(octets, (self.host, self.port))

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None


def _bound(places: Iterable[Place]) -> socket.socket:
    """A port at the first of the places that can be had; raises the last one's OSError."""
    wrong = OSError("no address")
    for family, kind, protocol, _, place in places:
        port = socket.socket(family, kind, protocol)
        try:
            port.setblocking(False)
            port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            port.bind(place)
            return port
        except OSError as why:
            port.close()
            wrong = why
    raise wrong


def _thrown_away(port: socket.socket) -> int:
    """How many datagrams the system has thrown away, for want of room; 0 where it does not say."""
    if sys.platform != "linux":
        return 0
    numbers = port.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 9 * 4)
    return int(struct.unpack("9I", numbers)[8]) if len(numbers) == 36 else 0
