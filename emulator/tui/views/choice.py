"""Which views there are, and what each shows of an event. Asks the deck for documents and Workings only."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from emulator.protocol.events import (
    Event,
    MessageEdited,
    MessageReceived,
    MessageSent,
    NonceTried,
    ServerCredJudged,
    TransportLost,
    VerdictReached,
)
from emulator.tui import context
from emulator.tui.deck import Deck
from emulator.tui.describe import describe
from emulator.tui.views.body import BLANK, Body, Rows, note, told
from emulator.tui.views.digest import digest_view
from emulator.tui.views.document import document_view
from emulator.tui.views.hexed import HexLines
from emulator.tui.views.http import answer_view, http_view
from emulator.tui.views.subject import Subject
from emulator.tui.views.tree import tree_view

View = Literal["tree", "xml", "hex", "http", "digest"]


class Sight(NamedTuple):
    """What is looked at: an event of a deck, what there is of it, and how wide."""

    deck: Deck
    event: Event
    subject: Subject
    width: int


def best_view(event: Event) -> View:
    """The view that explains an event of this kind best."""
    what = event.what
    if isinstance(what, NonceTried | ServerCredJudged):
        return "digest"
    if isinstance(what, VerdictReached) and what.near_misses:
        return "digest"
    return "tree"


def body_of(view: View, sight: Sight) -> Body:
    """The lines of a view. Whatever a peer's octets are, the screen stays."""
    try:
        return _BODIES[view](sight)
    except Exception as wrong:
        return note(f"This cannot be shown: {type(wrong).__name__}: {wrong}", sight.width)


def intro_of(view: View, sight: Sight) -> Sequence[str]:
    """Sentences above the lines of a view: whose octets they are."""
    return [sight.subject.about] if view == "hex" and sight.subject.about else []


def _tree(sight: Sight) -> Body:
    return tree_view(sight.subject, sight.width)


def _xml(sight: Sight) -> Body:
    if not isinstance(sight.event.what, MessageSent | MessageEdited | MessageReceived):
        return note("Only a SyncML message is a document: t shows this event.", sight.width)
    text = sight.deck.document(sight.event)
    if not text:
        return note("This message has no octets.", sight.width)
    rows = document_view(text, sight.width)
    if "wbxml" not in sight.event.what.content_type.lower():
        return rows
    about = told("It went over the line as WBXML; this is what it says.", sight.width)
    return Rows([about, BLANK, *rows.rows], "document")


def _hex(sight: Sight) -> Body:
    if sight.subject.octets is None:
        return note("This event carries no octets.", sight.width)
    return HexLines(sight.subject.octets, sight.width, sight.subject)


def _http(sight: Sight) -> Body:
    what = sight.event.what
    exchange = context.exchange(sight.deck.events, sight.event)
    if exchange is not None:
        return http_view(exchange, sight.width)
    if isinstance(what, MessageSent):
        return note("No answer has come yet; the exchange is shown when it is over.", sight.width)
    if isinstance(what, MessageReceived):
        return answer_view(what, sight.width)
    if isinstance(what, TransportLost):
        return note("This journal does not tell how the exchange went over HTTP.", sight.width)
    return note("This event is no exchange over HTTP: select a message.", sight.width)


def _digest(sight: Sight) -> Body:
    deck, event, width = sight.deck, sight.event, sight.width
    if not context.has_cred(event):
        misses = context.near_misses(deck.events, event)
        found = digest_view(event, deck.workings(event), width, misses)
        return found or note("There is no digest behind this event.", width)
    judged = context.judgement(deck.events, event)
    if judged is None:
        return note("The server's Cred in this message has not been judged.", width)
    found = digest_view(judged, deck.workings(judged), width)
    about = told(f"The server's Cred, judged in a line below. {describe(judged).sentence}", width)
    return Rows([about, *([BLANK, *found.rows] if found else [])], "digest")


_BODIES: Mapping[View, Callable[[Sight], Body]] = {
    "tree": _tree,
    "xml": _xml,
    "hex": _hex,
    "http": _http,
    "digest": _digest,
}
