"""Where a profile's state lies, and opening it: shared by `run` and `nonces`."""

from pathlib import Path

import platformdirs

from emulator.profiles import Profile


def folder(profile: Profile, state: Path | None) -> Path:
    """The state folder: the one asked for, else the profile's own in the user's state directory."""
    if state is not None:
        return state
    return platformdirs.user_state_path("ds-handset") / profile.name
