"""`handset open`: a journal on the screen, from its first event on, also while it is still written."""

from pathlib import Path

from emulator.journalfile import JournalError
from emulator.recording import opened
from emulator.verbs import screens, terminal
from emulator.verbs.exits import Exit, Failure


def open_(
    path: Path, profile: str, state: Path | None, looks: screens.Wanted = screens.ANY
) -> Exit:
    """Shows the journal. With a profile its secrets are at hand to compute digests with."""
    try:
        deck = opened(path, profile, state)
    except JournalError as wrong:
        raise Failure(str(wrong)) from wrong
    if not terminal.on_screen(headless=False):
        raise Failure("open shows a journal on the screen, and needs a terminal for it")
    return screens.show(deck, looks)
