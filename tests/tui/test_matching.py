"""What a query finds, and that a search in slices finds the same."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.exports.looks import look
from emulator.protocol.events import Event, MessageSent, Octets
from emulator.protocol.inspection import document
from emulator.tui.layout import Layout
from emulator.tui.matching import matches
from emulator.tui.query import parse
from emulator.tui.search import Search
from emulator.wire.codec import WBXML, XML
from tests.tui import recording
from tests.tui.recording import events
from tests.wire.messages import XML_MESSAGES

ALL = events(
    recording.resync(), recording.retried(), recording.ignored(), recording.odd(), up=recording.up()
)


def found(query: str, happened: list[Event] = ALL) -> Iterator[Event]:
    for event in happened:
        drawn = look(event)
        if drawn is not None and matches(parse(query), event, drawn, document):
            yield event


def kinds(query: str) -> set[str]:
    return {type(event.what).__name__ for event in found(query)}


def test_tokens_find_what_they_name() -> None:
    assert kinds("dir:in") == {"PushArrived", "NotificationRead", "MessageReceived", "ItemMoved"}
    assert kinds("dir:out") == {"MessageSent", "MessageEdited", "ItemMoved"}
    assert kinds("kind:noncestored") == {"NonceStored"}
    assert kinds("kind:message") == {"MessageSent", "MessageReceived", "MessageEdited"}
    assert {event.session for event in found("session:2")} == {2}
    assert kinds("status:401") <= {"MessageReceived", "Challenged", "MessageSent"}
    assert any(event.session == 2 for event in found("status:401"))
    assert set(map(id, found("status:401"))) <= set(map(id, found("status:4xx")))
    assert all(look(event).step == 5 for event in found("step:5"))  # type: ignore[union-attr]


def test_terms_hold_together_and_a_minus_turns_one_round() -> None:
    assert [*found("kind:NonceTried session:1")] == [
        e for e in found("kind:NonceTried") if e.session == 1
    ]
    both = [*found("dir:in"), *found("-dir:in")]
    assert sorted(e.seq for e in both) == [e.seq for e in found("")]


def _sent(octets: bytes, content_type: str) -> list[Event]:
    what = MessageSent(1, 1, "http://x", content_type, Octets(octets.hex()), 1, "Alert 200")
    return [Event(seq=1, at=0.0, session=1, what=what)]


@pytest.mark.parametrize("text", ["SyncHdr", "<MsgID>1</MsgID>", "synchdr"])
def test_a_text_is_found_in_the_decoded_message(text: str) -> None:
    octets = XML_MESSAGES["auth-md5-stale-nonce/01-request.body"]
    coded = WBXML.unparse(XML.parse(octets, None))
    assert b"SyncHdr" not in coded
    happened = _sent(coded, WBXML.media_type)
    assert [*found(f'"{text}"', happened)] == happened


def test_octets_are_found_as_hex_and_as_text() -> None:
    happened = _sent("größe \x00\xff".encode(), "text/html")
    for query in ("größe", "GR", "6772c3b6", '"67 72 C3 B6"'):
        assert [*found(query, happened)] == happened, query
    assert [*found("ffee", happened)] == []


def test_what_was_cut_out_is_not_found() -> None:
    secret = next(e for e in ALL if isinstance(e.what, MessageSent) and e.what.octets.cuts)
    assert secret in [*found("kind:MessageSent")]
    assert "YWxpY2U6" not in document(secret)  # what a basic Cred begins with
    assert [*found('"YWxpY2U6"')] == []


def _searched(query: str) -> Search:
    layout = Layout()
    layout.width = 80
    for event in ALL:
        layout.take(event)
    return Search(parse(query), layout, document)


@pytest.mark.parametrize(
    ("query", "runs"),
    [
        ("session:4A7C kind:SessionOpened", {1, 2}),
        ("session:4a7c kind:SessionOpened", {1, 2}),
        ("session:7C", set()),
        ("session:1", {1}),
        ("session:0001", {1}),
    ],
)
def test_a_session_is_a_run_or_a_session_id(query: str, runs: set[int]) -> None:
    search = _searched(query)
    while search.go_on(ALL, 1.0):
        pass
    assert {ALL[index].session for index in search.found.events} == runs


def test_a_session_id_of_digits_alone_is_written_as_it_is_shown() -> None:
    event = Event(seq=1, at=0.0, session=1, what=recording.resync()[0][1])
    drawn = look(event)
    assert drawn is not None
    for query, found in (("session:0012", True), ("session:12", False), ("session:1", True)):
        assert matches(parse(query), event, drawn, document, str, "12") == found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(("dir:in", "-dir:in", "kind:Nonce", "contacts", "session:2 step:4", "none of")),
    st.integers(-1, len(ALL)),
)
def test_a_search_in_slices_finds_all_in_order(query: str, place: int) -> None:
    search = _searched(query)
    slices = 0
    while search.go_on(ALL, 0.0):
        slices += 1
    assert search.over and slices == len(search._layout)
    wanted = [e.seq - 1 for e in ALL if (d := look(e)) and matches(parse(query), e, d, document)]
    assert list(search.found.events) == wanted
    assert search.next(place) == next((i for i in wanted if i > place), None)
    assert search.previous(place) == next((i for i in reversed(wanted) if i < place), None)
    assert search.number(place) == (wanted.index(place) + 1 if place in wanted else 0)
    heights = [search.found.lines(row) for row in range(len(wanted))]
    assert sum(heights) + len(search.found.separators) == search.found.height


def test_a_document_that_cannot_be_made_stops_no_search() -> None:
    def sick(event: Event) -> str:
        raise ValueError("octets")

    search = _searched("nowhere")
    search._document = sick
    search.go_on(ALL, 10.0)
    assert search.over and not len(search.found)
