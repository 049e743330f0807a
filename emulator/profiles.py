"""Profiles: TOML files to one frozen `Profile`, strictly, each error with file, key and what is allowed.

Three layers, later over earlier: a handset profile, a server profile (both shipped, or paths), the
file itself. `origins` remembers where each value came from. Reads files; opens no store.
"""

import contextlib
import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from emulator.protocol.keyring import Account, Datastore, Device
from emulator.protocol.policy import Policy, Table
from emulator.wire.codec import CODECS

DEFAULT_HANDSET = "generic-wbxml"
DEFAULT_SERVER = "generic"
HERE = Path(__file__).parent
FOLDERS = (HERE / "_profiles", HERE.parent / "profiles")
"""Where the shipped profiles lie: in an installed package, and in a checkout."""


class ProfileError(Exception):
    """A profile is wrong: the text says file, key, what is allowed, and what was perhaps meant."""


class DeviceTable(Table, frozen=True):
    """[device]: how the device describes itself. `codec` xml or wbxml; `version` of SyncML."""

    id: str = "IMEI:490000000000017"
    manufacturer: str = "ds-handset"
    model: str = "emulator"
    type: str = "phone"
    codec: Literal["xml", "wbxml"] = "wbxml"
    version: Literal["1.2", "1.1", "1.0"] = "1.2"
    max_msg_size: int = 16384
    max_obj_size: int = 1_000_000


class AccountTable(Table, frozen=True):
    """[account], or [accounts.NAME]: the nonces are first values only; then the store's count."""

    url: str = ""
    server_id: str = ""
    server_secret: str = ""
    user: str = ""
    password: str = ""
    client_nonce_hex: str | None = None
    server_nonce_hex: str | None = None
    protocol: Literal["ds", "dm"] = "ds"


class StoreTable(Table, frozen=True):
    """[stores.NAME]: the datastore's URI at the server, its content type and version."""

    server: str = ""
    type: str = "text/x-vcard"
    version: str = "2.1"


class Profile(msgspec.Struct, frozen=True):
    """A whole profile. `origins` maps "table.key" to the name of the layer that set it."""

    name: str
    path: str
    device: Device
    accounts: tuple[Account, ...]
    policy: Policy
    origins: dict[str, str]
    description: str = ""


_POLICY = {field.name: field.type for field in msgspec.structs.fields(Policy)}
_TABLES: dict[str, type[Table]] = {"device": DeviceTable, **_POLICY}
_NAMED: dict[str, type[Table]] = {"accounts": AccountTable, "stores": StoreTable}
_TOP = ("handset", "server", "description")
_SECRETS = ("server_secret", "password", "user")
_MAY_BE_ZERO = ("retries", "resend")
_SHOWN_AS_SECRET = ("server_secret", "password")
_USER_OF_URL = re.compile(r"//[^/]*@")


def shipped() -> dict[str, dict[str, Path]]:
    """The shipped profiles: {"handsets": {name: path}, "servers": {name: path}}."""
    found: dict[str, dict[str, Path]] = {"handsets": {}, "servers": {}}
    for folder in FOLDERS:
        for kind, names in found.items():
            for path in sorted((folder / kind).glob("*.toml")):
                names.setdefault(path.stem, path)
    return found


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
    path = _find(name)
    own = _read(path)
    layers = [(path.name, own)]
    shipped_kind = _kind_of(path)
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
    return _build(path, layers, overrides or {})


def check_tables(path: Path, tables: Mapping[str, Any]) -> None:
    """Whether these tables may lie over a profile. Raises ProfileError, `path` being where they stand."""
    for key, value in tables.items():
        if key == "account":
            _convert(path, key, _without_references(value), AccountTable)
            _check_nonces(path, key, value)
        else:
            _check(path, key, value)


def _over(own: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a profile with others over them."""
    merged: dict[str, Any] = {}
    for layer in (own, {key: value for key, value in tables.items() if key != "account"}):
        _merge(merged, layer, {}, "", "")
    for account in merged.get("accounts", {}).values():
        account.update(tables.get("account", {}))
    return merged


def _kind_of(path: Path) -> str:
    for kind, names in shipped().items():
        if path in names.values():
            return kind
    return ""


def _find(name: str) -> Path:
    path = Path(name)
    with contextlib.suppress(OSError, ValueError):
        # A text that cannot be a file name (too long) is an error of its own.
        if path.is_file():
            return path
    known = shipped()
    for kind in ("servers", "handsets"):
        if name in known[kind]:
            return known[kind][name]
    names = [n for kind in known.values() for n in kind]
    hint = _did_you_mean(name, names)
    raise ProfileError(f"{name}: no such file, and no shipped profile{hint or '; ' + _list(names)}")


def _layer(kind: str, name: object, path: Path) -> dict[str, Any]:
    if not isinstance(name, str):
        raise ProfileError(f"{path}: {kind[:-1]}: a name or a path in quotes is expected")
    known = shipped()[kind]
    if name in known:
        return _read(known[name])
    beside = path.parent / name
    if beside.is_file():
        return _read(beside)
    hint = _did_you_mean(name, known) or f"; {_list(known)}"
    raise ProfileError(f"{path}: {kind[:-1]} = {name!r}: no such profile{hint}")


def _read(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as wrong:
        raise ProfileError(f"{path}: cannot be read: {wrong.strerror}") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ProfileError(f"{path}: not TOML: {wrong}") from wrong
    if "account" in data:
        if "accounts" in data:
            raise ProfileError(f"{path}: [account] and [accounts.NAME] exclude each other")
        data["accounts"] = {"account": data.pop("account")}
    for key, value in data.items():
        _check(path, key, value)
    return data


def _check(path: Path, key: str, value: object) -> None:
    """Keys and values of one layer, each on its own, so that the error names the right file."""
    if key in _TOP:
        if not isinstance(value, str):
            raise ProfileError(f"{path}: {key}: text in quotes is expected")
        return
    if key in _TABLES:
        _convert(path, key, value, _TABLES[key])
    elif key in _NAMED:
        if not isinstance(value, dict):
            raise ProfileError(f"{path}: {key}: a table [{key}.NAME] for each is expected")
        for name, table in value.items():
            shown = "account" if key == "accounts" and name == "account" else f"{key}.{name}"
            _convert(path, shown, _without_references(table), _NAMED[key])
            if key == "accounts":
                _check_nonces(path, shown, table)
    else:
        names = (*_TOP, *_TABLES, "account", *_NAMED)
        hint = _did_you_mean(key, names) or f"; {_list(names)}"
        raise ProfileError(f"{path}: [{key}] is not known{hint}")


def _without_references(table: object) -> object:
    """{env = ...} and {file = ...} are read later; for the check they are texts."""
    if not isinstance(table, dict):
        return table
    return {
        key: "" if key in _SECRETS and isinstance(value, dict) else value
        for key, value in table.items()
    }


def _check_nonces(path: Path, shown: str, table: Mapping[str, object]) -> None:
    for key in ("client_nonce_hex", "server_nonce_hex"):
        text = table.get(key, "")
        try:
            bytes.fromhex(str(text))
        except ValueError:
            raise ProfileError(
                f"{path}: {shown}.{key} = {text!r}: hex digits are expected"
            ) from None


def _convert(path: Path, shown: str, value: object, kind: type[Table]) -> Table:
    if not isinstance(value, dict):
        raise ProfileError(f"{path}: {shown}: a table is expected")
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for key in value:
        if key not in fields:
            hint = _did_you_mean(key, fields) or f"; {_list(fields)}"
            raise ProfileError(f"{path}: {shown}.{key} is not known{hint}")
    try:
        converted = msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        place = str(wrong).partition("`$.")[2].partition("`")[0].partition("[")[0]
        allowed = _allowed(fields[place].type) if place in fields else ""
        if not place:
            raise ProfileError(f"{path}: {shown}: {wrong}") from None
        given = value.get(place)
        hint = _did_you_mean(given, _choices(fields[place].type)) if isinstance(given, str) else ""
        shown_value = "" if place in _SECRETS else f" = {given!r}"
        raise ProfileError(f"{path}: {shown}.{place}{shown_value}: {allowed}{hint}") from None
    for key, given in value.items():
        if isinstance(given, int | float) and not isinstance(given, bool):
            _check_number(path, f"{shown}.{key}", given, key in _MAY_BE_ZERO)
    return converted


def _check_number(path: Path, shown: str, given: float, may_be_zero: bool) -> None:
    if not (0 < given < float("inf") or (may_be_zero and given == 0)):
        least = "0 or more" if may_be_zero else "a number above 0"
        raise ProfileError(f"{path}: {shown} = {given!r}: {least} is expected")


def _choices(kind: object) -> tuple[str, ...]:
    arguments = get_args(kind)
    if arguments and all(isinstance(a, str) for a in arguments):
        return arguments
    return tuple(c for a in arguments for c in _choices(a))


def _allowed(kind: object) -> str:
    if choices := _choices(kind):
        many = "a list of " if "tuple" in str(kind) else ""
        return f"{many}{_list(choices)} expected"
    names = {
        "int": "a whole number",
        "float": "a number",
        "str": "text in quotes",
        "bool": "true or false",
    }
    for name, words in names.items():
        if name in str(kind):
            return f"{words} is expected"
    return f"{kind} is expected"


def _list(names: object) -> str:
    return "one of " + ", ".join(sorted(names))  # type: ignore[call-overload]


def _did_you_mean(name: str, names: object) -> str:
    close = difflib.get_close_matches(name, list(names), n=1)  # type: ignore[call-overload]
    return f"; did you mean {close[0]!r}?" if close else ""


def _build(
    path: Path, layers: list[tuple[str, dict[str, Any]]], overrides: Mapping[str, str]
) -> Profile:
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        _merge(merged, layer, origins, origin, "")
    for key in _NAMED:
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
        **{name: msgspec.convert(merged.get(name, {}), kind) for name, kind in _POLICY.items()}
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


def _merge(
    into: dict[str, Any],
    layer: Mapping[str, Any],
    origins: dict[str, str],
    origin: str,
    prefix: str,
) -> None:
    for key, value in layer.items():
        whole = f"{prefix}{key}"
        is_table = isinstance(value, dict) and key not in _SECRETS
        if is_table:
            _merge(into.setdefault(key, {}), value, origins, origin, f"{whole}.")
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
    for key in _SECRETS:
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


def problems(profile: Profile, notifications: bool = True) -> list[str]:
    """What would keep a handset of this profile from working, in words.

    `notifications`: whether it is to receive any; a sync that the person starts needs less.
    """
    found = []
    if not any(account.protocol == "ds" for account in profile.accounts):
        found.append("[account] is missing: url, server_id, user and password of a DS account")
    for account in profile.accounts:
        where = f"account {account.name}"
        if not account.url.lower().startswith(("http://", "https://")):
            found.append(f"{where}: url is missing, or not http:// or https://")
        if "@" in account.url.partition("://")[2].partition("/")[0]:
            found.append(f"{where}: url holds a user name; a URL is shown everywhere, take it out")
        if notifications and not account.server_id:
            found.append(f"{where}: server_id is missing: no notification can name this account")
        if account.protocol == "ds" and not account.stores:
            found.append(f"{where}: no datastore; add [stores.contacts] with server = ...")
        if notifications and not account.notification_identity[1]:
            by_user = account.policy.notification.identity == "user"
            key = "password" if by_user else "server_secret"
            found.append(f"{where}: {key} is missing: no notification can be checked")
        if account.policy.auth.scheme != "none" and not account.user:
            found.append(f"{where}: user is missing")
    return found


def shown(profile: Profile, secrets: bool = False) -> Iterator[tuple[str, str, str]]:
    """(key, value, origin) of every setting, secrets masked unless asked for."""
    for name, kind in _TABLES.items():
        values = profile.device if name == "device" else getattr(profile.policy, name)
        for field in msgspec.structs.fields(kind):
            value = getattr(values, field.name)
            key = f"{name}.{field.name}"
            if key == "http.proxy" and not secrets:
                value = _USER_OF_URL.sub("//(secret)@", value)
            yield key, _text(value), profile.origins.get(key, "default")
    for account in profile.accounts:
        for field in msgspec.structs.fields(AccountTable):
            key = f"accounts.{account.name}.{field.name}"
            raw: object = {
                "client_nonce_hex": _hex(account.client_nonce),
                "server_nonce_hex": _hex(account.server_nonce),
                "protocol": account.protocol,
            }.get(field.name) or getattr(account, field.name, "")
            if field.name in _SHOWN_AS_SECRET and raw and not secrets:
                raw = "(secret)"
            yield key, _text(raw), profile.origins.get(key, "default")
        for store in account.stores:
            for name in ("server", "type", "version"):
                key = f"stores.{store.name}.{name}"
                yield key, _text(getattr(store, name)), profile.origins.get(key, "default")


def _hex(nonce: bytes | None) -> str:
    return "" if nonce is None else nonce.hex()


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
