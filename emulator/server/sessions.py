"""Which session a message belongs to: finds it, opens one, forgets those that nobody continues."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import msgspec

from emulator.server import authentication
from emulator.server.exchange import KEY, Request
from emulator.server.state import ServerState, Session
from emulator.wire.syncml import Message, number

IDLE = 600.0
"""Seconds after which a session that nobody continues is forgotten."""


def swept(state: ServerState, at: float) -> ServerState:
    fresh = {key: s for key, s in state.sessions.items() if at - s.touched < IDLE}
    return state if len(fresh) == len(state.sessions) else with_sessions(state, fresh)


def with_sessions(state: ServerState, sessions: Mapping[str, Session]) -> ServerState:
    return msgspec.structs.replace(state, sessions=sessions)


def find(state: ServerState, request: Request, message: Message) -> Session | None:
    """By the key of the RespURI; a client that was given none goes on with the next MsgID.

    A key of another session, which is over, does not lead into one that gave a key of its own: a
    message that comes late could else bring the nonces of a session that was broken off.
    """
    header = message.header
    device_id = header.source.uri if header.source else ""
    key = parse_qs(urlsplit(request.path).query).get("sid", [""])[0]
    keyed = state.sessions.get(key)
    if keyed is not None and keyed.device_id == device_id:
        return keyed
    for session in reversed(list(state.sessions.values())):
        if (session.device_id, session.session_id) != (device_id, header.session_id):
            continue
        following = session.heard + 1 == number(header.msg_id)
        if session.request == request.octets or (following and not (key and session.authenticated)):
            return session
    return None


def opened(state: ServerState, message: Message, entropy: bytes) -> Session:
    header = message.header
    device_id = header.source.uri if header.source else ""
    return Session(
        key=entropy[KEY].hex(),
        device_id=device_id,
        session_id=header.session_id,
        version=header.ver_dtd,
        touched=0.0,
        opened_by=authentication.opened_by(state.outstanding, device_id, header.session_id),
        # The MsgIDs of both sides run in step, after a version fall-back too.
        said=max(number(header.msg_id), 1) - 1,
    )


def room(message: Message) -> int:
    meta = message.header.meta
    return number(meta.max_msg_size) if meta else 0
