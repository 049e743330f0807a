"""What the protocol wants done, and what it hears: values. The conductor carries effects out in order.

Changes are what `Keep` writes, all of one `Keep` in one transaction, before the next effect.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from emulator.protocol.events import Headers, HttpExchanged, Outcome, SessionIdUsed, What


class Effect(msgspec.Struct, frozen=True):
    """The base of all effects."""


class Record(Effect, frozen=True):
    """Write an event down."""

    what: What


class Load(Effect, frozen=True):
    """Read the datastores; the answer is `Loaded`."""

    account: str
    stores: tuple[str, ...]


class Send(Effect, frozen=True):
    """Post a message; the answer is `Reply` or `Lost`."""

    url: str
    content_type: str
    octets: bytes
    headers: Headers = ()


class Ask(Effect, frozen=True):
    """Ask the person; the answer is `Answered`."""

    text: str


class End(Effect, frozen=True):
    """The session is over."""

    outcome: Outcome
    sentence: str


class Change(msgspec.Struct, frozen=True):
    """The base of what the store writes."""

    account: str


class SetNonce(Change, frozen=True):
    """A nonce of the account; None empties the slot. `reason` goes into the ledger."""

    slot: Literal["client", "server", "candidate"]
    nonce: bytes | None
    reason: str


class OpenedWith(Change, frozen=True):
    """A guarded session starts: the id has been used `at`, not yet used up."""

    session_id: int
    at: float


class UsedUp(Change, frozen=True):
    """The first reply of that id's session has arrived."""

    session_id: int


class PinEncoding(Change, frozen=True):
    """The only encoding of the SessionID that is accepted from now on."""

    encoding: str


class SetAnchors(Change, frozen=True):
    """Both anchors of a datastore after a session that ended well."""

    store: str
    own: str
    peer: str


class PutItem(Change, frozen=True):
    """An item that came from the server, with the GUID it has there ("" keeps the known one)."""

    store: str
    luid: str
    type: str
    octets: bytes
    guid: str = ""


class DropItem(Change, frozen=True):
    """An item that the server deleted, or whose deletion it has confirmed."""

    store: str
    luid: str


class ItemSynced(Change, frozen=True):
    """The server has taken our change of this item."""

    store: str
    luid: str


class ItemNotTaken(Change, frozen=True):
    """The server has not taken this item: it goes out again in the next session."""

    store: str
    luid: str


class MapsSent(Change, frozen=True):
    """The server has the Map of these LUIDs."""

    store: str
    luids: tuple[str, ...]


class Keep(Effect, frozen=True):
    """Commit these changes, all or none."""

    changes: tuple[Change, ...]


def owed(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Of effects that a broken-off session leaves undone, those that are owed all the same.

    A reply has come, so the id of its session is used up, whoever stops the session (decision 4).
    """
    return tuple(
        effect
        for effect in effects
        if (isinstance(effect, Keep) and any(isinstance(c, UsedUp) for c in effect.changes))
        or (isinstance(effect, Record) and isinstance(effect.what, SessionIdUsed))
    )


ItemState = Literal["synced", "added", "changed", "deleted"]


class StoredItem(msgspec.Struct, frozen=True):
    """One item of a datastore. `guid` is the server's name for it, once known."""

    luid: str
    type: str
    octets: bytes
    state: ItemState
    guid: str = ""
    map_due: bool = False


class Snapshot(msgspec.Struct, frozen=True):
    """A datastore as it stands: anchors of the last good session ("" = never), items, next LUID."""

    store: str
    own_anchor: str
    peer_anchor: str
    items: tuple[StoredItem, ...]
    next_luid: int


class Loaded(msgspec.Struct, frozen=True):
    """Answer to Load."""

    stores: tuple[Snapshot, ...]


class Reply(msgspec.Struct, frozen=True):
    """An HTTP response, whatever its status. `elapsed` in seconds; `headers` are those of SyncML's own.

    `exchange` is for the journal: the protocol does not look at it.
    """

    status: int
    content_type: str
    octets: bytes
    elapsed: float = 0.0
    headers: Headers = ()
    exchange: HttpExchanged | None = None


class Lost(msgspec.Struct, frozen=True):
    """No response: refused, reset, timed out. `exchange` as in Reply."""

    reason: str
    exchange: HttpExchanged | None = None


class Answered(msgspec.Struct, frozen=True):
    """What the person said; `by` "owner" or "profile"."""

    accepted: bool
    by: str = "owner"


class Stopped(msgspec.Struct, frozen=True):
    """The person, or a time limit, ends the session."""

    outcome: Literal["interrupted", "timed-out"] = "interrupted"


Input = Loaded | Reply | Lost | Answered | Stopped


class Heard(msgspec.Struct, frozen=True):
    """One input: when (seconds), with which random octets, and what."""

    at: float
    entropy: bytes
    what: Input


ENTROPY = 64
"""Octets of randomness that come with each input."""
