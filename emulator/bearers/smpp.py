"""The SMSC side of SMPP 3.4: a gateway binds and submits, and the handset is who it submits to.

The protocol is the library `smpp34`'s (extra `[smpp]`); what a submit_sm means is `wire.gateway`'s.
[SMPP 3.4, 4.4]
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Any

from emulator.wire import gateway
from emulator.wire.received import Received

INVALID_ESM_CLASS = 0x43


class Smpp:
    """`open` raises OSError with a reason when it cannot listen, or when the library is not there."""

    def __init__(
        self,
        host: str,
        port: int,
        deliver: Callable[[Received], None],
        refuse: Callable[[str], None],
    ) -> None:
        self.host, self.port = host, port
        self._deliver, self._refuse = deliver, refuse
        self._server: Any = None
        self._task: asyncio.Task[None] | None = None
        self._stopping: asyncio.Future[None] | None = None

    @property
    def address(self) -> str:
        return f"smpp://{self.host}:{self.port}"

    async def open(self) -> None:
        try:
            import smpp34
        except ImportError:
            raise OSError("smpp34 is not installed: pip install 'ds-handset[smpp]'") from None
        server = smpp34.Server(self.host, self.port, system_id="handset")
        try:
            await server.start()
        except Exception as wrong:  # the library's own error says no more than its text
            raise OSError(f"{self.address}: {wrong}") from None
        self._server = server
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        ids = itertools.count(1)
        bound: dict[str, str] = {}
        while True:
            event = await self._server.next()
            if type(event).__name__ == "Esme":
                bound[event.session_id] = event.system_id
                continue
            if type(event).__name__ != "SubmitSmEvent":
                bound.pop(event.session_id, None)
                continue
            tlvs = [(tlv.tag, bytes(tlv.value)) for tlv in event.tlvs]
            octets = bytes(event.short_message)
            who = (event.source_addr, event.destination_addr)
            coding = event.data_coding
            sender = bound.get(event.session_id, event.session_id)
            try:
                content = gateway.submitted(*who, event.esm_class, coding, octets, tlvs)
            except ValueError as wrong:
                event.reject(INVALID_ESM_CLASS)
                self._refuse(f"{self.address}: {sender}: {wrong}")
                continue
            event.accept(f"{next(ids):X}")
            self._deliver(Received(self.address, sender, content))

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._server is not None:
            server, self._server = self._server, None
            self._stopping = asyncio.ensure_future(server.stop())

    async def closed(self) -> None:
        """Returns when nothing of it runs any more."""
        if self._stopping is not None:
            with contextlib.suppress(Exception):  # the library's own: it is gone either way
                await self._stopping
