"""One session as a pure machine: `begin`, then `advance(state, heard) -> (state, effects)`.

Change request 5.1, steps 3 to 6, around a SyncML DS session. What may follow what is in
`states.py`; credentials in `clientauth.py` and `serverauth.py`; messages in `packages.py`; items in
`sync.py`. Nothing here waits, reads a clock or touches a socket.
"""

from urllib.parse import urljoin

import msgspec

from emulator.protocol import clientauth, packages, serverauth, sessionid, sync
from emulator.protocol.effects import (
    Answered,
    Ask,
    Effect,
    End,
    Heard,
    Load,
    Loaded,
    Lost,
    OpenedWith,
    Reply,
    Stopped,
    UsedUp,
)
from emulator.protocol.events import (
    MessageReceived,
    Octets,
    Outcome,
    PersonAnswered,
    PersonAsked,
    SessionClosed,
    SessionIdUsed,
    SessionKind,
    SessionOpened,
    TransportLost,
)
from emulator.protocol.keyring import Account, Device
from emulator.protocol.states import State
from emulator.protocol.turn import SessionState, Turn
from emulator.protocol.verdict import REASONS, Verdict, reached
from emulator.wire import build, codec
from emulator.wire.errors import WireError
from emulator.wire.syncml import VERSIONS, Message, Status, number

Result = tuple[SessionState, tuple[Effect, ...]]
_IDLE_LIMIT = 3
"""Alerts 222 in a row that bring nothing (decision 17)."""
_OLDER_VERSION = (505, 513, 400, 501)


def begin(
    account: Account,
    device: Device,
    at: float,
    entropy: bytes,
    verdict: Verdict | None = None,
    stores: tuple[str, ...] = (),
) -> Result:
    """A session of `account`, opened by a verified notification or (None) by the person.

    `stores` names the datastores of a session that the person wants; empty means all.
    """
    kind: SessionKind = "client-initiated" if verdict is None else "ordinary"
    unknown: tuple[str, ...] = ()
    if verdict is None:
        names = stores or tuple(store.name for store in account.stores)
        wanted = tuple((name, 200) for name in names)
    else:
        if verdict.nonce_kind == "session-id":
            kind = "resync"
        syncs = [(s.code, s.uri) for s in verdict.notification.syncs]
        wanted, unknown = sync.wanted(account, syncs)
    state = SessionState(
        account=account,
        device=device,
        kind=kind,
        verdict=verdict,
        wanted=wanted,
        session_id="",
        url=account.url,
        version=device.version,
        signing=clientauth.first_signing(account),
    )
    turn = Turn(state, at, entropy)
    turn.set(session_id=_session_id(turn, verdict))
    if unknown:
        turn.remark("unknown-datastore", ", ".join(unknown))
    text = "The server wants to synchronise." if verdict is not None else ""
    mode = _ui_mode(account, verdict)
    if mode == "user-interaction":
        turn.move("ask")
        turn.record(PersonAsked(f"{text} Allow it?", True))
        turn.do(Ask(f"{text} Allow it?"))
        return turn.state, tuple(turn.effects)
    if mode == "informative":
        turn.record(PersonAsked(text, False))
    _load(turn)
    return turn.state, tuple(turn.effects)


def _session_id(turn: Turn, verdict: Verdict | None) -> str:
    """The notification's id; one of our own where it is 0 or there is none (decision 2)."""
    own = int.from_bytes(turn.random(2), "big") or 1
    identity = verdict.notification.session_id if verdict is not None else 0
    return sessionid.text(identity or own, turn.state.account.policy.session_id.text)


def _ui_mode(account: Account, verdict: Verdict | None) -> str:
    if verdict is None:
        return "background"
    mode = verdict.notification.ui_mode_name
    return account.policy.ui.not_specified if mode == "not-specified" else mode


def advance(state: SessionState, heard: Heard) -> Result:
    """What follows from one input."""
    turn = Turn(state, heard.at, heard.entropy)
    what = heard.what
    if state.state is State.ENDED:
        return state, ()
    if isinstance(what, Stopped):
        _end(turn, what.outcome, f"the session was {what.outcome.replace('-', ' ')}")
    elif isinstance(what, Answered):
        _answered(turn, what)
    elif isinstance(what, Loaded):
        _loaded(turn, what)
    elif isinstance(what, Lost):
        _lost(turn, what.reason)
    else:
        _reply(turn, what)
    return turn.state, tuple(turn.effects)


def _answered(turn: Turn, what: Answered) -> None:
    turn.record(PersonAnswered(what.accepted, what.by))
    if what.accepted:
        _load(turn)
        return
    verdict = turn.state.verdict
    assert verdict is not None
    declined = msgspec.structs.replace(verdict, verdict="ignored", reason="declined")
    turn.record(reached(declined))
    _end(turn, "declined", f"notification ignored: {REASONS['declined']}")


def _load(turn: Turn) -> None:
    turn.move("load")
    turn.do(Load(turn.state.account.name, tuple(name for name, _ in turn.state.wanted)))


def _loaded(turn: Turn, loaded: Loaded) -> None:
    state = turn.state
    account = state.account
    by_name = {store.name: store for store in account.stores}
    codes = dict(state.wanted)
    turn.set(
        stores=tuple(
            sync.plan(by_name[snapshot.store], codes[snapshot.store], snapshot, turn.at)
            for snapshot in loaded.stores
        )
    )
    turn.move("start")
    scheme = account.policy.auth.scheme
    turn.record(SessionOpened(account.name, state.kind, state.session_id, state.url, scheme))
    if state.verdict is None:
        turn.step(1, "skipped", "no notification: the person started this session")
        turn.step(2, "skipped", "no notification")
    if scheme == "basic" and not state.url.lower().startswith("https:"):
        turn.remark("basic-over-http")
    verdict = state.verdict
    if verdict is not None and verdict.guarded:
        # Written before package 1 leaves: a crash must not give the id away for free.
        turn.keep(OpenedWith(account.name, verdict.notification.session_id, turn.at))
    packages.package_1(turn)


def _lost(turn: Turn, reason: str) -> None:
    """No reply: the same octets once more, then the session ends."""
    state = turn.state
    attempt = state.sent.attempt if state.sent else 1
    turn.record(TransportLost(reason, attempt))
    if attempt <= state.account.policy.http.resend:
        packages.resend(turn)
    else:
        _transport(turn, reason)


def _transport(turn: Turn, reason: str) -> None:
    """Never step 4 or 6 (decision 17); for a server under challenge it is the end of its chance."""
    if turn.state.state is State.SERVER_CHALLENGED:
        _not_authenticated(turn, f"it answered our challenge with: {reason}")
    else:
        _end(turn, "transport", f"no SyncML answer from the server: {reason}")


def _reply(turn: Turn, reply: Reply) -> None:
    state = turn.state
    message, problem = _read(reply)
    if message is None:
        turn.record(_received(turn, reply, None, problem))
        turn.record(TransportLost(problem, state.sent.attempt if state.sent else 1))
        if reply.status == 200 and reply.octets and codec.by_media_type(reply.content_type):
            _broken(turn, problem)
        else:
            _transport(turn, problem)
        return
    if not state.heard_reply:
        _first_reply(turn)
    turn.record(_received(turn, reply, message, ""))
    for id_, sentence in message.remarks:
        turn.remark("wire", f"{id_}: {sentence}")
    if message.header.session_id != state.session_id:
        turn.remark("session-id-changed", message.header.session_id)
    if turn.state.messages >= state.account.policy.session.max_messages:
        _end(turn, "peer-error", f"the session did not end within {turn.state.messages} messages")
        return
    if _addressed(turn, message):
        _heard(turn, message)


def _first_reply(turn: Turn) -> None:
    """The first SyncML reply uses the id up, before it is processed (decision 4)."""
    turn.set(heard_reply=True)
    verdict = turn.state.verdict
    if verdict is not None and verdict.guarded:
        identity = verdict.notification.session_id
        turn.keep(UsedUp(turn.state.account.name, identity))
        turn.record(SessionIdUsed(turn.state.account.name, identity))


def _read(reply: Reply) -> tuple[Message | None, str]:
    """The message in a response, or why there is none."""
    if reply.status != 200:
        return None, f"HTTP status {reply.status}"
    if not reply.octets:
        return None, "an empty body"
    reader = codec.by_media_type(reply.content_type)
    if reader is None:
        return None, f"content type {reply.content_type or 'missing'} is not SyncML"
    try:
        return reader.decode(reply.octets), ""
    except WireError as wrong:
        return None, f"the {reader.name} message is broken: {wrong}"


def _received(turn: Turn, reply: Reply, message: Message | None, problem: str) -> MessageReceived:
    status = message.header_status() if message else None
    package = {State.PACKAGE_1: 2, State.PACKAGE_2: 2, State.SERVER_CHALLENGED: 2}.get(
        turn.state.state, 6 if turn.state.state is State.PACKAGE_5 else 4
    )
    return MessageReceived(
        reply.status,
        reply.content_type,
        Octets.of(reply.octets),
        reply.elapsed,
        number(message.header.msg_id) if message else 0,
        package,
        status.code if status else 0,
        build.summary(message) if message else "",
        problem,
    )


def _addressed(turn: Turn, message: Message) -> bool:
    """Takes RespURI and the peer's limits from the header; false when the session must end."""
    header = message.header
    if header.meta and header.meta.max_msg_size:
        turn.set(peer_max=number(header.meta.max_msg_size))
    if not header.resp_uri:
        return True
    url = urljoin(turn.state.url, header.resp_uri.strip())
    if turn.state.url.lower().startswith("https:") and not url.lower().startswith("https:"):
        _end(turn, "peer-error", f"RespURI leads from https to {url}")
        return False
    turn.set(url=url)
    return True


def _heard(turn: Turn, message: Message) -> None:
    """A SyncML message, by the state that it meets."""
    status = message.header_status()
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
        if _is_step_6(turn, status):
            turn.step(6, "failed", f"the server answered {status.code}")
        _end(turn, "peer-error", f"the server answered our message with {status.code}")
        return
    else:
        clientauth.accepted(turn, status)
        serverauth.later_client_nonce(turn)
    _step_6(turn, message)
    _go_on(turn, message)


def _answer_to_package_1(turn: Turn, message: Message, status: Status | None) -> None:
    """Step 4. In SERVER_CHALLENGED: what the server answers to our challenge."""
    challenged = turn.state.state is State.SERVER_CHALLENGED
    if not challenged:
        turn.step(3, "passed", "package 1 was answered")
    if status is not None and status.code in (200, 212):
        clientauth.accepted(turn, status)
        turn.step(4, "passed", _accepted_words(turn, status.code))
        _step_5(turn, message)
    elif challenged:
        code = status.code if status else "no Status for SyncHdr"
        _not_authenticated(turn, f"it answered our challenge with {code}")
    elif status is None:
        _step_4_failed(turn, "the server sent no Status for our SyncHdr")
    elif status.code in (401, 407):
        _challenged(turn, message, status)
    elif status.code in _OLDER_VERSION and turn.state.version != VERSIONS[-1]:
        _older_version(turn, message, status.code)
    else:
        _step_4_failed(turn, f"the server answered package 1 with {status.code}")


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
    signing = clientauth.challenge(turn, status, turn.state.url)
    if isinstance(signing, str):
        _refused(turn, signing)
    elif turn.state.challenges.count(status.code) >= limit:
        _refused(turn, f"{status.code} again, although package 1 was signed over the new nonce")
    else:
        target = turn.state.url if message.header.resp_uri else turn.state.account.url
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
    if policy.auth.scheme == "none" and state.url.lower().startswith("https:"):
        serverauth.proven_by_tls(turn)
    else:
        matched = serverauth.judge(turn, message)
        if matched is None and state.early_proof != "none":
            matched = state.early_proof
        demand = (
            policy.server_auth.resync if state.kind == "resync" else policy.server_auth.ordinary
        )
        if matched not in (None, "none"):
            serverauth.proven(turn, matched)
        elif challenged:
            words = "it sent no Cred" if matched is None else "its Cred does not verify"
            _not_authenticated(turn, f"{words} in answer to our challenge")
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
    _go_on(turn, message)


def _is_step_6(turn: Turn, status: Status) -> bool:
    return number(status.msg_ref) in turn.state.issued_in and status.for_header


def _step_6(turn: Turn, message: Message) -> None:
    """Looks for the success Status for a message that carried our Chal, in whatever package."""
    if turn.state.confirmed:
        return
    for command in message.commands:
        if isinstance(command, Status) and _is_step_6(turn, command):
            if command.code in (200, 212):
                serverauth.confirmed(turn)
            return


def _refused_later(turn: Turn, message: Message, status: Status) -> None:
    """401/407 after package 1: the message that carries our Chal goes out once more (decision 6)."""
    if turn.state.repeated or not _is_step_6(turn, status):
        if _is_step_6(turn, status):
            turn.step(6, "failed", f"{status.code} again")
        _refused(turn, f"{status.code} in the middle of the session", step=6)
        return
    signing = clientauth.challenge(turn, status, turn.state.url)
    if isinstance(signing, str):
        turn.step(6, "failed", signing)
        _refused(turn, signing, step=6)
        return
    turn.set(signing=signing)
    turn.step(6, "running", f"{status.code}: the message with our Chal once more, with a Cred")
    turn.move("step-6-refused")
    packages.again(turn, message)


def _go_on(turn: Turn, message: Message) -> None:
    """The package logic: the server's commands are answered, then the next message or the end."""
    due = packages.answers(turn, message)
    state = turn.state.state
    if state is State.PACKAGE_3:
        # The server has answered a part of package 3: the next part.
        _changes(turn, message, due)
    elif not message.final:
        quiet = all(isinstance(c, Status) for c in message.commands)
        turn.set(idle=turn.state.idle + 1 if quiet else 0)
        if turn.state.idle >= _IDLE_LIMIT:
            _end(turn, "peer-error", f"{_IDLE_LIMIT} messages in a row brought nothing")
            return
        turn.move("more")
        package = {State.PACKAGE_2: 3, State.PACKAGE_4: 5}.get(state, 5)
        packages.next_message(turn, message, due, package)
    elif state is State.PACKAGE_2:
        turn.set(idle=0)
        turn.move("final")
        _changes(turn, message, due)
    elif state is State.PACKAGE_4:
        _after_package_4(turn, message, due)
    else:
        sync.maps_confirmed(turn)
        _finish(turn)


def _changes(turn: Turn, message: Message, due: list[packages.Answer]) -> None:
    if packages.changes(turn, message, due):
        turn.move("changes-sent")
    else:
        turn.move("more")


def _after_package_4(turn: Turn, message: Message, due: list[packages.Answer]) -> None:
    """Package 5 when there is something to say: Status for the server's changes, Maps."""
    if due or any(store.maps for store in turn.state.stores):
        turn.move("maps-sent")
        packages.maps(turn, message, due)
    else:
        _finish(turn)


def _finish(turn: Turn) -> None:
    """The server has said its last: what came of it?"""
    state = turn.state
    refused = [store.name for store in state.stores if store.refused or not store.agreed]
    sync.finish(turn)
    if state.issued_in and not state.confirmed:
        turn.step(6, "failed", "no success Status for the message with our Chal")
        _end(
            turn, "peer-error", "synchronised, but the server never confirmed the new server nonce"
        )
    elif refused and len(refused) == len(state.stores):
        _end(turn, "peer-error", f"the server refused every datastore: {', '.join(refused)}")
    else:
        _end(turn, "synchronised", _success(state))


def _success(state: SessionState) -> str:
    moved = f"{state.items_sent} sent, {state.items_received} received"
    if state.kind == "resync" and state.confirmed:
        return f"synchronised ({moved}); both sides hold fresh nonces again"
    if state.proof == "excused":
        return f"synchronised ({moved}); the server did not prove itself"
    return f"synchronised ({moved})"


def _step_4_failed(turn: Turn, sentence: str) -> None:
    turn.step(4, "failed", sentence)
    _end(turn, "peer-error", sentence)


def _refused(turn: Turn, sentence: str, step: int = 4) -> None:
    if step == 4:
        turn.step(4, "failed", sentence)
    _end(turn, "auth-refused", f"authentication refused: {sentence}")


def _broken(turn: Turn, sentence: str) -> None:
    if turn.state.state is State.SERVER_CHALLENGED:
        _not_authenticated(turn, f"it answered our challenge with: {sentence}")
    else:
        _end(turn, "peer-error", sentence)


def _not_authenticated(turn: Turn, sentence: str) -> None:
    """Nothing more is sent, nothing is stored (decision 7)."""
    turn.step(5, "failed", sentence)
    _end(turn, "server-not-authenticated", f"the server did not prove itself: {sentence}")


def _end(turn: Turn, outcome: Outcome, sentence: str) -> None:
    """Ends the session: what was running has failed, and step 6 without an answer too."""
    for step, state in enumerate(turn.state.steps, 1):
        if state == "running":
            turn.step(step, "failed", sentence)
    turn.move("end")
    state_now = turn.state
    turn.record(
        SessionClosed(
            outcome, sentence, state_now.messages, state_now.items_sent, state_now.items_received
        )
    )
    turn.do(End(outcome, sentence))
