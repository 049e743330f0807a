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
    modem = TcpModem("127.0.0.1", 0, heard.deliver, heard.told.append)
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
    modem = TcpModem("127.0.0.1", 0, lambda received: None, lambda words: None)
    await modem.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", modem.port)
    writer.write(b"AT\r")
    await reader.readuntil(b"OK\r\n")
    modem.close()
    await modem.closed()
    writer.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_more_lines_than_a_port_has() -> None:
    heard = Heard()
    modem = TcpModem("127.0.0.1", 0, heard.deliver, heard.told.append)
    await modem.open()
    lines = [await asyncio.open_connection("127.0.0.1", modem.port) for _ in range(MAX_LINES + 1)]
    reader, _ = lines[-1]
    assert await reader.read() == b""
    assert len(heard.told) == 1
    modem.close()
    await modem.closed()
    for _, writer in lines:
        writer.close()


async def test_a_port_in_use_is_an_error() -> None:
    first = TcpModem("127.0.0.1", 0, lambda received: None, lambda words: None)
    await first.open()
    second = TcpModem("127.0.0.1", first.port, lambda received: None, lambda words: None)
    with pytest.raises(OSError):
        await second.open()
    first.close()
