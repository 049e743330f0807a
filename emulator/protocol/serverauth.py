"""Steps 5 and 6: the server's Cred, our success or challenge, the new server nonce.

Decisions 6, 7 and 8. What a header of auth-MAC proves is worked out in `servermac.py`.
"""

from typing import Literal

from emulator.protocol import servercred, servermac
from emulator.protocol.effects import Change, PinEncoding, SetNonce
from emulator.protocol.events import Challenged, NonceKind, ServerCredJudged
from emulator.protocol.turn import SessionState, Turn
from emulator.wire.syncml import Message

NONCE_LENGTH = 16


def nonces(state: SessionState) -> list[tuple[NonceKind, bytes]]:
    """The nonces that may have signed the server's Cred, in the order in which they are tried.

    After a challenge of ours: its nonce, then (resync) the SessionID, (ordinary) the stored one.
    """
    account = state.account
    own = servercred.own(account)
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
    if state.scheme == "mac":
        return _judge_mac(turn, message, nonces(state), counts)
    if header.cred is None:
        return None
    basic = account.policy.auth.scheme == "basic"
    found = servercred.judge(header.cred, header.ver_dtd, account, nonces(state), basic, counts)
    turn.record(found)
    return found.matched if account.server_secret else None


def _judge_mac(
    turn: Turn, message: Message, over: list[tuple[NonceKind, bytes]], counts: bool
) -> NonceKind | None:
    """The header of auth-MAC: what signed the message; "none" if it is wrong, None without one."""
    account = turn.state.account
    if message.header.cred is not None:
        turn.remark("mac-in-cred")
    if not servermac.present(turn):
        return None
    found = servermac.Found("", (), "none", problem="this account knows no server secret")
    if account.server_secret:
        found = servermac.judge(turn, over)
    sentence = servercred.words(found.matched, "message") + (
        f": {found.problem}" if found.problem else ""
    )
    turn.record(
        ServerCredJudged(
            account.server_id, "mac", found.received, found.tries, found.matched, counts, sentence
        )
    )
    if not account.server_secret:
        return None
    if found.matched != "none" and counts:
        turn.set(server_over=found.nonce)
    return found.matched


def still_proven(turn: Turn, message: Message) -> str:
    """auth-MAC after step 5: each message is signed over the newest server nonce, step 6's too.

    Says what is wrong with this one; "" when it is what it should be, or need not be signed.
    """
    state = turn.state
    if state.scheme != "mac" or state.proof != "proven":
        return ""
    kind: NonceKind = "candidate" if state.issued else "stored"
    matched = _judge_mac(turn, message, [(kind, state.server_over)], True)
    if matched is None:
        return "its message is not signed (x-syncml-hmac is missing)"
    over = "new server nonce" if state.issued else "server nonce"
    return "" if matched != "none" else f"its message does not verify with the {over}"


def challenge_scheme(state: SessionState) -> Literal["md5", "mac"]:
    """The type of our Chals: auth-MAC's own, else md5, for basic and TLS too (decision 8)."""
    return "mac" if state.scheme == "mac" else "md5"


def proven(turn: Turn, matched: NonceKind) -> None:
    """Step 5 is passed: the nonces are stored, and a new server nonce goes out with the next Status."""
    state = turn.state
    account = state.account
    # A basic Cred has no nonce (decision 8).
    by_nonce = account.policy.auth.scheme != "basic"
    if state.kind == "resync" and by_nonce and matched in ("stored", "candidate"):
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
    turn.step(5, "passed", servercred.words(matched))
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
    scheme = challenge_scheme(turn.state)
    turn.record(Challenged("client", code, scheme, nonce.hex(), True))
    proof = "x-syncml-hmac" if scheme == "mac" else "Cred"
    why = f"the server sent no {proof}" if code == 407 else f"the server's {proof} does not verify"
    turn.step(5, "running", f"{why}: {code} with a challenge")
    return nonce


def _client_nonce(turn: Turn) -> list[Change]:
    due = turn.state.client_nonce_due
    if due is None:
        if turn.state.account.policy.auth.scheme in ("md5", "mac"):
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


def renew(turn: Turn) -> None:
    """auth-MAC: each message of ours brings the server a new nonce, once the last is confirmed."""
    state = turn.state
    if (
        state.scheme == "mac"
        and state.confirmed
        and state.issue is None
        and not state.issued
        and state.account.policy.server_nonce.issue != "never"
    ):
        turn.keep(_issue(turn))


def confirmed(turn: Turn) -> None:
    """Step 6: the candidate becomes the stored server nonce. With auth-MAC again in each message."""
    name = turn.state.account.name
    turn.keep(
        SetNonce(name, "server", turn.state.issued, "confirmed by the server's success Status"),
        SetNonce(name, "candidate", None, "became the stored nonce"),
    )
    again = turn.state.confirmed
    turn.set(confirmed=True)
    if turn.state.scheme == "mac":
        # The next message of ours brings the next nonce.
        turn.set(issued=b"", issued_in=())
    if not again:
        turn.step(6, "passed", "the server confirmed the new server nonce")
