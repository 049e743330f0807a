"""What a datagram is: bare package #0 or WSP push, for whom, and where it does not fit."""

import pytest
from hypothesis import given

from emulator.wire import arrival, push
from emulator.wire.arrival import Ds11Alert, NotForUs
from emulator.wire.errors import WireError
from emulator.wire.notification import Notification
from tests.wire.material import VECTORS, mutated
from tests.wire.pushes import NOTIFICATIONS, PUSHES, SAN, datagrams, xxd

DS11 = bytes.fromhex(VECTORS["wbxml.ds11.san"]["output"]["wbxml_hex"])


@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_bare_and_pushed_are_the_same_notification(name: str) -> None:
    octets = NOTIFICATIONS[name]
    bare = arrival.read(octets)
    usage = "dm" if ".dm." in name else "ds"
    content_type = push.DM_NOTIFICATION if usage == "dm" else push.DS_NOTIFICATION
    pushed = arrival.read(push.build(octets, content_type=content_type))
    assert isinstance(bare.content, Notification)
    assert bare.content == pushed.content
    assert bare.content.usage == usage
    assert [layer.name for layer in bare.layers] == [f"package #0 ({usage.upper()})"]
    assert [layer.name for layer in pushed.layers] == ["wsp push", bare.layers[0].name]
    assert [layer.offset for layer in pushed.layers] == [0, 6]


@pytest.mark.parametrize("name", ["notif.ds12", "notif.dm.spec"])
def test_pushes_of_the_vectors(name: str) -> None:
    octets = bytes.fromhex(VECTORS[name]["output"]["wsp_pdu_hex"])
    content = arrival.read(octets).content
    assert isinstance(content, Notification)
    assert content.octets == NOTIFICATIONS[name]


@pytest.mark.parametrize("name", ["v12-default-1", "v12-oneway-1"])
def test_notifications_of_syncevolution_are_bare(name: str) -> None:
    content = arrival.read(xxd(SAN / f"{name}.hex")).content
    assert isinstance(content, Notification)
    assert content.server_id == "sc-server-01"


def test_a_dm_notification_may_have_either_content_type() -> None:
    for content_type in (push.DM_NOTIFICATION, push.DM_NOTIFICATION_NEW):
        octets = push.build(
            NOTIFICATIONS["notif.dm.spec"],
            content_type=content_type,
            application_id=push.DM_APPLICATION,
        )
        content = arrival.read(octets).content
        assert isinstance(content, Notification)
        assert content.usage == "dm"


@pytest.mark.parametrize("start", ["0106", "010601b4", "010603b4af84", "0106026100"])
def test_a_digest_may_begin_like_a_push(start: str) -> None:
    """One notification in about a thousand does; none of them may get lost."""
    digest = bytes.fromhex(start)
    octets = digest + NOTIFICATIONS["notif.ds12"][len(digest) :]
    content = arrival.read(octets).content
    assert isinstance(content, Notification)
    assert content.octets == octets


@pytest.mark.parametrize(
    ("content_type", "application", "why"),
    [
        (push.DS_NOTIFICATION, "x-wap-application:mms.ua", "it is for x-wap-application:mms.ua"),
        ("text/plain", push.DS_APPLICATION, "its content type is text/plain"),
        ("application/vnd.wap.connectivity-wbxml", "x-wap-application:*", "its content type is"),
    ],
)
def test_pushes_for_others(content_type: str, application: str, why: str) -> None:
    octets = push.build(b"hello", content_type=content_type, application_id=application)
    content = arrival.read(octets).content
    assert isinstance(content, NotForUs)
    assert content.why.startswith(why)


@pytest.mark.parametrize("application", sorted({push.DS_APPLICATION, push.APPLICATION_CODES[0]}))
def test_a_ds11_alert_is_told_from_a_notification(application: str) -> None:
    octets = push.build(
        DS11, content_type="application/vnd.syncml+wbxml", application_id=application
    )
    assert arrival.read(octets).content == Ds11Alert(DS11, "application/vnd.syncml+wbxml")


@pytest.mark.parametrize("octets", [DS11, xxd(SAN / "v11-wbxml-1.hex")])
def test_a_bare_ds11_alert_is_known_by_its_beginning(octets: bytes) -> None:
    assert arrival.read(octets).content == Ds11Alert(octets, "application/vnd.syncml+wbxml")


@pytest.mark.parametrize("start", ["029f53", "02a401", "020000"])
def test_a_digest_may_begin_like_a_ds11_alert(start: str) -> None:
    octets = bytes.fromhex(start) + NOTIFICATIONS["notif.ds12"][3:]
    content = arrival.read(octets).content
    assert isinstance(content, Notification)
    assert content.octets == octets


def test_the_layers_say_what_the_push_said() -> None:
    fields = dict(arrival.read(push.build(NOTIFICATIONS["notif.ds12"])).layers[0].fields)
    assert fields == {
        "TID": "01",
        "Content-Type": "application/vnd.syncml.ds.notification (short form)",
        "X-Wap-Application-Id": push.DS_APPLICATION,
    }


@pytest.mark.parametrize(
    ("octets", "offset", "expected"),
    [
        (b"", 0, "a digest of 16 octets"),
        (b"\x01", 0, "a digest of 16 octets"),
        (b"\x01\x06", 2, "a uintvar"),
        (push.build(b"short"), 6, "a digest of 16 octets"),
        (push.build(NOTIFICATIONS["notif.ds12"][:50]), 6 + 44, "sync 1: a URI"),
        (NOTIFICATIONS["notif.ds12"][:50], 44, "sync 1: a URI"),
    ],
)
def test_offsets_count_from_the_start_of_the_input(
    octets: bytes, offset: int, expected: str
) -> None:
    with pytest.raises(WireError) as caught:
        arrival.read(octets)
    assert caught.value.offset == offset
    assert caught.value.expected.startswith(expected)


@pytest.mark.parametrize("transaction", [0x16, 0x17, 0x18])
def test_kannels_arbitrary_bodies_are_wire_errors_or_notifications(transaction: int) -> None:
    octets = datagrams("udp2948.out")[transaction]
    with pytest.raises(WireError) as caught:
        arrival.read(octets)
    # The body is 80 81 82 ...: its server id would be longer than the datagram.
    assert caught.value.offset == len(octets) - 40 + 24
    assert caught.value.expected == "a server id of 151 octets"


@given(mutated([*NOTIFICATIONS.values(), *PUSHES, DS11]))
def test_damaged_octets_raise_nothing_but_wire_errors(octets: bytes) -> None:
    try:
        arrived = arrival.read(octets)
    except WireError as wrong:
        assert 0 <= wrong.offset <= len(octets)
    else:
        assert arrived.layers


@pytest.mark.parametrize(
    "application",
    ["", "x-wap-application:push.syncml", "push.syncml", "5", "5;q=1", "*", "0", "syncml.dm"],
)
def test_a_post_says_in_headers_what_it_is(application: str) -> None:
    headers = [("content-type", f"{push.DS_NOTIFICATION}; v=1")]
    if application:
        headers.append(("x-wap-application-id", application))
    octets = NOTIFICATIONS["notif.ds12"]
    posted = arrival.posted(headers, octets)
    assert posted.content == arrival.read(octets).content
    assert [layer.name for layer in posted.layers] == ["http post", "package #0 (DS)"]


@pytest.mark.parametrize("content_type", [None, "", "application/octet-stream"])
def test_a_post_without_a_type_is_what_its_octets_are(content_type: str | None) -> None:
    headers = [] if content_type is None else [("content-type", content_type)]
    octets = bytes.fromhex(VECTORS["notif.ds12"]["output"]["wsp_pdu_hex"])
    assert arrival.posted(headers, octets) == arrival.read(octets)


@pytest.mark.parametrize(
    ("content_type", "application", "why"),
    [
        ("text/plain", "", "its content type is text/plain"),
        (push.DS_NOTIFICATION, "x-wap-application:mms.ua", "it is for x-wap-application:mms.ua"),
        (push.DS_NOTIFICATION, "http://example.com/app", "it is for http://example.com/app"),
    ],
)
def test_a_post_for_somebody_else(content_type: str, application: str, why: str) -> None:
    headers = [("content-type", content_type), ("x-wap-application-id", application)]
    assert arrival.posted(headers, NOTIFICATIONS["notif.ds12"]).content == NotForUs(why)


def test_a_post_of_a_ds11_alert() -> None:
    found = arrival.posted([("content-type", "application/vnd.syncml+wbxml")], DS11)
    assert found.content == Ds11Alert(DS11, "application/vnd.syncml+wbxml")


CP = bytes.fromhex(VECTORS["cp.w5"]["intermediates"]["wbxml_hex"])
XML = b'<?xml version="1.0"?>\n<SyncML xmlns="SYNCML:SYNCML1.1"><SyncHdr/></SyncML>'


@pytest.mark.parametrize(
    ("octets", "content_type"),
    [
        (DS11, "application/vnd.syncml+wbxml"),
        (XML, "application/vnd.syncml+xml"),
        (b"\xef\xbb\xbf" + XML, "application/vnd.syncml+xml"),
        (b"<?xml version='1.0'?><wap-provisioningdoc/>", "text/xml"),
        (CP, push.PROVISIONING),
    ],
)
def test_a_document_is_told_by_how_it_begins(octets: bytes, content_type: str) -> None:
    arrived = arrival.read(octets)
    assert (arrived.content_type, arrived.content_at) == (content_type, 0)
    assert isinstance(arrived.content, Ds11Alert) == ("syncml" in content_type)
    assert arrival.beginning(octets) == (content_type, 0)


@pytest.mark.parametrize("form", ["short", "text"])
def test_the_type_of_content_is_known_before_all_of_it_is_there(form: str) -> None:
    octets = push.build(CP, content_type=push.PROVISIONING, text_headers=form == "text")
    at = octets.index(CP)
    arrived = arrival.read(octets)
    assert (arrived.content_type, arrived.content_at) == (push.PROVISIONING, at)
    begins, ends = arrival.beginning(octets[: at + 1])
    assert begins == push.PROVISIONING and ends <= at
    assert arrival.beginning(octets[:3]) == ("", 0)


def test_a_package_0_is_known_by_its_version() -> None:
    octets = NOTIFICATIONS["notif.ds12"]
    assert arrival.read(octets).content_type == push.DS_NOTIFICATION
    assert arrival.beginning(octets[:24]) == (push.DS_NOTIFICATION, 0)
    assert arrival.beginning(octets[:23]) == ("", 0)
    unknown = octets[:16] + b"\xff" + octets[17:]
    assert arrival.read(unknown).content_type == arrival.beginning(unknown)[0] == ""


def test_a_push_of_a_type_with_a_name_is_never_taken_for_a_digest() -> None:
    # Headers and body together read as a package #0 of DS 1.2.
    body = bytes(16 - 4) + bytes.fromhex("030000000000000000")
    octets = push.build(body, content_type="text/x-vcard", application_id=push.DS_APPLICATION)
    octets = octets[:2] + b"\x01" + octets[3:4] + body
    content = arrival.read(octets).content
    assert content == NotForUs("its content type is text/x-vcard")
    assert isinstance(arrival.read(octets[:3] + b"\xfe" + octets[4:]).content, Notification)


def test_a_form_is_a_push_only_when_it_reads_as_one() -> None:
    headers = [("content-type", "application/x-www-form-urlencoded")]
    text = b"user=someone&password=not-for-the-journal" + b"0" * 400
    assert isinstance(arrival.posted(headers, text).content, NotForUs)
    assert isinstance(arrival.posted([], text).content, Notification)
