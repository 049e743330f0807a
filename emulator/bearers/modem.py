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
    """A port at which each connection is a serial line. `open` raises OSError when it is in use.

    For one line too many the longest silent is hung up, and `refuse` hears of it: whoever connects
    and says nothing keeps no other out.
    """

    def __init__(
        self, host: str, port: int, deliver: Deliver, tell: Tell, refuse: Callable[[str], None]
    ) -> None:
        self.host, self.port = host, port
        self._deliver, self._tell, self._refuse = deliver, tell, refuse
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        """The longest silent first."""
        self._closing = False

    @property
    def address(self) -> str:
        return f"modem:tcp://{self.host}:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, self.host, self.port, backlog=MAX_LINES
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing:
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        if len(self._lines) >= MAX_LINES:
            silent = next(iter(self._lines))
            why = f"{_peer(silent)}: more than {MAX_LINES} lines at one time"
            self._refuse(f"{self.address}: {why}; the longest silent is hung up")
            del self._lines[silent]
            silent.transport.abort()
        self._lines[writer] = task
        line = _Line(self.address, _peer(writer), self._deliver, self._tell)
        try:
            while octets := await reader.read(_CHUNK):
                self._lines.pop(writer, None)
                self._lines[writer] = task
                writer.write(line.hear(octets))
                await writer.drain()
        except OSError:
            pass
        finally:
            self._lines.pop(writer, None)
            writer.close()

    def close(self) -> None:
        self._closing = True
        if self._server is not None:
            self._server.close()
            # Not `close`: that waits for a peer that reads nothing.
            for writer in self._lines:
                writer.transport.abort()
            self._server = None

    async def closed(self) -> None:
        """Returns when nothing of it runs any more."""
        if self._lines:
            await asyncio.wait(self._lines.values())


def _peer(writer: asyncio.StreamWriter) -> str:
    """Who is at the other end; of one that has hung up already nothing is known."""
    host, port = (writer.get_extra_info("peername") or ("", 0))[:2]
    return f"{host}:{port}"
