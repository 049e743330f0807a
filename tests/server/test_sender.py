"""Notifications as the server makes them, and what it remembers of them."""

from typing import Any, Literal

import pytest

from emulator.server.exchange import Said
from emulator.server.sender import REMEMBERED, make_notification, remembered, unused_id
from emulator.server.service import Service
from emulator.server.state import Account, ServerState, kept
from emulator.server.udp import wrapped
from emulator.wire import arrival, notification, push
from tests.server.client import DEVICE, notification_digest

SERVER = ("ds.example.com", "srv-secret-1")


@pytest.mark.parametrize(
    ("nonce", "encoding", "octets", "signed_with"),
    [
        ("stored", "raw16_be", bytes.fromhex("ffeeddccbbaa99887766554433221100"), "stored"),
        ("session-id", "raw16_be", b"\x00\xab", "session-id"),
        ("session-id", "hex_text_upper", b"AB", "session-id"),
        (b"anything", "raw16_be", b"anything", "other"),
    ],
)
def test_which_nonce_signs(
    account: Account, nonce: Any, encoding: str, octets: bytes, signed_with: str
) -> None:
    made = make_notification(
        account, 0xAB, nonce=nonce, encoding=encoding, ui_mode=2, initiator=0, vendor=b"v"
    )
    read = notification.parse(made.octets)
    assert read.digest == notification_digest(*SERVER, octets, read.trigger)
    assert (made.nonce, made.outstanding.signed_with) == (octets, signed_with)
    assert (read.session_id, read.ui_mode, read.initiator, read.vendor) == (0xAB, 2, 0, b"v")
    assert read.server_id == "ds.example.com"


def test_what_does_not_fit(account: Account) -> None:
    with pytest.raises(ValueError, match="session id"):
        make_notification(account, 0x10000)
    with pytest.raises(ValueError, match="encoding"):
        make_notification(account, 1, nonce="session-id", encoding="raw")
    with pytest.raises(ValueError, match="form"):
        wrapped(b"", "sms")


def test_a_later_notification_of_the_same_id_replaces_the_earlier(
    state: ServerState, account: Account
) -> None:
    nonces: tuple[Literal["stored", "session-id"], ...] = ("stored", "session-id")
    for nonce in nonces:
        made = make_notification(account, 7, nonce=nonce)
        state = kept(state, [remembered(state, made)])
    assert [o.signed_with for o in state.outstanding] == ["session-id"]
    for number in range(REMEMBERED + 10):
        made = make_notification(account, number)
        state = kept(state, [remembered(state, made)])
    assert len(state.outstanding) == REMEMBERED


def test_ids_are_new_and_without_zero_octets(state: ServerState, account: Account) -> None:
    assert unused_id(state, DEVICE, b"\x00\x00") == 0x0101
    state = kept(state, [remembered(state, make_notification(account, 0x0101))])
    assert unused_id(state, DEVICE, b"\x00\x00") == 0x0102
    assert unused_id(state, "another", b"\x4a\x7c") == 0x4A7C


def test_both_forms_arrive(account: Account) -> None:
    made = make_notification(account, 0x4A7C)
    for form in ("package0", "wsp"):
        content = arrival.read(wrapped(made.octets, form)).content
        assert isinstance(content, notification.Notification) and content.octets == made.octets
    assert push.parse(wrapped(made.octets, "wsp")).content_type == push.DS_NOTIFICATION


def test_the_session_id_is_said_in_four_digits(state: ServerState) -> None:
    told: list[object] = []
    Service(state, facts=told.append).notify(DEVICE, session_id=0x70C)
    assert Said(DEVICE, "notification 070C is signed with the stored server nonce") in told
