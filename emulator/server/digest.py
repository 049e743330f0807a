"""The server's own digest formulas and the octets of a SessionID as nonce.

Written a second time on purpose: a mistake in the handset's must not be mirrored here. Knows no
account, decides nothing. H is MD5, B64 standard base64 with padding, ":" the octet 3A.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable


def basic(identity: str, secret: str) -> bytes:
    """What syncml:auth-basic carries in base64: identity ":" secret."""
    return f"{identity}:{secret}".encode()


def md5(identity: str, secret: str, nonce: bytes, ver_dtd: str = "1.2") -> bytes:
    """syncml:auth-md5, 16 octets, in the form of the message's VerDTD.

    1.1 and later: H(B64(H(id:secret)) ":" nonce). 1.0: H(id ":" secret ":" nonce).
    """
    pair = basic(identity, secret)
    return _h((pair if ver_dtd == "1.0" else _b64(_h(pair))) + b":" + nonce)


def mac(identity: str, secret: str, nonce: bytes, body: bytes) -> bytes:
    """syncml:auth-MAC: H(B64(H(id:secret)) ":" nonce ":" B64(H(body)))."""
    return _h(b":".join((_b64(_h(basic(identity, secret))), nonce, _b64(_h(body)))))


def notification(server_id: str, secret: str, nonce: bytes, trigger: bytes) -> bytes:
    """The digest of package #0: H(B64(H(server-id:secret)) ":" nonce ":" B64(H(trigger)))."""
    return _h(b":".join((_b64(_h(basic(server_id, secret))), nonce, _b64(_h(trigger)))))


def same(one: bytes, other: bytes) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(one, other)


SESSION_ID: dict[str, Callable[[int], bytes]] = {
    "raw16_be": lambda i: i.to_bytes(2, "big"),
    "hex_text_upper": lambda i: b"%X" % i,
    "dec_text": lambda i: b"%d" % i,
    "hex_text_upper_4": lambda i: b"%04X" % i,
    "hex_text_lower": lambda i: b"%x" % i,
    "hex_text_0x": lambda i: b"0x%X" % i,
    "raw32_be": lambda i: i.to_bytes(4, "big"),
    "raw16_le": lambda i: i.to_bytes(2, "little"),
    "b64_text_of_raw16": lambda i: _b64(i.to_bytes(2, "big")),
}
"""The SessionID of a notification as nonce octets, by the name of the encoding."""


def _h(octets: bytes) -> bytes:
    return hashlib.md5(octets, usedforsecurity=False).digest()


def _b64(octets: bytes) -> bytes:
    return base64.b64encode(octets)


def text(octets: bytes) -> str:
    """A digest (or identity and secret) as Cred/Data has it: base64."""
    return _b64(octets).decode()
