"""Which parts of HTTP's first lines and headers are secrets, and how they look without them. Pure."""

import re
from collections.abc import Iterable

CUT = "(secret)"
_SECRET = frozenset(
    {"authorization", "proxy-authorization", "cookie", "cookie2", "set-cookie", "set-cookie2"}
)
_USERINFO = re.compile(r"(?<=//)[^/?#\s]*@")
_MOST, _LONGEST = 100, 2000
"""Headers that are kept of a peer, and characters of one."""


def without_userinfo(text: str) -> str:
    """A text whose URLs have neither user nor password."""
    return _USERINFO.sub(f"{CUT}@", text) if "@" in text else text


def cut(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Headers without credentials, cookies, and what stands before the @ of a URL."""
    out = []
    for name, value in list(headers)[:_MOST]:
        shown = CUT if name.strip().lower() in _SECRET else without_userinfo(value)
        out.append((name[:_LONGEST], shown[:_LONGEST]))
    return tuple(out)
