"""Kills a handset with SIGKILL at each point of a session, and looks at what it left and what follows.

Run as `python -m tests.crash SCENARIO FOLDER`. The built-in server lives in this process and outlives
the handsets, which are forked; with every other point it restarts from its file, its sessions gone.
Prints one JSON line for each point of the session at which one died.

Points, each with a name: before an effect (`before-Send`, `before-Keep` ...: what came earlier is done),
inside a transaction of the store (`inside-Keep`: all is written, nothing committed), when a request has
reached the server (`request-arrived`: the server does nothing with it), when the server has acted on it
(`request-answered`: no reply has left), when the reply is in the handset (`reply-received`).
"""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Literal

import msgspec

from emulator import journal as journals
from emulator.bearers.http import HttpClient
from emulator.conductor import Run
from emulator.handset import Handset
from emulator.journal import Journal
from emulator.profiles import Profile
from emulator.protocol.effects import Change, Effect, Record, Reply
from emulator.protocol.effects import Lost as NoReply
from emulator.protocol.events import Headers
from emulator.protocol.keyring import Account
from emulator.server import accounts
from emulator.server.app import Server
from emulator.server.exchange import Lost, Request
from emulator.server.state import Reply as ServerReply
from emulator.server.state import ServerState
from emulator.store import FILE, Store
from emulator.verbs.result import fold
from tests.direct import CLIENT, DEVICE_ID, LOST_STEP, STORED, profile

CARD = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe;Jane\r\nEND:VCARD\r\n"

SCENARIOS: dict[str, tuple[bytes, bytes]] = {
    "resync": (LOST_STEP, CLIENT),
    "resync-401": (LOST_STEP, LOST_STEP),
    "ordinary": (STORED, CLIENT),
    "ordinary-401": (STORED, LOST_STEP),
}
"""The server nonce and the client nonce that the server holds at the start."""


class Points:
    """Counts the points of a session and dies at one of them (0: at none).

    The process says over a pipe at what it dies, since it cannot say so later.
    """

    def __init__(self, die_at: int, pipe: int) -> None:
        self.count = 0
        self._die_at = die_at
        self._pipe = pipe

    def reach(self, name: str) -> None:
        self.count += 1
        if self.count == self._die_at:
            os.write(self._pipe, name.encode())
            os.kill(os.getpid(), signal.SIGKILL)


class DyingStore(Store):
    """The real store, with a point inside each transaction that the session commits."""

    points: Points | None = None

    def keep(self, changes: object, at: float) -> None:
        self._left = len(changes := tuple(changes))  # type: ignore[arg-type, var-annotated]
        super().keep(changes, at)

    def _apply(self, change: Change, at: float) -> None:
        super()._apply(change, at)
        self._left -= 1
        if self.points is not None and not self._left:
            self.points.reach("inside-Keep")


class DyingClient:
    """The real client. A request that kills on the server's side is numbered like any other point."""

    def __init__(self, account: Account, points: Points) -> None:
        self._client = HttpClient(account.policy.http)
        self._points = points

    async def post(
        self, url: str, content_type: str, octets: bytes, headers: Headers = ()
    ) -> Reply | NoReply:
        reply = await self._client.post(url, content_type, octets, headers)
        self._points.reach("reply-received")
        return reply

    async def close(self) -> None:
        await self._client.close()


class KillingServer(Server):
    """Kills the handset `child` when its request number `kill_at` is there, or has been acted on."""

    child = 0
    kill_at = 0
    when: Literal["request-arrived", "request-answered"] = "request-arrived"
    heard = 0

    def hear(self, request: Request) -> ServerReply | Lost:
        self.heard += 1
        if self.heard != self.kill_at:
            return super().hear(request)
        if self.when == "request-answered":
            super().hear(request)
        os.kill(self.child, signal.SIGKILL)
        return Lost()


def a_profile(url: str) -> Profile:
    made = profile(resync={"rate": "off"})
    account = msgspec.structs.replace(made.accounts[0], url=url)
    return msgspec.structs.replace(made, accounts=(account,))


async def one_run(
    url: str, folder: Path, octets: bytes, points: Points, file: Path
) -> dict[str, object]:
    """A handset gets a notification, and lives as long as `points` let it."""

    async def gate(effect: Effect, run: Run) -> None:
        if not isinstance(effect, Record):
            points.reach(f"before-{type(effect).__name__}")

    with DyingStore(folder) as store:
        journal = Journal(lambda: 1000.0, file)
        handset = Handset(
            a_profile(url), store, journal, lambda a: DyingClient(a, points), gate=gate
        )
        if not store.load("account", ("contacts",))[0].items:
            store.add_item("account", "contacts", "text/x-vcard", CARD)
        store.points = points
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


async def forked(
    server: KillingServer, folder: Path, octets: bytes, die_at: int, file: Path
) -> tuple[str, dict[str, object] | None]:
    """The run in a process of its own: where it died ("" if it lived), and what it then says."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        asyncio.events._set_running_loop(None)
        try:
            points = Points(die_at, writer)
            result = asyncio.run(one_run(server.url, folder, octets, points, file))
            os.write(writer, json.dumps(result).encode())
        finally:
            os._exit(0)
    os.close(writer)
    server.child, server.heard = child, 0
    loop = asyncio.get_running_loop()
    _, status = await loop.run_in_executor(None, os.waitpid, child, 0)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read().decode()
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return text or server.when, None
    return "", json.loads(text)


def left_behind(folder: Path, file: Path) -> dict[str, object]:
    """The state folder and the journal as the dead process left them."""
    db = sqlite3.connect(folder / FILE)
    try:
        whole = db.execute("PRAGMA integrity_check").fetchone()[0]
        nonces = dict(db.execute("SELECT slot, hex(nonce) FROM nonce"))
        ledger = db.execute("SELECT slot, hex(nonce), hex(previous) FROM ledger ORDER BY id")
        slots: dict[str, str] = {}
        unbroken = True
        for slot, nonce, previous in ledger:
            unbroken = unbroken and slots.get(slot, "") == (previous or "")
            slots[slot] = nonce or ""
    finally:
        db.close()
    return {
        "integrity": whole,
        "nonces": {slot: nonce.lower() for slot, nonce in nonces.items()},
        "ledger_unbroken": unbroken,
        "ledger_says": {slot: nonce.lower() for slot, nonce in slots.items() if nonce},
        "journal": len(journals.read(file)),
    }


def _laid(server: Server, server_nonce: bytes, client_nonce: bytes) -> ServerState:
    state = accounts.demo()
    held = msgspec.structs.replace(
        state.accounts[DEVICE_ID], client_nonce=client_nonce, server_nonce=server_nonce
    )
    return msgspec.structs.replace(state, url=server.url, accounts={DEVICE_ID: held})


def _signed(server: Server) -> Literal["stored", "session-id"]:
    """An honest server signs over the SessionID only while its nonce is the one that lost step."""
    lost = server.account(DEVICE_ID).server_nonce == LOST_STEP
    return "session-id" if lost else "stored"


async def _point(server: KillingServer, scenario: str, folder: Path, die_at: int) -> str:
    """One session, its death, and the next; returns where it died ("" if it did not)."""
    server.state = _laid(server, *SCENARIOS[scenario])
    name = f"{die_at}-{server.kill_at}-{server.when}"
    state, file = folder / name, folder / f"{name}.journal"
    kept = accounts.StateFile(folder / f"{name}.server")
    first = server.notify(DEVICE_ID, nonce=_signed(server))
    died, _ = await forked(server, state, first.octets, die_at, file)
    left = left_behind(state, file)
    held = server.account(DEVICE_ID)
    restarted = (die_at + server.kill_at) % 2 == 0
    if restarted:
        kept.keep(server.state)
        server.state = kept.into(msgspec.structs.replace(accounts.demo(), url=server.url))
    server.kill_at = 0
    signed = _signed(server)
    following = server.notify(DEVICE_ID, nonce=signed)
    _, result = await forked(server, state, following.octets, 0, folder / f"{name}.next")
    theirs = server.account(DEVICE_ID)
    line = {
        "died": died,
        "left": left,
        "server_held": held.server_nonce.hex(),
        "restarted": restarted,
        "signed": signed,
        "next": result,
        "client": theirs.client_nonce.hex(),
        "server": theirs.server_nonce.hex(),
        "on_server": len(server.store(DEVICE_ID, "contacts").items),
    }
    print(json.dumps(line), flush=True)
    return died


async def main(scenario: str, folder: Path) -> None:
    async with KillingServer() as server:
        # Loads what httpx loads late, here once instead of in every handset.
        client = HttpClient(a_profile(server.url).accounts[0].policy.http)
        await client.post(server.url, "text/plain", b"")
        await client.close()
        point = 1
        while await _point(server, scenario, folder, point):
            point += 1
        for when in ("request-arrived", "request-answered"):
            number = 1
            while True:
                server.when, server.kill_at = when, number  # type: ignore[assignment]
                if not await _point(server, scenario, folder, 0):
                    break
                number += 1


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
