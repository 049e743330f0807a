"""The form for a new profile: what is known of a server is filled in, tried, and kept.

Knows the fields and their order; what a profile is made of is `profiles.writing`'s, the try is
`probe`'s, its words are `exports.answer_lines`'s.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from emulator import probe, profiles
from emulator.exports import answer_lines
from emulator.exports.text import BAD, RUNNING, Line, Span, clean, wrap
from emulator.probe import Tried
from emulator.profiles import ProfileError, reading, writing
from emulator.profiles.writing import Draft
from emulator.tui.actions import bindings
from emulator.tui.block import Block, Sheet
from emulator.tui.choose import Choose
from emulator.tui.dialog import Dialog
from emulator.tui.keyline import key_line
from emulator.tui.picker import Choice


class Field(NamedTuple):
    """A field of the form: `about` is said while it has the focus."""

    id: str
    label: str
    about: str
    first: str = ""
    masked: bool = False


FIELDS = (
    Field("url", "URL", "where phones send their messages: http://HOST:PORT/PATH, or https://"),
    Field("server", "server kind", "what is known of servers of this kind; generic for any other"),
    Field("user", "user", "the name under which the server knows this phone's owner"),
    Field("password", "password", "the user's; it is written into the profile", masked=True),
    Field(
        "server_id",
        "server id",
        "the id the server has; may stay empty: then it listens for no notification",
    ),
    Field(
        "server_secret",
        "server secret",
        "what it signs notifications with; may stay empty: then it listens for none",
        masked=True,
    ),
    Field(
        "device_id", "device id", "what this phone says it is; servers may want to know it before"
    ),
    Field("codec", "encoding", "how messages are written; servers answer in the same"),
    Field("stores", "datastores", "NAME or NAME=URI at the server, with commas between them"),
    Field("name", "profile", "the new profile's name, or a path that ends in .toml"),
)
_WHOSE_NONCE = ("url", "user", "device_id")
_FILE = "profile.toml"
"""What a profile is called while it is none yet."""
_CODECS = (
    Choice("wbxml", "WBXML", "binary, as phones do"),
    Choice("xml", "XML", "text, which some servers want"),
)


NOTE = (
    "ctrl+t asks the server at any time: no item moves, and nothing is kept before ctrl+s, "
    "which writes the profile and opens the handset with it."
)


class Told(Sheet):
    """What the server answered, or what is wrong with the form."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tried: Tried | None = None
        self.note: tuple[str, str] = (NOTE, "dim")
        self.then = ""

    def lines(self, width: int) -> Sequence[Line]:
        words, tone = self.note
        out: list[Line] = [(Span(" "), Span(row, tone)) for row in wrap(words, width - 2) if row]
        if self.tried is not None:
            found = answer_lines.lines(self.tried, width)
            answer = self.tried.answer
            told = [(Span("   "), Span(self.then, "strong"))] if self.then else []
            head = len(found) - len(answer.seen)
            out += [*found[:head], *told, *found[head:]]
        return out


class Foot(Block):
    """The keys."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.pins = False

    def lines(self, width: int) -> Sequence[Line]:
        names = ["try", *(["pin"] if self.pins else []), "submit", "next-field", "leave"]
        words = {"submit": "save and open"}
        return [key_line(names, width, words)]


class Connect(Dialog[Path], inherit_bindings=False):
    """Gives the path of the profile that was written, to open a handset with."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog", "form")
    CSS = """
    Connect { align: left top; background: $background; }
    Connect #fields { height: auto; max-height: 60%; scrollbar-size-vertical: 1; }
    Connect .row { height: 1; }
    Connect .label { width: 16; padding: 0 1; color: $secondary; background: $background; }
    Connect Input { width: 1fr; background: $surface; }
    Connect Choose { width: 1fr; }
    Connect #about { width: 100%; padding: 0 1; color: $secondary; background: $background; }
    Connect #told { height: 1fr; }
    Connect #foot { dock: bottom; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._told = Told(id="told")
        self._foot = Foot(id="foot")
        self._pin = ""
        self._nonce = ""
        """The client nonce that a try has left, for what was tried."""
        self._named = ""
        """The name that the URL suggested; one that a person wrote stays."""
        self._stored = ""
        """The datastores that the server kind suggested."""

    def compose(self) -> ComposeResult:
        yield Heading()
        with VerticalScroll(id="fields", can_focus=False):
            for field in FIELDS:
                with Horizontal(classes="row"):
                    yield Static(field.label, classes="label", markup=False)
                    yield _widget(field)
        yield Static("", id="about", markup=False)
        yield self._told
        yield self._foot

    def on_mount(self) -> None:
        self._suggest_stores()
        self.query_one("#url").focus()

    # What the fields say

    def _text(self, id: str) -> str:
        widget = self.query_one(f"#{id}")
        assert isinstance(widget, Input | Choose)
        return widget.value

    def draft(self) -> Draft:
        """The profile as it is filled in. Raises ValueError for a field that makes no sense."""
        texts = {field.id: self._text(field.id) for field in FIELDS if field.id != "name"}
        if not texts["password"].strip():
            # A password may well end in a space; one of spaces only is a slip of the hand.
            texts["password"] = ""
        kept = {id: text if id in _MASKED else text.strip() for id, text in texts.items()}
        stores = writing.stores(kept.pop("stores"))
        found = Draft(**kept, stores=stores, pin=self._pin)  # type: ignore[arg-type]
        return msgspec.structs.replace(found, client_nonce=self._nonce)

    def _suggest_stores(self) -> None:
        field = self.query_one("#stores", Input)
        if field.value == self._stored:
            found = reading.stores_of(self._text("server"))
            self._stored = field.value = writing.text_of_stores(found.items())

    def on_choose_changed(self, event: Choose.Changed) -> None:
        self._say(event.field)
        if event.field.id == "server":
            self._suggest_stores()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._told.then = ""
        if event.input.id in _WHOSE_NONCE:
            self._nonce = ""
        if event.input.id == "url":
            self._pin = ""
            name = self.query_one("#name", Input)
            if name.value == self._named:
                self._named = name.value = writing.suggested(event.value.strip())

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._say(event.widget)

    def _say(self, widget: Widget) -> None:
        """What the field is for; and all of what its choice is, for which its line may be short."""
        about = next((f.about for f in FIELDS if f.id == widget.id), "")
        if isinstance(widget, Choose):
            about = f"{about}\n{clean(widget.chosen.about)}"
        self.query_one("#about", Static).update(about)

    # What can be done

    def entered(self) -> None:
        """Enter goes on to the next field; after the last one, the server is tried."""
        if self.focused is not None and self.focused.id == FIELDS[-1].id:
            self.action_try()
        else:
            self.action_next_field()

    def action_try(self) -> None:
        """Asks the server with what is filled in; the form stays as it is meanwhile."""
        try:
            draft = self.draft()
            profile = self._checked(draft)
        except ValueError as wrong:
            self.complain(str(wrong))
            return
        self._tell(None, f"{RUNNING} trying {draft.url}", "key")
        self.run_worker(self._try(profile), group="try", exclusive=True, exit_on_error=False)

    def _checked(self, draft: Draft) -> profiles.Profile:
        """The profile that it would be."""
        try:
            return writing.drafted(draft, Path(_FILE))
        except ProfileError as wrong:
            raise ValueError(str(wrong).removeprefix(f"{_FILE}: ")) from wrong

    async def _try(self, profile: profiles.Profile) -> None:
        try:
            tried = await probe.attempt(profile)
        except Exception as wrong:
            self.complain(str(wrong) or type(wrong).__name__)
            return
        self._nonce = tried.client_nonce or self._nonce
        self._tell(tried)

    def action_pin(self) -> None:
        """Trusts the certificate that is shown, and tries again with it."""
        tried = self._told.tried
        if tried is not None and tried.certificate is not None:
            self._pin = tried.certificate.sha256
            self.action_try()

    def result(self) -> Path:
        """Writes the profile."""
        try:
            draft = self.draft()
            self._checked(draft)
            path = writing.place(self._text("name").strip())
            writing.write(draft, path)
        except ProfileError as wrong:
            raise ValueError(str(wrong)) from wrong
        return path

    def complain(self, words: str) -> None:
        self._tell(None, f"{BAD} {words}", "bad")

    def _tell(self, tried: Tried | None, words: str = "", tone: str = "dim") -> None:
        told, foot = self._told, self._foot
        told.tried, told.note = tried, (words, tone)
        told.then = "ctrl+s keeps it as a profile and opens the handset."
        if tried is None or not tried.answer.good:
            told.then = ""
        foot.pins = tried is not None and tried.certificate is not None
        told.update()
        foot.update()


class Heading(Block):
    """What the form is for."""

    def lines(self, width: int) -> Sequence[Line]:
        return [(Span(f"{' Connect to a server':<{width}}", "bar"),), ()]


_MASKED = tuple(field.id for field in FIELDS if field.masked)


def _widget(field: Field) -> Widget:
    if field.id == "codec":
        return Choose(_CODECS, id=field.id)
    if field.id == "server":
        names = sorted(profiles.shipped()["servers"], key=lambda name: (name != "generic", name))
        kinds = [Choice(name, name, profiles.load(name).description) for name in names]
        return Choose(kinds, id=field.id)
    first = Draft().device_id if field.id == "device_id" else field.first
    return Input(first, password=field.masked, compact=True, id=field.id)
