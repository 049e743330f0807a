"""What becomes of a reply on its way out: the misbehaviours of the transport. Pure.

The shell carries them out. Knows no package and no nonce; what a reply says is made elsewhere.
"""

from emulator.server.exchange import Late, Lost
from emulator.server.misbehaviour import Misbehaviour
from emulator.server.state import Reply
from emulator.wire.codec import CODECS, Codec

_HTML = "text/html; charset=utf-8"
_PAGE = b"<!DOCTYPE html>\n<html><body><h1>Welcome</h1><p>This is a web server.</p></body></html>\n"


def instead(content_type: str, misbehaviour: Misbehaviour) -> tuple[Reply | Lost, str] | None:
    """What a request gets that nobody looks into, and that in a sentence."""
    if "connection-reset" in misbehaviour:
        return Lost(), "the connection is closed without an answer"
    answer = misbehaviour.value("http")
    if answer is None:
        return None
    replies = {
        "500": Reply(500, _HTML, b"<h1>Internal Server Error</h1>\n"),
        "302": Reply(302, _HTML, b"", (("Location", "/elsewhere"),)),
        "401": Reply(401, _HTML, b"", (("WWW-Authenticate", 'Basic realm="web server"'),)),
        "empty": Reply(200, content_type, b""),
        "html": Reply(200, _HTML, _PAGE),
    }
    return replies[answer], f"the request is answered on the HTTP level: {answer}"


def encoding(codec: Codec, misbehaviour: Misbehaviour) -> Codec:
    """In what a reply to a message in `codec` is written."""
    if "other-encoding" not in misbehaviour:
        return codec
    return next(other for other in CODECS.values() if other is not codec)


def delivered(
    reply: Reply,
    steps: tuple[int, ...],
    previous: Reply | None,
    misbehaviour: Misbehaviour,
) -> tuple[Reply | Lost | Late, str]:
    """How `reply`, which does `steps` of the six, leaves; a sentence where it is not as it should be.

    `previous` is the reply before it, None for the first of a session and for a repeated one.
    """
    if any(f"lose-reply:{step}" in misbehaviour for step in steps):
        return Lost(), "the reply is lost"
    said = ""
    if "duplicate-reply" in misbehaviour and previous is not None:
        reply, said = previous, "the previous reply goes out once more instead of this one"
    if "truncated-body" in misbehaviour:
        octets = reply.octets[: len(reply.octets) // 2]
        reply = Reply(reply.status, reply.content_type, octets)
        said = "half of the reply goes out"
    if "slow" in misbehaviour:
        return Late(reply), "the reply comes late"
    return reply, said
