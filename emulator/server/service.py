"""The server while it runs, without its HTTP: holds the state, makes commits durable, tells facts.

Shell: clock and randomness come from here. Knows neither Starlette nor uvicorn.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

from emulator.server import peer, sender, udp
from emulator.server.datastore import Desk
from emulator.server.exchange import ENTROPY, Fact, Late, Lost, NoncesAre, Request, Said
from emulator.server.misbehaviour import HONEST, Misbehaviour
from emulator.server.sender import DEFAULT_SYNCS
from emulator.server.state import (
    Account,
    Commit,
    KeepAccount,
    KeepStore,
    Reply,
    ServerState,
    Store,
    kept,
)
from emulator.wire.notification import Sync

REMEMBERED_FACTS = 10_000


class Told(msgspec.Struct, frozen=True):
    """A fact with its number and the time at which it was told."""

    seq: int
    at: float
    fact: Fact


class Notified(msgspec.Struct, frozen=True):
    """A notification that was made: `octets` is the package #0, `datagram` what goes out of it."""

    session_id: int
    octets: bytes
    datagram: bytes
    nonce: bytes


class Service:
    """`state` and `misbehaviour` may be set while it runs; `facts` is called for every fact.

    `keep` is called with the new state before a reply leaves that depends on it.
    """

    def __init__(
        self,
        state: ServerState,
        *,
        misbehaviour: Misbehaviour = HONEST,
        facts: Callable[[Fact], None] | None = None,
        keep: Callable[[ServerState], None] | None = None,
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.state = state
        self.misbehaviour = misbehaviour
        self.facts = facts
        self.told: deque[Told] = deque(maxlen=REMEMBERED_FACTS)
        self._keep = keep
        self._clock = clock
        self._entropy = entropy
        self._seq = 0

    def hear(self, request: Request) -> Reply | Lost | Late:
        """Answers a POST: commits are kept, facts told, then the reply may leave."""
        entropy = self._entropy(ENTROPY)
        answer = peer.answer(self.state, request, self.misbehaviour, self._clock(), entropy)
        if answer.commits and self._keep:
            self._keep(answer.state)
        self.state = answer.state
        for fact in answer.facts:
            self.tell(fact)
        return answer.reply

    def tell(self, fact: Fact) -> None:
        self._seq += 1
        self.told.append(Told(self._seq, self._clock(), fact))
        if self.facts:
            self.facts(fact)

    def commit(self, *commits: Commit) -> None:
        """Changes from outside a session, kept like any other."""
        state = kept(self.state, commits)
        if self._keep:
            self._keep(state)
        self.state = state

    def notify(
        self,
        device_id: str,
        *,
        session_id: int | None = None,
        nonce: Literal["stored", "session-id"] | bytes = "stored",
        encoding: str = "raw16_be",
        syncs: tuple[Sync, ...] = DEFAULT_SYNCS,
        ui_mode: int = 1,
        initiator: int = 1,
        version: int = 12,
        vendor: bytes = b"",
        form: str = "package0",
        target: tuple[str, int] | None = None,
    ) -> Notified:
        """Makes a notification, remembers it, and sends it to `target` if there is one.

        Raises LookupError for an unknown device, ValueError for what does not fit, OSError.
        """
        account = self.account(device_id)
        if session_id is None:
            session_id = sender.unused_id(self.state, device_id, self._entropy(2))
        made = sender.make_notification(
            account,
            session_id,
            syncs,
            nonce=nonce,
            encoding=self.misbehaviour.value("sign-with") or encoding,
            version=version,
            ui_mode=ui_mode,
            initiator=initiator,
            vendor=vendor,
        )
        datagram = udp.wrapped(made.octets, form, session_id)
        self.commit(sender.remembered(self.state, made))
        signed = {"stored": "the stored server nonce", "session-id": "the SessionID"}
        with_what = signed.get(made.outstanding.signed_with, "another nonce")
        self.tell(Said(device_id, f"notification {session_id:04X} is signed with {with_what}"))
        if target is not None:
            udp.send(datagram, *target)
        return Notified(session_id, made.octets, datagram, made.nonce)

    def account(self, device_id: str) -> Account:
        """Raises LookupError."""
        account = self.state.accounts.get(device_id)
        if account is None:
            raise LookupError(f"no account for device {device_id}")
        return account

    def store(self, device_id: str, name: str) -> Store:
        """Raises LookupError."""
        self.account(device_id)
        store = self.state.stores.get(device_id, {}).get(name)
        if store is None:
            raise LookupError(f"{device_id} has no datastore {name}")
        return store

    def put_account(self, account: Account) -> None:
        """A new or changed account; its sessions are forgotten, for they knew the old one."""
        sessions = {
            key: s for key, s in self.state.sessions.items() if s.device_id != account.device_id
        }
        self.state = msgspec.structs.replace(self.state, sessions=sessions)
        commits: list[Commit] = [KeepAccount(account)]
        if account.device_id not in self.state.stores:
            commits.append(KeepStore(account.device_id, Store("contacts")))
        self.commit(*commits)
        self.tell(NoncesAre(account.device_id, account.client_nonce, account.server_nonce))

    def put_item(self, device_id: str, name: str, octets: bytes, kind: str, guid: str = "") -> str:
        """An item new (without GUID) or changed on the server's side; the answer is its GUID."""
        desk = Desk(self.store(device_id, name))
        guid = desk.put(guid, kind, octets)
        self.commit(KeepStore(device_id, desk.store))
        return guid

    def remove_item(self, device_id: str, name: str, guid: str) -> None:
        """Raises LookupError."""
        desk = Desk(self.store(device_id, name))
        if not desk.remove(guid):
            raise LookupError(f"{name} has no item {guid}")
        self.commit(KeepStore(device_id, desk.store))
