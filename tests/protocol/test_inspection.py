"""What is seen when looking closer: messages in words, Workings from event and keyring."""

import pytest

from emulator.protocol import inspection, verdict
from emulator.protocol.events import Cut, Event, MessageSent, NotificationRead, Octets, PushArrived
from emulator.protocol.keyring import Keyring
from emulator.wire import push
from emulator.wire.element import METINF, SYNCML, Element
from tests.protocol.flow import DEFAULT_NONCE, Talk, accept, account, judge, over, package0


def events_of(whats):
    return [Event(seq=i, at=0.0, session=1, what=what) for i, what in enumerate(whats, 1)]


def notified(nonce):
    note = package0(nonce)
    read = NotificationRead(
        Octets.of(note.octets), "1.2", "background", "server", 0x4A7C, "ds.example.com", (), ()
    )
    return events_of([read, *verdict.events(judge(note))])


def test_each_try_of_a_notification_can_be_worked_out():
    events = notified(DEFAULT_NONCE)
    found = inspection.workings(events[-1], events, Keyring((account(),)))
    assert [label for label, _, _ in found] == ["stored nonce", "session-id nonce as raw16_be"]
    assert [working.matches(received) for _, working, received in found] == [False, True]


def test_the_servers_cred_and_ours():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE)))
    events = events_of([e.what for e in talk.effects if type(e).__name__ == "Record"])
    keyring = Keyring((account(),))
    by_kind = {type(e.what).__name__: e for e in reversed(events)}
    judged = inspection.workings(by_kind["ServerCredJudged"], events, keyring)
    assert judged[0][1].matches(judged[0][2])
    sent = inspection.workings(by_kind["MessageSent"], events, keyring)
    assert sent[0][1].value == by_kind["MessageSent"].what.cred.data


def test_without_the_keyring_there_is_no_working():
    events = notified(DEFAULT_NONCE)
    assert inspection.workings(events[-1], events, Keyring()) == []


def test_a_message_is_shown_as_indented_xml():
    element = Element(SYNCML, "Meta", (Element(METINF, "Type", ("b64",)), Element(METINF, "Mem")))
    assert inspection.pretty(element) == (
        '<Meta>\n  <Type xmlns="syncml:metinf">b64</Type>\n  <Mem xmlns="syncml:metinf"/>\n</Meta>'
    )


def test_a_message_that_is_copied_is_still_a_document():
    assert (
        inspection.pretty(Element(SYNCML, "Data", ("a<b>&c",))) == "<Data>a&lt;b&gt;&amp;c</Data>"
    )


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_push_is_shown_as_its_fields(wrapped):
    octets = package0(DEFAULT_NONCE).octets
    if wrapped:
        octets = push.build(octets)
    event = events_of([PushArrived("udp", "x", Octets.of(octets))])[0]
    text = inspection.document(event)
    assert ["session", "id", "4A7C"] in [line.split() for line in text.splitlines()]
    assert ("wsp push, from octet 0" in text) == wrapped


def test_what_cannot_be_decoded_is_shown_with_its_error():
    event = events_of([PushArrived("udp", "x", Octets.of(b"short"))])[0]
    assert "offset 0: expected a digest" in inspection.document(event)


def test_cut_secrets_show_as_asterisks_and_the_rest_still_decodes():
    talk = Talk(account(auth__scheme="basic"))
    raw = next(e.octets for e in talk.effects if type(e).__name__ == "Send")
    start = raw.index(b"YWxpY2U6")
    end = raw.index(b"</Data>")
    masked = raw[:start] + bytes(end - start) + raw[end:]
    cut = Octets(masked.hex(), (Cut(start, end - start, "account/basic/1"),))
    what = MessageSent(1, 1, "", "application/vnd.syncml+xml", cut, 1, "")
    assert f"<Data>{'*' * (end - start)}</Data>" in inspection.document(events_of([what])[0])
