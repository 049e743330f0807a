"""How a person wants the screen: theme and characters; and the theme of the last time, in a file.

Light on purpose: it is read before the first paint.
"""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from emulator.tui.colours import COLOURS, DEFAULT


class Looks(NamedTuple):
    """`kept` is the file that remembers the theme, None where nothing is remembered."""

    theme: str = DEFAULT
    ascii: bool = False
    kept: Path | None = None


class _Kept(msgspec.Struct, frozen=True):
    theme: str


def remembered(file: Path) -> str:
    """The theme of the last time; the default one when there is none or the file is no good."""
    try:
        kept = msgspec.json.decode(file.read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return DEFAULT
    return kept.theme if kept.theme in COLOURS else DEFAULT


def remember(file: Path, theme: str) -> None:
    """Keeps the theme for the next time. What cannot be written is not worth a complaint."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(msgspec.json.encode(_Kept(theme)) + b"\n")
        fresh.replace(file)


def speaks_utf8(environment: Mapping[str, str], encoding: str) -> bool:
    """Whether a terminal shows more than ASCII, by its locale and by the encoding of our output.

    Python itself takes the locales C and POSIX for UTF-8; a person who sets them means ASCII.
    """
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "")
    charset = locale.partition(".")[2].partition("@")[0]
    fits = not locale or _is_utf8(charset)
    return fits and _is_utf8(encoding or "utf-8")


def _is_utf8(charset: str) -> bool:
    return charset.lower().replace("-", "") == "utf8"
