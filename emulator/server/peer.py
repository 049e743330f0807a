"""The server's side of a session: `answer` turns a request into a reply, its commits and its facts.

Pure: clock and randomness come in as `at` and `entropy`. Says in which order things happen; how a
Cred is judged, a command carried out or a message packed is written elsewhere.
"""

from urllib.parse import urlsplit

from emulator.server import authentication, commands, delivery
from emulator.server.exchange import ENTROPY, STALE, Answer, Request, Said
from emulator.server.misbehaviour import HONEST, Misbehaviour
from emulator.server.packages import DONE, answered, asks_next, finish, package
from emulator.server.packing import pack
from emulator.server.sessions import find, opened, room, swept, with_sessions
from emulator.server.state import Part, Reply, ServerState, Session
from emulator.server.turn import Turn
from emulator.wire import authmac, build
from emulator.wire.codec import Codec, by_media_type
from emulator.wire.errors import WireError
from emulator.wire.syncml import Location, Message, Meta, Status, SyncHdr, number

TEXT = "text/plain; charset=utf-8"


def answer(
    state: ServerState, request: Request, misbehaviour: Misbehaviour, at: float, entropy: bytes
) -> Answer:
    """Answers one POST. `entropy` are ENTROPY random octets."""
    if len(entropy) < ENTROPY:
        raise ValueError(f"entropy: {ENTROPY} octets are needed, not {len(entropy)}")
    if request.path.partition("?")[0] != urlsplit(state.url).path:
        return _http(state, 404, "no such resource")
    if (other := delivery.instead(request.content_type, misbehaviour)) is not None:
        return Answer(state, (), other[0], (Said("", other[1]),))
    codec = by_media_type(request.content_type)
    if codec is None:
        return _http(state, 415, f"not SyncML: {request.content_type or 'no Content-Type'}")
    try:
        message = codec.decode(request.octets, request.content_type)
    except WireError as wrong:
        return _http(state, 400, str(wrong))
    state = swept(state, at)
    session = find(state, request, message)
    if session is not None and session.reply is not None and session.request == request.octets:
        return _repeated(state, session, misbehaviour)
    refused = _refusal(state, message)
    if refused is not None:
        return _refuse(state, message, codec, *refused)
    turn = Turn(state, session or opened(state, message, entropy), message, misbehaviour, entropy)
    turn.note(
        touched=at,
        heard=number(message.header.msg_id),
        said=turn.session.said + 1,
        request=request.octets,
        room=room(message) or turn.session.room,
    )
    if session is None:
        _open(turn)
    written = delivery.encoding(codec, misbehaviour)
    reply = _reply(turn, written, *_work(turn, request))
    previous = session.reply if session is not None else None
    leaves, said = delivery.delivered(reply, turn.session.steps, previous, misbehaviour)
    if said:
        turn.say(said)
    return Answer(turn.finished(), tuple(turn.commits), leaves, tuple(turn.facts))


def _http(state: ServerState, status: int, line: str) -> Answer:
    reply = Reply(status, TEXT, " ".join(line.split()).encode() + b"\n")
    return Answer(state, (), reply, (Said("", f"HTTP {status}: {line}"),))


def _repeated(state: ServerState, session: Session, misbehaviour: Misbehaviour) -> Answer:
    assert session.reply is not None
    leaves, said = delivery.delivered(session.reply, session.steps, None, misbehaviour)
    words = "the same request again" + (f", and again {said}" if said else ": the same reply")
    return Answer(state, (), leaves, (Said(session.device_id, words),))


# What is refused before there is a session


def _refusal(state: ServerState, message: Message) -> tuple[int, str] | None:
    header = message.header
    device_id = header.source.uri if header.source else ""
    if header.ver_dtd not in state.versions:
        return 505, f"VerDTD {header.ver_dtd} is not supported: 505"
    if (header.ver_proto or "").strip().lower() != f"syncml/{header.ver_dtd}":
        return 513, f"VerProto {header.ver_proto} is not supported: 513"
    if device_id not in state.accounts:
        return 404, f"device {device_id or 'without an address'} has no account: 404"
    return None


def _refuse(state: ServerState, message: Message, codec: Codec, code: int, said: str) -> Answer:
    header = message.header
    device_id = header.source.uri if header.source else ""
    version = header.ver_dtd if header.ver_dtd in state.versions else state.versions[0]
    session = Session(
        "", device_id, header.session_id, version, 0.0, said=max(number(header.msg_id), 1)
    )
    turn = Turn(state, session, message, HONEST, b"")
    commands.refuse(turn, code)
    parts = (Part(build.header_status(message, code)), *turn.statuses)
    packed = pack(_header(turn, signed=False), parts, final=True, room=room(message), codec=codec)
    reply = Reply(200, codec.media_type, packed.octets)
    return Answer(state, (), reply, (Said(device_id, said),))


# The six steps


def _open(turn: Turn) -> None:
    by = turn.session.opened_by
    turn.say(
        f"session {turn.session.session_id} starts"
        + (", opened by a notification" if by else "")
        + (" signed with the SessionID" if by and by.signed_with == "session-id" else "")
    )
    turn.tell_nonces()
    if "forget-client-nonce" in turn.misbehaviour and turn.account.scheme in ("md5", "mac"):
        turn.say("the client nonce is lost: an older one is in its place")
        turn.keep(client_nonce=turn.entropy[STALE])


def _work(turn: Turn, request: Request) -> tuple[list[Part], bool]:
    """What to send in answer: the parts, and whether they end our package."""
    code, challenge = 200, None
    first = not turn.session.authenticated
    turn.note(steps=())
    if first or turn.account.scheme == "mac" or "200-for-212" in turn.misbehaviour:
        judged = authentication.judge(
            turn.account, turn.session, turn.message, request, turn.misbehaviour, turn.entropy
        )
        turn.say(judged.why)
        if not judged.accepted:
            turn.note(challenge=judged.nonce)
            commands.refuse(turn, judged.code)
            return answered(turn, judged.code, judged), True
        code, challenge = judged.code, judged
        _accept(turn, judged)
    if not first and len(request.octets) > turn.state.max_msg_size:
        turn.say(f"a message of {len(request.octets)} octets, more than MaxMsgSize: 413")
        commands.refuse(turn, 413)
        turn.note(pending=(), sending=False, package=DONE)
        return answered(turn, 413, challenge), True
    verdict = turn.message.header_status()
    if verdict is not None and verdict.code in (401, 407):
        return _again(turn, verdict, code), True
    if verdict is not None:
        _accepted(turn, verdict)
    commands.carry_out(turn, turn.message.commands)
    return package(turn, code, challenge)


def _accept(turn: Turn, judged: authentication.Judgement) -> None:
    """Step 4 passed: the new client nonce is kept; older sessions of this device are forgotten.

    A client that is judged in every message (auth-MAC) comes here again: for its nonce only.
    """
    again = turn.session.authenticated
    turn.note(authenticated=True, chal=judged.chal)
    if judged.nonce is not None:
        turn.keep(client_nonce=judged.nonce)
        # The newest nonce signs: what a challenge of ours asked for has been given.
        turn.note(challenge=None)
    if again:
        return
    turn.note(pending=(), steps=(4,))
    others = {k: s for k, s in turn.state.sessions.items() if s.device_id != turn.session.device_id}
    turn.state = with_sessions(turn.state, others)


def _accepted(turn: Turn, verdict: Status) -> None:
    """Step 5, the client's verdict on our Cred; its Chal brings the new server nonce (step 6)."""
    if verdict.code == 212:
        turn.note(accepted=True)
    elif verdict.code != 200:
        turn.say(f"the client's Status for SyncHdr is {verdict.data}")
        return
    nonce = _nonce_of(verdict)
    if nonce is None:
        return
    turn.note(steps=(*turn.session.steps, 6), sign=None if turn.session.accepted else nonce)
    if "forget-server-nonce" in turn.misbehaviour:
        turn.say("the client's Chal: the new server nonce is forgotten, 200 all the same")
        return
    turn.say("the client's Chal: new server nonce kept")
    turn.keep(server_nonce=nonce)
    turn.settle()


def _nonce_of(verdict: Status) -> bytes | None:
    """The nonce of the client's Chal; None when there is none or when it is of type basic."""
    if verdict.chal is None or build.scheme_of(verdict.chal.meta) == "basic":
        return None
    return build.next_nonce(verdict.chal)


def _again(turn: Turn, verdict: Status, code: int) -> list[Part]:
    """The client wants our Cred (again): our package once more, from its start, with the same Chal;
    with the newest one of auth-MAC, where each message brings its own."""
    if verdict.chal is None:
        turn.say(f"the client says {verdict.data} without a Chal: nothing more to say")
        turn.note(pending=(), outgoing=(), sending=False, package=DONE)
        return answered(turn, code)
    scheme = build.scheme_of(verdict.chal.meta)
    turn.note(sign_scheme=scheme, sign=build.next_nonce(verdict.chal) or b"", accepted=False)
    turn.say(f"the client says {verdict.data}: our package again, with a Cred over its nonce")
    for command in turn.message.commands:
        turn.status(command, 200)
    turn.note(sending=True, package=turn.session.answers)
    header = Part(build.header_status(turn.message, code, turn.session.chal))
    return [header, *turn.statuses, *turn.session.outgoing]


# The reply


def _reply(turn: Turn, codec: Codec, parts: list[Part], final: bool) -> Reply:
    if "no-header-status" in turn.misbehaviour:
        parts = parts[1:]
    final = final and "no-final" not in turn.misbehaviour
    header = _header(turn, signed=True)
    # Fit or not, a message brings its package on: by a part besides the Status for SyncHdr and that
    # for an Alert 222. An item larger than the client's MaxMsgSize is thus sent all the same.
    asked = any(map(asks_next, turn.message.commands))
    packed = pack(
        header, parts, final=final, room=turn.session.room, codec=codec, least=3 if asked else 2
    )
    left = tuple(parts[packed.count :])
    if not _aside(turn, parts):
        turn.note(pending=left, sent=(*turn.session.sent, *packed.sent))
        if final and not left and turn.session.sending:
            finish(turn)
    turn.close_desks()
    mac = authentication.signature(turn.account, turn.session, turn.misbehaviour, packed.octets)
    headers = ((authmac.NAME, mac),) if mac else ()
    reply = Reply(200, codec.media_type, packed.octets, headers)
    turn.note(reply=reply)
    return reply


def _aside(turn: Turn, parts: list[Part]) -> bool:
    """A 401 or 407 in mid-session (auth-MAC): the packages stay where they are."""
    head = parts[0].command
    return turn.session.authenticated and isinstance(head, Status) and head.code in (401, 407)


def _header(turn: Turn, *, signed: bool) -> SyncHdr:
    state, session = turn.state, turn.session
    account = turn.account if signed else None
    names = account is not None and not session.accepted
    return SyncHdr(
        ver_dtd=session.version,
        ver_proto=f"SyncML/{session.version}",
        session_id=_session_id(turn),
        msg_id=str(session.said),
        target=Location(session.device_id),
        source=Location(
            state.url,
            authentication.server_id(account, turn.misbehaviour) if account and names else None,
        ),
        resp_uri=_resp_uri(turn) if session.authenticated else None,
        cred=authentication.credential(account, session, turn.misbehaviour) if account else None,
        meta=Meta(max_msg_size=str(state.max_msg_size)),
    )


def _session_id(turn: Turn) -> str:
    own = turn.session.session_id
    return f"{own}0" if "other-session-id" in turn.misbehaviour else own


def _resp_uri(turn: Turn) -> str | None:
    """Where the client goes on: the key of the session is in it."""
    if "no-resp-uri" in turn.misbehaviour:
        return None
    session = turn.session
    changing = f"&reply={session.said}" if "resp-uri-changes" in turn.misbehaviour else ""
    return f"{turn.state.url}?sid={session.key}{changing}"
