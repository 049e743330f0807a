"""The sheet of what to enter at the server, in a box; secrets only when the key for them is pressed."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emulator import enrolment
from emulator.exports.text import MASKED, Line, Span, clean, wrap
from emulator.protocol.keyring import Device, Keyring
from emulator.tui.actions import bindings
from emulator.tui.block import Sheet
from emulator.tui.dialog import Dialog

_LABEL = 15


class Entries(Sheet):
    """The rows of all accounts."""

    def __init__(self, device: Device, keyring: Keyring) -> None:
        super().__init__()
        self._device = device
        self._keyring = keyring
        self.secrets = False

    def lines(self, width: int) -> Sequence[Line]:
        out: list[Line] = []
        for account in self._keyring.accounts:
            if len(self._keyring.accounts) > 1:
                out.append((Span(f"account {clean(account.name)}", "strong"),))
            for row in enrolment.rows(self._device, account):
                out += self._row(row, width)
            out.append(())
        return out[:-1]

    def _row(self, row: enrolment.Row, width: int) -> Iterable[Line]:
        tone = "warn" if row.is_secret and row.value else "plain"
        value = row.shown(self.secrets, MASKED)
        for number, part in enumerate(wrap(value, width - _LABEL - 1)):
            label = row.label if number == 0 else ""
            yield Span(f"{label:<{_LABEL}} ", "dim"), Span(part, tone)


class Enrol(Dialog[None], inherit_bindings=False):
    """Gives nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog", "enrolment")
    CSS = "Enrol Entries { height: auto; max-height: 100%; }"
    heading = "What to enter at the server, so that it knows this device"
    places = ("enrolment", "dialog")
    without = ("submit", "next-field")

    def __init__(self, device: Device, keyring: Keyring, hidden: bool = False) -> None:
        """`hidden`: there is an audience, before which no secret is shown."""
        super().__init__()
        self._entries = Entries(device, keyring)
        self._hidden = hidden

    def body(self) -> Iterable[Widget]:
        yield self._entries

    def action_secrets(self) -> None:
        """Shows the secrets, and masks them again."""
        if self._hidden:
            self.complain("Personal data is hidden: leave this, show it again with !, then ask.")
            return
        self._entries.secrets = not self._entries.secrets
        self._entries.update(keep_place=True)
