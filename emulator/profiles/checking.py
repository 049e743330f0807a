"""Whether a layer of a profile is right, on its own: each error with file, key and what is allowed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from emulator.profiles.tables import (
    NAMED,
    SECRETS,
    TABLES,
    TOP,
    AccountTable,
    ProfileError,
    did_you_mean,
    one_of,
)
from emulator.protocol.policy import Table

_MAY_BE_ZERO = ("retries", "resend")


def check_tables(path: Path, tables: Mapping[str, Any]) -> None:
    """Whether these tables may lie over a profile. Raises ProfileError, `path` being where they stand."""
    for key, value in tables.items():
        if key == "account":
            _convert(path, key, _without_references(value), AccountTable)
            _check_nonces(path, key, value)
        else:
            check(path, key, value)


def check(path: Path, key: str, value: object) -> None:
    """Key and value of one layer, on its own, so that the error names the right file."""
    if key in TOP:
        if not isinstance(value, str):
            raise ProfileError(f"{path}: {key}: text in quotes is expected")
        return
    if key in TABLES:
        _convert(path, key, value, TABLES[key])
    elif key in NAMED:
        if not isinstance(value, dict):
            raise ProfileError(f"{path}: {key}: a table [{key}.NAME] for each is expected")
        for name, table in value.items():
            shown = "account" if key == "accounts" and name == "account" else f"{key}.{name}"
            _convert(path, shown, _without_references(table), NAMED[key])
            if key == "accounts":
                _check_nonces(path, shown, table)
    else:
        names = (*TOP, *TABLES, "account", *NAMED)
        hint = did_you_mean(key, names) or f"; {one_of(names)}"
        raise ProfileError(f"{path}: [{key}] is not known{hint}")


def _without_references(table: object) -> object:
    """{env = ...} and {file = ...} are read later; for the check they are texts."""
    if not isinstance(table, dict):
        return table
    return {
        key: "" if key in SECRETS and isinstance(value, dict) else value
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
            hint = did_you_mean(key, fields) or f"; {one_of(fields)}"
            raise ProfileError(f"{path}: {shown}.{key} is not known{hint}")
    try:
        converted = msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        place = str(wrong).partition("`$.")[2].partition("`")[0].partition("[")[0]
        allowed = _allowed(fields[place].type) if place in fields else ""
        if not place:
            raise ProfileError(f"{path}: {shown}: {wrong}") from None
        given = value.get(place)
        hint = did_you_mean(given, _choices(fields[place].type)) if isinstance(given, str) else ""
        shown_value = "" if place in SECRETS else f" = {given!r}"
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
        return f"{many}{one_of(choices)} expected"
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
