"""Steps 3 and 4: our Cred, the server's answer to it, its challenges. Decisions 5, 6 and 13."""

from emulator.protocol import digest
from emulator.protocol.events import Challenged, CredMade
from emulator.protocol.keyring import Account
from emulator.protocol.policy import Scheme
from emulator.protocol.turn import Signing, Turn
from emulator.wire import build
from emulator.wire.syncml import Chal, Cred, Status


def first_signing(account: Account) -> Signing | None:
    """What signs package 1: the stored client nonce, or what `auth.first` says without one."""
    scheme = account.policy.auth.scheme
    if scheme == "none":
        return None
    if scheme == "basic":
        return Signing("basic", b"", "none")
    if account.client_nonce is None and account.policy.auth.first == "none":
        return None
    return Signing("md5", account.client_nonce or b"", "stored")


def make_cred(signing: Signing, account: Account, version: str) -> tuple[Cred, CredMade]:
    """The Cred, and how it was made for the journal (a basic one is a secret and stays out)."""
    working = working_of(signing.scheme, account.user, account.password, signing.nonce, version)
    shown = "" if signing.scheme == "basic" else working.value
    made = CredMade(
        signing.scheme, account.user, signing.nonce.hex(), signing.nonce_kind, version, shown
    )
    return build.cred(signing.scheme, working.value), made


def working_of(
    scheme: str, identity: str, secret: str, nonce: bytes, version: str
) -> digest.Working:
    """The Working of a Cred: md5 in the form of the message's SyncML version."""
    if scheme == "basic":
        return digest.basic(identity, secret)
    if version == "1.0":
        return digest.md5_10(identity, secret, nonce)
    return digest.md5(identity, secret, nonce)


def allowed(account: Account, url: str) -> tuple[str, ...]:
    """The challenge types that are honoured (decision 5)."""
    auth = account.policy.auth
    if auth.allow:
        return auth.allow
    basic: tuple[Scheme, ...] = ("basic",) if url.lower().startswith("https:") else ()
    return (auth.scheme, *basic)


def challenge(turn: Turn, status: Status, url: str) -> Signing | str:
    """What a 401/407 lets us sign with, or the reason why it cannot be answered."""
    if status.chal is None:
        turn.remark("challenge-missing")
        return f"{status.code} without a challenge"
    scheme = build.scheme_of(status.chal.meta)
    if scheme not in allowed(turn.state.account, url) or scheme not in ("basic", "md5"):
        turn.remark("downgrade", scheme or "no type")
        return f"the server asks for {scheme or 'credentials of no type'}, which is not allowed"
    nonce = nonce_of(turn, status.chal)
    turn.record(Challenged("server", status.code, scheme, (nonce or b"").hex(), True))
    if scheme == "basic":
        return Signing("basic", b"", "none")
    if nonce is None:
        turn.remark("challenge-without-nonce")
    return Signing("md5", nonce or b"", "challenge")


def nonce_of(turn: Turn, chal: Chal) -> bytes | None:
    """The NextNonce of a challenge; one without Format b64 is remarked."""
    nonce = build.next_nonce(chal)
    if nonce is not None and ((chal.meta and chal.meta.format) or "").strip().lower() != "b64":
        turn.remark("nonce-not-base64")
    return nonce


def accepted(turn: Turn, status: Status) -> None:
    """A success Status for our SyncHdr: what signs the next message, and the nonce it brings.

    212 ends signing for the session; 200 in answer to a Cred means Cred again, over NextNonce if
    there is one, else over the same nonce (decision 13).
    """
    state = turn.state
    nonce = None
    if status.chal is not None:
        scheme = build.scheme_of(status.chal.meta)
        if scheme in ("md5", "mac") and state.account.policy.auth.scheme != "basic":
            nonce = nonce_of(turn, status.chal) or None
        turn.record(Challenged("server", status.code, scheme, (nonce or b"").hex(), False))
        ours = state.account.policy.auth.scheme
        if ours not in ("none", scheme):
            turn.remark("chal-type-differs", f"{scheme or 'no type'} instead of {ours}")
    if nonce is not None:
        turn.set(client_nonce_due=nonce)
    if status.code == 212 or state.accepted_for_session:
        turn.set(signing=None, accepted_for_session=True)
    elif state.sent is not None and state.sent.signed and state.signing is not None:
        over = state.signing.nonce if nonce is None else nonce
        kind = state.signing.nonce_kind if nonce is None else "challenge"
        turn.set(signing=Signing(state.signing.scheme, over, kind))
