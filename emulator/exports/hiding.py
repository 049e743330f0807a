"""Personal data out of sight: who the device and its owner are, and what their items say. Pure.

Values (device id, user) are hidden wherever they stand, items by their place in the message. What is
hidden keeps its length, so that nothing moves on the screen and offsets stay true.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from emulator.exports.text import cells
from emulator.protocol.events import (
    AnyWhat,
    Cut,
    Event,
    HandsetStarted,
    MessageEdited,
    MessageReceived,
    MessageSent,
    Octets,
)

STAR = "*"
PERSONAL = "personal"
"""What a cut of this kind is called."""

_CODES = """
    account accounts bearer breakpoint clause content_type data direction encoding entropy expected guid
    hex id initiator kind layers matched nonce nonce_kind outcome phases previous received scheme secret
    server server_id session_id session_kind severity slot state store syncs tries ui_mode verdict version
    client candidate action cause by
"""
_NO_TEXT = frozenset(_CODES.split())
"""Fields that are looked up or computed with: a name could only be met there by chance."""
_PATTERNS = (
    r"(?<=://)[^/@\s\"<>]+(?=@)",  # user and password of a URL
    r"\b(?:IMEI|MEID|ESN|IMSI|MSISDN):[0-9A-Fa-f]{6,}",
    r"(?<![\w.+])\+\d[\d ()/-]{5,}\d",  # a telephone number
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
)
_PLACES = (
    ("SyncHdr", "Source", "LocName"),
    ("SyncHdr", "Target", "LocName"),
    ("DevInf", "DevID"),
)
_EMBEDDED = (b"\x01", b"\x02", b"\x03")
"""How a document in WBXML begins, which has items of its own no more."""

Values = frozenset[str]
Run = tuple[int, int]


def learnt(values: Values, what: AnyWhat) -> Values:
    """The personal values that are known after one more event."""
    found: list[str] = []
    if isinstance(what, HandsetStarted):
        found.append(what.device_id)
        found.append(what.device_id.partition(":")[2])
        found += [login.user for login in what.logins]
    elif isinstance(what, MessageSent) and what.cred is not None:
        found.append(what.cred.user)
    fresh = {value for value in found if value} - values
    return values | fresh if fresh else values


@lru_cache(8)
def _pattern(values: Values) -> re.Pattern[str]:
    names = sorted(values, key=len, reverse=True)
    return re.compile("|".join([*(_bounded(re.escape(name)) for name in names), *_PATTERNS]))


@lru_cache(8)
def _octets_pattern(values: Values) -> re.Pattern[bytes]:
    names = sorted(values, key=len, reverse=True)
    return re.compile("|".join([*(_bounded(re.escape(n)) for n in names), *_PATTERNS]).encode())


def _bounded(name: str) -> str:
    """A short name is hidden as a word only: `al` is no part of `Final`."""
    return name if len(name) > 5 else rf"(?<![A-Za-z0-9]){name}(?![A-Za-z0-9])"


def text(given: str, values: Values) -> str:
    """The text with stars in the place of what is personal."""
    return _pattern(values).sub(lambda found: STAR * cells(found.group()), given)


def spots(given: str, values: Values) -> set[int]:
    """The places of the characters that are hidden in a line."""
    return {i for found in _pattern(values).finditer(given) for i in range(*found.span())}


def event(given: Event, values: Values) -> Event:
    """The event as it may be shown to anybody."""
    what = given.what
    if isinstance(what, MessageSent | MessageEdited | MessageReceived):
        octets = _message(what.octets, what.content_type, values)
        what = msgspec.structs.replace(what, octets=octets)
    return msgspec.structs.replace(given, what=covered(what, values))


def message(octets: Octets, content_type: str, values: Values) -> Octets:
    """A message as it may be shown to anybody."""
    cut: Octets = covered(_message(octets, content_type, values), values)
    return cut


def covered(given: Any, values: Values) -> Any:
    """A value of frozen classes with all text in it for people covered."""
    if isinstance(given, Octets):
        return _cut(given, [m.span() for m in _octets_pattern(values).finditer(bytes(given))])
    if isinstance(given, msgspec.Struct):
        changes = {}
        for name in given.__struct_fields__:
            before = getattr(given, name)
            after = _texts(before, values) if name not in _NO_TEXT else _inner(before, values)
            if after is not before:
                changes[name] = after
        return msgspec.structs.replace(given, **changes) if changes else given
    return given


def _inner(given: Any, values: Values) -> Any:
    """A field that holds no text itself; what is inside it may."""
    if isinstance(given, tuple):
        return tuple(_inner(part, values) for part in given)
    return covered(given, values)


def _texts(given: Any, values: Values) -> Any:
    if isinstance(given, str):
        return text(given, values)
    if isinstance(given, tuple):
        return tuple(_texts(part, values) for part in given)
    return covered(given, values)


def _message(octets: Octets, content_type: str, values: Values) -> Octets:
    """Items and names cut out by their places; all of it where the places cannot be told."""
    # Not before something is hidden: the first paint does not need it.
    from emulator.wire import charsets, codec
    from emulator.wire.errors import WireError

    reader = codec.by_media_type(content_type)
    whole = bytes(octets)
    if reader is None or not whole:
        return octets
    visible = bytearray(whole)
    for gap in octets.cuts:
        visible[gap.offset : gap.offset + gap.length] = STAR.encode() * gap.length
    try:
        located = reader.locate(bytes(visible), charsets.of_content_type(content_type))
    except WireError:
        return _cut(octets, [(0, len(whole))])
    runs = [run for at in located if _is_personal(at.path, whole, at.values) for run in at.values]
    return _cut(octets, runs)


def _is_personal(path: Sequence[str], octets: bytes, runs: Sequence[Run]) -> bool:
    if any(tuple(path[-len(place) :]) == place for place in _PLACES):
        return True
    if "Data" not in path or "Item" not in path or {"DevInf", "Anchor"} & set(path):
        return False
    in_item = path.index("Data") == path.index("Item") + 1
    return in_item and not any(octets[a:b].startswith(_EMBEDDED) for a, b in runs)


def _cut(octets: Octets, runs: Iterable[Run]) -> Octets:
    """The octets without these runs. What was cut out before keeps its own name."""
    whole = bytearray(bytes(octets))
    cuts = list(octets.cuts)
    taken = [(gap.offset, gap.offset + gap.length) for gap in cuts]
    for start, end in sorted(runs):
        if start < end and not any(a < end and start < b for a, b in taken):
            taken.append((start, end))
            cuts.append(Cut(start, end - start, PERSONAL))
            whole[start:end] = bytes(end - start)
    if len(cuts) == len(octets.cuts):
        return octets
    return Octets(bytes(whole).hex(), tuple(sorted(cuts, key=lambda cut: cut.offset)))
