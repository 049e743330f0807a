"""The start screen: what this is, and what can be done next, a line each.

Knows which choices there are and how each begins; what then runs is the main screen's.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from emulator import __version__
from emulator.exports.text import BAD, Line, Span, clean, clip, wrap
from emulator.tui.actions import bindings, keys_of, of
from emulator.tui.block import Block
from emulator.tui.keyline import key_line
from emulator.tui.picker import Choice, Picker

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.tui.app import HandsetApp
    from emulator.tui.deck import Deck

WHAT = (
    "An OMA Data Synchronization phone in a terminal. It receives a server's notification, checks "
    "its digest with the stored nonce and then with the SessionID, starts the session, and shows "
    "every step of it, and why a step fails."
)
LOW = 20
"""Lines below which the sentence of what this is takes one."""
_PROFILE = "profile:"
_COLUMN = 27


def choices() -> list[Choice]:
    """What can be done next: the actions of this screen, and the user's own profiles."""
    from emulator.profiles import places

    rows = [Choice(action.id, action.title, action.help) for action in of("start")]
    return rows + [
        Choice(_PROFILE + name, f"Handset {name}", f"your profile {path}")
        for name, path in places.own().items()
    ]


class Menu(Picker, inherit_bindings=False):
    """Choices with their keys before them and their sentences beside them; one click takes one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")

    def lines(self, width: int) -> Sequence[Line]:
        return list(self._rows(width))

    def _rows(self, width: int) -> Iterator[Line]:
        keys = {action.id: keys_of(action) for action in of("start")}
        for choice in self.choices:
            title = clip(clean(choice.title), _COLUMN - 7)
            yield (
                Span(f"  {keys.get(choice.id, ' ')}  ", "key"),
                Span(f"{title:<{_COLUMN - 5}}", "strong"),
                Span(clip(clean(choice.about), width - _COLUMN - 1), "dim"),
            )

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        if row < len(self.choices):
            self.select(row)
            self.action_pick()


class Top(Block):
    """What this is."""

    def lines(self, width: int) -> Sequence[Line]:
        name = f" ds-handset {__version__} "
        most = 1 if self.screen.size.height < LOW else 0
        return [
            (Span(f"{name:<{width}}", "bar"),),
            (),
            *((Span("  "), Span(row)) for row in wrap(WHAT, min(width - 4, 96), most)),
            (),
            (Span("  What next?", "strong"),),
            (),
        ]


class Bottom(Block):
    """What is wrong, and the keys."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.wrong = ""

    def lines(self, width: int) -> Sequence[Line]:
        told = wrap(f"{BAD} {self.wrong}", width - 2, 6) if self.wrong else []
        words = {"pick": "take the line"}
        lines: list[Line] = [(Span(" "), Span(row, "alarm")) for row in told]
        return [*lines, key_line(("pick", "help", "quit"), width, words)]


class Start(Screen[None], inherit_bindings=False):
    """Stands below everything that was chosen on it; leaving that comes back here."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("start")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._menu = Menu(choices(), id="menu")
        self._bottom = Bottom(id="bottom")

    def compose(self) -> ComposeResult:
        yield Top(id="top")
        yield self._menu
        yield self._bottom

    def on_mount(self) -> None:
        self._menu.styles.height = "1fr"
        self._menu.focus()

    def on_resize(self) -> None:
        self.query_one(Top).update()

    def on_screen_resume(self) -> None:
        """A profile may have been made meanwhile."""
        self._menu.choices = choices()
        self._menu.select(self._menu.cursor)

    def complain(self, words: str) -> None:
        """Says what is wrong; "" takes it back."""
        self._bottom.wrong = words
        self._bottom.update()

    def on_picker_picked(self) -> None:
        self.action_pick()

    def action_pick(self) -> None:
        """Takes the row under the cursor."""
        chosen = self._menu.chosen
        if chosen is None:
            return
        if chosen.id.startswith(_PROFILE):
            self._play_profile(chosen.id.removeprefix(_PROFILE))
        else:
            call = next(action.call for action in of("start") if action.id == chosen.id)
            self.call_later(self.run_action, call)

    def action_demo(self) -> None:
        from emulator.tui import decks

        self._handset_app.play(decks.demo())

    def action_open(self) -> None:
        from emulator.tui.openbox import OpenBox

        self.app.push_screen(OpenBox(), self._opened)

    def _opened(self, deck: "Deck | None") -> None:
        if deck is not None:
            self._handset_app.play(deck)

    def action_explain(self, text: str = "") -> None:
        from emulator.tui.explain import Explain

        self.app.push_screen(Explain(text))

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted here can only be meant to be explained."""
        event.stop()
        self.action_explain(event.text)

    def action_connect(self) -> None:
        from emulator.tui.connect import Connect

        self.app.push_screen(Connect(), self._connected)

    def _connected(self, path: "Path | None") -> None:
        if path is not None:
            self._play_profile(str(path))

    def _play_profile(self, name: str) -> None:
        from emulator.profiles import ProfileError
        from emulator.tui import decks

        try:
            deck = decks.handset(name)
        except ProfileError as wrong:
            self.complain(str(wrong))
        else:
            self.complain("")
            self._handset_app.play(deck)

    @property
    def _handset_app(self) -> "HandsetApp":
        from emulator.tui.app import HandsetApp

        assert isinstance(self.app, HandsetApp)
        return self.app
