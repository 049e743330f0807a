"""The header x-syncml-hmac of auth-MAC: its text to values and back.

Knows the grammar and no digest. [OMA DM 1.2.1 Security, "How the HMAC is specified": a comma list of
algorithm (optional, MD5), username (a quoted string, as HTTP has it) and mac (base64)]
"""

import re

import msgspec

from emulator.wire import build
from emulator.wire.errors import WireError

NAME = "x-syncml-hmac"
"""The header's name in lower case, as it is compared and recorded."""
ALGORITHM = "MD5"
MAC_LENGTH = 16
_PARAMETER = re.compile(
    r'\s*(?P<name>[A-Za-z]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^",]*))\s*(?:,|$)'
)
_ESCAPED = re.compile(r"\\(.)")


class MacHeader(msgspec.Struct, frozen=True):
    """What the header says: who signed, and the 16 octets."""

    username: str
    mac: bytes
    algorithm: str = ALGORITHM


def text(username: str, mac: bytes) -> str:
    """The header's value."""
    quoted = username.replace("\\", "\\\\").replace('"', '\\"')
    return f'algorithm={ALGORITHM}, username="{quoted}", mac={build.b64(mac)}'


def parse(value: str) -> MacHeader:
    """Reads the header's value; parameters in any order, their names in any case.

    Raises WireError, its offset counted in the value's characters.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(value):
        match = _PARAMETER.match(value, at)
        if match is None:
            raise WireError(at, 'a parameter such as mac=... or username="..."', repr(value[at:]))
        plain, quoted = match["plain"], match["quoted"]
        parameter = plain.strip() if quoted is None else _ESCAPED.sub(r"\1", quoted)
        found.setdefault(match["name"].lower(), parameter)
        at = match.end()
    for name in ("username", "mac"):
        if name not in found:
            raise WireError(len(value), f"the parameter {name}", "the end of the header")
    mac = build.unbase64(found["mac"])
    if len(mac) != MAC_LENGTH:
        raise WireError(
            value.lower().find("mac"), f"{MAC_LENGTH} octets in base64", f"{len(mac)} octets"
        )
    return MacHeader(found["username"], mac, found.get("algorithm") or ALGORITHM)


def of(headers: tuple[tuple[str, str], ...]) -> str | None:
    """The value of the header among those of a request or response; None without one."""
    return next((value for name, value in headers if name.lower() == NAME), None)
