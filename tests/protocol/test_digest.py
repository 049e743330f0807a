"""Each formula against the worked vectors, and each Working line by line."""

import pytest

from emulator.protocol import digest
from tests.vectors.read import VECTORS


def inputs(name):
    return VECTORS[name]["inputs"]


def test_basic():
    given = inputs("auth.basic")
    working = digest.basic(given["user"], given["password"])
    assert working.value == VECTORS["auth.basic"]["output"]["cred_data"]


@pytest.mark.parametrize("name", ["auth.md5.spec", "auth.md5.binary", "auth.md5.empty_nonce"])
def test_md5(name):
    given = inputs(name)
    working = digest.md5(given["user"], given["password"], bytes.fromhex(given["nonce_hex"]))
    assert working.value == VECTORS[name]["output"]["cred_data"]


def test_md5_hashes_names_as_utf_8():
    given = inputs("auth.md5.utf8")
    user, password = (
        bytes.fromhex(given[k]).decode() for k in ("user_utf8_hex", "password_utf8_hex")
    )
    nonce = bytes.fromhex(given["nonce_hex"])
    assert (
        digest.md5(user, password, nonce).value == VECTORS["auth.md5.utf8"]["output"]["cred_data"]
    )


def test_md5_of_the_server():
    given = inputs("auth.md5.server")
    nonce = bytes.fromhex(given["server_nonce_hex"])
    working = digest.md5(given["server_id"], given["server_password"], nonce)
    assert working.value == VECTORS["auth.md5.server"]["output"]["cred_data"]


def test_md5_in_the_form_of_syncml_1_0():
    given = inputs("auth.md5.v10")
    working = digest.md5_10(given["user"], given["password"], bytes.fromhex(given["nonce_hex"]))
    assert working.value == VECTORS["auth.md5.v10"]["output"]["cred_data"]


def test_mac():
    given = inputs("auth.mac")
    working = digest.mac(
        given["user"], given["password"], bytes.fromhex(given["nonce_hex"]), given["body"].encode()
    )
    assert f"mac={working.value}" in VECTORS["auth.mac"]["output"]["header"]


@pytest.mark.parametrize(
    "name", ["notif.ds12", "notif.ds12.all", "notif.ds12.vendor", "notif.dm.spec"]
)
def test_notification(name):
    given = inputs(name)
    if "nonce_hex" in given:
        nonce = bytes.fromhex(given["nonce_hex"])
    else:
        nonce = given["nonce_ascii"].encode()
    octets = bytes.fromhex(VECTORS[name]["output"]["notification_hex"])
    working = digest.notification(given["server_id"], given["server_password"], nonce, octets[16:])
    assert working.octets == octets[:16]
    assert working.value == octets[:16].hex()


def test_after_the_secret_is_replaced_the_recorded_digest_does_not_verify():
    given, expected = inputs("resync.after_secret"), VECTORS["resync.after_secret"]
    trigger = bytes.fromhex(
        VECTORS["resync.flow"]["intermediates"]["step1_2_resync_notification_hex"]
    )[16:]
    for key, value in (
        ("old_password", expected["intermediates"]["old_digest_hex"]),
        ("new_password", expected["output"]["new_digest_hex"]),
    ):
        working = digest.notification(given["server_id"], given[key], b"\x4a\x7c", trigger)
        assert working.value == value


def test_a_working_can_be_followed_with_pencil_and_paper():
    working = digest.notification("id", "secret", b"nonce", b"trigger")
    lines = {step.name: step.octets for step in working.steps}
    inner = digest.b64(digest.h(b"id:secret"))
    outer = digest.b64(digest.h(b"trigger"))
    assert lines["B64(H(id:password))"] == inner
    assert lines["B64(H(trigger))"] == outer
    assert digest.h(inner + b":nonce:" + outer) == working.octets


@pytest.mark.parametrize(
    "working",
    [
        digest.basic("u", "pw"),
        digest.md5("u", "pw", b"n"),
        digest.md5_10("u", "pw", b"n"),
        digest.mac("u", "pw", b"n", b"b"),
        digest.notification("u", "pw", b"n", b"t"),
    ],
    ids=lambda w: w.scheme,
)
def test_whatever_lets_one_forge_a_digest_is_marked_secret(working):
    inner = digest.b64(digest.h(b"u:pw"))
    for step in working.steps:
        reveals = b"pw" in step.octets or inner in step.octets or step.octets == digest.b64(b"u:pw")
        assert step.secret == reveals, step.name


def test_matches_compares_all_octets():
    working = digest.md5("u", "pw", b"n")
    assert working.matches(working.octets)
    assert not working.matches(working.octets[:-1])
    assert not working.matches(b"")


def test_the_default_nonce_of_device_management():
    vector = VECTORS["notif.dm.resync"]
    given = vector["inputs"]
    trigger = bytes.fromhex(VECTORS["notif.dm.spec"]["intermediates"]["trigger_hex"])
    for name, nonce in (("four_zero_octets", bytes(4)), ("ascii_0x00000000", b"0x00000000")):
        working = digest.notification(given["server_id"], given["server_password"], nonce, trigger)
        assert working.value == vector["intermediates"]["digests_hex"][name]
