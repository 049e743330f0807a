"""What becomes of a notification: stored nonce, candidate, SessionID, or ignored; with the evidence.

Change request 5.1, steps 1 and 2, in the order of decision 3. A pure function of notification,
keyring and time; it changes nothing and fails closed: without a match there is no session.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from emulator.protocol import digest, sessionid
from emulator.protocol.effects import SetNonce
from emulator.protocol.events import (
    NearMiss,
    NonceKind,
    NonceStored,
    NonceTried,
    StepMoved,
    VerdictReached,
    What,
)
from emulator.protocol.keyring import Account, Keyring
from emulator.protocol.nearmiss import DM_DEFAULT_NONCES, near_misses
from emulator.protocol.remarks import Remark, remark
from emulator.wire.notification import Notification

VerdictName = Literal[
    "verified-stored",
    "verified-candidate",
    "verified-session-id",
    "verified-dm-default",
    "ignored",
    "held",
]
RATE_BURST = 3
RATE_SECONDS = 60.0
OPENINGS_UNTIL_REPLY = 3
"""How often the same id may open a session whose first reply never came (decision 4)."""

_NAMES: dict[NonceKind, VerdictName] = {
    "stored": "verified-stored",
    "constant": "verified-stored",
    "candidate": "verified-candidate",
    "session-id": "verified-session-id",
    "dm-default": "verified-dm-default",
}


class Attempt(msgspec.Struct, frozen=True):
    """One verification: whose nonce, what it would have given, and whether that came."""

    account: str
    nonce_kind: NonceKind
    encoding: str
    nonce: bytes
    working: digest.Working
    matched: bool


class Verdict(msgspec.Struct, frozen=True):
    """The outcome. `nonce` is what verified; `reason` is set for ignored ones."""

    verdict: VerdictName
    reason: str
    account: str
    notification: Notification
    nonce_kind: NonceKind
    encoding: str
    nonce: bytes
    attempts: tuple[Attempt, ...]
    near_misses: tuple[NearMiss, ...] = ()
    remarks: tuple[Remark, ...] = ()
    guarded: bool = False

    @property
    def verified(self) -> bool:
        return self.verdict not in ("ignored", "held")

    @property
    def sentence(self) -> str:
        """The verdict as a person would say it."""
        if self.verdict == "ignored":
            of = f" ({self.notification.server_id})" if self.reason == "unknown-server" else ""
            return f"notification ignored: {REASONS[self.reason]}{of}"
        if self.verdict == "held":
            return "verified; held until the running session has ended"
        return {
            "stored": "verified with the stored server nonce: an ordinary session",
            "constant": "verified with the fixed nonce of this kind of server: an ordinary session",
            "candidate": "verified with the candidate: our new server nonce had arrived after all",
            "dm-default": "the stored nonce failed, the default nonce of Device Management verified",
            "session-id": "the stored nonce failed, the SessionID verified: nonce resynchronisation",
        }.get(self.nonce_kind, self.verdict)


REASONS: dict[str, str] = {
    "digest": "its digest fits neither the stored nonce nor the SessionID",
    "unknown-server": "no account has its server id",
    "replayed": "its SessionID has opened a session before",
    "malformed": "it is no well-formed package #0",
    "resync-disabled": "only the SessionID verifies it, and this handset does not resynchronise",
    "session-id-zero": "only the SessionID verifies it, and SessionID 0 would be a constant nonce",
    "no-digest": "a DS 1.1 alert carries no digest",
    "transport-not-secure": "without credentials a resynchronisation needs https",
    "rate-limited": "more than three resynchronisations at once, then one a minute (resync.rate)",
    "declined": "the owner declined",
    "duplicate": "the session that it asks for is running",
    "no-dm-session": "it verifies, but this handset carries no Device Management session yet",
    "superseded": "a newer one took its place, or the handset stopped",
    "not-for-us": "it is for another application of the phone",
}


def judge(notification: Notification, keyring: Keyring, at: float) -> Verdict:
    """The verdict on a notification that arrived at `at` (seconds).

    Accounts with the same server id: stored nonce and candidate of each come before the SessionID
    of any; of several that match the first in the profile is taken, and remarked (decision 15).
    """
    usage = notification.usage
    if usage == "dm" and not keyring.of("dm"):
        return _ignored(notification, "not-for-us", ())
    accounts = keyring.for_server(notification.server_id, usage)
    if not accounts:
        return _ignored(notification, "unknown-server", ())
    attempts: list[Attempt] = []
    # Device Management has a default nonce of its own and never takes the SessionID (decision 16).
    for tries in (_own_nonces, _dm_defaults if usage == "dm" else _session_ids):
        found = [a for account in accounts for a in tries(notification, account)]
        attempts += found
        matches = [a for a in found if a.matched]
        if matches:
            return _verified(notification, keyring, matches, tuple(attempts), at)
    misses = tuple(miss for account in accounts for miss in near_misses(notification, account))
    return _ignored(notification, "digest", tuple(attempts), accounts[0].name, misses)


def _own_nonces(notification: Notification, account: Account) -> Iterator[Attempt]:
    # A nonce that was never set is tried as the empty one (resync, open point 10).
    nonces: list[tuple[NonceKind, bytes]] = [("stored", account.server_nonce or b"")]
    if account.candidate is not None:
        nonces.append(("candidate", account.candidate))
    constants = account.policy.notification.constant_nonces
    nonces += [("constant", constant.encode()) for constant in constants]
    for kind, nonce in nonces:
        attempt = _attempt(notification, account, kind, nonce)
        yield attempt
        if attempt.matched:
            return


def _session_ids(notification: Notification, account: Account) -> Iterator[Attempt]:
    encodings = (account.pinned,) if account.pinned else account.policy.resync.encodings
    for encoding in encodings:
        nonce = sessionid.nonce(notification.session_id, encoding)
        attempt = _attempt(notification, account, "session-id", nonce, encoding)
        yield attempt
        if attempt.matched:
            return


def _dm_defaults(notification: Notification, account: Account) -> Iterator[Attempt]:
    """0x00000000 as four zero octets, then as its text. [OMA DM 1.2.1 Security, default nonce]"""
    for nonce in DM_DEFAULT_NONCES:
        attempt = _attempt(notification, account, "dm-default", nonce)
        yield attempt
        if attempt.matched:
            return


def _attempt(
    notification: Notification, account: Account, kind: NonceKind, nonce: bytes, encoding: str = ""
) -> Attempt:
    identity, secret = account.notification_identity
    working = digest.notification(identity, secret, nonce, notification.trigger)
    # Without a secret anyone could compute the digest: such an account verifies nothing.
    matched = bool(secret) and working.matches(notification.digest)
    return Attempt(account.name, kind, encoding, nonce, working, matched)


def _verified(
    notification: Notification,
    keyring: Keyring,
    matches: list[Attempt],
    attempts: tuple[Attempt, ...],
    at: float,
) -> Verdict:
    match = matches[0]
    account = keyring.account(match.account)
    others = {m.account for m in matches[1:]} - {match.account}
    remarks = (remark("several-accounts", ", ".join(sorted(others))),) if others else ()
    by_session_id = match.nonce_kind == "session-id"
    by_default = match.nonce_kind == "dm-default"
    guarded = by_session_id or by_default or (match.nonce_kind == "stored" and not match.nonce)
    reason = ""
    if by_session_id or by_default:
        reason = _refusal(notification, account, at)
    elif guarded:
        reason = _replayed(notification, account)
    return Verdict(
        "ignored" if reason else _NAMES[match.nonce_kind],
        reason,
        match.account,
        notification,
        match.nonce_kind,
        match.encoding,
        match.nonce,
        attempts,
        remarks=remarks,
        guarded=guarded,
    )


def _refusal(notification: Notification, account: Account, at: float) -> str:
    """Why a notification that only the SessionID verifies is ignored all the same, or ""."""
    policy = account.policy
    if not policy.resync.enabled:
        return "resync-disabled"
    if notification.session_id == 0:
        return "session-id-zero"
    if policy.auth.scheme == "none" and not account.url.lower().startswith("https:"):
        return "transport-not-secure"
    if reason := _replayed(notification, account):
        return reason
    if policy.resync.rate == "on" and not _within_rate(account, at):
        return "rate-limited"
    return ""


def _replayed(notification: Notification, account: Account) -> str:
    mode = account.policy.resync.replay
    before = [o for o in account.openings if o.session_id == notification.session_id]
    if mode == "off" or not before:
        return ""
    used = mode == "strict" or any(o.used_up for o in before)
    return "replayed" if used or len(before) >= OPENINGS_UNTIL_REPLY else ""


def _within_rate(account: Account, at: float) -> bool:
    """A bucket of three, refilled by one a minute, replayed over the openings that were kept."""
    tokens, last = float(RATE_BURST), None
    for opening in sorted(account.openings, key=lambda o: o.at):
        if last is not None:
            tokens = min(RATE_BURST, tokens + max(opening.at - last, 0) / RATE_SECONDS)
        tokens, last = tokens - 1, opening.at
    if last is not None:
        tokens = min(RATE_BURST, tokens + max(at - last, 0) / RATE_SECONDS)
    return tokens >= 1


def _ignored(
    notification: Notification,
    reason: str,
    attempts: tuple[Attempt, ...],
    account: str = "",
    misses: tuple[NearMiss, ...] = (),
) -> Verdict:
    return Verdict(
        "ignored", reason, account, notification, "none", "", b"", attempts, near_misses=misses
    )


def events(verdict: Verdict) -> list[What]:
    """The verdict as events: each try, steps 1 and 2, the outcome."""
    out: list[What] = [
        NonceTried(
            attempt.account,
            verdict.notification.server_id,
            attempt.nonce_kind,
            attempt.encoding,
            attempt.nonce.hex(),
            attempt.working.octets.hex(),
            verdict.notification.digest.hex(),
            attempt.matched,
        )
        for attempt in verdict.attempts
    ]
    if verdict.attempts:
        own = verdict.nonce_kind in ("stored", "candidate", "constant")
        detail = f"verified with the {verdict.nonce_kind} nonce" if own else "does not verify"
        out.append(StepMoved(1, "passed" if own else "failed", detail))
        if own:
            out.append(StepMoved(2, "skipped", "not needed"))
        elif verdict.reason:
            kind = "DM's default nonce" if verdict.nonce_kind == "dm-default" else "the SessionID"
            but = "" if verdict.nonce_kind == "none" else f"{kind} verifies, but: "
            out.append(StepMoved(2, "failed", but + REASONS[verdict.reason]))
        else:
            name = verdict.encoding or "DM's default nonce"
            out.append(StepMoved(2, "passed", f"verified as {name}"))
    out.append(reached(verdict))
    return out


def reached(verdict: Verdict) -> VerdictReached:
    """The closing event of a verdict."""
    return VerdictReached(
        verdict.verdict,
        verdict.reason,
        verdict.account,
        verdict.notification.session_id,
        verdict.nonce_kind,
        verdict.encoding,
        verdict.sentence,
        verdict.near_misses,
    )


def changes(verdict: Verdict, keyring: Keyring) -> tuple[SetNonce, ...]:
    """What a verdict by itself changes: a candidate that verified becomes the stored nonce."""
    if not verdict.verified or verdict.nonce_kind != "candidate":
        return ()
    name = verdict.account
    return (
        SetNonce(
            name, "server", keyring.account(name).candidate, "a notification verified with it"
        ),
        SetNonce(name, "candidate", None, "became the stored nonce"),
    )


def stored(changes: Iterable[SetNonce], keyring: Keyring) -> list[What]:
    """Those changes as events, with what each slot held before."""
    slots = {"client": "client_nonce", "server": "server_nonce", "candidate": "candidate"}
    out: list[What] = []
    for change in changes:
        before: bytes | None = getattr(keyring.account(change.account), slots[change.slot])
        nonce, previous = (change.nonce or b"").hex(), (before or b"").hex()
        out.append(NonceStored(change.account, change.slot, nonce, previous, change.reason))
    return out
