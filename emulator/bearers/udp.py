"""Notifications over UDP: a bare package #0 or a WSP push in each datagram. Port 2948 by default."""

import asyncio
import socket
from collections.abc import Callable

from emulator.wire.push import SECURE_UDP_PORT, UDP_PORT
from emulator.wire.received import Datagram, Received

DEFAULT = f"udp://127.0.0.1:{UDP_PORT}"

Deliver = Callable[[Received], None]
"""Called in the event loop; the sender is its address as text."""


class UdpBearer:
    """Listens on one address. `open` raises OSError with the reason when it cannot."""

    def __init__(self, host: str, port: int, deliver: Deliver) -> None:
        self.host = host
        self.port = port
        self._deliver = deliver
        self._transport: asyncio.DatagramTransport | None = None

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
        deliver, bearer = self._deliver, self

        class Protocol(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                sender = f"{addr[0]}:{addr[1]}"
                deliver(Received(bearer.address, sender, Datagram(data)))

        transport, _ = await loop.create_datagram_endpoint(
            Protocol, local_addr=(self.host, self.port)
        )
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def send(self, octets: bytes) -> None:
        """A datagram to this port, as from a sender beside it. Raises OSError."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(octets, (self.host, self.port))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None
