"""Connections to numeric addresses: the loop's sockets under httpcore."""

import asyncio

import httpcore
import pytest

from emulator.bearers.tcp import Backend, Stream


async def test_httpcore_is_told_when_the_server_has_closed_a_connection_that_rests() -> None:
    hang_up = asyncio.Event()

    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hang_up.wait()
        writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        stream = await Backend().connect_tcp("127.0.0.1", port)
        assert isinstance(stream, Stream)
        assert stream.get_extra_info("is_readable") is False
        reading = asyncio.create_task(stream.read(10))
        hang_up.set()
        assert await reading == b""
        assert stream.get_extra_info("is_readable") is True
        await stream.aclose()
        assert stream.get_extra_info("is_readable") is True


@pytest.mark.parametrize("host", ["::1", "127.0.0.1"])
async def test_a_refused_connection_is_httpcores_error(host: str, unused_tcp_port: int) -> None:
    with pytest.raises(httpcore.ConnectError) as caught:
        await Backend().connect_tcp(host, unused_tcp_port)
    assert isinstance(caught.value.__cause__, OSError)


async def test_a_name_is_left_to_httpcore() -> None:
    async with await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        stream = await Backend().connect_tcp("localhost", port)
        assert not isinstance(stream, Stream)
        await stream.aclose()
