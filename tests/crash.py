"""Kills a handset with SIGKILL before each thing that it does in a session, and looks at what follows.

Run as `python -m tests.crash SCENARIO FOLDER`. The built-in server lives in this process and outlives
the handsets, which are forked. Prints one JSON line for each point of the session at which one died.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import msgspec

from emulator.bearers.http import HttpClient
from emulator.handset import Handset
from emulator.journal import Journal
from emulator.profiles import Profile
from emulator.protocol.effects import Effect, Record
from emulator.server import accounts
from emulator.server.app import Server
from emulator.store import Store
from emulator.verbs.result import fold
from tests.direct import CLIENT, DEVICE_ID, LOST_STEP, STORED, profile

CARD = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe;Jane\r\nEND:VCARD\r\n"


def a_profile(url: str) -> Profile:
    made = profile(resync={"rate": "off"})
    account = msgspec.structs.replace(made.accounts[0], url=url)
    return msgspec.structs.replace(made, accounts=(account,))


async def one_run(url: str, folder: Path, octets: bytes, die_at: int) -> dict[str, object]:
    """A handset gets a notification; it dies before effect number `die_at` (0: it lives)."""
    count = 0

    async def gate(effect: Effect) -> None:
        nonlocal count
        if isinstance(effect, Record):
            return
        count += 1
        if count == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with Store(folder) as store:
        journal = Journal(lambda: 1000.0)
        handset = Handset(
            a_profile(url), store, journal, lambda a: HttpClient(a.policy.http), gate=gate
        )
        if not store.load("account", ("contacts",))[0].items:
            store.add_item("account", "contacts", "text/x-vcard", CARD)
        run = await handset.deliver(octets, "test", "tester")
        await handset.idle()
        mine = handset.keyring().accounts[0]
        result = fold(journal.events, run)
        items = store.load("account", ("contacts",))[0].items
    return {
        "outcome": result.outcome,
        "verdict": result.verdict,
        "client": (mine.client_nonce or b"").hex(),
        "server": (mine.server_nonce or b"").hex(),
        "items": sorted(item.octets.decode() for item in items),
    }


async def forked(url: str, folder: Path, octets: bytes, die_at: int) -> dict[str, object] | None:
    """The run in a process of its own; None when it died by SIGKILL."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        asyncio.events._set_running_loop(None)
        try:
            result = asyncio.run(one_run(url, folder, octets, die_at))
            os.write(writer, json.dumps(result).encode())
        finally:
            os._exit(0)
    os.close(writer)
    loop = asyncio.get_running_loop()
    _, status = await loop.run_in_executor(None, os.waitpid, child, 0)
    with os.fdopen(reader, "rb") as file:
        text = file.read()
    return None if os.WIFSIGNALED(status) else json.loads(text)


def _laid(url: str, server_nonce: bytes) -> object:
    state = accounts.demo()
    held = msgspec.structs.replace(
        state.accounts[DEVICE_ID], client_nonce=CLIENT, server_nonce=server_nonce
    )
    return msgspec.structs.replace(state, url=url, accounts={DEVICE_ID: held})


async def main(scenario: str, folder: Path) -> None:
    signed = {"resync": "session-id", "ordinary": "stored"}[scenario]
    async with Server() as server:
        point = 0
        while True:
            point += 1
            server.state = _laid(server.url, LOST_STEP if scenario == "resync" else STORED)  # type: ignore[assignment]
            state = folder / f"{scenario}-{point}"
            first = server.notify(DEVICE_ID, nonce=signed)  # type: ignore[arg-type]
            died = await forked(server.url, state, first.octets, point) is None
            following = server.notify(DEVICE_ID, nonce=signed)  # type: ignore[arg-type]
            result = await forked(server.url, state, following.octets, 0)
            theirs = server.account(DEVICE_ID)
            line = {
                "point": point,
                "died": died,
                "next": result,
                "client": theirs.client_nonce.hex(),
                "server": theirs.server_nonce.hex(),
                "on_server": len(server.store(DEVICE_ID, "contacts").items),
            }
            print(json.dumps(line), flush=True)
            if not died:
                return


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
