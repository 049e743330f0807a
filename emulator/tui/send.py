"""The form for a notification: the choices of `handset push`, filled in so that enter sends it.

Knows the fields and their order; what the choices mean is `pushing`'s business.
"""

from collections.abc import Iterable
from typing import ClassVar, NamedTuple, cast

from textual import events
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from emulator import pushing
from emulator.protocol.sessionid import MEANINGS
from emulator.pushing import Wanted, WantedError
from emulator.tui.choose import Choose
from emulator.tui.dialog import Dialog
from emulator.tui.picker import Choice
from emulator.wire.notification import UI_MODES

_UI_WORDS = {
    "not-specified": "the device decides",
    "background": "the owner is not told",
    "informative": "the owner is told",
    "user-interaction": "the owner is asked",
}


class Field(NamedTuple):
    """A row: free text, or one of `choices`. `about` is said while it has the focus."""

    id: str
    label: str
    about: str
    choices: tuple[Choice, ...] = ()
    empty: str = ""
    """What stands in the field while nothing is written there."""


FIELDS = (
    Field(
        "usage",
        "what",
        "what it asks for; one of DM has no syncs",
        (
            Choice("ds", "DS 1.2", "a package #0: a sync"),
            Choice("dm", "DM", "a package #0: device management"),
            Choice("ds-1.1", "DS 1.1 alert", "a SyncML message: a sync"),
        ),
    ),
    Field(
        "nonce",
        "signed with",
        "the nonce in the digest; left and right, or space, choose another",
        (
            Choice("stored", "stored nonce", "as after a session that went well"),
            *(Choice(f"session-id:{n}", f"SessionID {n}", m) for n, m in MEANINGS.items()),
            Choice("stale", "stale nonce", "16 random octets that nobody has"),
            Choice("hex", "nonce in hex", "the octets in the next field"),
        ),
    ),
    Field(
        "hex",
        "nonce, hex",
        "the nonce where the field above says so; empty is a nonce too",
        (),
        "only for the last choice above",
    ),
    Field(
        "session-id",
        "SessionID",
        "1 to 65535, or 0x1 to 0xFFFF; empty: a random one",
        (),
        "a random one",
    ),
    Field(
        "ui-mode",
        "ui-mode",
        "what the device does with its owner",
        tuple(Choice(str(n), mode, _UI_WORDS[mode]) for n, mode in enumerate(UI_MODES)),
    ),
    Field(
        "initiator",
        "initiator",
        "who wanted this session",
        (
            Choice("server", "server", "the server wants it"),
            Choice("user", "user", "the owner has asked the server for it"),
        ),
    ),
    Field(
        "sync",
        "syncs",
        "CODE:TYPE:URI, with blanks between several; none is allowed too",
        (),
        "none",
    ),
    Field(
        "form",
        "goes out as",
        "a datagram, or SMS with the push",
        (
            Choice("wsp", "WSP push", "headers as codes, as from a push gateway"),
            Choice("text", "WSP push, text", "headers as text"),
            Choice("raw", "bare", "nothing around it"),
            Choice("sms-deliver", "SMS", "parts with a reference of 8 bits where it is long"),
            Choice("wide", "SMS, 16 bits", "parts with a reference of 16 bits"),
        ),
    ),
)


class SendForm(Dialog[Wanted]):
    """Gives what is to be sent."""

    heading = "A notification for the handset"
    CSS: ClassVar[str] = """
    SendForm .row { height: 1; }
    SendForm .label { width: 14; color: $secondary; }
    SendForm Input { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
    SendForm Choose { width: 1fr; }
    SendForm #about { margin-top: 1; color: $secondary; }
    """

    def __init__(self, proposal: Wanted) -> None:
        super().__init__()
        nonce = proposal.nonce
        form = {True: "text"}.get(proposal.text_headers, proposal.form)
        first = {
            "usage": proposal.usage,
            "nonce": "session-id:raw16_be" if nonce == "session-id" else nonce,
            "session-id": proposal.session_id,
            "ui-mode": str(proposal.ui_mode),
            "initiator": proposal.initiator,
            "sync": " ".join(proposal.syncs),
            "form": "wide" if proposal.wide else form,
        }
        self._fields: dict[str, Input | Choose] = {}
        for field in FIELDS:
            widget: Input | Choose
            if field.choices:
                widget = Choose(field.choices, id=field.id)
                widget.value = first[field.id]
            else:
                widget = Input(
                    first.get(field.id, ""), field.empty, id=field.id, select_on_focus=False
                )
            self._fields[field.id] = widget
        self._about = Static("", id="about", markup=False)

    def body(self) -> Iterable[Widget]:
        for field in FIELDS:
            label = Static(field.label, classes="label", markup=False)
            yield Horizontal(label, self._fields[field.id], classes="row")
        yield self._about

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._about.update(next((f.about for f in FIELDS if f.id == event.widget.id), ""))

    def wanted(self) -> Wanted:
        """What the fields say. Raises WantedError."""
        texts = {id: widget.value.strip() for id, widget in self._fields.items()}
        chosen = texts["nonce"]
        form = texts["form"]
        wanted = Wanted(
            nonce=f"hex:{texts['hex']}" if chosen == "hex" else chosen,
            session_id=texts["session-id"],
            ui_mode=int(texts["ui-mode"]),
            initiator="user" if texts["initiator"] == "user" else "server",
            syncs=() if texts["usage"] == "dm" else tuple(texts["sync"].split()),
            form=cast(pushing.Form, {"text": "wsp", "wide": "sms-deliver"}.get(form, form)),
            text_headers=form == "text",
            usage=cast(pushing.Usage, texts["usage"]),
            wide=form == "wide",
        )
        pushing.understood(wanted)
        return wanted

    def result(self) -> Wanted:
        try:
            return self.wanted()
        except WantedError as wrong:
            field = "hex" if wrong.field == "nonce-hex" else wrong.field
            label = next((f.label for f in FIELDS if f.id == field), "")
            if field in self._fields:
                self._fields[field].focus()
            raise ValueError(f"{label}: {wrong}" if label else str(wrong)) from None
