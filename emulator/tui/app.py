"""The application: theme and screens. What runs on a screen is its deck's."""

from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen

from emulator.tui.actions import bindings
from emulator.tui.deck import Awaited, Deck
from emulator.tui.main import Main
from emulator.tui.theme import CSS, HANDSET


class HandsetApp(App[None]):
    """Shows a deck until the person quits."""

    CSS = CSS
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, deck: Deck | Awaited) -> None:
        super().__init__()
        self.animation_level = "none"
        self.register_theme(HANDSET)
        # Without the watcher, which would lay out everything once more.
        self.set_reactive(App.theme, HANDSET.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.main = Main(deck, id="_default")
        self.title = deck.title

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def action_help(self) -> None:
        from emulator.tui.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_palette(self) -> None:
        from emulator.tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())
