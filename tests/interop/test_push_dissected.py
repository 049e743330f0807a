"""tshark dissects what `handset push` sends over UDP: every content type, in every form, field by field.

tshark 4.0 knows neither 0x4E nor 0x0303 as content types: it names the numbers. With a name that it
knows it reads a DS 1.1 alert to the last token.
"""

import json
import re
import socket
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from emulator.wire.codec import WBXML
from emulator.wire.syncml import Alert
from tests.interop.device import command
from tests.interop.need import need
from tests.interop.peers import PATIENCE, _pcap, dissect_udp

DS, DM = "application/vnd.syncml.ds.notification", "application/vnd.syncml.notification"
ALERT = "application/vnd.syncml+wbxml"
FOR_DS, FOR_DM = "x-wap-application:push.syncml", "x-wap-application:syncml.dm"
WHO = (
    *("--server-id", "ds.example.com", "--secret", "srv-secret-1", "--session-id", "0x4A7C"),
    *("--nonce", "session-id"),
)
SYNC = ("--sync", "206:text/x-vcard:./contacts", "--sync", "208:text/x-vcalendar:./calendar")


class Sent(NamedTuple):
    """What is chosen; the headers as tshark names them, and their octets ("" where they are text)."""

    options: tuple[str, ...]
    content_type: str
    application: str
    octets: tuple[str, str] = ("", "")


TEXT = ("--text-headers",)
FORMS = {
    "ds short": Sent(SYNC, "<Unknown media type identifier 0x4E>", FOR_DS, ("ce", "af85")),
    "ds text": Sent((*SYNC, *TEXT), DS, FOR_DS),
    "dm short": Sent(("--usage", "dm"), DM, FOR_DM, ("c4", "af87")),
    "dm text": Sent(("--usage", "dm", *TEXT), DM, FOR_DM),
    "alert long": Sent(
        ("--usage", "ds-1.1", *SYNC),
        "<Unknown media type identifier 0x303>",
        FOR_DS,
        ("03020303", "af85"),
    ),
    "alert text": Sent(("--usage", "ds-1.1", *SYNC, *TEXT), ALERT, FOR_DS),
}


def received(options: tuple[str, ...]) -> bytes:
    """The datagram that `handset push udp:` sends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE)
        target = f"udp://127.0.0.1:{receiver.getsockname()[1]}"
        done = command("push", target, *WHO, *options)
        assert done.returncode == 0, done.stderr
        return receiver.recv(0xFFFF)


def layers(folder: Path, datagram: bytes) -> dict[str, Any]:
    """The fields by name, as tshark has them, each with its octets under NAME_raw."""
    need("tshark")
    capture = folder / "push.pcap"
    capture.write_bytes(_pcap([datagram], 2948))
    done = subprocess.run(
        ["tshark", "-n", "-r", str(capture), "-T", "json", "-x"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=2 * PATIENCE,
        check=True,
    )
    (frame,) = json.loads(done.stdout)
    found: dict[str, Any] = frame["_source"]["layers"]
    return found


@pytest.mark.parametrize("sent", FORMS.values(), ids=FORMS)
def test_every_field_of_a_datagram(sent: Sent, tmp_path: Path) -> None:
    datagram = received(sent.options)
    found = layers(tmp_path, datagram)
    assert "_ws.malformed" not in json.dumps(found)
    wsp, headers = found["wsp"], found["wsp"]["wsp.headers"]
    assert (wsp["wsp.TID"], wsp["wsp.pdu_type"]) == (f"0x{datagram[0]:02x}", "0x06")
    assert wsp["wsp.header.content_type"] == sent.content_type
    assert headers["wsp.header.x_wap_application_id"] == sent.application
    type_octets, for_octets = sent.octets
    type_octets = type_octets or f"{sent.content_type}\0".encode().hex()
    for_octets = for_octets or "af" + f"{sent.application}\0".encode().hex()
    assert wsp["wsp.header.content_type_raw"][0] == type_octets
    assert headers["wsp.header.x_wap_application_id_raw"][0] == for_octets
    length = int(wsp["wsp.headers_length"])
    assert length == len(type_octets + for_octets) // 2
    body = found["wbxml_raw" if "wbxml" in found else "media_raw"]
    usage = sent.options[1] if sent.options[0] == "--usage" else "ds"
    raw = printed("raw", *sent.options)
    assert datagram[3 + length :].hex() == body[0]
    # The same SessionID and the same nonce: the same octets.
    assert body[0] == raw.hex(), usage


def printed(form: str, *options: str) -> bytes:
    done = command("push", "--print", form, *WHO, *options)
    assert done.returncode == 0, done.stderr
    return bytes.fromhex(done.stdout)


def test_an_alert_of_ds_1_1_token_by_token() -> None:
    datagram = printed("wsp", *FORMS["alert text"].options)
    (frame,) = dissect_udp([datagram])
    assert "-//SYNCML//DTD SyncML 1.1//EN" in frame and "alformed" not in frame
    said = re.findall(r"STR_I \(Inline string\)\s*\|\s*'(.*)'$", frame, re.MULTILINE)
    message = WBXML.decode(printed("raw", *FORMS["alert text"].options))
    cred = message.header.cred
    assert cred is not None and cred.data is not None and cred.meta is not None
    expected = ["1.1", "SyncML/1.1", "4A7C", "1", "ds.example.com"]
    assert said[:5] == expected
    assert {"b64", "syncml:auth-md5", cred.data[0]} < set(said)
    alerts = [each for each in message.commands if isinstance(each, Alert)]
    assert [each.data for each in alerts] == ["206", "208"]
    places = [
        said.index(word) for word in ("206", "./contacts", "text/x-vcard", "208", "./calendar")
    ]
    assert places == sorted(places)
