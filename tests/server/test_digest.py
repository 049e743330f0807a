"""The server's digests against the vectors."""

from typing import Any

import pytest

from emulator.server import digest

PAIR = ("ds.example.com", "srv-secret-1")


@pytest.mark.parametrize("session", ["1234", "ABCD", "00AB", "0001"])
def test_a_session_id_as_nonce_in_nine_encodings(vectors: dict[str, Any], session: str) -> None:
    vector = vectors[f"notif.resync.{session}"]
    trigger = bytes.fromhex(vector["inputs"]["trigger_hex"])
    nonces = {k: e(int(session, 16)).hex() for k, e in digest.SESSION_ID.items()}
    assert nonces == vector["intermediates"]["nonces_hex"]
    made = {
        k: digest.notification(*PAIR, e(int(session, 16)), trigger).hex()
        for k, e in digest.SESSION_ID.items()
    }
    assert made == vector["output"]["digests_hex"]


def test_credentials(vectors: dict[str, Any]) -> None:
    flow = vectors["resync.flow"]
    nonce = bytes.fromhex(flow["inputs"]["client_nonce_stored_hex"])
    client = digest.text(digest.md5("alice", "wonderland", nonce))
    assert client == flow["intermediates"]["step3_client_cred"]
    server = digest.text(digest.md5(*PAIR, b"\x4a\x7c"))
    assert server == flow["intermediates"]["step4_server_cred"]
    assert digest.text(digest.basic("a", "b")) == "YTpi"


def test_the_form_goes_by_the_version(vectors: dict[str, Any]) -> None:
    old = vectors["auth.md5.v10"]
    inputs = old["inputs"]
    nonce = bytes.fromhex(inputs["nonce_hex"])
    made = digest.text(digest.md5(inputs["user"], inputs["password"], nonce, "1.0"))
    assert made == old["output"]["cred_data"]
    newer = digest.text(digest.md5(inputs["user"], inputs["password"], nonce, "1.1"))
    assert newer != made
