"""How a verb puts its deck on the screen, with the looks that were asked for or that are remembered.

Light on purpose: the first paint waits for it.
"""

import os
import sys
from typing import TYPE_CHECKING

from emulator.verbs import terminal
from emulator.verbs.exits import Exit

if TYPE_CHECKING:
    from emulator.tui.deck import Awaited, Deck


Wanted = tuple[str | None, bool]
"""A theme, None for the one of the last time; and whether to draw with ASCII only."""
ANY: Wanted = (None, False)


def show(deck: "Deck | Awaited | None", wanted: Wanted = ANY) -> Exit:
    """Shows a deck, without one the start screen, until the person quits: that is met, whatever came.
    A fault of the screen itself is none; it has been said then."""
    import platformdirs

    from emulator.tui.app import HandsetApp
    from emulator.tui.looks import Looks, remembered, speaks_utf8

    theme, ascii = wanted
    kept = platformdirs.user_config_path("ds-handset") / "screen.json"
    plain = not terminal.in_browser() and not speaks_utf8(os.environ, sys.stdout.encoding)
    ascii = ascii or plain
    app = HandsetApp(deck, Looks(theme or remembered(kept), ascii, kept))
    app.run()
    return Exit(app.return_code or Exit.MET)
