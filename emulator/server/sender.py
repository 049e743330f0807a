"""The sender of notifications: package #0 for an account, and what the server must remember of it.

Pure; `udp` delivers it.
"""

from typing import Literal

import msgspec

from emulator.server import digest
from emulator.server.state import Account, KeepOutstanding, Outstanding, ServerState
from emulator.wire import notification
from emulator.wire.notification import Sync

REMEMBERED = 100
"""How many outstanding notifications are kept, over all devices; the oldest goes first."""

DEFAULT_SYNCS = (Sync(206, 0x07, "./contacts"),)


class Made(msgspec.Struct, frozen=True):
    """A notification ready to leave, the nonce it is signed with, and what becomes outstanding."""

    octets: bytes
    nonce: bytes
    outstanding: Outstanding


def make_notification(
    account: Account,
    session_id: int,
    syncs: tuple[Sync, ...] = DEFAULT_SYNCS,
    *,
    nonce: Literal["stored", "session-id"] | bytes = "stored",
    encoding: str = "raw16_be",
    version: int = notification.DS_VERSION,
    ui_mode: int = 1,
    initiator: int = 1,
    vendor: bytes = b"",
) -> Made:
    """Package #0 of DS 1.2. Raises ValueError for a field that does not fit."""
    trigger = notification.build_trigger(
        account.server_id,
        session_id,
        syncs,
        version=version,
        ui_mode=ui_mode,
        initiator=initiator,
        vendor=vendor,
    )
    signed_with: Literal["stored", "session-id", "other"] = "other"
    if isinstance(nonce, bytes):
        octets = nonce
    elif nonce == "stored":
        signed_with, octets = "stored", account.server_nonce
    elif encoding in digest.SESSION_ID:
        signed_with, octets = "session-id", digest.SESSION_ID[encoding](session_id)
    else:
        raise ValueError(f"encoding: one of {', '.join(digest.SESSION_ID)}, not {encoding!r}")
    signature = digest.notification(account.server_id, account.server_secret, octets, trigger)
    return Made(
        signature + trigger,
        octets,
        Outstanding(account.device_id, session_id, signed_with, encoding),
    )


def remembered(state: ServerState, made: Made) -> KeepOutstanding:
    """The commit with which a notification becomes outstanding; a newer one of its id replaces it."""
    new = made.outstanding
    others = tuple(
        o
        for o in state.outstanding
        if (o.device_id, o.session_id) != (new.device_id, new.session_id)
    )
    return KeepOutstanding((*others, new)[-REMEMBERED:])


def unused_id(state: ServerState, device_id: str, entropy: bytes) -> int:
    """A SessionID of two random octets that are not zero, not outstanding for this device."""
    taken = {o.session_id for o in state.outstanding if o.device_id == device_id}
    first = int.from_bytes(entropy[:2], "big")
    candidates = ((first + n) % 0x10000 for n in range(0x10000))
    return next(i for i in candidates if i >> 8 and i & 0xFF and i not in taken)
