"""The GSM modem that the handset is: on a pseudo terminal (`modem:PATH`) or a port (`modem:tcp://...`).

Carries octets between a line and `atmodem.py`; an SMS given to the modem is the handset's own.
"""

import asyncio
import os
import tty
from collections.abc import Callable
from pathlib import Path

from emulator.bearers import atmodem
from emulator.wire.received import Pdu, Received

MAX_LINES = 8
"""Dialogues at one time on a port."""
_CHUNK = 4096

Deliver = Callable[[Received], None]
Tell = Callable[[str], None]
"""Called with what a sender wanted that this modem cannot do."""


class _Line:
    """One dialogue: its state, and where its PDUs go."""

    def __init__(self, bearer: str, sender: str, deliver: Deliver, tell: Tell) -> None:
        self._modem = atmodem.Modem()
        self._bearer, self._sender = bearer, sender
        self._deliver, self._tell = deliver, tell

    def hear(self, octets: bytes) -> bytes:
        """The reply to some octets."""
        self._modem, heard = atmodem.hear(self._modem, octets)
        for pdu in heard.pdus:
            self._deliver(Received(self._bearer, self._sender, Pdu(pdu)))
        for unknown in heard.unknown:
            self._tell(f"{self._bearer}: the modem does not know {unknown}")
        return heard.reply


class PtyModem:
    """A pseudo terminal behind the link PATH, for senders that want a serial device.

    `open` raises OSError when PATH exists already; the link goes when it closes.
    """

    def __init__(self, path: str, deliver: Deliver, tell: Tell) -> None:
        self.path = Path(path)
        self.address = f"modem:{path}"
        self._line = _Line(self.address, str(path), deliver, tell)
        self._own = self._theirs = -1
        self._unsaid = b""

    async def open(self) -> None:
        if self.path.is_symlink() and not self.path.exists():
            # Left behind by one that was killed: nobody is at its other end.
            self.path.unlink()
        self._own, self._theirs = os.openpty()
        try:
            # Kept open on both ends: a sender that goes and comes again finds it as it was.
            tty.setraw(self._theirs)
            self.path.symlink_to(os.ttyname(self._theirs))
        except OSError:
            self._hang_up()
            raise
        os.set_blocking(self._own, False)
        asyncio.get_running_loop().add_reader(self._own, self._readable)

    def _readable(self) -> None:
        try:
            octets = os.read(self._own, _CHUNK)
        except (BlockingIOError, OSError):
            return
        self._unsaid = (self._unsaid + self._line.hear(octets))[-_CHUNK:]
        try:
            self._unsaid = self._unsaid[os.write(self._own, self._unsaid) :]
        except BlockingIOError:
            # Nobody reads: what was not read is not waited for.
            self._unsaid = b""

    def close(self) -> None:
        if self._own >= 0:
            asyncio.get_running_loop().remove_reader(self._own)
            self._hang_up()
            self.path.unlink(missing_ok=True)

    def _hang_up(self) -> None:
        os.close(self._own)
        os.close(self._theirs)
        self._own = self._theirs = -1


class TcpModem:
    """A port at which each connection is a serial line. `open` raises OSError when it is in use."""

    def __init__(self, host: str, port: int, deliver: Deliver, tell: Tell) -> None:
        self.host, self.port = host, port
        self._deliver, self._tell = deliver, tell
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._closing = False

    @property
    def address(self) -> str:
        return f"modem:tcp://{self.host}:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing:
            writer.close()
            return
        if len(self._lines) >= MAX_LINES:
            self._tell(f"{self.address}: more than {MAX_LINES} lines at one time")
            writer.close()
            return
        self._lines[writer] = asyncio.current_task()
        host, port = writer.get_extra_info("peername")[:2]
        line = _Line(self.address, f"{host}:{port}", self._deliver, self._tell)
        try:
            while octets := await reader.read(_CHUNK):
                writer.write(line.hear(octets))
                await writer.drain()
        except OSError:
            pass
        finally:
            del self._lines[writer]
            writer.close()

    def close(self) -> None:
        self._closing = True
        if self._server is not None:
            self._server.close()
            self._server = None
            for writer in self._lines:
                # One that does not read must not hold it up.
                if writer.transport.get_write_buffer_size():
                    writer.transport.abort()
                else:
                    writer.close()

    async def closed(self) -> None:
        """Returns when nothing of it runs any more."""
        if serving := [task for task in self._lines.values() if task]:
            await asyncio.wait(serving)
