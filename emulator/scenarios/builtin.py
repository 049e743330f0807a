"""The stage with the built-in server at the other end: its state can be laid, looked at and broken."""

import secrets

import msgspec

from emulator import profiles
from emulator.protocol.events import PeerNonces, PeerSaid
from emulator.scenarios.model import Given, Meanwhile, When
from emulator.scenarios.stage import HTTP_TIMEOUT, Stage, package_0
from emulator.server import accounts, udp
from emulator.server.app import Server
from emulator.server.exchange import Fact, NoncesAre
from emulator.server.misbehaviour import parse
from emulator.server.state import ServerState
from emulator.wire.notification import Sync

_CARD = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Handset;Number {}\r\nEND:VCARD\r\n"


class BuiltIn(Stage):
    """`misbehave` are misbehaviours besides those of the scenario."""

    def __init__(self, given: Given, misbehave: tuple[str, ...] = ()) -> None:
        super().__init__(given)
        self._always = misbehave
        self._device = ""
        self.server: Server | None = None

    async def lay(self) -> None:
        given = self.given
        await self._serve(self._start_state(), 0)
        profile = profiles.load(
            "built-in",
            {"account.url": self.the_server.url},
            handset=given.handset,
            tables=_lenient(given.profile),
        )
        account = self.the_server.account(self._device)
        profile = with_nonces(
            profile,
            _other(account.client_nonce, given.client_nonce),
            _other(account.server_nonce, given.server_nonce),
        )
        device = msgspec.structs.replace(profile.device, id=self._device)
        profile = msgspec.structs.replace(profile, device=device)
        await self.power_on(profile, ("udp://127.0.0.1:0",))
        for number in range(given.items.handset):
            card = _CARD.format(number + 1).encode()
            self.the_phone.store.add_item("account", "contacts", "text/x-vcard", card)
        self._fact(NoncesAre(self._device, account.client_nonce, account.server_nonce))

    def _start_state(self) -> ServerState:
        given = self.given
        account = next(iter(accounts.demo().accounts.values()))
        self._device = account.device_id
        account = msgspec.structs.replace(
            account,
            scheme=given.server.scheme,
            authenticates=given.server.authenticates,
            client_nonce=b"" if given.client_nonce == "none" else secrets.token_bytes(16),
            server_nonce=b"" if given.server_nonce == "none" else secrets.token_bytes(16),
        )
        cards = [
            accounts.vcard("Server", f"Number {n + 1}", "+46 8 555 0101")
            for n in range(given.items.server)
        ]
        return accounts.with_account(ServerState(), account, cards)

    @property
    def the_server(self) -> Server:
        assert self.server is not None
        return self.server

    async def _serve(self, state: ServerState, port: int) -> None:
        names = parse((*self.given.misbehave, *self._always))
        behaves = self.server.misbehaviour if self.server else names
        self.server = Server(state, port=port, misbehaviour=behaves, facts=self._fact)
        await self.server.start()

    async def restart_server(self) -> None:
        """On the same port, with all but its sessions."""
        server = self.the_server
        await server.stop()
        await self._serve(msgspec.structs.replace(server.state, sessions={}), server.port)

    def misbehave(self, names: tuple[str, ...]) -> None:
        self.the_server.misbehaviour = parse((*names, *self._always))

    def replace_server_secret(self, secret: str) -> None:
        account = self.the_server.account(self._device)
        self.the_server.put_account(msgspec.structs.replace(account, server_secret=secret))

    async def push(self, act: When | Meanwhile) -> bytes:
        session_id = self.next_id(act.id)
        kind, _, encoding = act.notify.partition(":")
        uri, ui, server_id = "./contacts", 1, ""
        if isinstance(act, When):
            uri, ui, server_id = act.uri, act.ui, act.server_id
        if server_id:
            nonce = self.nonce_of(act.notify, session_id)
            secret = self.the_server.account(self._device).server_secret
            return package_0(server_id, secret, session_id, nonce, uri=uri, ui=ui)
        made = self.the_server.notify(
            self._device,
            session_id=session_id,
            nonce=kind
            if kind in ("stored", "session-id")
            else self.nonce_of(act.notify, session_id),  # type: ignore[arg-type]
            encoding=encoding or "raw16_be",
            syncs=(Sync(206, 0x07, uri),),
            ui_mode=ui,
        )
        return made.datagram

    async def send(self, octets: bytes) -> None:
        host, _, port = self.the_phone.listening[0].removeprefix("udp://").rpartition(":")
        udp.send(octets, host, int(port))

    async def leave(self) -> None:
        if self.server is not None:
            await self.server.stop()

    def _fact(self, fact: Fact) -> None:
        run = self.journal.events.newest_run
        if isinstance(fact, NoncesAre):
            client, server = fact.client_nonce.hex(), fact.server_nonce.hex()
            self.journal.append(PeerNonces("account", client, server, inferred=False), session=run)
        else:
            self.journal.append(PeerSaid(fact.sentence), session=run)


def _other(nonce: bytes, held: str) -> bytes | None:
    if held == "none":
        return None
    return nonce if held == "good" else secrets.token_bytes(16)


def with_nonces(
    profile: profiles.Profile, client: bytes | None, server: bytes | None
) -> profiles.Profile:
    """The profile with these first values of its account."""
    account = msgspec.structs.replace(profile.accounts[0], client_nonce=client, server_nonce=server)
    return msgspec.structs.replace(profile, accounts=(account, *profile.accounts[1:]))


def _lenient(tables: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """What a scenario does not say: no rate limit, and a short wait for a server on this machine."""
    return {
        **tables,
        "resync": {"rate": "off", **tables.get("resync", {})},
        "http": {"timeout": HTTP_TIMEOUT, **tables.get("http", {})},
    }
