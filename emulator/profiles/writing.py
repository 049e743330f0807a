"""A new profile: what a person has said of a server, as a TOML file that `handset run` takes.

Never writes over a file. Secrets stand in it as they were given: as text, or as where they are.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from emulator.profiles import places, reading
from emulator.profiles.tables import DeviceTable, Profile, ProfileError

Secret = str | Mapping[str, str]
"""A text, or {"env": NAME}, or {"file": PATH}."""
Tables = Mapping[str, "str | Tables"]

HANDSETS = {"wbxml": "generic-wbxml", "xml": "generic-xml"}
_TYPES = {
    "calendar": ("text/x-vcalendar", "1.0"),
    "tasks": ("text/x-vcalendar", "1.0"),
    "notes": ("text/plain", "1.0"),
}
"""Content types of datastores that are no address books."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Draft(msgspec.Struct, frozen=True):
    """What a profile is made from. `stores` are (name, URI at the server); none: the server's.

    `client_nonce` in hex, as a try has left it: without it the first session begins with a 401.
    """

    url: str = ""
    server: str = places.DEFAULT_SERVER
    user: str = ""
    password: Secret = ""
    server_id: str = ""
    server_secret: Secret = ""
    device_id: str = DeviceTable().id
    codec: Literal["wbxml", "xml"] = "wbxml"
    stores: tuple[tuple[str, str], ...] = ()
    pin: str = ""
    client_nonce: str = ""


def tables_of(draft: Draft) -> Tables:
    """The tables of the new profile; what is empty is left out."""
    account = {
        "url": draft.url,
        "server_id": draft.server_id,
        "server_secret": draft.server_secret,
        "user": draft.user,
        "password": draft.password,
        "client_nonce_hex": draft.client_nonce,
    }
    tables: dict[str, str | Tables] = {
        "handset": HANDSETS[draft.codec],
        "server": draft.server,
        "device": {"id": draft.device_id},
        "account": {key: value for key, value in account.items() if value},
    }
    if draft.pin:
        tables["http"] = {"pin": draft.pin}
    if draft.stores and dict(draft.stores) != reading.stores_of(draft.server):
        tables["stores"] = {name: _store(name, uri) for name, uri in draft.stores}
    return tables


def _store(name: str, uri: str) -> Tables:
    if name not in _TYPES:
        return {"server": uri}
    kind, version = _TYPES[name]
    return {"server": uri, "type": kind, "version": version}


def stores(text: str) -> tuple[tuple[str, str], ...]:
    """`contacts, calendar=./cal` as (name, URI) pairs. Raises ValueError, in words."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, uri = (side.strip() for side in part.partition("="))
        if not _BARE.fullmatch(name) or (equals and not uri):
            raise ValueError(f"stores: {part!r}: NAME or NAME=URI is expected")
        found[name] = uri or f"./{name}"
    return tuple(found.items())


def text_of_stores(pairs: Iterable[tuple[str, str]]) -> str:
    """The pairs as `stores` reads them."""
    return ", ".join(name if uri == f"./{name}" else f"{name}={uri}" for name, uri in pairs)


def toml(tables: Tables) -> str:
    """Texts and tables as TOML: texts first, a short table in one line."""
    return "\n".join(_lines(tables, "")) + "\n"


def _lines(tables: Tables, prefix: str) -> Iterable[str]:
    for key, value in tables.items():
        if isinstance(value, str):
            yield f"{_key(key)} = {_text(value)}"
        elif _is_reference(value):
            yield f"{_key(key)} = {{ {', '.join(_lines(value, ''))} }}"
    for key, value in tables.items():
        if not isinstance(value, str) and not _is_reference(value):
            name = prefix + _key(key)
            if not value or any(isinstance(v, str) or _is_reference(v) for v in value.values()):
                yield f"\n[{name}]"
            yield from _lines(value, f"{name}.")


def _is_reference(value: "str | Tables") -> bool:
    return not isinstance(value, str) and tuple(value) in (("env",), ("file",))


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    # A JSON text is a TOML text, but for DEL, which TOML wants escaped.
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


def place(name: str) -> Path:
    """Where a profile of that name, or path, is to be. Raises ProfileError."""
    if "/" in name or name.endswith(".toml"):
        return Path(name)
    if not _NAME.fullmatch(name):
        raise ProfileError(f"name {name!r}: letters, digits, . _ and - are expected, or a path")
    if any(name in names for names in places.shipped().values()):
        raise ProfileError(f"name {name!r}: a shipped profile has it; choose another")
    return places.own_folder() / f"{name}.toml"


def suggested(url: str) -> str:
    """A name for the profile of a server, "" when its URL has no host."""
    host = ""
    with contextlib.suppress(ValueError):
        host = urlsplit(url).hostname or ""
    return "-".join(re.findall(r"[A-Za-z0-9]+", host))


def drafted(draft: Draft, path: Path) -> Profile:
    """The profile as it would be read from that path. Raises ProfileError, also for what would keep
    its handset from working."""
    from emulator.profiles.problems import problems

    profile = reading.parsed(path, toml(tables_of(draft)))
    if wrong := problems(profile, notifications=False):
        raise ProfileError("; ".join(text.removeprefix("account account: ") for text in wrong))
    return profile


def write(draft: Draft, path: Path) -> None:
    """Writes the profile for its owner's eyes only. Raises ProfileError; never overwrites."""
    octets = toml(tables_of(draft)).encode()
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(octets)
    except OSError as wrong:
        if isinstance(wrong, FileExistsError) and path.exists():
            raise ProfileError(
                f"{path}: exists already; choose another name, or remove it"
            ) from None
        raise ProfileError(f"{path}: cannot be written: {wrong.strerror}") from wrong
