"""Octets as people have them: a push, SMS in any order, a dump of a POST."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import bundle, push, sms
from emulator.wire.arrival import NotForUs
from emulator.wire.errors import WireError
from emulator.wire.notification import Notification
from tests.wire.pushes import NOTIFICATIONS

NOTE = NOTIFICATIONS["notif.ds12"]
LONG = push.build(NOTE + bytes(300))
"""Three parts: what follows the notification is the vendor's."""


@pytest.mark.parametrize("form", [sms.submit, sms.deliver])
@pytest.mark.parametrize("seed", range(4))
def test_the_parts_of_a_long_sms_in_any_order(form, seed: int) -> None:
    pdus = [form(part) for part in sms.user_data(LONG, 7)]
    assert len(pdus) == 3
    random.Random(seed).shuffle(pdus)
    arrived = bundle.read(b"".join(pdus))
    assert isinstance(arrived.content, Notification) and arrived.content.octets == NOTE + bytes(300)
    names = [layer.name for layer in arrived.layers]
    assert sorted(names[:3]) == ["sms 1 of 3", "sms 2 of 3", "sms 3 of 3"]
    assert names[3:] == ["wsp push", "package #0 (DS)"]


@pytest.mark.parametrize("centre", [True, False])
def test_one_sms_has_the_places_of_all_its_layers(centre: bool) -> None:
    (part,) = sms.user_data(push.build(NOTE), 7)
    octets = sms.submit(part)[0 if centre else 1 :]
    outer, wsp, inner = bundle.read(octets).layers
    assert (outer.name, octets[wsp.offset :]) == ("sms", push.build(NOTE))
    assert octets[inner.offset :] == NOTE


def test_what_is_missing_is_said() -> None:
    first, _, third = (sms.submit(part) for part in sms.user_data(LONG, 7))
    with pytest.raises(WireError, match="all 3 parts of a long SMS, found none of part 2"):
        bundle.read(first + third)


def test_a_push_is_what_it_was() -> None:
    assert [layer.name for layer in bundle.read(NOTE).layers] == ["package #0 (DS)"]
    assert isinstance(bundle.read(push.build(NOTE)).content, Notification)


def test_a_dump_of_a_post() -> None:
    head = (
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/vnd.syncml.ds.notification\r\n"
        "X-Wap-Application-Id: {}\r\n\r\n"
    )
    octets = head.format(5).encode() + NOTE
    arrived = bundle.read(octets)
    assert isinstance(arrived.content, Notification)
    assert octets[arrived.layers[-1].offset :] == NOTE
    other = bundle.read(head.format(4).encode() + NOTE)
    assert other.content == NotForUs("it is for x-wap-application:mms.ua")


@given(
    st.binary(max_size=80) | st.binary(max_size=80).map(lambda tail: b"POST / HTTP/1.1\r\n" + tail)
)
def test_anything_is_something_or_a_wire_error(octets: bytes) -> None:
    try:
        bundle.read(octets)
    except WireError as wrong:
        assert 0 <= wrong.offset <= len(octets)
