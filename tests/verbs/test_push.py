"""`handset push`: what it prints, where it sends it, and how it refuses."""

import socket
from pathlib import Path

import pytest

from emulator.protocol import digest, san11, sessionid
from emulator.protocol.keyring import Account
from emulator.wire import arrival, notification, push
from emulator.wire.codec import WBXML
from emulator.wire.notification import Notification, Sync
from tests.verbs.command import SECRET, SERVER, Handset
from tests.wire.material import VECTORS

NOTIF = VECTORS["notif.ds12"]
WHO = ("--server-id", SERVER, "--secret", SECRET)
EXAMPLE = (
    *WHO, "--nonce-hex", NOTIF["inputs"]["nonce_hex"], "--session-id", "0x4A7C", "--ui-mode", "2",
    "--sync", "206:text/x-vcard:./contacts", "--sync", "208:0x306:mail",
)  # fmt: skip


def _verifies(octets: bytes, nonce: bytes) -> bool:
    read = notification.parse(octets)
    return digest.notification(SERVER, SECRET, nonce, read.trigger).octets == read.digest


def test_print_raw_is_the_vector(handset: Handset) -> None:
    done = handset("push", "--print", "raw", *EXAMPLE)
    assert done == (0, NOTIF["output"]["notification_hex"] + "\n", "")


def test_print_wsp_has_short_headers(handset: Handset) -> None:
    octets = bytes.fromhex(handset("push", "--print", "wsp", *EXAMPLE).out)
    assert octets[1:].hex() == NOTIF["output"]["wsp_pdu_hex"][2:]


def test_print_wsp_has_text_headers_when_asked(handset: Handset) -> None:
    octets = bytes.fromhex(handset("push", "--print", "wsp", "--text-headers", *EXAMPLE).out)
    assert push.parse(octets).content_type_form == "text"
    assert push.DS_APPLICATION.encode() in octets


@pytest.mark.parametrize("form", ["sms-submit", "sms-deliver"])
def test_print_sms_is_a_pdu_a_line(handset: Handset, form: str) -> None:
    (line,) = handset("push", "--print", form, *EXAMPLE).out.splitlines()
    user_data = "0605040b8423f0"
    _, _, payload = line.partition(user_data)
    assert payload[2:] == NOTIF["output"]["wsp_pdu_hex"][2:]
    many = [x for n in range(15) for x in ("--sync", f"206:text/x-vcard:./store-{n}")]
    assert len(handset("push", "--print", form, *EXAMPLE, *many[:-4]).out.splitlines()) > 1


@pytest.mark.parametrize("encoding", sessionid.ENCODINGS)
def test_the_session_id_as_nonce_in_any_encoding(handset: Handset, encoding: str) -> None:
    done = handset(
        "push", "--print", "raw", *WHO, "--nonce", f"session-id:{encoding}", "--session-id", "171"
    )
    assert _verifies(bytes.fromhex(done.out), sessionid.nonce(171, encoding))


def test_the_session_id_is_raw_unless_told_otherwise(handset: Handset) -> None:
    octets = bytes.fromhex(
        handset("push", "--print", "raw", *WHO, "--nonce", "session-id", "--session-id", "7").out
    )
    assert _verifies(octets, b"\0\7")


def test_without_a_session_id_there_is_a_random_one(handset: Handset) -> None:
    ids = set()
    for _ in range(4):
        out = handset("push", "--print", "raw", *WHO, "--nonce", "session-id").out
        ids.add(notification.parse(bytes.fromhex(out)).session_id)
    assert len(ids) > 1
    assert 0 not in ids


def test_every_field_of_the_options(handset: Handset) -> None:
    out = handset(
        "push", "--print", "raw", *WHO, "--nonce-hex", "", "--session-id", "0xFFFF",
        "--ui-mode", "3", "--initiator", "user", "--sync", "210::./x", "--sync", "206:text/plain:y",
    ).out  # fmt: skip
    read = notification.parse(bytes.fromhex(out))
    assert (read.session_id, read.ui_mode, read.initiator) == (0xFFFF, 3, 0)
    assert read.syncs == (Sync(210, 0, "./x"), Sync(206, 3, "y"))
    assert _verifies(read.octets, b"")


def test_a_notification_of_dm(handset: Handset) -> None:
    options = (*WHO, "--usage", "dm", "--nonce-hex", "00000000", "--session-id", "7")
    octets = bytes.fromhex(handset("push", "--print", "wsp", *options).out)
    assert octets[1:6].hex() == "0603c4af87"
    read = notification.parse(octets[6:])
    assert (read.usage, read.version, read.session_id) == ("dm", notification.DM_VERSION, 7)
    assert _verifies(read.octets, bytes(4))
    refused = handset("push", "--print", "wsp", *options, "--sync", "206:7:x")
    assert refused.code == 2 and "--sync: a notification of DM has none" in refused.complaint


def test_an_alert_of_ds_1_1(handset: Handset) -> None:
    options = (*WHO, "--usage", "ds-1.1", "--nonce-hex", "c0ffee", "--session-id", "0x4A7C")
    sync = ("--sync", "206:text/x-vcard:./contacts", "--sync", "208::mail")
    wsp = push.parse(bytes.fromhex(handset("push", "--print", "wsp", *options, *sync).out))
    assert (wsp.content_type, wsp.content_type_form) == ("application/vnd.syncml+wbxml", "long")
    assert wsp.application_id == push.DS_APPLICATION
    message = WBXML.decode(wsp.body)
    assert san11.syncs(message) == ((206, "./contacts"), (208, "mail"))
    assert message.header.session_id == "4A7C"
    account = Account("a", server_id=SERVER, server_secret=SECRET, server_nonce=b"\xc0\xff\xee")
    judged = san11.cred(message, account)
    assert judged is not None and judged.matched == "stored"
    refused = handset("push", "--print", "raw", *options)
    assert refused.code == 2 and "--sync: a DS 1.1 alert names" in refused.complaint


def test_a_datagram_to_a_udp_target(handset: Handset) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        target = f"udp://127.0.0.1:{receiver.getsockname()[1]}"
        done = handset("push", target, *EXAMPLE)
        assert (done.code, done.out) == (0, "")
        assert f"to {target}" in done.err
        content = arrival.read(receiver.recv(4096)).content
        assert isinstance(content, Notification)
        assert content.octets.hex() == NOTIF["output"]["notification_hex"]
        assert handset("push", target, "--form", "raw", *EXAMPLE).code == 0
        assert receiver.recv(4096) == content.octets


def test_a_file_gets_a_line_more(handset: Handset, tmp_path: Path) -> None:
    path = tmp_path / "pushes"
    for _ in range(2):
        assert handset("push", f"file:{path}", "--form", "raw", *EXAMPLE).code == 0
    assert path.read_text().splitlines() == [NOTIF["output"]["notification_hex"]] * 2


def test_the_stored_nonce_of_a_profile(handset: Handset) -> None:
    assert handset("nonces", "built-in", "set", "c0ffee").code == 0
    command = ("push", "--print", "raw", "--profile", "built-in", "--nonce")
    assert _verifies(bytes.fromhex(handset(*command, "stored").out), b"\xc0\xff\xee")
    assert not _verifies(bytes.fromhex(handset(*command, "stale").out), b"\xc0\xff\xee")
    assert _verifies(bytes.fromhex(handset(*command, "session-id", "--session-id", "1").out), b"\0\1")  # fmt: skip


NONCE = ("--nonce", "session-id")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*WHO,), "--nonce: session-id[:ENCODING], or stored or stale with --profile"),
        ((*NONCE,), "give --server-id and --secret, or --profile"),
        ((*WHO, "--nonce", "session-id:x"), "--nonce: session-id:x: one of raw16_be, "),
        ((*WHO, "--nonce", "stored"), "--nonce stored needs --profile"),
        ((*WHO, "--nonce-hex", "x"), "--nonce-hex: 'x' is not hex"),
        ((*WHO, *NONCE, "--session-id", "0x10000"), "--session-id: '0x10000': 0 to 0xFFFF"),
        ((*WHO, *NONCE, "--session-id", "4A7C"), "--session-id: '4A7C': 0 to 0xFFFF"),
        ((*WHO, *NONCE, "--sync", "x"), "--sync: 'x': CODE:TYPE:URI is expected"),
        ((*WHO, *NONCE, "--sync", "206:text/html:x"), "--sync: 'text/html': one of text/plain"),
        ((*WHO, *NONCE, "--sync", "199:7:x"), "sync 199:7:x does not fit"),
        ((*WHO, *NONCE, "--sync", "206:-1:x"), "sync 206:-1:x does not fit"),
        ((*WHO, *NONCE, "--ui-mode", "4"), "'--ui-mode'"),
        (("--server-id", "x" * 256, "--secret", "y", *NONCE), "server id: at most 255"),
        (("--profile", "nope", *NONCE), "nope: no such file, and no profile of that name"),
        (("--profile", "generic", *NONCE), "generic: the profile has no account"),
    ],
)
def test_what_cannot_be_built_is_usage(
    handset: Handset, arguments: tuple[str, ...], said: str
) -> None:
    done = handset("push", "--print", "raw", *arguments)
    assert done.code == 2
    assert said in done.complaint


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("", 2, "TARGET: udp://HOST:PORT, modem:PATH"),
        ("nonsense", 2, "nonsense: udp://HOST:PORT"),
        ("udp://127.0.0.1", 2, "udp://127.0.0.1: udp://HOST:PORT"),
        ("udp://127.0.0.1:99999", 2, "udp://HOST:PORT"),
        ("udp://127.0.0.1:0", 2, "udp://HOST:PORT"),
        ("udp://:2948", 2, "udp://HOST:PORT"),
        ("http://127.0.0.1:1", 3, "http://127.0.0.1:1: "),
        ("smsc-http://127.0.0.1:1/", 3, "smsc-http://127.0.0.1:1/: "),
        ("smpp://127.0.0.1:1", 3, "smpp://127.0.0.1:1: "),
        ("modem:tcp://127.0.0.1:1", 3, "refused"),
        ("modem:/nowhere/m0", 3, "No such file"),
        ("-", 2, "udp://HOST:PORT"),
        ("file:", 2, "or file:PATH is expected, or --print"),
        ("file:/", 2, "file:/: Is a directory"),
        (f"udp://{'x' * 70}:1", 3, f"udp://{'x' * 70}:1: "),
    ],
)
def test_targets_that_are_none(handset: Handset, target: str, code: int, said: str) -> None:
    done = handset("push", target, *EXAMPLE)
    assert done.code == code
    assert said in done.complaint
