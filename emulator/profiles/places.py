"""Where profiles lie: the shipped ones, the user's own, and a name or a path on the command line."""

import contextlib
from pathlib import Path

from emulator.profiles.tables import ProfileError, did_you_mean, one_of

DEFAULT_HANDSET = "generic-wbxml"
DEFAULT_SERVER = "generic"
HERE = Path(__file__).parents[1]
FOLDERS = (HERE / "_profiles", HERE.parent / "profiles")
"""Where the shipped profiles lie: in an installed package, and in a checkout."""


def shipped() -> dict[str, dict[str, Path]]:
    """The shipped profiles: {"handsets": {name: path}, "servers": {name: path}}."""
    found: dict[str, dict[str, Path]] = {"handsets": {}, "servers": {}}
    for folder in FOLDERS:
        for kind, names in found.items():
            for path in sorted((folder / kind).glob("*.toml")):
                names.setdefault(path.stem, path)
    return found


def own_folder() -> Path:
    """Where the user's own profiles lie; it need not be there."""
    import platformdirs

    return platformdirs.user_config_path("ds-handset") / "profiles"


def own() -> dict[str, Path]:
    """The user's own profiles: {name: path}."""
    return {path.stem: path for path in sorted(own_folder().glob("*.toml"))}


def kind_of(path: Path) -> str:
    """ "servers" or "handsets" for a shipped profile, "" for any other."""
    for kind, names in shipped().items():
        if path in names.values():
            return kind
    return ""


def find(name: str) -> Path:
    """The file of that path, or the profile of that name: the user's own after the shipped ones."""
    path = Path(name)
    with contextlib.suppress(OSError, ValueError):
        # A text that cannot be a file name (too long) is an error of its own.
        if path.is_file():
            return path
    known = shipped()
    for kind in ("servers", "handsets"):
        if name in known[kind]:
            return known[kind][name]
    mine = own()
    if name in mine:
        return mine[name]
    names = [*mine, *(n for kind in known.values() for n in kind)]
    hint = did_you_mean(name, names)
    raise ProfileError(
        f"{name}: no such file, and no profile of that name{hint or '; ' + one_of(names)}"
    )
