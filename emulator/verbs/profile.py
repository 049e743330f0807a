"""`handset profile list|show|check`; `new` is in `newprofile`."""

from emulator import profiles
from emulator.profiles import places
from emulator.verbs.exits import Failure


def list_() -> None:
    """The shipped profiles with their descriptions, and the user's own with their files."""
    for kind, names in profiles.shipped().items():
        print(kind)
        for name in names:
            print(f"  {name:16} {profiles.load(name).description}")
    if own := places.own():
        print("own")
        for name, path in own.items():
            print(f"  {name:16} {path}")


def show(name: str, secrets: bool) -> None:
    """Every setting with its value and where it came from."""
    rows = list(profiles.shown(profiles.load(name), secrets))
    key_width = max(len(key) for key, _, _ in rows)
    value_width = min(max(len(value) for _, value, _ in rows), 40)
    for key, value, origin in rows:
        print(f"{key:<{key_width}}  {value:<{value_width}}  {origin}")


def check(name: str) -> None:
    """Reads the profile and says what would keep its handset from working."""
    profile = profiles.load(name)
    found = profiles.problems(profile)
    if found:
        raise Failure("\n".join(f"{name}: {problem}" for problem in found))
    print(f"{name}: good")
