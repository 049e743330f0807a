"""All that the server knows, as frozen values: accounts, datastores, notifications, sessions.

What must survive a restart is all but the sessions; a commit is one such part in its new form, and
`kept` puts commits into a state. Holds no rule of the protocol.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

import msgspec

from emulator.wire.syncml import Chal, Command

Scheme = Literal["md5", "basic", "none"]
K = TypeVar("K")
V = TypeVar("V")


def put(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    """A copy of `mapping` with one entry set."""
    return {**mapping, key: value}


def without(mapping: Mapping[K, V], key: K) -> dict[K, V]:
    """A copy of `mapping` without that entry."""
    return {k: v for k, v in mapping.items() if k != key}


class Account(msgspec.Struct, frozen=True):
    """A device and its user, with both pairs of credentials and both nonces as the server has them.

    `authenticates`: whether the server sends a Cred of its own. `device` is what its DevInf said
    ("Example Emu"); while it is empty the server asks for it.
    """

    device_id: str
    user: str
    password: str
    server_id: str
    server_secret: str
    client_nonce: bytes = b""
    server_nonce: bytes = b""
    scheme: Scheme = "md5"
    authenticates: bool = True
    device: str = ""


class Item(msgspec.Struct, frozen=True):
    """An item of a datastore; `revision` is the datastore's at its last change."""

    type: str
    octets: bytes
    revision: int


class Mapped(msgspec.Struct, frozen=True):
    """What the device has of an item: its LUID, and the revision that it has seen."""

    luid: str
    revision: int


class Store(msgspec.Struct, frozen=True):
    """A datastore of one account, with what its device has of it.

    `items`, `mapped` and `offered` go by server id (GUID); `offered` holds the revision of Adds
    that the client has not mapped yet. `client_anchor` is the client's Next of the last
    synchronisation that ended well, `server_anchor` a counter.
    """

    name: str
    type: str = "text/x-vcard"
    items: Mapping[str, Item] = {}
    mapped: Mapping[str, Mapped] = {}
    offered: Mapping[str, int] = {}
    revision: int = 0
    client_anchor: str = ""
    server_anchor: int = 0


class Outstanding(msgspec.Struct, frozen=True):
    """A notification that went out: with which nonce it was signed, and how its SessionID was written."""

    device_id: str
    session_id: int
    signed_with: Literal["stored", "session-id", "other"]
    encoding: str = "raw16_be"


class Reply(msgspec.Struct, frozen=True):
    """An HTTP response; `headers` are those besides Content-Type and Content-Length."""

    status: int
    content_type: str
    octets: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Syncing(msgspec.Struct, frozen=True):
    """One datastore in a session: the agreed alert code, the client's URIs, and its Next anchor.

    `source` is the client's datastore, `target` ours as the client writes it, `own_anchor` our Next.
    `begun`: the first Sync of the client has come.
    """

    name: str
    code: int
    target: str
    source: str
    next_anchor: str
    own_anchor: int = 0
    begun: bool = False


class Sent(msgspec.Struct, frozen=True):
    """A change for the client; with `msg_id` and `cmd_id` once it has left and waits for its Status."""

    command: str
    store: str
    guid: str
    revision: int
    msg_id: str = ""
    cmd_id: str = ""


class Part(msgspec.Struct, frozen=True):
    """One thing to send: a command, or a Sync with at most one change in it, and what that changes."""

    command: Command
    change: Sent | None = None


class Session(msgspec.Struct, frozen=True):
    """A session, by the key in its RespURI.

    `package` is the package that the client is sending (1, 3, 5; 7 when all is done), `answers` the
    one that ours in hand answers; `sending`: ours has begun and its Final has not left. `heard` and `said` are the last MsgIDs.
    `challenge` is the nonce of our last 401 or 407, `chal` our last Chal of success. `accepted`:
    the client has answered our Cred with 212; `sign` is the nonce that it last asked our Cred to be
    made with, of type `sign_scheme`. `own` collects what package 2 will say besides Statuses,
    `outgoing` are all parts of our package in hand, `pending` those that did not fit yet, `room` the
    client's MaxMsgSize (0: unknown). `request` and `reply` are the last ones, `steps` what that reply
    does of the six steps.
    """

    key: str
    device_id: str
    session_id: str
    version: str
    touched: float
    opened_by: Outstanding | None = None
    package: int = 1
    answers: int = 1
    sending: bool = False
    heard: int = 0
    said: int = 0
    authenticated: bool = False
    challenge: bytes | None = None
    chal: Chal | None = None
    accepted: bool = False
    sign: bytes | None = None
    sign_scheme: str = ""
    room: int = 0
    syncs: tuple[Syncing, ...] = ()
    own: tuple[Part, ...] = ()
    outgoing: tuple[Part, ...] = ()
    pending: tuple[Part, ...] = ()
    sent: tuple[Sent, ...] = ()
    chunk: bytes = b""
    request: bytes = b""
    reply: Reply | None = None
    steps: tuple[int, ...] = ()


class ServerState(msgspec.Struct, frozen=True):
    """The whole server. `accounts` and `stores` go by device id, `sessions` by key."""

    url: str = "http://127.0.0.1/sync"
    versions: tuple[str, ...] = ("1.2", "1.1", "1.0")
    max_msg_size: int = 16384
    accounts: Mapping[str, Account] = {}
    stores: Mapping[str, Mapping[str, Store]] = {}
    outstanding: tuple[Outstanding, ...] = ()
    sessions: Mapping[str, Session] = {}


class KeepAccount(msgspec.Struct, frozen=True, tag="account"):
    account: Account


class KeepStore(msgspec.Struct, frozen=True, tag="store"):
    device_id: str
    store: Store


class KeepOutstanding(msgspec.Struct, frozen=True, tag="outstanding"):
    outstanding: tuple[Outstanding, ...]


Commit = KeepAccount | KeepStore | KeepOutstanding


def kept(state: ServerState, commits: Iterable[Commit]) -> ServerState:
    """The state with these commits in it."""
    replace = msgspec.structs.replace
    for commit in commits:
        if isinstance(commit, KeepAccount):
            account = commit.account
            state = replace(state, accounts=put(state.accounts, account.device_id, account))
        elif isinstance(commit, KeepStore):
            device = state.stores.get(commit.device_id, {})
            device = put(device, commit.store.name, commit.store)
            state = replace(state, stores=put(state.stores, commit.device_id, device))
        else:
            state = replace(state, outstanding=commit.outstanding)
    return state
