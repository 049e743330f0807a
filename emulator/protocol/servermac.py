"""auth-MAC of the server: the header x-syncml-hmac of its messages, held against the nonces. Decision 8.

Says what a header proves and nothing about what follows from it. [OMA DM 1.2.1 Security, "How the
HMAC is computed": over the body as it came]
"""

import msgspec

from emulator.protocol import digest
from emulator.protocol.events import NonceKind
from emulator.protocol.turn import Turn
from emulator.wire import authmac, build
from emulator.wire.authmac import MacHeader
from emulator.wire.errors import WireError


class Found(msgspec.Struct, frozen=True):
    """What the header is worth: its mac (base64), each try, the nonce that fits, the octets of that."""

    received: str
    tries: tuple[tuple[NonceKind, str, str], ...]
    matched: NonceKind
    nonce: bytes = b""
    problem: str = ""


def present(turn: Turn) -> bool:
    return turn.reply is not None and authmac.of(turn.reply.headers) is not None


def judge(turn: Turn, nonces: list[tuple[NonceKind, bytes]]) -> Found:
    """The header of the response in hand, which has one, against each of `nonces` in turn."""
    assert turn.reply is not None
    account, body = turn.state.account, turn.reply.octets
    header = _header(turn, authmac.of(turn.reply.headers) or "")
    if header is None:
        return Found("", (), "none", problem="its header x-syncml-hmac cannot be read")
    received = build.b64(header.mac)
    if header.algorithm.strip().upper() != authmac.ALGORITHM:
        words = f"its header names the algorithm {header.algorithm}, which is not MD5"
        return Found(received, (), "none", problem=words)
    if header.username != account.server_id:
        turn.remark("server-name-differs", header.username)
    tries: list[tuple[NonceKind, str, str]] = []
    for kind, nonce in nonces:
        working = digest.mac(account.server_id, account.server_secret, nonce, body)
        tries.append((kind, nonce.hex(), working.value))
        if working.matches(header.mac):
            return Found(received, tuple(tries), kind, nonce)
    return Found(received, tuple(tries), "none")


def _header(turn: Turn, value: str) -> MacHeader | None:
    try:
        return authmac.parse(value)
    except WireError as wrong:
        turn.remark("mac-header-malformed", str(wrong))
        return None
