"""`handset digest`: every form that scripts call, against the vectors."""

from pathlib import Path
from typing import Any

import pytest

from emulator.protocol import digest
from tests.verbs.command import Handset
from tests.wire.material import VECTORS

NOTIFICATION = VECTORS["notif.ds12"]
CASES: dict[str, tuple[list[str], str]] = {
    "notification": (
        [
            "notification", "--server-id", "ds.example.com", "--password", "srv-secret-1",
            "--nonce-hex", NOTIFICATION["inputs"]["nonce_hex"],
            "--trigger-hex", NOTIFICATION["intermediates"]["trigger_hex"],
        ],
        NOTIFICATION["intermediates"]["digest_hex"],
    ),
    "basic": (
        ["basic", "--user", "alice", "--password", "wonderland"],
        "YWxpY2U6d29uZGVybGFuZA==",
    ),
    "md5": (
        ["md5", "--user", "Bruce2", "--password", "OhBehave", "--nonce-hex", b"Nonce".hex()],
        "Zz6EivR3yeaaENcRN6lpAQ==",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_last_line_is_the_value(handset: Handset, name: str) -> None:
    arguments, value = CASES[name]
    done = handset("digest", *arguments)
    assert (done.code, done.last, done.err) == (0, value, "")


@pytest.mark.parametrize("name", CASES)
def test_json_has_value_and_steps(handset: Handset, name: str) -> None:
    arguments, value = CASES[name]
    found: dict[str, Any] = handset("digest", *arguments, "--json").json
    assert found.keys() == {"value", "steps"}
    assert found["value"] == value
    for step in found["steps"]:
        assert step.keys() == {"name", "hex"}
        bytes.fromhex(step["hex"])


def test_the_form_of_syncml_1_0(handset: Handset) -> None:
    done = handset(
        "digest", "md5-1.0", "--user", "alice", "--password", "pw", "--nonce-hex", "0x0102"
    )
    assert done.last == digest.md5_10("alice", "pw", b"\x01\x02").value


def test_hmac_over_a_file(handset: Handset, tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"<SyncML/>")
    done = handset(
        "digest", "hmac", "--user", "alice", "--password", "pw", "--nonce-hex", "", "--body", body
    )
    assert done.last == digest.mac("alice", "pw", b"", b"<SyncML/>").value


def test_the_steps_can_be_followed_with_pencil_and_paper(handset: Handset) -> None:
    lines = handset("digest", *CASES["notification"][0]).out.splitlines()
    b64 = NOTIFICATION["intermediates"]["B64_H_trigger"]
    assert any(line.startswith("B64(H(trigger)) ") and b64 in line for line in lines)
    assert lines[0].startswith("id:password ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["md5", "--user", "a", "--password", "b", "--nonce-hex", "xyz"], "--nonce-hex: 'xyz' is"),
        (
            ["notification", "--server-id", "a", "--password", "b", "--nonce-hex", "",
             "--trigger-hex", "0"],
            "--trigger-hex: '0' is not hex",
        ),
        (
            ["hmac", "--user", "a", "--password", "b", "--nonce-hex", "", "--body", "nowhere"],
            "--body: nowhere: No such file or directory",
        ),
        (["md5", "--user", "a", "--password", "b"], "Missing option '--nonce-hex'"),
        (["md4"], "No such command 'md4'"),
    ],
)  # fmt: skip
def test_bad_input_is_usage(handset: Handset, arguments: list[str], said: str) -> None:
    done = handset("digest", *arguments)
    assert done.code == 2
    assert said in done.complaint
