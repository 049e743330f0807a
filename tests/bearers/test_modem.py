"""The modem on a pseudo terminal and on a port: what a sender says, what is delivered."""

import asyncio
import os
from pathlib import Path

import pytest

from emulator.bearers.modem import MAX_LINES, PtyModem, TcpModem
from emulator.wire.received import Pdu, Received

PDU = bytes.fromhex("0041000c91447700091032000401aa")
SAID = b"ATE0\rAT+CMGS=%d\r" % (len(PDU) - 1) + PDU.hex().encode() + b"\x1a"


class Heard:
    def __init__(self) -> None:
        self.received: list[Received] = []
        self.told: list[str] = []
        self.refused: list[str] = []
        self.came = asyncio.Event()

    def deliver(self, received: Received) -> None:
        self.received.append(received)
        self.came.set()


async def read_until(device: int, end: bytes) -> bytes:
    octets = b""
    while end not in octets:
        octets += await asyncio.to_thread(os.read, device, 4096)
    return octets


async def test_a_pseudo_terminal(tmp_path: Path) -> None:
    heard = Heard()
    modem = PtyModem(str(tmp_path / "modem0"), heard.deliver, heard.told.append)
    await modem.open()
    try:
        for _ in range(2):  # a sender goes, and comes again
            device = os.open(tmp_path / "modem0", os.O_RDWR | os.O_NOCTTY)
            os.write(device, SAID)
            assert b"+CMGS: " in await read_until(device, b"+CMGS: ")
            os.close(device)
    finally:
        modem.close()
    assert heard.received == [Received(modem.address, str(tmp_path / "modem0"), Pdu(PDU))] * 2
    assert not (tmp_path / "modem0").is_symlink()


async def test_a_link_that_exists_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "modem0"
    path.write_text("somebody's")
    modem = PtyModem(str(path), lambda received: None, lambda words: None)
    with pytest.raises(FileExistsError):
        await modem.open()
    modem.close()
    assert path.read_text() == "somebody's"


async def test_a_link_of_one_that_was_killed_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "modem0"
    path.symlink_to(tmp_path / "gone")
    modem = PtyModem(str(path), lambda received: None, lambda words: None)
    await modem.open()
    assert path.exists()
    modem.close()


async def test_a_port_with_several_lines() -> None:
    heard = Heard()
    modem = TcpModem("127.0.0.1", 0, heard.deliver, heard.told.append, heard.refused.append)
    await modem.open()
    lines = [await asyncio.open_connection("127.0.0.1", modem.port) for _ in range(2)]
    for reader, writer in lines:
        writer.write(SAID + b"AT+NO\r")
        assert (await reader.readuntil(b"+CMGS: 1\r\n")).endswith(b"+CMGS: 1\r\n")
        await reader.readuntil(b"ERROR\r\n")
    assert [each.content for each in heard.received] == [Pdu(PDU)] * 2
    assert heard.told == [f"{modem.address}: the modem does not know AT+NO"] * 2
    modem.close()
    await modem.closed()
    for reader, writer in lines:
        assert await reader.read() == b""
        writer.close()


async def test_nothing_of_a_line_is_left_when_the_modem_has_closed() -> None:
    heard = Heard()
    modem = TcpModem("127.0.0.1", 0, heard.deliver, heard.told.append, heard.refused.append)
    await modem.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", modem.port)
    writer.write(b"AT\r")
    await reader.readuntil(b"OK\r\n")
    modem.close()
    await modem.closed()
    writer.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_for_one_line_too_many_the_longest_silent_is_hung_up() -> None:
    heard = Heard()
    modem = TcpModem("127.0.0.1", 0, heard.deliver, heard.told.append, heard.refused.append)
    await modem.open()
    lines = []
    for _ in range(MAX_LINES):
        lines.append(await asyncio.open_connection("127.0.0.1", modem.port))
        lines[-1][1].write(b"ATE0\r")
        await lines[-1][0].readuntil(b"OK\r\n")
    first, second, *_ = lines
    first[1].write(b"AT\r")
    await first[0].readuntil(b"OK\r\n")
    lines.append(await asyncio.open_connection("127.0.0.1", modem.port))
    assert await second[0].read() == b""
    for reader, writer in (first, lines[-1]):
        writer.write(b"AT\r")
        await reader.readuntil(b"OK\r\n")
    assert len(heard.refused) == 1 and heard.told == []
    modem.close()
    await modem.closed()
    for _, writer in lines:
        writer.close()


async def test_a_sender_that_reads_nothing_does_not_hold_up_the_end() -> None:
    heard = Heard()
    modem = TcpModem("127.0.0.1", 0, heard.deliver, heard.told.append, heard.refused.append)
    await modem.open()
    _, writer = await asyncio.open_connection("127.0.0.1", modem.port, limit=1)
    writer.write(b"AT\r" * 4_000_000)
    with pytest.raises(TimeoutError):  # both directions are full
        await asyncio.wait_for(writer.drain(), 1)
    modem.close()
    await asyncio.wait_for(modem.closed(), 10)
    writer.transport.abort()


async def test_a_port_in_use_is_an_error() -> None:
    heard = Heard()
    ears = (heard.deliver, heard.told.append, heard.refused.append)
    first = TcpModem("127.0.0.1", 0, *ears)
    await first.open()
    second = TcpModem("127.0.0.1", first.port, *ears)
    with pytest.raises(OSError):
        await second.open()
    first.close()
