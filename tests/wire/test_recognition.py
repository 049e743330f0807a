"""What octets of a file or a paste are: SMS PDU, WSP push or bare package #0."""

import pytest

from emulator.wire import push, sms
from emulator.wire.received import Datagram, Pdu
from emulator.wire.recognition import recognised
from tests.wire.pushes import NOTIFICATIONS

OWNERS = bytes.fromhex("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37")
"""An SMS for the owner in 7 bits: "hellohello" [the example that every SMS text has]."""


@pytest.mark.parametrize("name", NOTIFICATIONS)
@pytest.mark.parametrize("form", [sms.submit, sms.deliver])
def test_a_push_is_one_and_the_sms_that_carry_it_are_sms(name: str, form) -> None:
    octets = NOTIFICATIONS[name]
    wsp = push.build(octets)
    assert recognised(octets) == Datagram(octets)
    assert recognised(wsp) == Datagram(wsp)
    for part in sms.user_data(wsp, reference=7):
        pdu = form(part)
        assert recognised(pdu) == Pdu(pdu)


def test_an_sms_for_the_owner_is_one_and_what_is_nothing_is_a_malformed_push() -> None:
    assert recognised(OWNERS) == Pdu(OWNERS)
    assert recognised(b"") == Datagram(b"")
    assert recognised(b"not hex at all") == Datagram(b"not hex at all")


def test_a_pdu_without_its_service_centre_gets_an_empty_one() -> None:
    (part,) = sms.user_data(push.build(NOTIFICATIONS["notif.ds12"][:60]), reference=7)[:1]
    pdu = sms.submit(part)
    assert pdu[0] == 0
    assert recognised(pdu[1:]) == Pdu(pdu)
