"""Both sides' nonces: what each holds now and what it held before. A pure fold over the events.

Owns which event tells what about a nonce. Knows nothing of runs, of steps and of how it is shown.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from emulator.protocol.events import (
    Event,
    HandsetStarted,
    MessageSent,
    NoncesHeld,
    NonceStored,
    NonceTried,
    PeerNonces,
    SessionOpened,
    VerdictReached,
)

Slot = Literal["client", "server", "candidate"]
SLOTS: tuple[Slot, ...] = ("client", "server", "candidate")

_TRIED: dict[str, Slot] = {"stored": "server", "candidate": "candidate"}
"""The slot of a nonce that a notification was verified with."""
NO_CLIENT_NONCE = ("basic", "none")
"""Schemes whose sessions are opened without a client nonce."""


class Held(msgspec.Struct, frozen=True):
    """The nonces of one side for an account, hex; None where no event has told them yet."""

    client: str | None = None
    server: str | None = None
    candidate: str | None = None


class Book(msgspec.Struct, frozen=True):
    """For each account: what the handset holds, what the server holds, what each held before.

    `account` is the one that the newest event was about.
    """

    account: str = ""
    own: dict[str, Held] = {}
    own_before: dict[str, Held] = {}
    peers: dict[str, PeerNonces] = {}
    peers_before: dict[str, Held] = {}
    schemes: dict[str, str] = {}
    """How the account's last session authenticated itself."""

    def of(self, account: str = "") -> "Pages":
        """What is known of one account; of the newest one without a name."""
        name = account or self.account
        return Pages(
            name,
            self.own.get(name, Held()),
            self.own_before.get(name, Held()),
            self.peers.get(name),
            self.peers_before.get(name, Held()),
            self.schemes.get(name, ""),
            len(self.own.keys() | self.peers.keys()),
        )


class Pages(NamedTuple):
    """What a book says of one account, which is one of `accounts`."""

    account: str
    own: Held
    own_before: Held
    peer: PeerNonces | None
    peer_before: Held
    scheme: str
    accounts: int

    @property
    def differing(self) -> tuple[Slot, ...]:
        """Which nonces both sides are known to hold differently."""
        peer = self.peer
        if peer is None or peer.inferred:
            return ()
        pairs: tuple[tuple[Slot, str | None, str | None], ...] = (
            ("client", self.own.client, peer.client),
            ("server", self.own.server, peer.server),
        )
        used = pairs if self.scheme not in NO_CLIENT_NONCE else pairs[1:]
        return tuple(s for s, a, b in used if a is not None and b is not None and a != b)


def learn(book: Book, event: Event) -> Book:
    """What is known after one more event; the same object when it told nothing new."""
    what = event.what
    match what:
        case HandsetStarted():
            return Book()
        case NonceStored():
            before = {what.slot: what.previous}
            return _own(_about(book, what.account), what.account, {what.slot: what.nonce}, before)
        case NoncesHeld():
            # A nonce that was never set counts as the empty one; it is not the same as unknown.
            held = {slot: getattr(what, slot) or "" for slot in SLOTS}
            return _own(_first(book, what.account), what.account, held)
        case PeerNonces():
            return _peer(_first(book, what.account), what)
        case NonceTried():
            book = _about(book, what.account)
            slot = _TRIED.get(what.nonce_kind)
            return _own(book, what.account, {slot: what.nonce}) if slot else book
        case MessageSent() if what.cred is not None and what.cred.nonce_kind == "stored":
            return _own(book, book.account, {"client": what.cred.nonce})
        case SessionOpened():
            book = _about(book, what.account)
            schemes = {**book.schemes, what.account: what.scheme}
            return msgspec.structs.replace(book, schemes=schemes)
        case VerdictReached():
            return _about(book, what.account)
        case _:
            return book


def _about(book: Book, account: str) -> Book:
    if not account or account == book.account:
        return book
    return msgspec.structs.replace(book, account=account)


def _first(book: Book, account: str) -> Book:
    """What is held is no reason to show another account than the one that something happens to."""
    return book if book.account else _about(book, account)


def _own(
    book: Book, account: str, nonces: Mapping[Slot, str], before: Mapping[Slot, str] | None = None
) -> Book:
    held = book.own.get(account, Held())
    now = msgspec.structs.replace(held, **{str(slot): nonce for slot, nonce in nonces.items()})
    replaced = {s: getattr(held, s) for s in nonces if getattr(held, s) not in (None, nonces[s])}
    replaced |= {s: nonce for s, nonce in (before or {}).items() if nonce != nonces[s]}
    if now == held and not replaced:
        return book
    earlier = msgspec.structs.replace(book.own_before.get(account, Held()), **replaced)
    return msgspec.structs.replace(
        book,
        own={**book.own, account: now},
        own_before={**book.own_before, account: earlier},
    )


def _peer(book: Book, now: PeerNonces) -> Book:
    was = book.peers.get(now.account)
    if was == now:
        return book
    replaced = {
        slot: getattr(was, slot)
        for slot in ("client", "server")
        if was is not None and getattr(was, slot) not in (None, getattr(now, slot))
    }
    earlier = msgspec.structs.replace(book.peers_before.get(now.account, Held()), **replaced)
    return msgspec.structs.replace(
        book,
        peers={**book.peers, now.account: now},
        peers_before={**book.peers_before, now.account: earlier},
    )
