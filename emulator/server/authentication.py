"""Steps 4 and 5 as the server sees them: judges the client's Cred, makes its own.

Decides codes and nonces; what is then stored or sent is the peer's business.
"""

from typing import Literal

import msgspec

from emulator.server import digest
from emulator.server.exchange import NONCE, STALE
from emulator.server.misbehaviour import Misbehaviour
from emulator.server.state import Account, Outstanding, Session
from emulator.wire import build
from emulator.wire.syncml import Chal, Cred, Message

AUTHENTICATED, OK, WRONG, MISSING = 212, 200, 401, 407


class Judgement(msgspec.Struct, frozen=True):
    """Step 4: the code for SyncHdr, the Chal that goes with it and its nonce, and why."""

    code: int
    why: str
    chal: Chal | None = None
    nonce: bytes | None = None

    @property
    def accepted(self) -> bool:
        return self.code in (AUTHENTICATED, OK)


def judge(
    account: Account,
    session: Session,
    message: Message,
    misbehaviour: Misbehaviour,
    entropy: bytes,
) -> Judgement:
    """Checks the Cred of a message from a client that is not authenticated yet."""
    if account.scheme == "none":
        return Judgement(OK, "no Cred is asked for: transport-layer security only")
    cred = message.header.cred
    chal, nonce = _challenge(account, misbehaviour, entropy, refused=True)
    if cred is None:
        return Judgement(MISSING, "client Cred is missing: 407 with a new nonce", chal, nonce)
    which = _verified(account, session, cred, message.header.ver_dtd)
    if "endless-401" in misbehaviour:
        which = None
    if which is None:
        code = MISSING if "refuse-with-407" in misbehaviour else WRONG
        return Judgement(code, f"client Cred is wrong: {code} with a new nonce", chal, nonce)
    code = OK if "200-for-212" in misbehaviour else AUTHENTICATED
    why = f"client Cred verified with the {which}"
    if account.scheme != "md5" or "never-chal" in misbehaviour:
        return Judgement(code, f"{why}: {code} without Chal")
    chal, nonce = _challenge(account, misbehaviour, entropy, refused=False)
    return Judgement(code, f"{why}: {code} with {_brings(nonce)}", chal, nonce)


def _brings(nonce: bytes | None) -> str:
    return "a Chal that brings no client nonce" if nonce is None else "a new client nonce"


def _challenge(
    account: Account, misbehaviour: Misbehaviour, entropy: bytes, *, refused: bool
) -> tuple[Chal, bytes | None]:
    """A Chal, and the nonce that the server goes by from then on (None: the one that it has)."""
    nonce = entropy[NONCE] if account.scheme == "md5" else None
    kind = misbehaviour.value("chal-type")
    if kind == "basic":
        return build.chal("basic", None), None
    if kind == "mac":
        return build.chal("mac", entropy[NONCE]), nonce
    if nonce is None:
        return build.chal(account.scheme, None), None
    if "chal-without-nonce" in misbehaviour:
        return build.chal("md5", None), b"" if refused else None
    shown = entropy[STALE] if "wrong-nonce-in-chal" in misbehaviour else nonce
    return build.chal("md5", shown), nonce


def server_id(account: Account, misbehaviour: Misbehaviour) -> str:
    """By which id the server names itself."""
    return f"not-{account.server_id}" if "wrong-server-id" in misbehaviour else account.server_id


def _verified(account: Account, session: Session, cred: Cred, ver_dtd: str) -> str | None:
    """What the Cred was made with, in words; None when it is wrong or of another type."""
    given = build.cred_value(cred)
    if build.scheme_of(cred.meta) != account.scheme:
        return None
    if account.scheme == "basic":
        expected = digest.basic(account.user, account.password)
        return "password" if digest.same(given, expected) else None
    nonce, which = account.client_nonce, "stored client nonce"
    if session.challenge is not None:
        nonce, which = session.challenge, "nonce of the 401 or 407"
    expected = digest.md5(account.user, account.password, nonce, ver_dtd)
    return which if digest.same(given, expected) else None


def credential(account: Account, session: Session, misbehaviour: Misbehaviour) -> Cred | None:
    """The server's own Cred, as long as the client has not accepted one for the whole session.

    Its nonce: the one the client asked for in this session; the SessionID of the notification
    that opened it, if that was signed so; the stored server nonce.
    """
    if not account.authenticates or account.scheme == "none" or session.accepted:
        return None
    if "no-cred" in misbehaviour:
        return None
    secret = account.server_secret
    if "wrong-cred" in misbehaviour:
        secret = f"not-{secret}"
    scheme: Literal["basic", "md5"] = "md5"
    if "basic" in (session.sign_scheme or account.scheme):
        scheme = "basic"
    if scheme == "basic":
        octets = digest.basic(server_id(account, misbehaviour), secret)
    else:
        nonce = _own_nonce(account, session, misbehaviour)
        identity = server_id(account, misbehaviour)
        octets = digest.md5(identity, secret, nonce, session.version)
    return build.cred(scheme, digest.text(octets))


def _own_nonce(account: Account, session: Session, misbehaviour: Misbehaviour) -> bytes:
    if session.sign is not None:
        return session.sign
    opened = None if "ignore-session-id" in misbehaviour else session.opened_by
    if opened is not None and opened.signed_with == "session-id":
        encoding = misbehaviour.value("sign-with") or opened.encoding
        return digest.SESSION_ID[encoding](opened.session_id)
    return account.server_nonce


def opened_by(
    outstanding: tuple[Outstanding, ...], device_id: str, session_id: str
) -> Outstanding | None:
    """The notification that this SessionID text belongs to: in hex as the specification has it,
    else in decimal as some clients write it; the newest of several."""
    text = session_id.strip().upper().lstrip("0")
    mine = [o for o in reversed(outstanding) if o.device_id == device_id]
    for form in ("{:X}", "{}"):
        for one in mine:
            if form.format(one.session_id) == text:
                return one
    return None
