"""The SMSC side of SMPP, against the library's own client: header, optional parameters, refusals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import smpp34

from emulator.bearers import smpp
from emulator.bearers.smpp import Smpp, short_message
from emulator.wire.received import Received, ShortMessage
from tests.interop.peers import free_port

HEADER = bytes.fromhex("0605040b8423f0")


@asynccontextmanager
async def bound() -> AsyncIterator[tuple[Smpp, smpp34.Smsc, "asyncio.Queue[Received]"]]:
    received: asyncio.Queue[Received] = asyncio.Queue()
    bearer = Smpp("127.0.0.1", free_port(), received.put_nowait)
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


async def test_a_header_that_is_none_is_refused_and_stays_in_sight_and_the_next_one_taken() -> None:
    async with bound() as (_, smsc, received):
        refused = await smsc.submit_sm("1", b"\x09\x00", source_addr="2", esm_class=0x40)
        assert (await received.get()).content == ShortMessage("2", "1", b"\x09\x00", b"", 0)
        taken = await smsc.submit_sm("1", b"text", source_addr="2")
        assert (await received.get()).content == ShortMessage("2", "1", b"", b"text", 0)
    assert not refused.is_success and taken.is_success


async def test_a_port_in_use() -> None:
    async with bound() as (bearer, _, _):
        with pytest.raises(OSError):
            await Smpp("127.0.0.1", bearer.port, lambda received: None).open()


@pytest.mark.parametrize(
    ("tlvs", "header"),
    [
        ([(smpp.DESTINATION_PORT, b"\x0b\x84"), (smpp.SOURCE_PORT, b"\x23\xf0")], HEADER),
        ([(smpp.DESTINATION_PORT, b"\x0b\x84")], bytes.fromhex("0605040b840000")),
        (
            [
                (smpp.DESTINATION_PORT, b"\x0b\x84"),
                (smpp.SOURCE_PORT, b"\x23\xf0"),
                (smpp.SAR_REFERENCE, b"\x1f\x5a"),
                (smpp.SAR_TOTAL, b"\x02"),
                (smpp.SAR_NUMBER, b"\x01"),
            ],
            bytes.fromhex("0c05040b8423f008041f5a0201"),
        ),
        ([(smpp.SAR_REFERENCE, b"\x01"), (smpp.SAR_TOTAL, b"\x02")], b""),
        ([(smpp.DESTINATION_PORT, b"\x01\x00\x00")], b""),
    ],
)
def test_optional_parameters_are_a_header(tlvs: smpp.Tlvs, header: bytes) -> None:
    assert short_message("1", "2", 0, 4, b"x", tlvs) == ShortMessage("1", "2", header, b"x", 4)


def test_a_long_message_in_a_parameter() -> None:
    made = short_message("1", "2", 0x40, 4, b"", [(smpp.MESSAGE_PAYLOAD, HEADER + bytes(300))])
    assert made == ShortMessage("1", "2", HEADER, bytes(300), 4)
