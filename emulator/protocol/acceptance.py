"""Steps 4, 5 and 6 as they come: what the server answers to package 1, to our challenge, to our Chal.

Which nonce proves what is in `clientauth.py` and `serverauth.py`; this decides what follows from it.
"""

from emulator.protocol import clientauth, endings, packages, progress, serverauth
from emulator.protocol.states import State
from emulator.protocol.turn import Turn
from emulator.wire import build
from emulator.wire.syncml import VERSIONS, Message, Status, number

_FOR_SESSION = ("basic", "md5")
"""Schemes of which one Cred may do for a session (212)."""
_OLDER_VERSION = (505, 513, 400, 501)


def heard(turn: Turn, message: Message) -> None:
    """A SyncML message, by the state that it meets."""
    assert turn.state.sent is not None
    status = message.header_status(turn.state.sent.msg_id)
    state = turn.state.state
    if state in (State.PACKAGE_1, State.SERVER_CHALLENGED):
        _answer_to_package_1(turn, message, status)
        return
    if status is None:
        turn.remark("no-header-status")
    elif status.code in (401, 407):
        _refused_later(turn, message, status)
        return
    elif status.code not in (200, 212):
        if not turn.state.confirmed and turn.state.sent.msg_id in turn.state.issued_in:
            turn.step(6, "failed", f"the server answered {status.code}")
        endings.end(turn, "peer-error", f"the server answered our message with {status.code}")
        return
    else:
        clientauth.accepted(turn, status)
        serverauth.later_client_nonce(turn)
    _step_6(turn, message)
    progress.go_on(turn, message)


def _answer_to_package_1(turn: Turn, message: Message, status: Status | None) -> None:
    """Step 4. In SERVER_CHALLENGED: what the server answers to our challenge."""
    challenged = turn.state.state is State.SERVER_CHALLENGED
    if not challenged:
        turn.step(3, "passed", "package 1 was answered")
    if status is not None and status.code in (200, 212):
        if status.code == 200 and turn.state.signing and turn.state.signing.scheme in _FOR_SESSION:
            turn.remark("accepted-once")
        clientauth.accepted(turn, status)
        turn.step(4, "passed", _accepted_words(turn, status.code))
        _step_5(turn, message)
    elif challenged:
        code = status.code if status else "no Status for SyncHdr"
        endings.not_authenticated(turn, f"it answered our challenge with {code}")
    elif status is None:
        turn.remark("no-header-status")
        endings.step_4_failed(turn, "the server sent no Status for our SyncHdr")
    elif status.code in (401, 407):
        _challenged(turn, message, status)
    elif status.code in _OLDER_VERSION and turn.state.version != VERSIONS[-1]:
        _older_version(turn, message, status.code)
    else:
        endings.step_4_failed(turn, f"the server answered package 1 with {status.code}")


def _accepted_words(turn: Turn, code: int) -> str:
    retries = len(turn.state.challenges)
    again = f", after {retries} challenge{'s' if retries > 1 else ''}" if retries else ""
    nonce = turn.state.client_nonce_due
    fresh = f"; new client nonce {nonce.hex()[:8]}" if nonce is not None else ""
    return f"{code}{again}{fresh}"


def _challenged(turn: Turn, message: Message, status: Status) -> None:
    """Step 4 back to step 3: package 1 again, signed over the nonce of the Chal (decision 5)."""
    early = serverauth.judge(turn, message, counts=False)
    if early not in (None, "none"):
        turn.set(early_proof=early)
    turn.step(4, "running", f"{status.code}: the server asks for credentials")
    limit = turn.state.account.policy.auth.retries
    target = turn.state.url if message.header.resp_uri else turn.state.account.url
    signing = clientauth.challenge(turn, status, target)
    expected = 401 if turn.state.sent and turn.state.sent.signed else 407
    if status.code != expected:
        turn.remark("wrong-refusal", f"{status.code}, where {expected} is due")
    if isinstance(signing, str):
        endings.refused(turn, signing)
    elif turn.state.challenges.count(status.code) >= limit:
        endings.refused(
            turn,
            f"{status.code} again, over the nonce of its challenge: user or password are wrong, "
            "or the server goes by another nonce than it sent",
        )
    else:
        turn.set(signing=signing, challenges=(*turn.state.challenges, status.code), url=target)
        turn.move("challenged")
        packages.package_1(turn, message)


def _older_version(turn: Turn, message: Message, code: int) -> None:
    older = VERSIONS[VERSIONS.index(turn.state.version) + 1]
    turn.step(4, "running", f"{code}: again as SyncML {older}")
    turn.set(version=older)
    turn.move("older-version")
    packages.package_1(turn)


def _step_5(turn: Turn, message: Message) -> None:
    """The server accepted us: is it who it says? (decision 7)"""
    state = turn.state
    policy = state.account.policy
    challenged = state.proof == "challenged"
    if not challenged:
        turn.step(5, "running")
    # Where the reply came from counts, not where its RespURI leads.
    came_from = state.sent.url if state.sent else ""
    if policy.auth.scheme == "none" and came_from.lower().startswith("https:"):
        serverauth.proven_by_tls(turn)
    else:
        matched = serverauth.judge(turn, message)
        if matched is None and not challenged and state.early_proof != "none":
            matched = state.early_proof
        demand = (
            policy.server_auth.resync if state.kind == "resync" else policy.server_auth.ordinary
        )
        if matched not in (None, "none"):
            serverauth.proven(turn, matched)
        elif challenged:
            words = "it sent no Cred" if matched is None else "its Cred does not verify"
            words += f" in answer to our challenge{_other_name(turn, message)}"
            endings.not_authenticated(turn, words)
            return
        elif matched is None and demand == "optional":
            serverauth.excused(turn)
        else:
            code = 407 if matched is None else 401
            nonce = serverauth.doubted(turn, code)
            turn.move("server-unproven")
            packages.refusal(turn, message, code, build.chal("md5", nonce))
            return
    turn.move("accepted")
    progress.go_on(turn, message)


def _other_name(turn: Turn, message: Message) -> str:
    """By which other id the server signs, perhaps; "" when it names itself as the account does."""
    name = (message.header.source.name if message.header.source else "") or ""
    ours = turn.state.account.server_id
    return "" if name in ("", ours) else f"; it calls itself {name}, the account {ours}"


def _is_step_6(turn: Turn, status: Status) -> bool:
    return number(status.msg_ref) in turn.state.issued_in and status.for_header


def _step_6(turn: Turn, message: Message) -> None:
    """Looks for the success Status for a message that carried our Chal, in whatever package."""
    if not turn.state.confirmed and any(
        isinstance(c, Status) and _is_step_6(turn, c) and c.code in (200, 212)
        for c in message.commands
    ):
        serverauth.confirmed(turn)


def _refused_later(turn: Turn, message: Message, status: Status) -> None:
    """401/407 after package 1: the message that carries our Chal goes out once more (decision 6)."""
    sent = turn.state.sent
    carried_chal = sent is not None and sent.msg_id in turn.state.issued_in
    if turn.state.repeated or turn.state.confirmed or not carried_chal:
        if carried_chal and not turn.state.confirmed:
            turn.step(6, "failed", f"{status.code} again")
        endings.refused(turn, f"{status.code} in the middle of the session", step=6)
        return
    signing = clientauth.challenge(turn, status, turn.state.url)
    if isinstance(signing, str):
        turn.step(6, "failed", signing)
        endings.refused(turn, signing, step=6)
        return
    turn.set(signing=signing)
    turn.step(6, "running", f"{status.code}: the message with our Chal once more, with a Cred")
    turn.move("step-6-refused")
    packages.again(turn, message)
