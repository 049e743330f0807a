"""Each near miss is found, by its id, for the mistake that it names; and only then."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol import nearmiss
from emulator.wire import notification
from tests.protocol.flow import (
    CLIENT_NONCE,
    DEFAULT_NONCE,
    PASSWORD,
    SECRET,
    SERVER_ID,
    SERVER_NONCE,
    USER,
    account,
    b64,
    h,
    package0,
    signature,
)

NUL_NONCE = b"ab\0cdefgh"
WHO = account(previous_nonces=(b"older-nonce-0001", b"older-nonce-0002"), previous_secrets=("old",))


def vendor_left_out():
    trigger = notification.build_trigger(SERVER_ID, 0x4A7C, (), vendor=b"\xde\xad")
    return notification.parse(signature(SERVER_NONCE, trigger[:-2]) + trigger)


def form_1_0():
    note = package0(SERVER_NONCE)
    message = f"{SERVER_ID}:{SECRET}:".encode() + SERVER_NONCE + b":" + b64(h(note.trigger))
    return notification.parse(h(message) + note.trigger)


CASES = [
    ("user-for-server-id", package0(SERVER_NONCE, identity=USER, secret=PASSWORD), WHO),
    ("user-for-server-id", package0(b"SyncEvolution", identity=USER, secret=PASSWORD), WHO),
    ("nonce-as-base64-text", package0(base64.b64encode(SERVER_NONCE)), WHO),
    ("nonce-cut-at-nul", package0(b"ab"), account(server_nonce=NUL_NONCE)),
    ("nonce-cut-at-nul", package0(b"\x4a", 0x4A00), WHO),
    ("constant-nonce", package0(b"SyncEvolution"), WHO),
    ("constant-nonce", package0(b"Synthesis"), WHO),
    ("empty-nonce", package0(b""), WHO),
    ("previous-nonce", package0(b"older-nonce-0002"), WHO),
    ("vendor-octets-left-out", vendor_left_out(), WHO),
    ("session-id-encoding", package0(b"19068"), WHO),
    ("nonce-of-other-direction", package0(CLIENT_NONCE), WHO),
    ("previous-secret", package0(DEFAULT_NONCE, secret="old"), WHO),
    ("client-secret-for-server-secret", package0(SERVER_NONCE, secret=PASSWORD), WHO),
    ("dm-default-nonce", package0(b"\0\0\0\0"), WHO),
    ("digest-1.0-form", form_1_0(), WHO),
    ("zero-digest", notification.parse(bytes(16) + package0(b"").trigger), WHO),
]


@pytest.mark.parametrize(
    ("expected", "note", "who"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)]
)
def test_the_near_miss_is_named(expected, note, who):
    found = nearmiss.near_misses(note, who)
    assert expected in [miss.id for miss in found]
    assert all(miss.meaning for miss in found)


def test_every_id_has_a_case_and_a_meaning():
    assert {case[0] for case in CASES} == set(nearmiss.MEANINGS)


@given(st.binary(min_size=16, max_size=16).filter(any))
def test_a_random_digest_is_near_nothing(digest):
    note = package0(SERVER_NONCE)
    assert nearmiss.near_misses(notification.parse(digest + note.trigger), WHO) == ()


def test_the_encoding_is_named():
    found = nearmiss.near_misses(package0(b"4a7c"), WHO)
    assert [(m.id, m.encoding) for m in found] == [("session-id-encoding", "hex_text_lower")]
