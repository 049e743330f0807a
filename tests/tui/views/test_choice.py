"""Any view of any event: it has lines that can be drawn, whatever a peer has sent."""

from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.exports.text import plain
from emulator.protocol import inspection
from emulator.protocol.events import (
    Cut,
    Event,
    MessageEdited,
    MessageReceived,
    NonceTried,
    Octets,
    PushArrived,
    TransportLost,
    VerdictReached,
)
from emulator.tui.views.body import NOWHERE, Body
from emulator.tui.views.choice import Sight, View, best_view, body_of
from emulator.tui.views.subject import subject
from tests.tui import recording
from tests.tui.recording import RecordedDeck, events
from tests.wire.material import mutated
from tests.wire.messages import WBXML_MESSAGES, XML_MESSAGES

VIEWS: tuple[View, ...] = get_args(View)
ALL = events(
    recording.resync(), recording.retried(), recording.ignored(), recording.lost(), recording.odd()
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


class Deck(RecordedDeck):
    """With documents as a real deck has them."""

    def document(self, event: Event) -> str:
        return inspection.document(event)


def seen(view: View, event: Event, width: int, among: list[Event] | None = None) -> Body:
    deck = Deck()
    deck.events = among if among is not None else [event]
    return body_of(view, Sight(deck, event, subject(deck.events, event), width))


def _holds(body: Body) -> None:
    """Lines are printable, the cursor goes from the first place to the last, and all is copied."""
    texts = [plain(line) for line in body]
    assert texts and all(text.isprintable() for text in texts)
    assert not any("This cannot be shown" in text for text in texts)
    place = body.first()
    if place == NOWHERE:
        assert body.whole() is None
        return
    for _ in range(len(body)):
        start, end = body.extent(place)
        assert 0 <= start < end <= len(body)
        assert body.copied(place) is not None
        place = body.moved(place, 1)
    assert body.extent(place)[1] >= body.extent(body.last())[0]
    assert body.whole() is not None


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [10, 45, 78])
def test_every_view_of_every_event(view: View, width: int) -> None:
    for event in ALL:
        _holds(seen(view, event, width, ALL))


KINDS = ("application/vnd.syncml+xml", "application/vnd.syncml+wbxml", "text/html", "")


@given(
    mutated(
        [*list(XML_MESSAGES.values())[:3], *list(WBXML_MESSAGES.values())[:3], b"<html>\x1b[31m"]
    ),
    st.sampled_from(KINDS),
    st.sampled_from(VIEWS),
    st.lists(st.tuples(st.integers(0, 99), st.integers(1, 30)), max_size=2),
)
@settings(deadline=None, suppress_health_check=SLOW, max_examples=80)
def test_any_octets_of_a_peer(
    octets: bytes, kind: str, view: View, spans: list[tuple[int, int]]
) -> None:
    cuts = tuple(Cut(at, size, "ds/foreign/1") for at, size in spans if at + size <= len(octets))
    what = MessageReceived(200, kind, Octets(octets.hex(), cuts), 0.0, 1, 2, 200, "200\x07")
    _holds(seen(view, Event(seq=1, at=0.0, what=what), 60))


@given(st.binary(max_size=90), st.sampled_from(VIEWS))
@settings(deadline=None, max_examples=60)
def test_any_octets_of_a_push(octets: bytes, view: View) -> None:
    what = PushArrived("udp", "x\x1b", Octets.of(octets))
    _holds(seen(view, Event(seq=1, at=0.0, what=what), 60))


def test_each_kind_of_event_has_its_best_view() -> None:
    best = {type(e.what): best_view(e) for e in ALL}
    assert best[NonceTried] == "digest" and best[MessageReceived] == "tree"
    assert {best_view(e) for e in ALL if isinstance(e.what, VerdictReached)} == {"tree", "digest"}


def test_a_message_that_went_as_wbxml_says_so() -> None:
    octets = Octets.of(next(iter(WBXML_MESSAGES.values())))
    what = MessageReceived(200, KINDS[1], octets, 0.0, 1, 2, 200, "200")
    lines = [plain(line) for line in seen("xml", Event(seq=1, at=0.0, what=what), 80)]
    assert "WBXML" in lines[0] and lines[2].startswith("<SyncML")


def test_an_exchange_that_was_not_recorded_is_told() -> None:
    lost = Event(seq=1, at=0.0, what=TransportLost("refused", 1))
    assert "does not tell" in plain(seen("http", lost, 200)[0])
    came = MessageReceived(404, "text/html", Octets("00"), 0.25, 0, 0, 0, "", "no SyncML")
    shown = [plain(line) for line in seen("http", Event(seq=1, at=0.0, what=came), 200)]
    assert shown[0] == "Answered after 250.0 ms." and "◄ HTTP status 404" in shown
    assert "  Content-Type: text/html" in shown


@pytest.mark.parametrize(
    ("view", "says"), [("tree", "SyncBody"), ("xml", "<SyncBody"), ("hex", "3C")]
)
def test_a_message_edited_by_hand_is_looked_at_like_any(view: View, says: str) -> None:
    octets = Octets.of(b"<SyncML xmlns='SYNCML:SYNCML1.2'><SyncBody/></SyncML>")
    event = Event(
        seq=1, at=0.0, session=1, what=MessageEdited(2, recording.URL, recording.XML, octets)
    )
    assert says in "\n".join(plain(line) for line in seen(view, event, 80))
