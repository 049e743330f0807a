"""The yardstick of a notification's way: a bare UDP receiver that posts with httpx; a program of its own.

    python -m tests.benchmarks.bare_receiver URL OCTETS

Prints its port. Posts so many octets for each datagram, with a client for each, as the handset has one
for each session. No client loads CA certificates: nor does the handset's for plain http.
"""

import asyncio
import sys

import httpx


class Receiver(asyncio.DatagramProtocol):
    """Keeps its tasks, so that none is collected while it posts."""

    def __init__(self, url: str, body: bytes) -> None:
        self._url, self._body = url, body
        self._tasks: set[asyncio.Task[None]] = set()

    def datagram_received(self, data: bytes, addr: object) -> None:
        task = asyncio.create_task(self._post())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self) -> None:
        async with httpx.AsyncClient(verify=False, trust_env=False) as client:
            await client.post(self._url, content=self._body)


async def main(url: str, size: int) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Receiver(url, bytes(size)), local_addr=("127.0.0.1", 0)
    )
    print(transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
