"""Nine readings of "the SessionID" against the vectors, and its text in SyncHdr."""

import pytest

from emulator.protocol import digest, sessionid
from tests.vectors.read import VECTORS

IDS = ["1234", "ABCD", "00AB", "0001"]


@pytest.mark.parametrize("text", IDS)
@pytest.mark.parametrize("encoding", sessionid.ENCODINGS)
def test_octets_and_digest_of_each_encoding(text, encoding):
    vector = VECTORS[f"notif.resync.{text}"]
    nonce = sessionid.nonce(int(text, 16), encoding)
    assert nonce.hex() == vector["intermediates"]["nonces_hex"][encoding]
    given = vector["inputs"]
    working = digest.notification(
        given["server_id"], given["server_password"], nonce, bytes.fromhex(given["trigger_hex"])
    )
    assert working.value == vector["output"]["digests_hex"][encoding]


def test_every_encoding_has_a_meaning_in_words():
    assert set(sessionid.MEANINGS) == set(sessionid.ENCODINGS)


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [(0x4A7C, "hex", "4A7C"), (0xAB, "hex", "AB"), (0x4A7C, "decimal", "19068")],
)
def test_text_in_sync_hdr_has_no_leading_zeros(number, form, text):
    assert sessionid.text(number, form) == text
