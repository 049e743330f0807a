"""Scenario files: TOML to `Scenario`, strictly, each error with file, key and what was perhaps meant.

Finds the shipped ones by number or name. Reads files; plays nothing.
"""

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from emulator import profiles
from emulator.scenarios.model import Scenario
from emulator.server import misbehaviour
from emulator.server.digest import SESSION_ID

HERE = Path(__file__).parent
FOLDERS = (HERE.parent / "_scenarios", HERE.parent.parent / "scenarios")
"""Where the shipped scenarios lie: in an installed package, and in a checkout."""

_SIGNED_WITH = ("stored", "candidate", "session-id", "wrong", "empty", "hex")
_AT = re.compile(r" - at `\$\.?(.*)`$")
_UNKNOWN = re.compile(r"unknown field `(.*?)`")


class ScenarioError(Exception):
    """A scenario is wrong, or not there: the text says file, key, and what is allowed."""


def shipped() -> dict[str, Path]:
    """The shipped scenarios: {number: path}, in order of their numbers."""
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.toml")):
            found.setdefault("-".join(path.stem.split("-")[:2]).upper(), path)
    return found


def select(names: Iterable[str]) -> list[Scenario]:
    """The scenarios of these names, each a number, a name, a path or `all`; none of them twice.

    Raises ScenarioError.
    """
    paths: dict[Path, None] = {}
    for name in names:
        known = shipped()
        chosen = known.values() if name == "all" else (_find(name, known),)
        paths |= dict.fromkeys(chosen)
    return [read(path) for path in paths]


def _find(name: str, known: dict[str, Path]) -> Path:
    if name.upper() in known:
        return known[name.upper()]
    by_name = {path.stem: path for path in known.values()}
    by_name |= {path.stem.split("-", 2)[2]: path for path in known.values()}
    if name.lower() in by_name:
        return by_name[name.lower()]
    path = Path(name)
    if path.is_file():
        return path
    raise ScenarioError(
        f"{name}: no such file, and no shipped scenario"
        + (_meant(name.lower(), (*(n.lower() for n in known), *by_name)) or "; see: check list")
    )


def read(path: Path) -> Scenario:
    """The scenario in a file. Raises ScenarioError."""
    try:
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as wrong:
        raise ScenarioError(f"{path}: cannot be read: {wrong.strerror}") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ScenarioError(f"{path}: not TOML: {wrong}") from wrong
    try:
        scenario = msgspec.convert(values, Scenario)
    except msgspec.ValidationError as wrong:
        raise ScenarioError(f"{path}: {_explained(str(wrong), values)}") from None
    try:
        _check(scenario)
    except ValueError as wrong:
        raise ScenarioError(f"{path}: {wrong}") from None
    try:
        profiles.check_tables(path, scenario.given.profile)
    except profiles.ProfileError as wrong:
        raise ScenarioError(f"given.profile: {wrong}") from None
    try:
        profiles.load("built-in", handset=scenario.given.handset)
    except profiles.ProfileError as wrong:
        why = str(wrong).removeprefix("--handset: ")
        raise ScenarioError(f"{path}: given.handset: {why}") from None
    return scenario


def _explained(text: str, values: Any) -> str:
    """The decoder's complaint, with the place first and with what was perhaps meant."""
    found = _AT.search(text)
    where = found[1] if found else ""
    what = text[: found.start()] if found else text
    kind = _type_at(where)
    unknown = _UNKNOWN.search(what)
    if unknown:
        fields = getattr(kind, "__struct_fields__", ())
        key = f"{where}.{unknown[1]}" if where else unknown[1]
        return f"{key} is not known{_meant(unknown[1], fields) or _list(fields)}"
    hint = ""
    if what.startswith("Invalid enum value"):
        given = what.partition("'")[2].rpartition("'")[0]
        choices = [c for c in _choices(kind) if isinstance(c, str)]
        hint = _meant(given, choices) or _list(choices)
    return f"{where}: {what[:1].lower()}{what[1:]}{hint}" if where else what + hint


def _type_at(where: str) -> Any:
    """The type that belongs at a place such as `when[0].expect.outcome`."""
    kind: Any = Scenario
    for part in where.replace("[...]", "").split("."):
        name = part.partition("[")[0]
        if not name:
            continue
        kind = _struct_in(kind)
        hints = typing.get_type_hints(kind) if kind is not None else {}
        kind = hints.get(name)
    return _struct_in(kind) or kind


def _struct_in(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next((s for a in typing.get_args(kind) if (s := _struct_in(a)) is not None), None)


def _choices(kind: Any) -> list[Any]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType, tuple):
        return [c for a in typing.get_args(kind) for c in _choices(a)]
    return list(typing.get_args(kind))


def _check(scenario: Scenario) -> None:
    """What the decoder cannot see. Raises ValueError, with the place."""
    misbehaviour.parse(scenario.given.misbehave)
    for number, act in enumerate(scenario.when):
        where = f"when[{number}]"
        for signed in (act.notify, *(m.notify for m in act.meanwhile)):
            _check_signed(where, signed)
        for names in (act.misbehave, *(m.misbehave for m in act.meanwhile)):
            misbehaviour.parse(names or ())
        try:
            bytes.fromhex(act.push)
        except ValueError:
            raise ValueError(f"{where}.push: hex digits are expected") from None
        if not 0 <= act.ui <= 3:
            raise ValueError(f"{where}.ui = {act.ui}: 0 to 3 is expected")
        if isinstance(act.id, int) and not 0 <= act.id <= 0xFFFF:
            raise ValueError(f"{where}.id = {act.id}: 0 to 65535 is expected")


def _check_signed(where: str, signed: str) -> None:
    kind, _, value = signed.partition(":")
    if not signed:
        return
    if kind not in _SIGNED_WITH:
        hint = _meant(kind, _SIGNED_WITH) or _list(_SIGNED_WITH)
        raise ValueError(f"{where}.notify = {signed!r} is not known{hint}")
    if kind == "session-id" and value and value not in SESSION_ID:
        hint = _meant(value, SESSION_ID) or _list(SESSION_ID)
        raise ValueError(f"{where}.notify = {signed!r}: no such encoding{hint}")
    if kind == "hex":
        try:
            bytes.fromhex(value)
        except ValueError:
            raise ValueError(f"{where}.notify = {signed!r}: hex digits are expected") from None


def _meant(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _list(words: Iterable[str]) -> str:
    return f"; one of {', '.join(words)}"
