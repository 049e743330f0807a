"""The application: theme and screens. What runs on a screen is its deck's."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from emulator.tui.actions import bindings, places
from emulator.tui.colours import COLOURS
from emulator.tui.deck import Awaited, Deck
from emulator.tui.looks import Looks, remember
from emulator.tui.main import Main
from emulator.tui.theme import CSS, theme
from emulator.tui.veil import Veil


class HandsetApp(App[None]):
    """Shows a deck, or without one the start screen, until the person quits."""

    CSS = CSS
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, deck: Deck | Awaited | None = None, looks: Looks | None = None) -> None:
        super().__init__()
        self.looks = looks or Looks()
        self.veil = Veil()
        self._ascii: LineFilter | None = None
        if self.looks.ascii:
            from emulator.tui.ascii import Ascii

            self._ascii = Ascii()
        self.animation_level = "none"
        self.register_theme(theme(self.looks.theme))
        # Without the watcher, which would lay out everything once more.
        self.set_reactive(App.theme, self.looks.theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self._main = None if deck is None else Main(deck, self.veil, id="_default")
        self.title = deck.title if deck is not None else "handset"

    @property
    def main(self) -> Main:
        """The main screen that was opened last."""
        assert self._main is not None
        return self._main

    def get_default_screen(self) -> Screen[None]:
        if self._main is not None:
            return self._main
        from emulator.tui.start import Start

        return Start(id="_default")

    def play(self, deck: Deck | Awaited) -> None:
        """Opens a main screen over what is there now."""
        self._main = Main(deck, self.veil)
        self.title = deck.title
        self.push_screen(self._main)

    def action_help(self) -> None:
        from emulator.tui.help import HelpScreen

        active = self.screen.active_bindings.values()
        self.push_screen(HelpScreen(places(bound.binding.id or "" for bound in active)))

    def get_line_filters(self) -> Sequence[LineFilter]:
        own = (self.veil.stars if self.veil.enabled else None, self._ascii)
        filters = [drawn for drawn in own if drawn is not None and drawn.enabled]
        return [*filters, *super().get_line_filters()]

    async def action_hide(self) -> None:
        """Hides personal data on every screen, or shows it again."""
        self.veil.toggle()
        for screen in self.screen_stack:
            if isinstance(screen, Main):
                await screen.renew()
            for widget in (screen, *screen.query("*")):
                widget.refresh()

    def _fatal_error(self) -> None:
        """As Textual's own, but without the values of locals: there may be secrets among them."""
        from rich.segment import Segments
        from rich.traceback import Traceback

        told = self.console.render(Traceback(width=None), self.console.options)
        self._exit_renderables.append(Segments(told))
        self._close_messages_no_wait()

    def action_theme(self, name: str = "") -> None:
        """That theme, or the next one; it is the theme of the next time too."""
        names = list(COLOURS)
        name = name or names[(names.index(self.theme) + 1) % len(names)]
        self.register_theme(theme(name))
        self.theme = name
        if self.looks.kept is not None:
            remember(self.looks.kept, name)

    def action_palette(self) -> None:
        from emulator.tui.palette import Palette

        self.push_screen(Palette())
