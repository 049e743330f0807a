"""`handset open`: a journal on the screen, from its first event on, also while it is still written."""

from pathlib import Path
from typing import TYPE_CHECKING

from emulator.journalfile import JournalError
from emulator.recording import Recording
from emulator.verbs import screens, terminal
from emulator.verbs.exits import Exit, Failure

if TYPE_CHECKING:
    from emulator.protocol.keyring import Keyring


def open_(
    path: Path, profile: str, state: Path | None, looks: screens.Wanted = screens.ANY
) -> Exit:
    """Shows the journal. With a profile its secrets are at hand to compute digests with."""
    try:
        deck = Recording(path, _keyring(profile, state) if profile else None)
    except JournalError as wrong:
        raise Failure(str(wrong)) from wrong
    if not terminal.on_screen(headless=False):
        raise Failure("open shows a journal on the screen, and needs a terminal for it")
    return screens.show(deck, looks)


def _keyring(profile: str, state: Path | None) -> "Keyring":
    """The accounts of a profile with what their store holds, which is only read."""
    from emulator import profiles
    from emulator.protocol.keyring import Keyring
    from emulator.verbs.state import known

    accounts, _ = known(profiles.load(profile), state)
    return Keyring(accounts)
