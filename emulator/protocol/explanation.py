"""Why a notification verifies, or why not: what octets are, and what a keyring makes of them.

Pure. The replay guard and the rate are notes here, not the verdict: a dump is always a replay.
"""

import msgspec

from emulator.protocol import san11
from emulator.protocol import verdict as verdicts
from emulator.protocol.keyring import Account, Keyring
from emulator.protocol.verdict import Verdict
from emulator.wire import build, bundle, codec
from emulator.wire.arrival import Arrival, Ds11Alert, Layer, NotForUs
from emulator.wire.errors import WireError
from emulator.wire.notification import Notification

_ALERT = "DS 1.1 alert"


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
    if isinstance(content, NotForUs):
        return Explanation(arrived.layers, reason="not-for-us", why=content.why)
    if isinstance(content, Ds11Alert):
        return _alerted(arrived, content, known)
    if typed:
        accounts = (msgspec.structs.replace(a, protocol=content.usage) for a in known.accounts)
        known = Keyring(tuple(accounts))
    if not any(all(account.notification_identity) for account in known.accounts):
        return Explanation(arrived.layers, content, why="no secret given")
    found, notes = _judge(content, known, at)
    return Explanation(arrived.layers, content, found, notes=notes)


def _alerted(arrived: Arrival, alert: Ds11Alert, known: Keyring) -> Explanation:
    """A DS 1.1 alert: what it asks for, and whether its Cred is right (decision 16)."""
    reader = codec.by_media_type(alert.content_type)
    assert reader is not None
    *outer, last = arrived.layers
    bare = last.name.startswith(_ALERT)
    wrapping = tuple(outer) if bare else arrived.layers
    inside = 0 if bare else max((span.bit + span.bits for span in last.spans), default=0) // 8
    try:
        message = reader.decode(alert.octets)
    except WireError as wrong:
        return Explanation(wrapping, reason="malformed", why=f"a DS 1.1 alert: {wrong}")
    cred, source = message.header.cred, message.header.source
    fields = [
        ("session id", message.header.session_id),
        ("server", source.uri if source else ""),
        ("Cred", build.scheme_of(cred.meta) or "of no known type" if cred else "none"),
    ]
    fields += [("alert", f"{code} {uri}") for code, uri in san11.syncs(message)]
    layers = (
        *wrapping,
        Layer(f"{_ALERT} ({reader.name.upper()})", last.offset + inside, tuple(fields)),
    )
    reason, why = "no-digest", verdicts.REASONS["no-digest"]
    if any(account.server_secret for account in known.accounts):
        account = san11.account_of(message, known)
        if account is None:
            why = verdicts.REASONS["unknown-server"]
        elif proof := san11.cred(message, account):
            reason = "no-digest" if proof.matched != "none" else "digest"
            why = f"its Cred: {proof.sentence}"
    return Explanation(layers, reason=reason, why=why)


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
