"""Layers of tables to one frozen `Profile`, and the secrets that they only point to."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from emulator.profiles.tables import (
    NAMED,
    POLICY,
    SECRETS,
    AccountTable,
    DeviceTable,
    Profile,
    ProfileError,
    StoreTable,
)
from emulator.protocol.keyring import Account, Datastore, Device
from emulator.protocol.policy import Policy
from emulator.wire.codec import CODECS


def build(
    path: Path, layers: list[tuple[str, dict[str, Any]]], overrides: Mapping[str, str]
) -> Profile:
    """The profile that the layers (name, tables), later over earlier, make together."""
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        merge(merged, layer, origins, origin, "")
    for key in NAMED:
        # A file that names accounts or datastores means these; a lower layer only fills them in.
        if chosen := layers[-1][1].get(key):
            merged[key] = {name: merged[key][name] for name in chosen}
    for key, value in overrides.items():
        table, _, name = key.rpartition(".")
        for account in merged.get("accounts", {"account": {}}):
            if table == "account":
                merged.setdefault("accounts", {}).setdefault(account, {})[name] = value
                origins[f"accounts.{account}.{name}"] = "command line"
    policy = Policy(
        **{name: msgspec.convert(merged.get(name, {}), kind) for name, kind in POLICY.items()}
    )
    device_table = msgspec.convert(merged.get("device", {}), DeviceTable)
    device = Device(**msgspec.structs.asdict(device_table))
    assert device.codec in CODECS
    stores = tuple(
        _datastore(path, name, table) for name, table in merged.get("stores", {}).items()
    )
    accounts = tuple(
        _account(path, name, table, policy, stores)
        for name, table in merged.get("accounts", {}).items()
    )
    description = merged.get("description", "")
    return Profile(path.stem, str(path), device, accounts, policy, origins, description)


def _datastore(path: Path, name: str, table: Mapping[str, Any]) -> Datastore:
    values = msgspec.convert(table, StoreTable)
    if not values.server:
        raise ProfileError(
            f"{path}: stores.{name}.server is missing: the datastore's URI at the server"
        )
    return Datastore(name, **msgspec.structs.asdict(values))


def merge(
    into: dict[str, Any],
    layer: Mapping[str, Any],
    origins: dict[str, str],
    origin: str,
    prefix: str,
) -> None:
    """Lays a layer's tables over what is there, and notes where each value came from."""
    for key, value in layer.items():
        whole = f"{prefix}{key}"
        is_table = isinstance(value, dict) and key not in SECRETS
        if is_table:
            merge(into.setdefault(key, {}), value, origins, origin, f"{whole}.")
        else:
            into[key] = value
            origins[whole] = origin


def _account(
    path: Path,
    name: str,
    table: Mapping[str, Any],
    policy: Policy,
    stores: tuple[Datastore, ...],
) -> Account:
    values = dict(table)
    for key in SECRETS:
        if isinstance(values.get(key), dict):
            values[key] = _referenced(path, f"{name}.{key}", values[key])
    account = msgspec.convert(values, AccountTable)
    return Account(
        name=name,
        url=account.url,
        server_id=account.server_id,
        server_secret=account.server_secret,
        user=account.user,
        password=account.password,
        policy=policy,
        stores=stores if account.protocol == "ds" else (),
        client_nonce=_octets(account.client_nonce_hex),
        server_nonce=_octets(account.server_nonce_hex),
        protocol=account.protocol,
    )


def _octets(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def _referenced(path: Path, key: str, reference: Mapping[str, Any]) -> str:
    """The secret that {env = "NAME"} or {file = "PATH"} points to; a file's last newline is no part."""
    match dict(reference):
        case {"env": str(name), **rest} if not rest:
            if name not in os.environ:
                raise ProfileError(f"{path}: {key}: the environment has no {name}")
            return os.environ[name]
        case {"file": str(name), **rest} if not rest:
            try:
                return (path.parent / name).read_text("utf-8").removesuffix("\n")
            except (OSError, UnicodeDecodeError) as wrong:
                raise ProfileError(f"{path}: {key}: {name} cannot be read: {wrong}") from wrong
    raise ProfileError(f'{path}: {key}: text, {{env = "NAME"}} or {{file = "PATH"}} is expected')
