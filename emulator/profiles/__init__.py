"""Profiles: TOML files to one frozen `Profile`, strictly, each error with file, key and what is allowed."""

from emulator.profiles.checking import check_tables
from emulator.profiles.places import DEFAULT_HANDSET, DEFAULT_SERVER, shipped
from emulator.profiles.problems import problems, shown, unheard
from emulator.profiles.reading import load
from emulator.profiles.tables import Profile, ProfileError

__all__ = [
    "DEFAULT_HANDSET",
    "DEFAULT_SERVER",
    "Profile",
    "ProfileError",
    "check_tables",
    "load",
    "problems",
    "shipped",
    "shown",
    "unheard",
]
