"""The box that asks for a journal: a path, or one of the files here; and for the profile whose secrets its
digests are made with. Gives the deck over it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input

from emulator.journalfile import JournalError
from emulator.profiles import ProfileError, places
from emulator.recording import Recording, opened
from emulator.tui.actions import bindings
from emulator.tui.dialog import Dialog
from emulator.tui.picker import Choice, Picker

_MOST = 100
"""Files that are offered; a folder may be full of them."""
_OVER = ("up", "down", "pageup", "pagedown")


def journals(folder: Path) -> list[Choice]:
    """The files of a folder that are journals by their names, the newest first."""
    found = [*folder.glob("*.jsonl"), *folder.glob("*.journal")]
    dated = sorted(((_changed(path), path.name) for path in found), reverse=True)
    return [Choice(name, name) for _, name in dated[:_MOST]]


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        # A link to nowhere.
        return 0.0


class Typed(Input):
    """A line to type in; up and down, which have no use in it, are the box's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, action=f"screen.{binding.action}")
        for binding in bindings("list")
        if isinstance(binding, Binding) and binding.key in _OVER
    ]


class OpenBox(Dialog[Recording]):
    """Stays open for a file that is no journal, and says why.

    What is typed is the path; the arrows move in the list of files meanwhile.
    """

    heading = "Open a journal"
    CSS = "OpenBox Input { margin-bottom: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._path = Typed(placeholder="its path, or one of the files below", compact=True)
        self._profile = Input(
            placeholder="a profile for its digests; else the one it names, if that is yours",
            suggester=SuggestFromList(places.own(), case_sensitive=True),
            compact=True,
        )
        self._files = Picker(journals(Path()))

    def body(self) -> Iterable[Widget]:
        yield self._path
        yield self._profile
        if self._files.choices:
            yield self._files

    def on_mount(self) -> None:
        self._path.focus()

    def action_row(self, rows: int) -> None:
        """Another file, in place of a path."""
        self._path.value = ""
        self._files.action_row(rows)

    def on_picker_picked(self) -> None:
        self._path.value = ""
        self.action_submit()

    def result(self) -> Recording:
        text = self._path.value.strip()
        chosen = self._files.chosen
        if not text and chosen is None:
            raise ValueError(
                "write the path of a journal; --journal FILE of run and demo makes one"
            )
        try:
            path = Path(text or (chosen.id if chosen else "")).expanduser()
            return opened(path, self._profile.value.strip())
        except (JournalError, ProfileError, OSError, RuntimeError) as wrong:
            raise ValueError(str(wrong)) from wrong
