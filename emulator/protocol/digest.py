"""Each digest of the field as a Working: named steps with their octets, to follow with a pencil.

Knows the formulas and nothing else: not whose nonce it is, nor whether a match is enough.
H is MD5; B64 standard base64 with padding; ":" the octet 3A.
"""

import base64
import hashlib
import hmac

import msgspec


class WorkStep(msgspec.Struct, frozen=True):
    """One line of a Working. A `secret` line is masked unless secrets are asked for."""

    name: str
    octets: bytes
    secret: bool = False

    @property
    def hex(self) -> str:
        return self.octets.hex()

    @property
    def readable(self) -> str:
        """Hex, and text where the octets are text; "(empty)" for none."""
        text = self.octets.decode("latin-1")
        if not text:
            return "(empty)"
        return f"{self.hex}  {text!r}" if text.isascii() and text.isprintable() else self.hex


class Working(msgspec.Struct, frozen=True):
    """A digest as it is computed. `octets` is the result, `value` the form that goes on the wire."""

    scheme: str
    steps: tuple[WorkStep, ...]
    octets: bytes
    value: str

    def matches(self, received: bytes) -> bool:
        """Compares in constant time."""
        return hmac.compare_digest(self.octets, received)


def h(octets: bytes) -> bytes:
    """MD5, 16 octets."""
    return hashlib.md5(octets, usedforsecurity=False).digest()


def b64(octets: bytes) -> bytes:
    """Base64 text as octets: padding, no line breaks."""
    return base64.b64encode(octets)


def _pair(identity: str, secret: str) -> tuple[WorkStep, WorkStep, bytes]:
    joined = f"{identity}:{secret}".encode()
    inner = b64(h(joined))
    return (
        WorkStep("id:password", joined, secret=True),
        WorkStep("B64(H(id:password))", inner, secret=True),
        inner,
    )


def basic(user: str, password: str) -> Working:
    """syncml:auth-basic: B64(user ":" password). [OMA DM 1.2.1 Protocol, 9.4.1]"""
    joined = f"{user}:{password}".encode()
    value = b64(joined)
    steps = (
        WorkStep("user:password", joined, secret=True),
        WorkStep("B64(user:password)", value, secret=True),
    )
    return Working("basic", steps, value, value.decode())


def md5(user: str, password: str, nonce: bytes) -> Working:
    """syncml:auth-md5 since SyncML 1.1: B64(H(B64(H(user:password)) ":" nonce)).

    An empty nonce leaves the colon. [OMA DM 1.2.1 Security, Computation of the MD5 Digest]
    """
    joined, inner_step, inner = _pair(user, password)
    message = inner + b":" + nonce
    result = h(message)
    steps = (
        joined,
        inner_step,
        WorkStep("nonce", nonce),
        WorkStep("B64(H(id:password)):nonce", message, secret=True),
        WorkStep("H(...)", result),
    )
    return Working("md5", steps, result, b64(result).decode())


def md5_10(user: str, password: str, nonce: bytes) -> Working:
    """syncml:auth-md5 of SyncML 1.0: B64(H(user ":" password ":" nonce))."""
    message = f"{user}:{password}:".encode() + nonce
    result = h(message)
    steps = (
        WorkStep("nonce", nonce),
        WorkStep("user:password:nonce", message, secret=True),
        WorkStep("H(...)", result),
    )
    return Working("md5-1.0", steps, result, b64(result).decode())


def mac(user: str, password: str, nonce: bytes, body: bytes) -> Working:
    """syncml:auth-MAC: B64(H(B64(H(user:password)) ":" nonce ":" B64(H(body)))).

    Goes into the header x-syncml-hmac; not RFC 2104. [OMA DM 1.2.1 Security, How the HMAC is
    computed]
    """
    joined, inner_step, inner = _pair(user, password)
    outer = b64(h(body))
    message = inner + b":" + nonce + b":" + outer
    result = h(message)
    steps = (
        joined,
        inner_step,
        WorkStep("nonce", nonce),
        WorkStep("B64(H(body))", outer),
        WorkStep("B64(H(id:password)):nonce:B64(H(body))", message, secret=True),
        WorkStep("H(...)", result),
    )
    return Working("hmac", steps, result, b64(result).decode())


def notification(server_id: str, secret: str, nonce: bytes, trigger: bytes) -> Working:
    """The digest of a package #0: H(B64(H(server-id:password)) ":" nonce ":" B64(H(trigger))).

    `trigger` is everything after the 16 digest octets, vendor octets included. On the wire as raw
    octets; `value` is their hex text. [OMA DM 1.2.1 Notification, 6.2]
    """
    joined, inner_step, inner = _pair(server_id, secret)
    outer = b64(h(trigger))
    message = inner + b":" + nonce + b":" + outer
    result = h(message)
    steps = (
        joined,
        inner_step,
        WorkStep("nonce", nonce),
        WorkStep("trigger", trigger),
        WorkStep("B64(H(trigger))", outer),
        WorkStep("B64(H(id:password)):nonce:B64(H(trigger))", message, secret=True),
        WorkStep("H(...)", result),
    )
    return Working("notification", steps, result, result.hex())
