"""What is settled before a deck comes up: whether there is a terminal, and where the journal goes.

Light on purpose: the first paint waits for it.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.verbs.exits import Failure

if TYPE_CHECKING:
    from emulator.journal import Journal


def journal(path: Path | None, clock: Callable[[], float]) -> "Journal":
    """The journal of a run. Raises Failure when its file cannot be made."""
    from emulator.journal import Journal, JournalError

    try:
        return Journal(clock, path)
    except JournalError as wrong:
        raise Failure(str(wrong)) from wrong


def on_screen(headless: bool) -> bool:
    """Whether there is a terminal for the screen, or a browser, and it is wanted."""
    return not headless and (in_browser() or (sys.stdin.isatty() and sys.stdout.isatty()))


def in_browser() -> bool:
    """Whether textual-serve runs this process for a page (`handset web`)."""
    return "TEXTUAL_DRIVER" in os.environ


def check_breaks(breaks: tuple[str, ...], headless: bool) -> None:
    """Raises Failure for breakpoints where nobody could let the run go on."""
    if breaks and not on_screen(headless):
        raise Failure("--break: only on the screen; without it nobody can let the run go on")
