"""The SMSC side of SMPP, against the library's own client: header, optional parameters, refusals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import smpp34

from emulator.bearers.smpp import Smpp
from emulator.wire.received import Received, ShortMessage
from tests.interop.peers import free_port

HEADER = bytes.fromhex("0605040b8423f0")


@asynccontextmanager
async def bound(
    refused: list[str] | None = None,
) -> AsyncIterator[tuple[Smpp, smpp34.Smsc, "asyncio.Queue[Received]"]]:
    received: asyncio.Queue[Received] = asyncio.Queue()
    bearer = Smpp(
        "127.0.0.1",
        free_port(),
        received.put_nowait,
        [].append if refused is None else refused.append,
    )
    await bearer.open()
    try:
        client = smpp34.Client("127.0.0.1", bearer.port, "test", "test")
        smsc = await client.connect()
        yield bearer, smsc, received
        await smsc.unbind()
        await client.stop()
    finally:
        bearer.close()
        await bearer.closed()


async def test_what_kannel_submits() -> None:
    async with bound() as (bearer, smsc, received):
        answer = await smsc.submit_sm(
            "358401234567", HEADER + b"\x01\x06", source_addr="12345", esm_class=0x43, data_coding=4
        )
        one = await received.get()
    assert answer.is_success
    content = ShortMessage("12345", "358401234567", HEADER, b"\x01\x06", 4)
    assert one == Received(bearer.address, "test", content)


async def test_a_header_that_is_none_is_refused_and_said_and_the_next_one_taken() -> None:
    said: list[str] = []
    async with bound(said) as (_, smsc, received):
        refused = await smsc.submit_sm("1", b"\x09\x00", source_addr="2", esm_class=0x40)
        taken = await smsc.submit_sm("1", b"text", source_addr="2")
        assert (await received.get()).content == ShortMessage("2", "1", b"", b"text", 0)
    assert not refused.is_success and taken.is_success
    assert len(said) == 1 and "a header of 9 octets" in said[0]


async def test_a_port_in_use() -> None:
    async with bound() as (bearer, _, _):
        with pytest.raises(OSError):
            await Smpp("127.0.0.1", bearer.port, print, print).open()
