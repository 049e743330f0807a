"""What has to hold in every state. Judges the handset from outside, with the server's formulas.

I1 no session without a notification that verifies, or a person; and none that verifies is ignored
I2 nothing is stored (nonces, items, anchors, maps) from a peer that has not authenticated
I3 no Sync goes to a server that failed a required authentication
I4 every session ends within MESSAGES messages, and never waits for nothing
I5 after one honest, lossless resync both nonces are equal on both sides      (explore.py)
I6 the next ordinary notification then verifies without the SessionID        (explore.py)
I7 an id whose session has got its reply opens no second session by SessionID, and no id more than three
I8 the candidate is never lost: it becomes the stored nonce, or a newer one takes its place; and what
   the server signs with stays a nonce that the handset can check, once it was one
I9 a nonce goes out as new only if it is new, and lies in the store before it leaves
I10 the client nonce of a success is stored before the next message leaves (it never waits for step 6)
"""

import functools

import msgspec

from emulator.protocol.effects import (
    Change,
    DropItem,
    Effect,
    ItemNotTaken,
    ItemSynced,
    Keep,
    MapsSent,
    PinEncoding,
    PutItem,
    Send,
    SetAnchors,
    SetNonce,
)
from emulator.protocol.keyring import Account, Keyring
from emulator.protocol.verdict import Verdict
from emulator.server import digest
from emulator.wire import build, codec
from emulator.wire.errors import WireError
from emulator.wire.syncml import Message as Syncml
from emulator.wire.syncml import Status, Sync
from tests.model.world import Config, Ghost, Handset, Memory, live

MESSAGES = 16
ENCODINGS = ("raw16_be", "hex_text_upper")
_FROM_PEER = (
    SetNonce, PinEncoding, SetAnchors, PutItem, DropItem, ItemSynced, ItemNotTaken, MapsSent,
)  # fmt: skip
_SUCCESS = (200, 212)


class Broken(msgspec.Struct, frozen=True):
    """A violation: the invariant, and what was found."""

    invariant: str
    found: str


@functools.cache
def read(octets: bytes) -> Syncml | None:
    try:
        return codec.WBXML.decode(octets)
    except WireError:
        return None


def _status(message: Syncml) -> Status | None:
    return next((c for c in message.commands if isinstance(c, Status) and c.for_header), None)


@functools.cache
def words(octets: bytes) -> str:
    """A message in a line: MsgID, Status for SyncHdr, Chal, Cred, commands."""
    message = read(octets)
    if message is None:
        return octets[:40].decode("ascii", "replace").strip()
    parts = [f"message {message.header.msg_id}"]
    status = _status(message)
    if status is not None:
        parts.append(str(status.code))
        if status.chal is not None:
            parts.append(f"Chal {(build.next_nonce(status.chal) or b'').decode('latin1')}")
    if message.header.cred is not None:
        parts.append("Cred")
    parts += sorted({c.name for c in message.commands if not isinstance(c, Status)})
    return " ".join(parts)


def keyring(handset: Handset, account: Account) -> Keyring:
    return Keyring((handset.memory.fill(account),))


def _required(handset: Handset, config: Config) -> bool:
    assert handset.session is not None
    return handset.session.kind == "resync" or config.ordinary == "required"


def _authenticated(handset: Handset, config: Config) -> bool:
    """Whether the server has proved itself as far as it has to, by the judge's own account."""
    ghost = handset.ghost
    if not ghost.accepted:
        return False
    if ghost.proved or ghost.early:
        return True
    return not _required(handset, config) and not ghost.wrong


# I2, I3, I8, I9: what the handset does


def of_effect(handset: Handset, effect: Effect, config: Config) -> tuple[Broken, ...]:
    """What one effect violates, judged before it is carried out."""
    if isinstance(effect, Keep):
        broken = of_changes(handset, effect.changes)
        taken = [c for c in effect.changes if isinstance(c, _FROM_PEER)]
        if taken and not _authenticated(handset, config):
            broken += (Broken("I2", f"{type(taken[0]).__name__} from a peer that is not proved"),)
        return broken
    if isinstance(effect, Send):
        return _of_send(handset, effect, config)
    return ()


def of_changes(handset: Handset, changes: tuple[Change, ...]) -> tuple[Broken, ...]:
    """I8 and I9, for one transaction."""
    before = handset.memory
    after = before.keep(changes)
    broken: tuple[Broken, ...] = ()
    old, new = before.candidate, after.candidate
    if old is not None and new is None and after.server != old:
        broken += (Broken("I8", "the candidate is dropped and did not become the stored nonce"),)
    if new is not None and new != old and new in (before.server, before.client, old):
        broken += (Broken("I9", "a nonce of before is issued as new"),)
    return broken


def _of_send(handset: Handset, effect: Send, config: Config) -> tuple[Broken, ...]:
    message = read(effect.octets)
    assert message is not None
    broken: tuple[Broken, ...] = ()
    if any(isinstance(c, Sync) for c in message.commands) and not _authenticated(handset, config):
        broken += (Broken("I3", "a Sync leaves for a server that is not proved"),)
    status = _status(message)
    if status is not None and status.chal is not None and status.code in _SUCCESS:
        issued = build.next_nonce(status.chal)
        if issued not in (handset.memory.candidate, handset.memory.server):
            broken += (Broken("I9", "the new server nonce leaves before it is stored"),)
    due = handset.ghost.due
    if due and _authenticated(handset, config) and handset.memory.client != due:
        broken += (Broken("I10", "a message leaves before the new client nonce is stored"),)
    return broken


# What the judge remembers


def heard(handset: Handset, octets: bytes) -> Ghost:
    """The ghost after a reply: whether the server's Cred is good is worked out anew."""
    ghost = msgspec.structs.replace(handset.ghost, heard=True)
    message = read(octets)
    if message is None:
        return ghost
    status = _status(message)
    good = _good(handset, message)
    if status is not None and status.code in _SUCCESS:
        return msgspec.structs.replace(
            ghost,
            accepted=True,
            proved=ghost.proved or good is True,
            wrong=ghost.wrong or good is False,
            due=(build.next_nonce(status.chal) if status.chal else None) or ghost.due,
        )
    return msgspec.structs.replace(ghost, early=ghost.early or good is True)


def _good(handset: Handset, message: Syncml) -> bool | None:
    """Whether the server's Cred verifies; None without one."""
    cred, state = message.header.cred, handset.session
    if cred is None or state is None:
        return None
    memory, who = handset.memory, state.account
    nonces = {memory.server, memory.candidate, who.server_nonce, who.candidate}
    if handset.ghost.asked:
        nonces.add(handset.ghost.asked)
    if state.kind == "resync" and state.verdict is not None:
        id_ = state.verdict.notification.session_id
        nonces |= {digest.SESSION_ID[e](id_) for e in ENCODINGS}
    given = build.cred_value(cred)
    return any(
        given == digest.md5(who.server_id, who.server_secret, n) for n in nonces if n is not None
    )


def sent(ghost: Ghost, octets: bytes) -> Ghost:
    """The ghost after a message of the handset's: the nonce of its challenge."""
    message = read(octets)
    status = _status(message) if message else None
    if status is None or status.chal is None or status.code in _SUCCESS:
        return ghost
    return msgspec.structs.replace(ghost, asked=build.next_nonce(status.chal) or b"")


def acted(handset: Handset, effect: Effect) -> Ghost:
    """The ghost after an effect: what is done after the first reply spends the id."""
    ghost, state = handset.ghost, handset.session
    if not ghost.heard or state is None or state.verdict is None or not state.verdict.guarded:
        return ghost
    id_ = state.verdict.notification.session_id
    if id_ in ghost.spent:
        return ghost
    return msgspec.structs.replace(ghost, spent=tuple(sorted({*ghost.spent, id_})))


# I1, I4, I7


def of_verdict(handset: Handset, found: Verdict, account: Account) -> tuple[Broken, ...]:
    """Whether what starts a session may, and what is ignored must be."""
    note, memory = found.notification, handset.memory
    own = {memory.server or b"", memory.candidate} - {None}
    defaults = {digest.SESSION_ID[e](note.session_id) for e in ENCODINGS}

    def signed(nonces: set[bytes | None]) -> bool:
        return any(
            digest.notification(account.server_id, account.server_secret, n, note.trigger)
            == note.digest
            for n in nonces
            if n is not None
        )

    spent = note.session_id in handset.ghost.spent
    often = sum(o.session_id == note.session_id for o in memory.openings) >= 3
    by_own, by_default = signed(set(own)), signed(set(defaults))
    if not found.verified:
        if by_own or (by_default and not spent and not often):
            return (Broken("I1", f"a notification that verifies is ignored: {found.reason}"),)
        return ()
    if by_own:
        return ()
    if not by_default:
        return (Broken("I1", "a session starts by a notification that does not verify"),)
    if spent or often:
        which = "a used-up id" if spent else "an id, for the fourth time,"
        return (Broken("I7", f"{which} opens a resynchronisation"),)
    return ()


def of_both(before: tuple[Memory, bytes], after: tuple[Memory, bytes]) -> tuple[Broken, ...]:
    """I8 across the two ends: the handset's memory, and what the server has as server nonce.

    One slot holds the candidate: that a newer one takes the place of one that the server has is
    the one way out of step that decision 6 leaves open (and a resynchronisation mends it).
    """
    (old, theirs_before), (new, theirs) = before, after
    if not _in_step(old, theirs_before) or _in_step(new, theirs):
        return ()
    if old.candidate == theirs and new.candidate not in (None, old.candidate):
        return ()
    return (Broken("I8", "the server signs with a nonce that the handset has given up"),)


def _in_step(memory: Memory, theirs: bytes) -> bool:
    return theirs in (memory.server, memory.candidate)


def of_session(handset: Handset) -> tuple[Broken, ...]:
    """I4 for a handset that has just heard something."""
    state = handset.session
    if state is not None and state.messages > MESSAGES:
        return (Broken("I4", f"a session of {state.messages} messages"),)
    if state is not None and not handset.todo:
        return (Broken("I4", "a session waits for nothing"),)
    return ()


__all__ = ["Broken", "Memory", "live"]
