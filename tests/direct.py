"""A handset and the built-in server in one process, without sockets: the client calls the server.

For tests of the conductor. The server's own tests and the bench go over real sockets.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from emulator import profiles
from emulator.handset import Handset
from emulator.journal import Journal
from emulator.profiles import Profile
from emulator.protocol import effects
from emulator.protocol.keyring import Account
from emulator.server import accounts
from emulator.server.exchange import Late, Lost, Request
from emulator.server.misbehaviour import parse
from emulator.server.service import Service
from emulator.store import Store
from emulator.verbs.result import Result, fold

URL = "http://ds.example.com/sync"
STORED = bytes.fromhex("0102030405060708090a0b0c0d0e0f10")
CLIENT = bytes.fromhex("1f2e3d4c5b6a79880011223344556677")
LOST_STEP = bytes.fromhex("ffeeddccbbaa99887766554433221100")
DEVICE_ID = "IMEI:490000000000017"


class Direct:
    """The client of a session: each post is a call."""

    def __init__(self, service: Service, before: Callable[[], None] = lambda: None) -> None:
        self._service = service
        self._before = before

    async def post(
        self, url: str, content_type: str, octets: bytes
    ) -> effects.Reply | effects.Lost:
        self._before()
        path = "/" + url.split("/", 3)[3]
        reply = self._service.hear(Request(path, content_type, octets))
        if isinstance(reply, Lost):
            return effects.Lost("connection closed")
        if isinstance(reply, Late):
            return effects.Lost("no response within 30 s")
        return effects.Reply(reply.status, reply.content_type, reply.octets)

    async def close(self) -> None:
        pass


def profile(**tables: dict[str, Any]) -> Profile:
    """The built-in server's profile with nonces; profile(resync={"rate": "off"}) changes policy."""
    loaded = profiles.load("built-in", {"account.url": URL}, handset="generic-xml")
    account = loaded.accounts[0]
    policy = account.policy
    for table, keys in tables.items():
        changed = msgspec.structs.replace(getattr(policy, table), **keys)
        policy = msgspec.structs.replace(policy, **{table: changed})
    account = msgspec.structs.replace(
        account, policy=policy, client_nonce=CLIENT, server_nonce=STORED
    )
    return msgspec.structs.replace(loaded, accounts=(account,))


class Table:
    """Both ends. `server_nonce` is what the server holds: by default it has lost step."""

    def __init__(
        self,
        folder: Path,
        *,
        misbehave: tuple[str, ...] = (),
        server_nonce: bytes = LOST_STEP,
        client_nonce: bytes = CLIENT,
        scheme: str = "md5",
        before_post: Callable[[], None] = lambda: None,
        with_profile: Profile | None = None,
        **options: Any,
    ) -> None:
        state = accounts.demo()
        held = msgspec.structs.replace(
            state.accounts[DEVICE_ID],
            server_nonce=server_nonce,
            client_nonce=client_nonce,
            scheme=scheme,
        )
        state = msgspec.structs.replace(state, url=URL, accounts={DEVICE_ID: held})
        self.service = Service(state, misbehaviour=parse(misbehave))
        self.profile = with_profile or profile()
        self.store = Store(folder)
        ticks = iter(range(1_000_000))
        self.journal = Journal(lambda: 1000.0 + next(ticks), None)
        self.ended: list[int] = []
        self.handset = Handset(
            self.profile,
            self.store,
            self.journal,
            lambda account: Direct(self.service, before_post),
            clock=lambda: 1000.0 + next(ticks),
            ended=self.ended.append,
            **options,
        )
        self.handset.announce()

    @property
    def events(self) -> list[Any]:
        return [event.what for event in self.journal.events]

    def of(self, kind: type) -> list[Any]:
        return [what for what in self.events if isinstance(what, kind)]

    async def push(self, octets: bytes) -> int:
        return await self.handset.deliver(octets, "test", "tester")

    async def notify(self, nonce: Any = "session-id", **options: Any) -> Result:
        """A notification of the server's, and what came of it."""
        sent = self.service.notify(DEVICE_ID, nonce=nonce, **options)
        run = await self.push(sent.octets)
        await self.handset.idle()
        return fold(self.journal.events, run)

    @property
    def account(self) -> Account:
        return self.handset.keyring().accounts[0]

    @property
    def agree(self) -> bool:
        server = self.service.account(DEVICE_ID)
        mine = self.account
        return (mine.client_nonce, mine.server_nonce) == (server.client_nonce, server.server_nonce)

    def close(self) -> None:
        self.store.close()
