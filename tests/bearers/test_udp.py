"""UDP: what comes on the port is delivered as it came."""

import asyncio
import socket

import pytest

from emulator.bearers.udp import DEFAULT, UdpBearer
from emulator.wire.received import Datagram, Received


def _nothing(received: Received) -> None:
    raise AssertionError("nothing was sent")


def _lost(address: str, count: int) -> None:
    raise AssertionError("nothing was lost")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_each_datagram_is_delivered_with_its_sender(host: str) -> None:
    came: asyncio.Queue[Received] = asyncio.Queue()
    bearer = UdpBearer(host, 0, came.put_nowait, _lost)
    await bearer.open()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for octets in (b"\x01", b"", bytes(2000)):
                sender.sendto(octets, ("127.0.0.1", bearer.port))
                own = sender.getsockname()[1]
                expected = Received(bearer.address, f"127.0.0.1:{own}", Datagram(octets))
                assert await asyncio.wait_for(came.get(), 5) == expected
    finally:
        bearer.close()


async def test_port_0_becomes_the_port_that_was_given() -> None:
    bearer = UdpBearer("127.0.0.1", 0, _nothing, _lost)
    await bearer.open()
    assert bearer.port != 0
    assert bearer.address == f"udp://127.0.0.1:{bearer.port}"
    bearer.close()
    bearer.close()


async def test_a_port_in_use_is_an_os_error() -> None:
    first = UdpBearer("127.0.0.1", 0, _nothing, _lost)
    await first.open()
    try:
        with pytest.raises(OSError):
            await UdpBearer("127.0.0.1", first.port, _nothing, _lost).open()
    finally:
        first.close()


async def test_the_secure_port_says_why_not() -> None:
    with pytest.raises(OSError, match=r"WTLS.*use 2948"):
        await UdpBearer("127.0.0.1", 2949, _nothing, _lost).open()


def test_the_default_is_the_push_port_on_loopback() -> None:
    assert DEFAULT == "udp://127.0.0.1:2948"
