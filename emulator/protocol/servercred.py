"""What a Cred of the server proves: it is held against the nonces that may have signed it. Pure.

For step 5 of a session, and for a DS 1.1 alert. What follows from it is decided elsewhere.
"""

import hmac
from collections.abc import Sequence

from emulator.protocol.clientauth import working_of
from emulator.protocol.events import NonceKind, ServerCredJudged
from emulator.protocol.keyring import Account
from emulator.wire import build
from emulator.wire.syncml import Cred

Nonces = Sequence[tuple[NonceKind, bytes]]

_UNKNOWN = "the server sent a Cred, but this account knows no server secret to check it"


def own(account: Account) -> list[tuple[NonceKind, bytes]]:
    """The server nonces that the account holds, in the order in which they are tried."""
    held: list[tuple[NonceKind, bytes]] = [("stored", account.server_nonce or b"")]
    return held if account.candidate is None else [*held, ("candidate", account.candidate)]


def judge(
    cred: Cred, ver_dtd: str, account: Account, over: Nonces, basic: bool, counts: bool = True
) -> ServerCredJudged:
    """Holds it against nonces in that order. `basic`: the server's bare secret is proof too."""
    scheme = build.scheme_of(cred.meta)
    received = build.cred_value(cred)
    identity = account.server_id, account.server_secret
    tries: list[tuple[NonceKind, str, str]] = []
    matched: NonceKind = "none"
    if not account.server_secret:
        sentence = _UNKNOWN
    elif scheme == "md5":
        for kind, nonce in over:
            working = working_of("md5", *identity, nonce, ver_dtd)
            tries.append((kind, nonce.hex(), working.value))
            if matched == "none" and working.matches(received):
                matched = kind
        sentence = words(matched)
    elif scheme == "basic" and basic:
        right = hmac.compare_digest(":".join(identity).encode(), received)
        matched = "stored" if right else "none"
        sentence = "the server's id and secret are right" if right else words("none")
    else:
        sentence = f"a Cred of type {scheme or 'none'} proves nothing here"
    # A Cred that is no digest may hold a password.
    shown = build.b64(received) if scheme in ("md5", "mac") else ""
    return ServerCredJudged(
        account.server_id, scheme, shown, tuple(tries), matched, counts, sentence
    )


def words(matched: NonceKind, what: str = "Cred") -> str:
    """What it means that this nonce signed the server's `what`."""
    return {
        "session-id": "the server proved itself with the SessionID as nonce",
        "stored": "the server proved itself with the stored server nonce",
        "candidate": "the server proved itself with the candidate",
        "challenge": "the server proved itself with the nonce of our challenge",
    }.get(matched, f"the server's {what} does not verify")
