"""The help screen: how to read a run, the keys of the part that has the focus, then all the rest.

Keys come from the action table; what a person wants to know first comes before them.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from emulator.exports.text import EQUAL, LEFT, RIGHT, UNEQUAL, Line, Span, wrap
from emulator.protocol.states import STEPS
from emulator.tui.actions import WORDS, Where, bindings, keys_of, of
from emulator.tui.block import SCROLLING, Sheet
from emulator.tui.steps import MARKS

_FIRST = (
    (
        "how it went",
        "the six steps at the top. 1 ✓ passed: both sides were in step. 1 ✗ failed, 2 ✓ passed "
        "is the resynchronisation: the handset's stored nonce did not verify the server's "
        "digest, the SessionID did: the server had lost that nonce.",
    ),
    (
        "why 1 failed",
        "1 says it, and selects the event that shows it; d shows the digest step by step, "
        "expected beside received, and any near miss. 2 to 6 tell the other steps.",
    ),
    (
        "what to try",
        "enter opens any line, x its octets. n sends another notification, M breaks the "
        "built-in server, r runs again. ctrl+p finds all else by its words.",
    ),
)
"""At 80x24 these, and the keys of the part with the focus, are what there is to see at first."""

_WHAT = (
    (
        "the top",
        "the six steps of the nonce resynchronisation: "
        + "  ".join(f"{mark} {state}" for state, mark in MARKS.items()),
    ),
    (
        "the ladder",
        "what happened, oldest first, between store, handset and DS server. "
        f"{LEFT} {RIGHT} a message or a nonce on its way; a digit before the lanes: the step. "
        "`run 2` in place of the time: of another run than the one that has the lanes.",
    ),
    (
        "the detail",
        "the selected event: what it is, its text, octets or digest. Beside the ladder from 110 "
        "columns on, else below it when opened. ▌ in a header: the keys go there.",
    ),
    (
        "the nonces",
        f"what each side holds. {EQUAL} agree, {UNEQUAL} differ, ? not known yet. The client nonce "
        "signs what the handset sends, the server nonce what the server sends; the candidate is a "
        "server nonce that the server has not confirmed. Of a foreign server they are only "
        "supposed. l lists every change, L leads to that of the selected event.",
    ),
    (
        "secrets",
        "passwords, and what is as good as one, are shown as (secret) or ··. While ! hides personal "
        "data, / finds only what is shown.",
    ),
)


def help_lines(width: int, focused: Sequence[Where] = ()) -> list[Line]:
    """The whole help as lines; the keys of the places in `focused` come before the others."""
    lines: list[Line] = [
        (Span("Help", "active"), Span("  j k scroll, esc goes back", "dim", "app.pop_screen"))
    ]
    if not focused or "everywhere" in focused:  # the main screen, on which there is a run
        for name, text in _FIRST:
            lines += _entry(name, text, "plain", width)
        lines.append(())
    for where in (*focused, *(w for w in WORDS if w not in (*focused, "help"))):
        lines.append((Span(f"Keys {WORDS[where]}", "strong"),))
        for action in of(where):
            lines += _entry(keys_of(action), action.help, "key", width)
        lines.append(())
    lines.append((Span("What is where", "strong"),))
    for name, text in _WHAT:
        lines += _entry(name, text, "plain", width)
    lines += [(), (Span("The six steps", "strong"),)]
    for step in STEPS:
        lines += _entry(f"{step.number} {step.title}", step.clause, "plain", width)
    return lines


def _entry(left: str, text: str, tone: str, width: int) -> list[Line]:
    rows = wrap(text, max(width - 19, 20))
    return [
        (Span(f"  {left if i == 0 else '':<16} ", tone), Span(row)) for i, row in enumerate(rows)
    ]


class HelpSheet(Sheet, inherit_bindings=False):
    """The help, to scroll over."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLLING

    def __init__(self, focused: Sequence[Where]) -> None:
        super().__init__()
        self._focused = focused

    def lines(self, width: int) -> Sequence[Line]:
        return help_lines(width, self._focused)


class HelpScreen(ModalScreen[None]):
    """The help over everything else, for the part of the screen that has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help")

    def __init__(self, focused: Sequence[Where] = ()) -> None:
        super().__init__()
        self._focused = focused

    def compose(self) -> ComposeResult:
        yield HelpSheet(self._focused)
