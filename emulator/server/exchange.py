"""What goes into `peer.answer` and what comes out of it, as frozen values."""

import msgspec

from emulator.server.state import Commit, Reply, ServerState

ENTROPY = 40
"""Octets of randomness that an answer may use: nonce, session key, and an older nonce made up."""
NONCE = slice(0, 16)
KEY = slice(16, 24)
STALE = slice(24, 40)


class Request(msgspec.Struct, frozen=True):
    """An HTTP POST: path with query, Content-Type, body."""

    path: str
    content_type: str
    octets: bytes


class Lost(msgspec.Struct, frozen=True):
    """No response: the connection is closed."""


class Late(msgspec.Struct, frozen=True):
    """The reply leaves later than a client waits; how much later is the shell's to know."""

    reply: Reply


class NoncesAre(msgspec.Struct, frozen=True, tag="nonces-are", tag_field="fact"):
    """The nonces of an account as the server has them: at start and end of a session, and when changed."""

    device_id: str
    client_nonce: bytes
    server_nonce: bytes


class Said(msgspec.Struct, frozen=True, tag="said", tag_field="fact"):
    """What the server found or did, in a sentence."""

    device_id: str
    sentence: str


Fact = NoncesAre | Said


class Answer(msgspec.Struct, frozen=True):
    """What comes of a request. The commits must be durable before the reply leaves."""

    state: ServerState
    commits: tuple[Commit, ...]
    reply: Reply | Lost | Late
    facts: tuple[Fact, ...]
