"""What is personal is out of sight, what is not stays, and nothing changes its length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.exports import hiding
from emulator.exports.text import cells
from emulator.protocol import events as vocabulary
from emulator.protocol.events import (
    Event,
    HandsetStarted,
    Login,
    MessageEdited,
    MessageReceived,
    NonceStored,
    Octets,
)
from emulator.protocol.inspection import document
from tests.tui import recording

VALUES = frozenset({"al", "alice", "IMEI:493005100592800", "493005100592800"})


@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        ("alice signs; Final", "***** signs; Final"),
        ("al, malice", "**, malice"),
        ("from IMEI:493005100592800 here", "from ******************** here"),
        ("(493005100592800)", "(***************)"),
        ("IMEI:490000000000017 unknown to us", "******************** unknown to us"),
        ("http://bob:pw@ds.example.com/x", "http://******@ds.example.com/x"),
        ("call +44 20 7946 0018 now", "call **************** now"),
        ("per@example.org", "***************"),
        ("step 4, 212 + Chal, 2026-11-24 19:20", "step 4, 212 + Chal, 2026-11-24 19:20"),
    ],
)
def test_text(shown: str, hidden: str) -> None:
    assert hiding.text(shown, VALUES) == hidden


@given(st.text(), st.frozensets(st.text(min_size=1), max_size=4))
def test_text_keeps_its_width_and_holds_no_long_value_any_more(
    given: str, values: hiding.Values
) -> None:
    covered = hiding.text(given, values)
    assert cells(covered) == cells(given)
    long = [v for v in values if len(v) > 5 and set(v) != {"*"}]
    if len(long) == 1 and len(values) == 1:
        assert long[0] not in covered
    assert {i for i, _ in enumerate(given)} >= hiding.spots(given, values)


def _received(body: str) -> Event:
    octets = Octets.of(f"<SyncML xmlns='SYNCML:SYNCML1.2'>{body}</SyncML>".encode())
    what = MessageReceived(200, recording.XML, octets, 0.01, 1, 2, 212, "212, Sync (1)")
    return Event(seq=1, at=0.0, session=1, what=what)


def test_items_are_hidden_by_their_place_and_the_rest_stays() -> None:
    item = "<Item><Source><LocURI>7</LocURI></Source><Data>BEGIN:VCARD Ada END:VCARD</Data></Item>"
    anchor = "<Item><Data><Anchor><Next>91</Next></Anchor></Data></Item>"
    body = f"<SyncBody><Status><Data>212</Data>{anchor}</Status><Sync><Add>{item}</Add></Sync></SyncBody>"
    before = _received(body)
    after = hiding.event(before, frozenset())
    assert isinstance(before.what, MessageReceived) and isinstance(after.what, MessageReceived)
    assert len(after.what.octets.hex) == len(before.what.octets.hex)
    assert [cut.secret for cut in after.what.octets.cuts] == ["personal"]
    shown = document(after)
    assert "Ada" in document(before) and "Ada" not in shown
    assert "212" in shown and "91" in shown and "<LocURI>7</LocURI>" in shown


def test_items_are_hidden_in_a_message_edited_by_hand_too() -> None:
    body = b"<SyncML xmlns='SYNCML:SYNCML1.2'><SyncBody><Sync><Add><Item><Data>Ada</Data></Item>"
    whole = body + b"</Add></Sync></SyncBody></SyncML>"
    for octets in (whole, body):
        what = MessageEdited(2, recording.URL, recording.XML, Octets.of(octets))
        after = hiding.event(Event(seq=1, at=0.0, session=1, what=what), frozenset()).what
        assert isinstance(after, MessageEdited)
        assert b"Ada" not in bytes(after.octets)


def test_a_message_whose_places_cannot_be_told_is_hidden_whole() -> None:
    after = hiding.event(_received("<Item><Data>Ada</Item>"), frozenset())
    assert isinstance(after.what, MessageReceived)
    assert set(bytes(after.what.octets)) == {0}


def test_values_are_learnt_from_the_handset_and_from_its_creds() -> None:
    values: hiding.Values = frozenset()
    for event in recording.events(recording.resync(), up=recording.up()):
        values = hiding.learnt(values, event.what)
    assert values == {"alice", "IMEI:493005100592800", "493005100592800"}


def test_nonces_and_kinds_are_never_taken_for_text() -> None:
    stored = NonceStored("client", "client", "a1b2", "", "client nonce of alice")
    event = Event(seq=1, at=0.0, session=1, what=stored)
    after = hiding.event(event, frozenset({"client", "a1b2", "alice"}))
    assert after.what == NonceStored("client", "client", "a1b2", "", "****** nonce of *****")


@pytest.mark.parametrize("run", ["resync", "retried", "ignored", "lost", "odd", "asked"])
def test_every_kind_of_event_can_be_covered_again_and_again(run: str) -> None:
    values = frozenset({"alice", "demo", "Final", "c1c2"})
    for event in recording.events(getattr(recording, run)(), up=recording.up()):
        once = hiding.event(event, values)
        assert hiding.event(once, values) == once
        assert type(once.what) is type(event.what) and once.seq == event.seq


def test_a_field_that_nobody_has_heard_of_counts_as_text() -> None:
    class New(vocabulary.What, frozen=True):
        told: str
        parts: tuple[tuple[str, str], ...]
        state: str

    new = New("by alice", (("alice", "x"),), "alice")
    assert hiding.covered(new, VALUES) == New("by *****", (("*****", "x"),), "alice")


def test_the_device_is_hidden_where_it_announces_itself() -> None:
    started = HandsetStarted("demo", "IMEI:493005100592800", ("ds.example.com",))
    values = hiding.learnt(frozenset(), started)
    assert hiding.covered(started, values) == HandsetStarted("demo", "*" * 20, ("ds.example.com",))


def test_who_has_the_accounts_is_hidden_before_the_first_session() -> None:
    login = Login("ds", "ds.example.com", "nadia", "http://x/nadia", ("contacts",))
    started = HandsetStarted("demo", "IMEI:1", ("ds.example.com",), logins=(login,))
    (shown,) = hiding.covered(started, hiding.learnt(frozenset(), started)).logins
    assert shown == Login("ds", "ds.example.com", "*****", "http://x/*****", ("contacts",))
