"""`handset explain`: verdict, near misses, layers; as JSON for scripts and as text for people."""

import base64
import io
import struct
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

import pytest

from emulator.protocol import digest
from emulator.protocol.nearmiss import MEANINGS
from emulator.wire import push, sms
from emulator.wire.convert import convert
from emulator.wire.notification import Sync, build_trigger
from tests.verbs.command import SECRET, SERVER, Handset
from tests.wire.material import VECTORS
from tests.wire.pushes import NOTIFICATIONS, SAN, TRIGGERS, datagrams

NONCE = bytes.fromhex("c0ffee0011223344")
WHO = ("--server-id", SERVER, "--secret", SECRET)
GIVEN = (*WHO, "--nonce-hex", NONCE.hex())
CLIENT = ("--user", "alice", "--password", "wonderland")
TRIGGER = build_trigger(SERVER, 0xABCD, (Sync(206, 7, "./contacts"),))
KEYS = (
    "verdict", "reason", "session_id", "server_id", "nonce", "encoding", "near_misses", "layers",
)  # fmt: skip


def _signed(
    nonce: bytes = NONCE,
    *,
    identity: str = SERVER,
    secret: str = SECRET,
    trigger: bytes = TRIGGER,
    hashed: bytes | None = None,
) -> bytes:
    made = digest.notification(identity, secret, nonce, trigger if hashed is None else hashed)
    return made.octets + trigger


class Miss(NamedTuple):
    octets: bytes
    options: tuple[str, ...] = ()
    encoding: str | None = None


_VENDOR = build_trigger(SERVER, 0xABCD, vendor=b"\xde\xad")
MISSES: dict[str, Miss] = {
    "user-for-server-id": Miss(_signed(identity="alice", secret="wonderland"), CLIENT),
    "nonce-as-base64-text": Miss(_signed(base64.b64encode(NONCE))),
    "nonce-cut-at-nul": Miss(_signed(NONCE[:3])),
    "constant-nonce": Miss(_signed(b"SyncEvolution")),
    "empty-nonce": Miss(_signed(b"")),
    "previous-nonce": Miss(_signed(b"old"), ("--nonce-hex", "02", "--nonce-hex", b"old".hex())),
    "vendor-octets-left-out": Miss(_signed(trigger=_VENDOR, hashed=_VENDOR[:-2])),
    "session-id-encoding": Miss(_signed(b"43981"), encoding="dec_text"),
    "nonce-of-other-direction": Miss(_signed(b"client"), ("--client-nonce-hex", b"client".hex())),
    "previous-secret": Miss(_signed(secret="old"), ("--previous-secret", "old")),
    "client-secret-for-server-secret": Miss(_signed(secret="wonderland"), CLIENT),
    "dm-default-nonce": Miss(_signed(bytes(4))),
    "digest-1.0-form": Miss(digest.md5_10(SERVER, SECRET, NONCE).octets + TRIGGER),
    "zero-digest": Miss(bytes(16) + TRIGGER),
}


def test_every_near_miss_has_its_case() -> None:
    assert MISSES.keys() == MEANINGS.keys()


@pytest.mark.parametrize("id_", MISSES)
def test_near_misses_are_explained_and_not_accepted(handset: Handset, id_: str) -> None:
    miss = MISSES[id_]
    done = handset("explain", miss.octets.hex(), *GIVEN, *miss.options, "--json")
    found = done.json
    assert (done.code, found["verdict"], found["reason"]) == (5, "ignored", "digest")
    first = found["near_misses"][0]
    assert (first["id"], first["encoding"]) == (id_, miss.encoding)
    assert first["meaning"].startswith(MEANINGS[id_])
    text = handset("explain", miss.octets.hex(), *GIVEN, *miss.options)
    said = text.out.splitlines()
    # Right above the verdict, without the name that programs know it by.
    assert said[-1 - len(found["near_misses"])].startswith(f"near miss: {MEANINGS[id_]}")
    assert (text.code, text.last.startswith("ignored: ")) == (5, True)


def _explained(handset: Handset, octets: bytes, *options: str) -> dict[str, Any]:
    done = handset("explain", octets.hex(), *options, "--json")
    found: dict[str, Any] = done.json
    assert done.code == (0 if str(found["verdict"]).startswith("verified") else 5)
    return found


@pytest.mark.parametrize(
    ("octets", "options", "verdict", "nonce", "encoding"),
    [
        (_signed(), GIVEN, "verified-stored", "stored", None),
        (
            _signed(b"candidate"),
            (*GIVEN, "--nonce-hex", b"candidate".hex()),
            "verified-candidate",
            "candidate",
            None,
        ),
        (_signed(b"\xab\xcd"), GIVEN, "verified-session-id", "session-id", "raw16_be"),
        (_signed(b"ABCD"), GIVEN, "verified-session-id", "session-id", "hex_text_upper"),
        (_signed(b""), (*WHO, "--nonce-hex", ""), "verified-stored", "stored", None),
        (NOTIFICATIONS["notif.ds12"], GIVEN, "ignored", "none", None),
    ],
)
def test_the_fixed_shape(
    handset: Handset,
    octets: bytes,
    options: tuple[str, ...],
    verdict: str,
    nonce: str,
    encoding: str | None,
) -> None:
    found = _explained(handset, octets, *options)
    assert set(KEYS) <= found.keys()
    assert (found["verdict"], found["nonce"], found["encoding"]) == (verdict, nonce, encoding)
    assert found["server_id"] == SERVER
    assert found["session_id"] == int.from_bytes(octets[21:23], "big")
    assert (found["reason"] is None) == verdict.startswith("verified")


@pytest.mark.parametrize("name", TRIGGERS)
def test_the_vectors_of_the_change_request(handset: Handset, name: str) -> None:
    digests = VECTORS[name]["output"]["digests_hex"]
    for encoding, value in digests.items():
        octets = bytes.fromhex(value) + TRIGGERS[name]
        found = _explained(handset, octets, *GIVEN)
        if encoding in ("raw16_be", "hex_text_upper"):
            assert (found["verdict"], found["encoding"]) == ("verified-session-id", encoding)
        elif value not in (digests["raw16_be"], digests["hex_text_upper"]):
            assert encoding in [miss["encoding"] for miss in found["near_misses"]]


def test_layers_of_a_push(handset: Handset) -> None:
    found = _explained(handset, push.build(_signed()), *GIVEN)
    assert [(layer["name"], layer["offset"]) for layer in found["layers"]] == [
        ("wsp push", 0),
        ("package #0 (DS)", 6),
    ]
    fields = {field["name"]: field["value"] for field in found["layers"][1]["fields"]}
    assert (fields["session id"], fields["sync 1 URI"]) == ("ABCD", "./contacts")


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"\x03", "malformed"),
        (NOTIFICATIONS["notif.ds12"][:30], "malformed"),
        (datagrams("udp2948.out")[0x16], "malformed"),
        (push.build(b"x", application_id="x-wap-application:mms.ua"), "not-for-us"),
        (push.build(b"x", content_type="application/vnd.syncml+wbxml"), "malformed"),
        (bytes.fromhex(VECTORS["wbxml.ds11.san"]["output"]["wbxml_hex"]), "no-digest"),
        (_signed(trigger=build_trigger("other", 1)), "unknown-server"),
        (_signed(b"\0\0", trigger=build_trigger(SERVER, 0)), "session-id-zero"),
    ],
)
def test_other_reasons(handset: Handset, octets: bytes, reason: str) -> None:
    found = _explained(handset, octets, *GIVEN)
    assert set(KEYS) <= found.keys()
    assert (found["verdict"], found["reason"]) == ("ignored", reason)
    text = handset("explain", octets.hex(), *GIVEN)
    assert (text.code, text.last.partition(":")[0]) == (5, "ignored")


ALERT = ("push", "--print", "wsp", "--usage", "ds-1.1", *WHO, "--nonce-hex", NONCE.hex(),
         "--session-id", "7", "--sync", "206:text/x-vcard:./contacts")  # fmt: skip


@pytest.mark.parametrize(
    ("options", "reason", "words"),
    [
        ((), "no-digest", "a DS 1.1 alert carries no digest"),
        (GIVEN, "no-digest", "its Cred: the server proved itself with the stored server nonce"),
        ((*WHO, "--nonce-hex", "00"), "digest", "its Cred: the server's Cred does not verify"),
        (("--server-id", "x", "--secret", "y"), "no-digest", "no account has its server id"),
    ],
)
def test_what_a_ds_1_1_alert_asks_for_and_whether_its_cred_is_right(
    handset: Handset, options: tuple[str, ...], reason: str, words: str
) -> None:
    octets = bytes.fromhex(handset(*ALERT).out)
    found = _explained(handset, octets, *options)
    assert found["reason"] == reason and found["notes"] == [words]
    wsp, alert = found["layers"]
    assert wsp["name"] == "wsp push"
    assert (alert["name"], alert["offset"]) == ("DS 1.1 alert (WBXML)", push.parse(octets).body_at)
    assert [(field["name"], field["value"]) for field in alert["fields"]] == [
        ("session id", "7"),
        ("server", SERVER),
        ("Cred", "md5"),
        ("alert", "206 ./contacts"),
    ]


def test_a_ds_1_1_alert_in_xml_as_text(handset: Handset, tmp_path: Path) -> None:
    raw = handset("push", "--print", "raw", *ALERT[3:]).out
    text = convert(bytes.fromhex(raw)).decode()
    (tmp_path / "alert.xml").write_text(text)
    for source in (text, tmp_path / "alert.xml"):
        done = handset("explain", source, *GIVEN)
        assert "DS 1.1 alert (XML)" in done.out and "206 ./contacts" in done.out
        assert done.last.endswith("the server proved itself with the stored server nonce")


def _http(body: str) -> str:
    head = f"POST / HTTP/1.1\nHost: h\nContent-Type: {push.DS_NOTIFICATION}\n"
    return f"{head}X-Wap-Application-Id: 5\n\n{body}"


def _pdus(form: Any, start: int = 0) -> list[str]:
    long = _signed(trigger=build_trigger(SERVER, 0xABCD, vendor=bytes(300)))
    return [form(part)[start:].hex() for part in sms.user_data(push.build(long), 0x1F5A, wide=True)]


def _submit_sm() -> str:
    (data,) = sms.user_data(push.build(_signed()))
    body = b"\0\1\x011\0\1\x012\0" + bytes([0x43, 0, 0, 0, 0, 0, 0, 4, 0, len(data)]) + data
    return (struct.pack(">IIII", 16 + len(body), 4, 0, 1) + body).hex()


def _query() -> str:
    (data,) = sms.user_data(push.build(_signed()))
    udh, text = quote_from_bytes(data[:7], safe=""), quote_from_bytes(data[7:], safe="")
    return f"GET /?from=1&to=2&coding=1&udh={udh}&text={text} HTTP/1.1\nHost: h\n"


PASTED = {
    "three PDUs": "\n".join(_pdus(sms.deliver)),
    "three PDUs, the last first": "\r\n".join(_pdus(sms.submit)[::-1]),
    "three PDUs without their service centre": "\n".join(_pdus(sms.submit, 1)),
    "a dialogue with a modem": "\n".join(
        f"AT+CMGS={len(pdu) // 2 - 1}\n> {pdu}\x1a\n+CMGS: 1\n\nOK" for pdu in _pdus(sms.submit)
    ),
    "a dialogue as it was written down": "\n".join(
        f"AT+CMGS=9\n> {pdu}{end}"
        for pdu, end in zip(_pdus(sms.submit), ("^Z", "\\x1a", ""), strict=True)
    ),
    "what a modem reports": "\n".join(f"+CMT: ,150\n{pdu}" for pdu in _pdus(sms.deliver)),
    "a POST in hex": _http(_signed().hex(" ")),
    "a POST with percents": _http("".join(f"%{octet:02x}" for octet in _signed())),
    "submit_sm": _submit_sm(),
    "a query": _query(),
}


@pytest.mark.parametrize("way", ["argument", "file", "-"])
@pytest.mark.parametrize("name", PASTED)
def test_forms_as_people_have_them(
    handset: Handset, name: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PASTED[name]
    path = tmp_path / "pasted"
    path.write_text(text, newline="")

    class Stdin:
        buffer = io.BytesIO(text.encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    source = {"argument": text, "file": str(path), "-": "-"}[way]
    done = handset("explain", source, *GIVEN)
    assert (done.code, done.last.partition(":")[0]) == (0, "verified-stored"), done.out


def test_a_post_as_it_was_recorded(handset: Handset, tmp_path: Path) -> None:
    path = tmp_path / "post"
    for end in ("\n", "\r\n"):
        path.write_bytes(_http("").replace("\n", end).encode() + _signed())
        assert handset("explain", path, *GIVEN).last.startswith("verified-stored")


def test_without_a_secret_the_fields_are_shown(handset: Handset) -> None:
    done = handset("explain", NOTIFICATIONS["notif.ds12"].hex())
    assert done.code == 0
    assert done.last.startswith("not verified: give --profile")
    found = handset("explain", NOTIFICATIONS["notif.ds12"].hex(), "--json").json
    assert (found["verdict"], found["session_id"], found["near_misses"]) == (None, 0x4A7C, [])


def test_each_attempt_is_a_working_with_its_secrets_masked(handset: Handset) -> None:
    hidden = handset("explain", _signed().hex(), *GIVEN).out
    shown = handset("explain", _signed().hex(), *GIVEN, "--show-secrets").out
    inner = f"{SERVER}:{SECRET}".encode().hex()
    assert "tried: stored, nonce c0ffee0011223344" in hidden
    expected, received = (
        next(line for line in hidden.splitlines() if line.startswith(f"  {word}"))
        for word in ("expected", "received  ==")
    )
    assert expected[15:] == received[15:] == _signed()[:16].hex()
    assert inner not in hidden
    assert inner in shown


# Inputs


@pytest.mark.parametrize("form", ["hex", "spaces", "percent", "base64", "file", "raw file", "-"])
def test_inputs(
    handset: Handset, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    octets = _signed()
    path = tmp_path / "push"
    path.write_bytes(octets if form == "raw file" else octets.hex(" ").encode())

    class Stdin:
        buffer = io.BytesIO(octets.hex().encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    source = {
        "hex": octets.hex(),
        "spaces": octets.hex(" "),
        "percent": "%" + octets.hex("%"),
        "base64": base64.b64encode(octets).decode(),
        "-": "-",
    }.get(form, str(path))
    assert handset("explain", source, *GIVEN, "--json").json["verdict"] == "verified-stored"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("zzz",), "neither a file nor hex: offset 0: expected hex digits or base64"),
        (("031",), "expected an even number of hex digits"),
        (("00", "--profile", "nope"), "nope: no such file, and no profile of that name"),
        (("00", *WHO, "--nonce-hex", "xyz"), "--nonce-hex: 'xyz' is not hex"),
        (("00", *WHO, "--client-nonce-hex", "0"), "--client-nonce-hex: '0' is not hex"),
    ],
)
def test_bad_input_is_usage(handset: Handset, arguments: tuple[str, ...], said: str) -> None:
    done = handset("explain", *arguments)
    assert done.code == 2
    assert said in done.complaint


# Profiles


SYNCEVOLUTION = """
server = "syncevolution"
[account]
url = "http://127.0.0.1:9000/sync"
server_id = "sc-server-01"
server_secret = "another"
user = "test"
password = "test"
"""


def test_notifications_of_syncevolution_verify_under_its_profile(
    handset: Handset, tmp_path: Path
) -> None:
    profile = tmp_path / "mine.toml"
    trigger = build_trigger("sc-server-01", 1, ui_mode=0, syncs=(Sync(206, 7, "Contacts"),))
    octets = digest.notification("test", "test", b"SyncEvolution", trigger).octets + trigger
    profile.write_text(SYNCEVOLUTION)
    found = _explained(handset, octets, "--profile", str(profile))
    assert (found["verdict"], found["nonce"]) == ("verified-stored", "stored")
    profile.write_text(SYNCEVOLUTION.replace("syncevolution", "generic"))
    found = _explained(handset, octets, "--profile", str(profile))
    assert found["verdict"] == "ignored"
    assert found["near_misses"][0]["id"] == "user-for-server-id"


@pytest.mark.parametrize("name", ["v12-default-1", "v12-oneway-1"])
def test_recorded_notifications_of_syncevolution_have_their_fields(
    handset: Handset, name: str
) -> None:
    found = handset("explain", SAN / f"{name}.hex", "--json").json
    assert (found["server_id"], found["session_id"]) == ("sc-server-01", 1)


def test_a_profiles_store_is_read_and_left_as_it_is(handset: Handset, home: Path) -> None:
    handset("nonces", "built-in", "set", NONCE.hex())
    folder = home / "ds-handset" / "built-in"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    found = _explained(handset, _signed(), "--profile", "built-in")
    assert found["verdict"] == "verified-stored"
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before


def test_a_profile_without_state_makes_none(handset: Handset, home: Path) -> None:
    assert _explained(handset, _signed(b"\xab\xcd"), "--profile", "built-in")["nonce"] == (
        "session-id"
    )
    assert not home.exists()


def test_an_earlier_nonce_of_the_ledger_is_a_near_miss(handset: Handset) -> None:
    for nonce in (NONCE.hex(), "01", "02"):
        handset("nonces", "built-in", "set", nonce)
    found = _explained(handset, _signed(), "--profile", "built-in")
    assert [miss["id"] for miss in found["near_misses"]] == ["previous-nonce"]
    assert found["near_misses"][0]["meaning"].endswith("(the second before the stored one)")


def test_a_replay_is_a_note_not_the_verdict(handset: Handset, tmp_path: Path) -> None:
    from emulator.protocol.effects import OpenedWith, UsedUp
    from emulator.store import Store

    folder = tmp_path / "state"
    handset("nonces", "built-in", "set", NONCE.hex(), "--state", folder)
    with Store(folder) as store:
        store.keep((OpenedWith("account", 0xABCD, 1.0), UsedUp("account", 0xABCD)), 1.0)
    octets = _signed(b"\xab\xcd")
    found = _explained(handset, octets, "--profile", "built-in", "--state", str(folder))
    assert found["verdict"] == "verified-session-id"
    assert "a running handset would ignore it" in found["notes"][0]


def test_decision_16_credentials_of_the_command_line_verify_a_dm_notification(
    handset: Handset,
) -> None:
    who = ("--server-id", "com.mgmtsrv.manage", "--secret", "srvpwd")
    octets = VECTORS["notif.dm.spec"]["output"]["notification_hex"]
    found = handset("explain", octets, *who, "--nonce-hex", b"Nonce".hex(), "--json")
    assert (found.code, found.json["verdict"]) == (0, "verified-stored")
