"""Near misses: variations of the notification's digest that would have matched, and what they mean.

Computed only to explain; never accepted as a verification.
"""

import base64
from collections.abc import Iterator

import msgspec

from emulator.protocol import digest, sessionid
from emulator.protocol.events import NearMiss
from emulator.protocol.keyring import Account
from emulator.wire.notification import Notification

CONSTANT_NONCES = ("SyncEvolution", "Synthesis", "12345")
"""Fixed nonces that real senders use: SyncEvolution, libsynthesis, Sprint devices."""
DM_DEFAULT_NONCES = (b"\0\0\0\0", b"0x00000000")

MEANINGS: dict[str, str] = {
    "user-for-server-id": "the sender hashed user and password instead of server id and secret",
    "nonce-as-base64-text": "the sender hashed the nonce as base64 text instead of its octets",
    "nonce-cut-at-nul": "the sender cut the nonce at its first zero octet",
    "constant-nonce": "the sender uses a fixed nonce",
    "empty-nonce": "the sender used an empty nonce",
    "previous-nonce": "the sender still uses an earlier server nonce",
    "vendor-octets-left-out": "the sender left the vendor octets out of the digest",
    "session-id-encoding": "the sender hashed the SessionID in another encoding",
    "nonce-of-other-direction": "the sender used the client nonce instead of the server nonce",
    "previous-secret": "the sender still uses an earlier secret",
    "client-secret-for-server-secret": "the sender hashed the client's password with the server id",
    "dm-default-nonce": "the sender used the default nonce of Device Management",
    "digest-1.0-form": "the sender used the digest form of SyncML 1.0",
    "zero-digest": "the digest is all zeros: the sender has no credentials configured",
}


class _Variant(msgspec.Struct, frozen=True):
    id: str
    identity: tuple[str, str]
    nonce: bytes
    trigger: bytes
    encoding: str = ""
    detail: str = ""


def near_misses(notification: Notification, account: Account) -> tuple[NearMiss, ...]:
    """Every variation that gives the digest that came, simplest explanation first."""
    if not any(notification.digest):
        return (NearMiss("zero-digest", MEANINGS["zero-digest"]),)
    found: dict[tuple[str, str], NearMiss] = {}
    for variant in _variants(notification, account):
        octets = digest.notification(*variant.identity, variant.nonce, variant.trigger).octets
        if octets == notification.digest:
            _note(found, variant.id, variant.encoding, variant.detail)
    for kind, nonce in _basic_nonces(notification, account):
        identity, secret = account.notification_identity
        plain = digest.h(
            f"{identity}:{secret}:".encode()
            + nonce
            + b":"
            + digest.b64(digest.h(notification.trigger))
        )
        if notification.digest in (plain, digest.md5_10(identity, secret, nonce).octets):
            _note(found, "digest-1.0-form", "", f"over {kind}")
    return tuple(found.values())


def _note(found: dict[tuple[str, str], NearMiss], id_: str, encoding: str, detail: str) -> None:
    meaning = MEANINGS[id_] + (f" ({detail})" if detail else "")
    found.setdefault((id_, encoding), NearMiss(id_, meaning, encoding))


def _basic_nonces(notification: Notification, account: Account) -> Iterator[tuple[str, bytes]]:
    """The nonces that could rightly have signed it, with their names."""
    yield "the stored nonce", account.server_nonce or b""
    if account.candidate is not None:
        yield "the candidate", account.candidate
    for encoding in sessionid.ENCODINGS:
        yield f"the SessionID as {encoding}", sessionid.nonce(notification.session_id, encoding)


def _variants(notification: Notification, account: Account) -> Iterator[_Variant]:
    own, trigger = account.notification_identity, notification.trigger
    accepted = (account.pinned,) if account.pinned else account.policy.resync.encodings
    is_dm = notification.usage == "dm"
    for encoding in sessionid.ENCODINGS:
        if is_dm or encoding not in accepted:
            nonce = sessionid.nonce(notification.session_id, encoding)
            detail = sessionid.MEANINGS[encoding]
            yield _Variant("session-id-encoding", own, nonce, trigger, encoding, detail)
    yield _Variant("empty-nonce", own, b"", trigger)
    for index, nonce in enumerate(account.previous_nonces, 1):
        detail = f"the {_ordinal(index)} before the stored one"
        yield _Variant("previous-nonce", own, nonce, trigger, detail=detail)
    if account.client_nonce is not None:
        yield _Variant("nonce-of-other-direction", own, account.client_nonce, trigger)
    for constant in CONSTANT_NONCES:
        if constant not in account.policy.notification.constant_nonces:
            yield _Variant("constant-nonce", own, constant.encode(), trigger, detail=constant)
    for nonce in () if is_dm else DM_DEFAULT_NONCES:
        yield _Variant("dm-default-nonce", own, nonce, trigger)
    for name, nonce in _basic_nonces(notification, account):
        as_text = base64.b64encode(nonce)
        yield _Variant("nonce-as-base64-text", own, as_text, trigger, detail=name)
        if b"\0" in nonce:
            yield _Variant("nonce-cut-at-nul", own, nonce.partition(b"\0")[0], trigger, detail=name)
        if notification.vendor:
            cut = trigger[: -len(notification.vendor)]
            yield _Variant("vendor-octets-left-out", own, nonce, cut, detail=name)
        yield from _other_identities(notification, account, name, nonce)


def _other_identities(
    notification: Notification, account: Account, name: str, nonce: bytes
) -> Iterator[_Variant]:
    trigger, detail = notification.trigger, f"over {name}"
    nonces = [
        (nonce, detail),
        *((c.encode(), f"over the fixed nonce {c}") for c in CONSTANT_NONCES),
    ]
    for value, words in nonces:
        if account.user and account.policy.notification.identity == "server-id":
            identity = (account.user, account.password)
            yield _Variant("user-for-server-id", identity, value, trigger, detail=words)
        if account.password:
            identity = (account.server_id, account.password)
            id_ = "client-secret-for-server-secret"
            yield _Variant(id_, identity, value, trigger, detail=words)
    for secret in account.previous_secrets:
        identity = (account.server_id, secret)
        yield _Variant("previous-secret", identity, nonce, trigger, detail=detail)


def _ordinal(index: int) -> str:
    return {1: "one", 2: "second", 3: "third"}.get(index, f"{index}th")
