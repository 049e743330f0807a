"""Which octets of a document are secrets: those of OMA CP parameters and of management objects.

Knows the names of parameters and leaves that hold a password or shared secret, and where their values
stand. Credentials of a session (Cred) are the journal's, which knows the accounts. Nonces (AAUTHDATA)
are no secrets.
"""

import msgspec

from emulator.wire.element import Located

PARMS = frozenset({"AAUTHSECRET", "AUTHSECRET", "PXAUTH-PW", "BASAUTH-PW", "PROXY-PW"})
"""OMA ProvCont 1.1: values of `name` whose `value` is a secret."""

LEAVES = frozenset({"aauthsecret", "authsecret", "authpw", "clientpw", "serverpw"})
"""Leaves of DMAcc, DSAcc and connectivity objects (OMA DM StdObj 1.2, SyncML DM StdObj 1.1), in lower
case; `in_octets` looks for them too."""

_MARKS = tuple(sorted(name.encode() for name in LEAVES))
_OWNERS = ("Item", "Node")

Span = tuple[int, int]


class _Owner(msgspec.Struct):
    """An Item or Node: the names it goes by, and the character data that is its value."""

    end: int
    names: list[bytes]
    values: list[Span]


def in_octets(octets: bytes) -> bool:
    """Whether there can be a secret of a management object at all: a quick look at the octets."""
    # Without NULs the names show in UTF-16 too.
    folded = octets.replace(b"\0", b"").lower()
    return any(mark in folded for mark in _MARKS)


def spans(octets: bytes, located: tuple[Located, ...]) -> tuple[Span, ...]:
    """The runs of `octets` that are secrets, in order; `located` is what a codec's `locate` gives."""
    found: list[Span] = []
    owners: list[_Owner] = []
    open_: list[_Owner] = []
    for at in located:
        while open_ and open_[-1].end <= at.start:
            open_.pop()
        if at.attributes:
            found += _of_parm(at)
        tag, around = at.path[-1], at.path[-2:-1]
        if tag in _OWNERS:
            open_.append(_Owner(at.end, [], []))
            owners.append(open_[-1])
        elif open_ and (
            tag == "NodeName" or (tag == "LocURI" and around in (("Target",), ("Source",)))
        ):
            open_[-1].names.append(b"".join(octets[start:end] for start, end in at.values))
        elif open_ and tag in ("Value", "Data"):
            open_[-1].values += at.values
    for owner in owners:
        if any(_is_secret(name) for name in owner.names):
            found += owner.values
    return tuple(sorted(found))


def _of_parm(at: Located) -> tuple[Span, ...]:
    attributes = {name: (value, runs) for name, value, runs in at.attributes}
    name, _ = attributes.get("name", ("", ()))
    return attributes.get("value", ("", ()))[1] if name.strip().upper() in PARMS else ()


def _is_secret(name: bytes) -> bool:
    leaf = name.partition(b"?")[0].strip().rstrip(b"/").rpartition(b"/")[2]
    return leaf.decode("latin-1").lower() in LEAVES
