"""Octets with their secrets cut out: which spans of a SyncML message those are, and how the rest looks. Pure.

What of a push may be kept at all is `redaction`'s; the journal cuts every message before it writes it.
"""

import base64
import re

from emulator.protocol.events import Cut, Octets
from emulator.protocol.keyring import Account
from emulator.wire import build, charsets, codec, secretspans
from emulator.wire.errors import WireError

_MARK = b"auth-basic"
_DIGESTS = {build.AUTH_TYPES[scheme].lower() for scheme in ("md5", "mac")}


def cut(
    octets: bytes, content_type: str, account: Account | None, has_cred: bool = False
) -> Octets:
    """The octets of a message without its secrets, each named: the data of Creds that are no digests,
    and the values of management objects that are passwords.

    `has_cred`: there is a Cred that must be looked at, although nothing says that it is a basic one.
    Where the places cannot be told, everything is cut: a journal never leaks for want of parsing.
    """
    # Without NULs the mark shows in UTF-16 too.
    in_objects = secretspans.in_octets(octets)
    own = basic(account) if account and account.user else b""
    # A person may have edited away what says that it is one.
    verbatim = [(m.start(), m.end()) for m in re.finditer(re.escape(own), octets)] if own else []
    marked = _MARK in octets.replace(b"\0", b"").lower()
    if not (has_cred or in_objects or marked or verbatim):
        return Octets(octets.hex())
    reader = codec.by_media_type(content_type)
    try:
        spans = _secret_spans(octets, reader, content_type) if reader else [(0, len(octets))]
    except WireError:
        spans = [(0, len(octets))]
    name = account.name if account else "unknown"
    masked = bytearray(octets)
    cuts = []
    for start, end in _apart([*spans, *verbatim]):
        kind = "basic" if own and octets[start:end] == own else "foreign"
        cuts.append(Cut(start, end - start, f"{name}/{kind}/1"))
        masked[start:end] = bytes(end - start)
    return Octets(bytes(masked).hex(), tuple(cuts))


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same without those that lie inside another one."""
    return [s for s in sorted(set(spans)) if not any(_inside(s, other) for other in spans)]


def _inside(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one != other and other[0] <= one[0] and one[1] <= other[1]


def basic(account: Account) -> bytes:
    """The Data of a Cred of type auth-basic [SyncML RepPro]."""
    return base64.b64encode(f"{account.user}:{account.password}".encode())


def _secret_spans(octets: bytes, reader: codec.Codec, content_type: str) -> list[tuple[int, int]]:
    """Every run of character data in the Data of a Cred that is no digest (basic, or of no type), and
    those of management objects."""
    creds: list[tuple[list[str], list[tuple[int, int]]]] = []
    located = reader.locate(octets, charsets.of_content_type(content_type))
    for at in located:
        if at.path[-1:] == ("Cred",):
            creds.append(([], []))
        elif creds and at.path[-3:] == ("Cred", "Meta", "Type"):
            kind = b"".join(octets[a:b] for a, b in at.values).decode("latin-1")
            creds[-1][0].append(kind.strip().lower())
        elif creds and at.path[-2:] == ("Cred", "Data"):
            creds[-1][1].extend(at.values)
    found = {span for types, spans in creds if not set(types) & _DIGESTS for span in spans}
    return sorted(found | set(secretspans.spans(octets, located)))
