"""Steps 5 and 6: the server's Cred, our success or challenge, the new server nonce. Decisions 6, 7."""

import hmac

from emulator.protocol.clientauth import working_of
from emulator.protocol.effects import Change, PinEncoding, SetNonce
from emulator.protocol.events import Challenged, NonceKind, ServerCredJudged
from emulator.protocol.turn import SessionState, Turn
from emulator.wire import build
from emulator.wire.syncml import Message

NONCE_LENGTH = 16


def nonces(state: SessionState) -> list[tuple[NonceKind, bytes]]:
    """The nonces that may have signed the server's Cred, in the order in which they are tried.

    After a challenge of ours: its nonce, then (resync) the SessionID, (ordinary) the stored one.
    """
    account = state.account
    own: list[tuple[NonceKind, bytes]] = [("stored", account.server_nonce or b"")]
    if account.candidate is not None:
        own.append(("candidate", account.candidate))
    session_id: list[tuple[NonceKind, bytes]] = []
    if state.kind == "resync" and state.verdict is not None:
        session_id = [("session-id", state.verdict.nonce)]
    if state.proof == "challenged":
        rest = session_id if state.kind == "resync" else own[:1]
        return [("challenge", state.server_challenge), *rest]
    return session_id + own


def judge(turn: Turn, message: Message, counts: bool = True) -> NonceKind | None:
    """Checks the server's Cred: the nonce that verified, "none" for a wrong one, None without one.

    An account without a server secret cannot check anything: its server counts as unproven.
    """
    state, header = turn.state, message.header
    account = state.account
    if header.source and header.source.name not in (None, "", account.server_id):
        turn.remark("server-name-differs", header.source.name or "")
    if header.cred is None:
        return None
    scheme = build.scheme_of(header.cred.meta)
    received = build.cred_value(header.cred)
    tries: list[tuple[NonceKind, str, str]] = []
    matched: NonceKind = "none"
    if not account.server_secret:
        sentence = "the server sent a Cred, but this account knows no server secret to check it"
    elif scheme == "md5":
        for kind, nonce in nonces(state):
            working = working_of(
                "md5", account.server_id, account.server_secret, nonce, header.ver_dtd
            )
            tries.append((kind, nonce.hex(), working.value))
            if matched == "none" and working.matches(received):
                matched = kind
        sentence = _sentence(matched)
    elif scheme == "basic" and account.policy.auth.scheme == "basic":
        expected = f"{account.server_id}:{account.server_secret}".encode()
        if hmac.compare_digest(expected, received):
            matched = "stored"
        sentence = (
            "the server's id and secret are right" if matched != "none" else _sentence("none")
        )
    else:
        sentence = f"a Cred of type {scheme or 'none'} proves nothing here"
    # A Cred that is no digest may hold a password.
    shown = build.b64(received) if scheme in ("md5", "mac") else ""
    turn.record(
        ServerCredJudged(account.server_id, scheme, shown, tuple(tries), matched, counts, sentence)
    )
    return matched if account.server_secret else None


def _sentence(matched: NonceKind) -> str:
    return {
        "session-id": "the server proved itself with the SessionID as nonce",
        "stored": "the server proved itself with the stored server nonce",
        "candidate": "the server proved itself with the candidate",
        "challenge": "the server proved itself with the nonce of our challenge",
    }.get(matched, "the server's Cred does not verify")


def proven(turn: Turn, matched: NonceKind) -> None:
    """Step 5 is passed: the nonces are stored, and a new server nonce goes out with the next Status."""
    state = turn.state
    account = state.account
    if state.kind == "resync" and matched in ("stored", "candidate"):
        turn.remark("server-used-stored-nonce", matched)
    changes: list[Change] = _client_nonce(turn)
    if matched == "candidate" and account.candidate is not None:
        reason = "the server's Cred verified with the candidate"
        changes.append(SetNonce(account.name, "server", account.candidate, reason))
        changes.append(SetNonce(account.name, "candidate", None, "became the stored nonce"))
    if (
        state.kind == "resync"
        and state.verdict is not None
        and state.verdict.encoding != account.pinned
    ):
        changes.append(PinEncoding(account.name, state.verdict.encoding))
    if account.policy.server_nonce.issue != "never":
        changes.append(_issue(turn))
    turn.set(proof="proven")
    turn.keep(*changes)
    turn.step(5, "passed", _sentence(matched))
    if account.policy.server_nonce.issue == "never":
        turn.step(6, "skipped", "this profile issues no server nonce")


def proven_by_tls(turn: Turn) -> None:
    """Transport-layer security only: TLS proves the server, the nonce goes out all the same."""
    changes = [*_client_nonce(turn), _issue(turn)]
    turn.set(proof="proven")
    turn.keep(*changes)
    turn.step(5, "passed", "the server is proven by TLS")


def excused(turn: Turn) -> None:
    """The server need not prove itself: our client nonce is stored, the server keeps its nonce."""
    turn.remark("server-does-not-authenticate")
    changes = _client_nonce(turn)
    always = turn.state.account.policy.server_nonce.issue == "always"
    if always:
        changes.append(_issue(turn))
    turn.set(proof="excused")
    turn.keep(*changes)
    turn.step(5, "skipped", "the server sent no Cred, and this profile does not ask for one")
    if not always:
        turn.step(6, "skipped", "no new server nonce for a server that does not prove itself")


def doubted(turn: Turn, code: int) -> bytes:
    """Step 5 is not passed: the nonce of the challenge that gives the server one more try."""
    nonce = turn.random(NONCE_LENGTH)
    turn.set(proof="challenged", server_challenge=nonce)
    turn.remark("server-cred-missing" if code == 407 else "server-cred-wrong")
    turn.record(Challenged("client", code, "md5", nonce.hex(), True))
    why = "the server sent no Cred" if code == 407 else "the server's Cred does not verify"
    turn.step(5, "running", f"{why}: {code} with a challenge")
    return nonce


def _client_nonce(turn: Turn) -> list[Change]:
    due = turn.state.client_nonce_due
    if due is None:
        if turn.state.account.policy.auth.scheme == "md5":
            turn.remark("no-new-client-nonce")
        return []
    turn.set(client_nonce_due=None)
    reason = "NextNonce of the server's success Status"
    return [SetNonce(turn.state.account.name, "client", due, reason)]


def later_client_nonce(turn: Turn) -> None:
    """A NextNonce that came after step 5: the newest signs the next session."""
    if turn.state.client_nonce_due is not None and turn.state.proof in ("proven", "excused"):
        turn.keep(*_client_nonce(turn))


def _issue(turn: Turn) -> Change:
    nonce = turn.random(NONCE_LENGTH)
    turn.set(issue=nonce)
    reason = "sent to the server, not yet confirmed"
    return SetNonce(turn.state.account.name, "candidate", nonce, reason)


def confirmed(turn: Turn) -> None:
    """Step 6: the candidate becomes the stored server nonce."""
    name = turn.state.account.name
    turn.keep(
        SetNonce(name, "server", turn.state.issued, "confirmed by the server's success Status"),
        SetNonce(name, "candidate", None, "became the stored nonce"),
    )
    turn.set(confirmed=True)
    turn.step(6, "passed", "the server confirmed the new server nonce")
