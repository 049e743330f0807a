"""The world as values: both ends, what is on the wire, and how much may still go wrong.

Owns what is modelled instead of run: the handset's store as a value (held against the SQLite one in
test_store.py), fresh nonces, and the numbers that stand for large values. Knows no protocol.
"""

import hashlib
import re
from typing import NamedTuple

import msgspec

from emulator.protocol import effects, policy
from emulator.protocol.arrivals import Arrivals
from emulator.protocol.effects import Change, Effect, Snapshot, StoredItem
from emulator.protocol.keyring import Account, Datastore, Device, Opening
from emulator.protocol.turn import SessionState
from emulator.server import accounts
from emulator.server.state import ServerState

AT = 1000.0
"""The clock stands still: no rule of the nonces depends on it but the rate, which is off."""
URL = "http://ds.example.com/sync"
DEVICE = Device(codec="wbxml")
NAME, STORE = "account", "contacts"
CARD = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe;%s\r\nEND:VCARD\r\n"


class Config(msgspec.Struct, frozen=True):
    """What is explored: the start states, the schedules' budgets, and which faults there are.

    `faults` counts what goes wrong on the wire, in power and at the server; `notes` new
    notifications, `replays` old ones once more, `syncs` sessions that the person starts. `signed`: over
    what the server holds (for the handset the stored nonce or the candidate), the SessionID, the
    nonce before the one that the server holds now, or one that nobody has.
    """

    name: str
    title: str
    faults: int = 2
    notes: int = 2
    replays: int = 1
    syncs: int = 0
    kinds: tuple[str, ...] = ("lose", "again", "late", "cut-handset", "cut-server")
    misbehaviour: tuple[str, ...] = ()
    signed: tuple[str, ...] = ("stored", "session-id", "behind", "wrong")
    stale_server: tuple[bool, ...] = (True,)
    stale_client: tuple[bool, ...] = (False,)
    ordinary: policy.Demand = "optional"
    items: bool = False


# Fresh nonces


_NONCES = re.compile(r"nonce-([HS])-(\d{8})")
_KEYS = re.compile(r"6b65792d((?:3\d){4})")
_HALF = 64


def nonce(side: str, number: int) -> bytes:
    """The nonce of that number, 16 octets that say whose it is: H the handset's, S the server's."""
    return b"nonce-%s-%08d" % (side.encode(), number)


def session_key(number: int) -> bytes:
    return b"key-%04d" % number


def live(text: str) -> int:
    """Which nonces and session keys occur in the repr of a value: a bit each, the server's above."""
    bits = 0
    for side, number in _NONCES.findall(text):
        bits |= 1 << (int(number) + (_HALF if side == "S" else 0))
    for key in _KEYS.findall(text):
        bits |= 1 << (_HALF + int(bytes.fromhex(key)))
    return bits


def fresh(bits: int, side: str, count: int) -> tuple[int, ...]:
    """The lowest numbers that occur nowhere in the world: a new nonce, named so that worlds which
    differ in the names of their nonces only are one."""
    bits >>= _HALF if side == "S" else 0
    found: list[int] = []
    number = 0
    while len(found) < count:
        if not bits >> number & 1:
            found.append(number)
        number += 1
    assert number < _HALF
    return tuple(found)


# The handset


class Memory(msgspec.Struct, frozen=True):
    """What the handset's store holds, as a value."""

    client: bytes | None = None
    server: bytes | None = None
    candidate: bytes | None = None
    pinned: str = ""
    openings: tuple[Opening, ...] = ()
    anchors: tuple[str, str] = ("", "")
    items: tuple[StoredItem, ...] = ()
    next_luid: int = 1

    def fill(self, account: Account) -> Account:
        return msgspec.structs.replace(
            account,
            client_nonce=self.client,
            server_nonce=self.server,
            candidate=self.candidate,
            pinned=self.pinned,
            openings=self.openings,
        )

    def load(self) -> tuple[Snapshot, ...]:
        return (Snapshot(STORE, *self.anchors, self.items, self.next_luid),)

    def keep(self, changes: tuple[Change, ...]) -> "Memory":
        """The store after one transaction."""
        memory = self
        for change in changes:
            memory = memory._with(change)
        return memory

    def _with(self, change: Change) -> "Memory":
        put = msgspec.structs.replace
        match change:
            case effects.SetNonce(slot=slot, nonce=value):
                return put(self, **{slot: value})
            case effects.OpenedWith(session_id=id_, at=at):
                return put(self, openings=(*self.openings, Opening(id_, at, False)))
            case effects.UsedUp(session_id=id_):
                return put(
                    self,
                    openings=tuple(
                        put(o, used_up=True) if o.session_id == id_ else o for o in self.openings
                    ),
                )
            case effects.PinEncoding(encoding=encoding):
                return put(self, pinned=encoding)
            case effects.SetAnchors(own=own, peer=peer):
                return put(self, anchors=(own, peer))
            case effects.PutItem():
                return self._put(change)
            case effects.DropItem(luid=luid):
                return put(self, items=tuple(i for i in self.items if i.luid != luid))
            case effects.ItemSynced(luid=luid):
                return self._mark((luid,), state="synced")
            case effects.ItemNotTaken(luid=luid):
                taken = tuple(i.luid for i in self.items if i.luid == luid and i.state == "synced")
                return self._mark(taken, state="added")
            case effects.MapsSent(luids=luids):
                return self._mark(luids, map_due=False)
        raise TypeError(type(change).__name__)

    def _put(self, change: effects.PutItem) -> "Memory":
        old = next((i for i in self.items if i.luid == change.luid), None)
        guid, due = change.guid, bool(change.guid)
        if not guid and old is not None:
            guid, due = old.guid, old.map_due
        new = StoredItem(change.luid, change.type, change.octets, "synced", guid, due)
        others = tuple(i for i in self.items if i.luid != change.luid)
        following = max(self.next_luid, int(change.luid) + 1)
        return msgspec.structs.replace(self, items=(*others, new), next_luid=following)

    def _mark(self, luids: tuple[str, ...], **fields: object) -> "Memory":
        items = tuple(
            msgspec.structs.replace(i, **fields) if i.luid in luids else i for i in self.items
        )
        return msgspec.structs.replace(self, items=items)


class Ghost(msgspec.Struct, frozen=True):
    """What only the judge of the invariants remembers; neither end can see it.

    Of the running session: `accepted`, a success for our SyncHdr has come; `proved` and `wrong`,
    the server's Cred that came did and did not verify (worked out with the server's formulas);
    `early`, one that came in a 401 did; `asked`, the nonce of our challenge; `heard`, a reply
    has come; `due`, the NextNonce of the last success. For ever: `spent`, the ids whose SessionID has opened a session that got its reply.
    """

    accepted: bool = False
    proved: bool = False
    wrong: bool = False
    early: bool = False
    asked: bytes = b""
    due: bytes = b""
    heard: bool = False
    spent: tuple[int, ...] = ()


class Handset(msgspec.Struct, frozen=True):
    """One device. Everything but `memory` (and the ghost's `spent`) is lost in a power cut."""

    memory: Memory
    session: SessionState | None = None
    todo: tuple[Effect, ...] = ()
    arrivals: Arrivals = Arrivals()
    ghost: Ghost = Ghost()


class Message(msgspec.Struct, frozen=True):
    """A request or a reply on its way. `url` and the HTTP status are what the transport adds."""

    octets: bytes
    media_type: str
    url: str = ""
    status: int = 200


class Push(msgspec.Struct, frozen=True):
    """A notification that has been made: who has heard it can send it again."""

    octets: bytes
    session_id: int


class World(NamedTuple):
    """Where everything stands. The first seven are numbers that `Numbers` gives to values.

    `up` is the request that the handset waits for an answer to, `down` the answer; `stray` a copy of
    a request that may still reach the server, `old` a copy of a reply. 0 is nothing.
    """

    handset: int
    server: int
    up: int
    down: int
    stray: int
    old: int
    pushes: int
    faults: int
    notes: int
    replays: int
    syncs: int


class Numbers:
    """Small numbers for large values: equal values get the same, so worlds compare in no time."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}
        self.values: list[object] = [None]
        self.live: list[int] = [0]

    def of(self, value: object, also_live: int = 0) -> int:
        """The number of a value. `also_live`: nonces that are in it, but cannot be read in it."""
        text = repr(value)
        named = f"{text}|{live(text) | also_live}" if also_live else text
        # Of 16 octets: the texts themselves would take more than a gigabyte.
        key = hashlib.blake2b(named.encode(), digest_size=16).digest()
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.values)
            self.values.append(value)
            self.live.append(live(text) | also_live)
        return number


# The start


def account(config: Config) -> Account:
    """The handset's account, without what its store knows."""
    rules = policy.Policy(
        resync=policy.Resync(rate="off"),
        server_auth=policy.ServerAuth(ordinary=config.ordinary),
    )
    return Account(
        NAME,
        URL,
        "ds.example.com",
        "srv-secret-1",
        "alice",
        "wonderland",
        rules,
        (Datastore(STORE, "./contacts"),),
    )


def starts(config: Config) -> list[tuple[Memory, ServerState]]:
    """Both ends before anything has happened, with good and stale nonces as the config says."""
    found = []
    for stale_server in config.stale_server:
        for stale_client in config.stale_client:
            mine = (nonce("S", 0), nonce("H", 0))
            theirs = (
                nonce("S", 1) if stale_client else mine[0],
                nonce("H", 1) if stale_server else mine[1],
            )
            found.append((_memory(config, *mine), _server(config, *theirs)))
    return found


def _memory(config: Config, client: bytes, server: bytes) -> Memory:
    card = StoredItem("1", "text/x-vcard", CARD % b"Jane", "added")
    items = (card,) if config.items else ()
    return Memory(client, server, items=items, next_luid=2 if items else 1)


def _server(config: Config, client: bytes, server: bytes) -> ServerState:
    (held,) = accounts.demo().accounts.values()
    # Its DevInf is known already: learning it would only double the states.
    held = msgspec.structs.replace(
        held, client_nonce=client, server_nonce=server, device="ds-handset emulator"
    )
    cards = (CARD % b"Chidi",) if config.items else ()
    return accounts.with_account(ServerState(url=URL), held, cards)
