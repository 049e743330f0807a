"""One session as a pure machine: `begin`, then `advance(state, heard) -> (state, effects)`.

Change request 5.1, steps 3 to 6, around a SyncML DS session. What may follow what is in
`states.py`; steps 4 to 6 in `acceptance.py`, packages in `progress.py` and `packages.py`, items in
`sync.py`, the ends in `endings.py`. Nothing here waits, reads a clock or touches a socket.
"""

from urllib.parse import urljoin

import msgspec

from emulator.protocol import acceptance, clientauth, endings, incoming, packages, sessionid, sync
from emulator.protocol.effects import (
    Answered,
    Ask,
    Effect,
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
    PersonAnswered,
    PersonAsked,
    SessionIdUsed,
    SessionKind,
    SessionOpened,
    TransportLost,
)
from emulator.protocol.keyring import Account, Device
from emulator.protocol.san11 import Alerted
from emulator.protocol.states import State
from emulator.protocol.turn import OutOfMessages, SessionState, Turn
from emulator.protocol.verdict import REASONS, Verdict, reached
from emulator.wire import codec
from emulator.wire.errors import WireError
from emulator.wire.syncml import Command, Message, Status, number

_STOPPED = {
    "interrupted": "the session was interrupted",
    "timed-out": "the session ran out of time",
}
Result = tuple[SessionState, tuple[Effect, ...]]


def begin(
    account: Account,
    device: Device,
    at: float,
    entropy: bytes,
    verdict: Verdict | None = None,
    stores: tuple[str, ...] = (),
    alerted: Alerted | None = None,
    code: int = 200,
) -> Result:
    """A session of `account`, opened by a verified notification or (None) by the person.

    `stores` names the datastores of a session that the person wants; empty means all; `code` is
    its sync type, 200 to 205, which becomes a full one without anchors. `alerted` is the DS 1.1 alert that takes the person's place, or has it asked (decision 16).
    """
    kind: SessionKind = "client-initiated" if verdict is None else "ordinary"
    unknown: tuple[str, ...] = ()
    if alerted is not None:
        wanted, unknown = sync.wanted(account, list(alerted.syncs))
    elif verdict is None:
        names = stores or tuple(store.name for store in account.stores)
        wanted = tuple((name, code) for name in names)
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
        scheme=account.policy.auth.scheme,
        signing=clientauth.first_signing(account),
    )
    turn = Turn(state, at, entropy)
    turn.set(session_id=_session_id(turn, verdict))
    if unknown:
        turn.remark("unknown-datastore", ", ".join(unknown))
    text = f"{account.server_id} wants to synchronise {_listed(wanted)}."
    mode = _ui_mode(account, verdict)
    if alerted is not None:
        text = f"{text[:-1]}; it proves nothing: a DS 1.1 alert has no digest."
        mode = "user-interaction" if alerted.asks else "informative"
    if mode == "user-interaction":
        turn.move("ask")
        turn.record(PersonAsked(f"{text} Allow it?", True))
        turn.do(Ask(f"{text} Allow it?"))
        return turn.state, tuple(turn.effects)
    if mode == "informative":
        turn.record(PersonAsked(text, False))
    _load(turn)
    return turn.state, tuple(turn.effects)


def _listed(wanted: tuple[tuple[str, int], ...]) -> str:
    return " and ".join(name for name, _ in wanted)


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
        endings.end(turn, what.outcome, _STOPPED[what.outcome])
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
    if verdict is not None:
        declined = msgspec.structs.replace(verdict, verdict="ignored", reason="declined")
        turn.record(reached(declined))
    endings.end(turn, "declined", f"notification ignored: {REASONS['declined']}")


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
    sync.leave_out_unspeakable(turn)
    turn.move("start")
    scheme = account.policy.auth.scheme
    turn.record(SessionOpened(account.name, state.kind, state.session_id, state.url, scheme))
    if state.verdict is None:
        turn.step(1, "skipped", "no digest to verify: this session is the person's")
        turn.step(2, "skipped", "no digest to verify")
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
        endings.transport(turn, reason)


def _reply(turn: Turn, reply: Reply) -> None:
    turn.reply = reply
    turn.set(received=turn.state.received + len(reply.octets))
    state = turn.state
    message, problem, is_syncml = _read(reply, state.device.codec)
    if message is None:
        turn.record(_received(turn, reply, None, problem))
        turn.remark("broken-message" if is_syncml else "not-syncml", problem)
        if is_syncml:
            endings.broken(turn, problem)
        else:
            turn.record(TransportLost(problem, state.sent.attempt if state.sent else 1))
            endings.transport(turn, problem)
        return
    if not state.heard_reply:
        _first_reply(turn)
    turn.record(_received(turn, reply, message, ""))
    turn.set(commands=state.commands + sum(map(_size, incoming.flat(message.commands))))
    if excess := _excess(turn):
        endings.broken(turn, excess)
        return
    if _stale(state, message):
        turn.remark("duplicate-reply", f"MsgID {message.header.msg_id}")
        _duplicate(turn, "the server sent its previous reply once more")
        return
    turn.set(heard_msg_id=message.header.msg_id)
    for id_, sentence in message.remarks:
        turn.remark_habit("wire", f"{id_}: {sentence}")
    if message.header.session_id != state.session_id:
        turn.remark("session-id-changed", message.header.session_id)
    try:
        if _addressed(turn, message):
            acceptance.heard(turn, message)
    except OutOfMessages:
        endings.broken(turn, f"the session did not end within {turn.state.messages} messages")


def _size(command: Command) -> int:
    return max(1, len(getattr(command, "items", ())))


def _excess(turn: Turn) -> str:
    """The bound of the session that the server has exceeded, in words; or ""."""
    state, bounds = turn.state, turn.state.account.policy.session
    if state.received > bounds.max_received:
        return f"the server sent more than {bounds.max_received} octets (session.max_received)"
    if state.commands > bounds.max_commands:
        return f"the server sent more than {bounds.max_commands} commands (session.max_commands)"
    return ""


def _stale(state: SessionState, message: Message) -> bool:
    """Whether a reply is the one before: its MsgID again, and nothing about our last message.

    A server that counts no MsgIDs answers our message all the same, and is not meant.
    """
    refs = {c.msg_ref for c in message.commands if isinstance(c, Status)}
    ours = str(state.sent.msg_id) if state.sent else ""
    return bool(refs) and message.header.msg_id == state.heard_msg_id and ours not in refs


def _duplicate(turn: Turn, reason: str) -> None:
    """The reply to our message is missing, as if it were lost; a server that insists is at fault."""
    sent = turn.state.sent
    if sent is not None and sent.attempt > turn.state.account.policy.http.resend:
        endings.broken(turn, f"{reason}, also to the repeated message")
    else:
        _lost(turn, reason)


def _first_reply(turn: Turn) -> None:
    """The first SyncML reply uses the id up, before it is processed (decision 4)."""
    turn.set(heard_reply=True)
    verdict = turn.state.verdict
    if verdict is not None and verdict.guarded:
        identity = verdict.notification.session_id
        turn.keep(UsedUp(turn.state.account.name, identity))
        turn.record(SessionIdUsed(turn.state.account.name, identity))


def _read(reply: Reply, encoding: str) -> tuple[Message | None, str, bool]:
    """The message in a response; or None, why there is none, and whether it meant to be SyncML."""
    if reply.status != 200:
        return None, _http_words(reply.status), False
    if not reply.octets:
        return None, "HTTP status 200, but an empty body", False
    if reply.octets.lstrip()[:14].lower().startswith((b"<html", b"<!doctype html")):
        return None, "an HTML page; is the URL the one of the SyncML service?", False
    reader = codec.by_media_type(reply.content_type)
    if reader is None:
        return None, f"content type {reply.content_type or 'missing'} is not SyncML", False
    if reader.name != encoding:
        return None, f"a reply in {reader.name} to a session in {encoding}", True
    try:
        return reader.decode(reply.octets, reply.content_type), "", True
    except WireError as wrong:
        return None, f"the {reader.name} message is broken: {wrong}", True


_HTTP_WORDS = {
    401: "the web server wants a password of its own; the 401 of SyncML stands in a message",
    404: "nothing is there; is the URL the one of the SyncML service?",
    407: "a proxy wants a password",
}


def _http_words(status: int) -> str:
    """A status of HTTP, and what a person can make of it (decision 17)."""
    words = _HTTP_WORDS.get(status, "")
    if 300 <= status < 400:
        words = "a redirect, which a handset does not follow; the URL is to be changed"
    elif status >= 500:
        words = "the server has failed"
    return f"HTTP status {status}" + (f" ({words})" if words else "")


def _received(turn: Turn, reply: Reply, message: Message | None, problem: str) -> MessageReceived:
    sent = turn.state.sent
    status = message.header_status(sent.msg_id if sent else None) if message else None
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
        packages.summary(message, reply.headers) if message else "",
        problem,
        reply.headers,
    )


def _addressed(turn: Turn, message: Message) -> bool:
    """Takes RespURI and the peer's limits from the header; false when the session must end."""
    header = message.header
    if header.meta and header.meta.max_msg_size:
        turn.set(peer_max=number(header.meta.max_msg_size))
    if not header.resp_uri:
        return True
    try:
        url = urljoin(turn.state.url, header.resp_uri.strip())
    except ValueError as wrong:
        endings.broken(turn, f"RespURI is no URL: {wrong}")
        return False
    if not url.lower().startswith(("http:", "https:")):
        endings.broken(turn, f"RespURI leads to {url}, which is not http")
        return False
    if turn.state.url.lower().startswith("https:") and not url.lower().startswith("https:"):
        endings.broken(turn, f"RespURI leads from https to {url}")
        return False
    if url != turn.state.url != turn.state.account.url:
        turn.remark("resp-uri-changed")
    turn.set(url=url)
    return True
