"""TOML files to one frozen `Profile`.

Three layers, later over earlier: a handset profile, a server profile (both shipped, or paths), the
file itself. `origins` remembers where each value came from. Reads files; opens no store.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.profiles.checking import check
from emulator.profiles.merging import build, merge
from emulator.profiles.places import DEFAULT_HANDSET, DEFAULT_SERVER, find, kind_of, shipped
from emulator.profiles.tables import Profile, ProfileError, did_you_mean, one_of


def load(
    name: str,
    overrides: Mapping[str, str] | None = None,
    handset: str = "",
    tables: Mapping[str, Any] | None = None,
) -> Profile:
    """The profile in a file, or the shipped one of that name (a server's before a handset's).

    `overrides` ("account.url" -> value) come from the command line and win; `handset` is taken
    instead of the handset profile that the file names; `tables` lie over the file as if they stood
    in it, [account] being that of every account.
    """
    path = find(name)
    return layered(path, _read(path), overrides, handset, tables)


def parsed(path: Path, text: str) -> Profile:
    """The profile that a file with this text would be."""
    return layered(path, _tables(path, text))


def layered(
    path: Path,
    own: dict[str, Any],
    overrides: Mapping[str, str] | None = None,
    handset: str = "",
    tables: Mapping[str, Any] | None = None,
) -> Profile:
    """A file's tables over the profiles that it names."""
    layers = [(path.name, own)]
    shipped_kind = kind_of(path)
    if shipped_kind != "servers":
        server = own.get("server", DEFAULT_SERVER)
        layers.insert(0, (f"server {server}", _layer("servers", server, path)))
    if shipped_kind != "handsets":
        # A path on the command line counts from where the person is, one in a file from the file.
        asker = Path("--handset") if handset else path
        handset = handset or own.get("handset", DEFAULT_HANDSET)
        layers.insert(0, (f"handset {handset}", _layer("handsets", handset, asker)))
    if tables:
        layers[-1] = (path.name, _over(own, tables))
    return build(path, layers, overrides or {})


def _over(own: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a profile with others over them."""
    merged: dict[str, Any] = {}
    for layer in (own, {key: value for key, value in tables.items() if key != "account"}):
        merge(merged, layer, {}, "", "")
    for account in merged.get("accounts", {}).values():
        account.update(tables.get("account", {}))
    return merged


def _layer(kind: str, name: object, path: Path) -> dict[str, Any]:
    if not isinstance(name, str):
        raise ProfileError(f"{path}: {kind[:-1]}: a name or a path in quotes is expected")
    known = shipped()[kind]
    if name in known:
        return _read(known[name])
    beside = path.parent / name
    if beside.is_file():
        return _read(beside)
    hint = did_you_mean(name, known) or f"; {one_of(known)}"
    raise ProfileError(f"{path}: {kind[:-1]} = {name!r}: no such profile{hint}")


def stores_of(server: str) -> dict[str, str]:
    """The datastores of a server profile: {name: URI at the server}."""
    stores = _layer("servers", server, Path("--server")).get("stores", {})
    return {name: table.get("server", "") for name, table in stores.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as wrong:
        raise ProfileError(f"{path}: cannot be read: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise ProfileError(f"{path}: not TOML: {wrong}") from wrong
    return _tables(path, text)


def _tables(path: Path, text: str) -> dict[str, Any]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ProfileError(f"{path}: not TOML: {wrong}") from wrong
    if "account" in data:
        if "accounts" in data:
            raise ProfileError(f"{path}: [account] and [accounts.NAME] exclude each other")
        data["accounts"] = {"account": data.pop("account")}
    for key, value in data.items():
        check(path, key, value)
    return data
