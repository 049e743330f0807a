"""Why a notification verifies, or why not: what octets are, and what a keyring makes of them.

Pure. The replay guard and the rate are notes here, not the verdict: a dump is always a replay.
"""

import msgspec

from emulator.protocol import verdict as verdicts
from emulator.protocol.keyring import Account, Keyring
from emulator.protocol.verdict import Verdict
from emulator.wire import bundle
from emulator.wire.arrival import Layer
from emulator.wire.errors import WireError
from emulator.wire.notification import Notification


class Given(msgspec.Struct, frozen=True):
    """Credentials that were typed in, in place of a profile's. `nonces`: stored, candidate, previous."""

    server_id: str = ""
    secret: str = ""
    nonces: tuple[bytes, ...] = ()
    user: str = ""
    password: str = ""
    client_nonce: bytes | None = None
    previous_secret: str = ""


class Explanation(msgspec.Struct, frozen=True):
    """What was found. Without `verdict`, `reason` names why there is none: a reason of a verdict, or
    "" where no secret was given; `why` says it in words."""

    layers: tuple[Layer, ...]
    notification: Notification | None = None
    verdict: Verdict | None = None
    reason: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()


def keyring(given: Given) -> Keyring:
    """One account with what was typed in."""
    padded: tuple[bytes | None, ...] = (*given.nonces, None, None)
    stored, candidate, *previous = padded
    account = Account(
        name="account",
        server_id=given.server_id,
        server_secret=given.secret,
        user=given.user,
        password=given.password,
        client_nonce=given.client_nonce,
        server_nonce=stored,
        candidate=candidate,
        previous_nonces=tuple(nonce for nonce in previous if nonce is not None),
        previous_secrets=(given.previous_secret,) if given.previous_secret else (),
    )
    return Keyring((account,))


def explain(octets: bytes, known: Keyring, at: float, typed: bool = False) -> Explanation:
    """What these octets are. `typed`: the keyring was typed in, for whatever it is that came."""
    try:
        arrived = bundle.read(octets)
    except WireError as wrong:
        return Explanation((), reason="malformed", why=str(wrong))
    content = arrived.content
    if not isinstance(content, Notification):
        not_for_us = hasattr(content, "why")
        why = content.why if hasattr(content, "why") else "a DS 1.1 alert carries no digest"
        reason = "not-for-us" if not_for_us else "no-digest"
        return Explanation(arrived.layers, reason=reason, why=why)
    if typed:
        accounts = (msgspec.structs.replace(a, protocol=content.usage) for a in known.accounts)
        known = Keyring(tuple(accounts))
    if not any(all(account.notification_identity) for account in known.accounts):
        return Explanation(arrived.layers, content, why="no secret given")
    found, notes = _judge(content, known, at)
    return Explanation(arrived.layers, content, found, notes=notes)


def _judge(
    notification: Notification, known: Keyring, at: float
) -> tuple[Verdict, tuple[str, ...]]:
    guarded = verdicts.judge(notification, known, at)
    notes = []
    if guarded.reason in ("replayed", "rate-limited"):
        notes.append(f"a running handset would ignore it: {verdicts.REASONS[guarded.reason]}")
    free = Keyring(tuple(msgspec.structs.replace(a, openings=()) for a in known.accounts))
    found = verdicts.judge(notification, free, at)
    notes += [remark.event().sentence for remark in found.remarks]
    return found, tuple(notes)
