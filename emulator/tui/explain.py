"""The screen that explains a hex dump: it is pasted, or its file is named, and explained at once.

Knows where credentials can come from; what they make of the octets is `protocol.explanation`'s.
"""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static, TextArea

from emulator import holdings, profiles
from emulator.bearers import inbox
from emulator.exports import explanation_lines
from emulator.exports.text import BAD, Line, Span, clean, plain, wrap
from emulator.profiles import ProfileError, places
from emulator.protocol import explanation
from emulator.protocol.explanation import Given
from emulator.protocol.keyring import Keyring
from emulator.store import StoreError
from emulator.tui.actions import bindings
from emulator.tui.block import Block, Sheet
from emulator.tui.choose import Choose
from emulator.tui.dialog import Dialog
from emulator.tui.keyline import key_line
from emulator.tui.picker import Choice
from emulator.wire.errors import WireError

_TYPED, _HELD, _PROFILE = "typed", "held", "profile:"
_FIELDS = (
    ("server_id", "server id", "", False),
    ("secret", "server secret", "", True),
    ("nonces", "server nonces", "in hex, with commas between them", False),
)
_ASK = "Paste a push above: plain hex, xxd, Wireshark, %00 or base64; or write the path of a file."


class Found(Sheet):
    """The explanation."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.found: Sequence[Line] = ((Span(_ASK, "dim"),),)

    def lines(self, width: int) -> Sequence[Line]:
        return [row for line in self.found for row in _wrapped(line, width)]


class Explain(Dialog[None], inherit_bindings=False):
    """Gives nothing. `held` are the accounts of the screen that it was opened from."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")
    CSS = """
    Explain { align: left top; background: $background; }
    Explain TextArea { height: 4; border: none; padding: 0 1; background: $surface; }
    Explain Horizontal { height: 1; }
    Explain Horizontal.-off { display: none; }
    Explain .label { width: 16; padding: 0 1; color: $secondary; background: $background; }
    Explain Input { width: 1fr; background: $surface; }
    Explain Choose { width: 1fr; }
    Explain #found { height: 1fr; padding: 0 1; }
    """

    def __init__(self, text: str = "", held: Keyring | None = None) -> None:
        super().__init__()
        self._held = held
        self._text = TextArea(text, id="text", show_line_numbers=False, compact=True)
        self._whose = Choose(_sources(held), id="whose")
        self._found = Found(id="found")

    def compose(self) -> ComposeResult:
        yield Heading()
        yield self._text
        with Horizontal():
            yield Static("accounts of", classes="label", markup=False)
            yield self._whose
        for id, label, about, masked in _FIELDS:
            with Horizontal(classes="typed"):
                yield Static(label, classes="label", markup=False)
                yield Input(placeholder=about, password=masked, compact=True, id=id)
        yield self._found
        yield Foot()

    def on_mount(self) -> None:
        self._text.focus()
        self._explain()

    def on_text_area_changed(self) -> None:
        # A text area writes what it holds to the terminal as it is.
        printable = "\n".join(map(clean, self._text.text.split("\n")))
        if printable != self._text.text:
            self._text.text = printable
        self._explain()

    def on_input_changed(self) -> None:
        self._explain()

    def on_choose_changed(self) -> None:
        self._explain()

    def entered(self) -> None:
        self.action_next_field()

    def action_submit(self) -> None:
        """It is explained already; this goes there, to scroll it."""
        self._found.focus()

    def on_paste(self, event: events.Paste) -> None:
        """A paste outside the fields takes the place of what is there."""
        event.stop()
        if self.focused is not self._text:
            self._text.text = event.text

    def _explain(self) -> None:
        for row in self.query(".typed"):
            row.set_class(self._whose.value != _TYPED, "-off")
        try:
            self._found.found = self._lines()
        except (ProfileError, StoreError, OSError, ValueError) as wrong:
            self._found.found = ((Span(f"{BAD} {wrong}", "bad"),),)
        self._found.update()

    def _lines(self) -> Sequence[Line]:
        text = self._text.text.strip()
        if not text:
            return ((Span(_ASK, "dim"),),)
        # The person may be writing yet: half a dump is no dump.
        try:
            octets = b"" if text == "-" else inbox.read_input(text)
        except WireError as wrong:
            raise ValueError(f"neither a file nor hex: {wrong}") from wrong
        typed = self._whose.value == _TYPED
        found = explanation.explain(octets, self._keyring(), time.time(), typed)
        # The answer first: it is what was asked for.
        return (*explanation_lines.answer(found), (), *explanation_lines.evidence(found))

    def _keyring(self) -> Keyring:
        whose = self._whose.value
        if whose == _HELD and self._held is not None:
            return self._held
        if whose != _TYPED:
            accounts, _ = holdings.known(profiles.load(whose.removeprefix(_PROFILE)))
            return Keyring(accounts)
        texts = {id: self.query_one(f"#{id}", Input).value for id, *_ in _FIELDS}
        nonces = []
        for part in texts["nonces"].split(",") if texts["nonces"].strip() else ():
            try:
                nonces.append(bytes.fromhex(part.strip().removeprefix("0x")))
            except ValueError:
                raise ValueError(f"server nonces: {part.strip()!r} is not hex") from None
        given = Given(texts["server_id"].strip(), texts["secret"], tuple(nonces))
        return explanation.keyring(given)


class Heading(Block):
    """What the screen is for."""

    def lines(self, width: int) -> Sequence[Line]:
        return [(Span(f"{' Explain a hex dump':<{width}}", "bar"),)]


class Foot(Block):
    """The keys."""

    def lines(self, width: int) -> Sequence[Line]:
        words = {"submit": "to the explanation", "leave": "back"}
        return [key_line(("next-field", "submit", "leave"), width, words)]


def _sources(held: Keyring | None) -> list[Choice]:
    """Whose credentials there are, the likeliest first."""
    typed = Choice(_TYPED, "nobody", "server id, secret and nonces from below")
    own = [Choice(f"{_PROFILE}{path}", name, str(path)) for name, path in places.own().items()]
    shipped = places.shipped()["servers"]["built-in"]
    own.append(Choice(f"{_PROFILE}{shipped}", "built-in", "the account of `handset serve`"))
    if held is None:
        return [typed, *own]
    return [Choice(_HELD, "this handset", "the accounts of the screen below"), typed, *own]


def _wrapped(line: Line, width: int) -> list[Line]:
    """A line over as many rows as it needs; what goes on is indented."""
    text = plain(line)
    if len(text) <= width or not line:
        return [line]
    tone = line[-1].tone
    indent = " " * min(len(text) - len(text.lstrip()) + 2, width // 4)
    first, *rest = wrap(text.strip(), width - len(indent))
    lead = text[: len(text) - len(text.lstrip())]
    return [(Span(lead + first, tone),), *((Span(indent + row, tone),) for row in rest)]
