"""The box in which a message is changed before it leaves: as XML, or as octets in hex.

Owns the two views and the way between them; what becomes of the text is `editing`'s business. What is
hidden on the screen is hidden here too, and leaves as it is.
"""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import TextArea

from emulator import editing
from emulator.editing import EditError, Shown
from emulator.tui.actions import bindings
from emulator.tui.dialog import Dialog
from emulator.tui.veil import Veil
from emulator.wire.errors import WireError

_HIDDEN = "What ! hides stands as {hidden 1} here, in hex as **, and leaves as it is."


class Editor(Dialog[bytes], inherit_bindings=False):
    """Gives the octets that leave instead."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog", "editor")
    places = ("dialog", "editor")

    def __init__(self, title: str, octets: bytes, content_type: str, veil: Veil) -> None:
        super().__init__()
        self.heading = f"{title}\n{_HIDDEN}" if veil.enabled else title
        self._hide = veil.octets
        self._content_type = content_type
        self._hex = False
        try:
            self._shown = editing.as_xml(octets, content_type, self._hide)
        except WireError:
            self._show_hex(octets)
        self._area = TextArea(
            self._shown.text,
            show_line_numbers=True,
            soft_wrap=False,
            id="text",
            max_checkpoints=500,
        )

    def _show_hex(self, octets: bytes) -> None:
        self._hex = True
        self._shown = editing.as_hex(octets, self._content_type, self._hide)

    def body(self) -> Iterable[Widget]:
        yield self._area

    def result(self) -> bytes:
        text = self._area.text
        try:
            if self._hex:
                return editing.from_hex(self._shown, text)
            return editing.from_xml(self._shown, text, self._content_type)
        except EditError as wrong:
            self._point_at(wrong)
            insist = "" if self._hex else " F3 sends it as typed all the same."
            raise ValueError(f"{wrong}.{insist}") from None

    def _point_at(self, wrong: EditError) -> None:
        lines = self._area.document.lines
        row = min(wrong.line, len(lines)) - 1
        self._area.cursor_location = (row, min(wrong.column - 1, len(lines[row])))

    def action_as_typed(self) -> None:
        """The text itself leaves, malformed or not; octets in hex are octets anyway."""
        if self._hex:
            self.action_submit()
        else:
            self.dismiss(editing.as_typed(self._shown, self._area.text))

    def action_turn(self) -> None:
        """To the other view, with what has been changed so far."""
        try:
            octets = self.result()
            if self._hex:
                self._show(editing.as_xml(octets, self._content_type, self._hide), False)
            else:
                self._show(editing.as_hex(octets, self._content_type, self._hide), True)
        except WireError as wrong:
            self.complain(f"The octets cannot be shown as XML: {wrong}")
        except ValueError as wrong:
            self.complain(str(wrong))
        else:
            self.complain("")

    def _show(self, shown: Shown, as_hex: bool) -> None:
        self._shown, self._hex = shown, as_hex
        self._area.load_text(shown.text)
