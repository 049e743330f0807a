"""Notifications from a file (`file:PATH`) or standard input (`-`), a line of hex each."""

import asyncio
from collections.abc import Awaitable, Callable

from emulator.bearers import inbox
from emulator.wire.errors import WireError
from emulator.wire.received import Datagram, Pdu, Received
from emulator.wire.recognition import recognised

Take = Callable[[Received], Awaitable[None]]
"""Waits until there is room: a file is never too fast."""


class Lines:
    """A line that is no hex is a malformed push, and stays in sight. `fail`: it broke, and why."""

    def __init__(self, path: str, take: Take, fail: Callable[[str, str], None]) -> None:
        self.path = path
        self._take, self._fail = take, fail
        self.task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return "stdin" if self.path == "-" else f"file:{self.path}"

    async def open(self) -> None:
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for line in inbox.lines(self.path):
                if line.strip():
                    await self._take(Received(self.address, self.address, _content(line)))
        except OSError as wrong:
            self._fail(self.address, wrong.strerror or str(wrong))

    def close(self) -> None:
        if self.task is not None:
            self.task.cancel()


def _content(line: str) -> Datagram | Pdu:
    try:
        return recognised(inbox.octets_of(line))
    except WireError:
        return Datagram(line.strip().encode())
