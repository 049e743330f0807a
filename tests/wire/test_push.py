"""WSP push: short, long and text forms, and the offsets of what does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import push
from emulator.wire.errors import WireError
from tests.wire.material import VECTORS, mutated
from tests.wire.pushes import NOTIFICATIONS, PUSHES, datagrams

TEXT = VECTORS["wsp.text"]["output"]


@pytest.mark.parametrize("name", ["notif.ds12", "notif.dm.spec"])
def test_pushes_of_the_vectors(name: str) -> None:
    vector = VECTORS[name]
    octets = bytes.fromhex(vector["output"]["wsp_pdu_hex"])
    read = push.parse(octets)
    assert read.body == NOTIFICATIONS[name]
    assert octets[: read.body_at].hex() == vector["intermediates"]["wsp_hex"]
    assert read.content_type_form == "short"
    built = push.build(
        read.body,
        content_type=read.content_type,
        application_id=read.application_id,
        transaction=read.transaction,
    )
    assert built == octets


def test_the_text_form() -> None:
    octets = bytes.fromhex(TEXT["wsp_hex"])
    read = push.parse(octets)
    assert (read.content_type, read.content_type_form) == (push.DS_NOTIFICATION, "text")
    assert read.application_id == push.DS_APPLICATION
    assert push.build(b"", text_headers=True) == octets


def test_the_long_form() -> None:
    octets = bytes.fromhex(TEXT["wsp_ds11_hex"])
    read = push.parse(octets)
    assert (read.content_type, read.content_type_form) == ("application/vnd.syncml+wbxml", "long")
    assert push.build(b"", content_type="application/vnd.syncml+wbxml") == octets


@pytest.mark.parametrize(
    ("name", "transaction", "content_type", "application"),
    [
        ("udp2948.out", 0x16, push.DS_NOTIFICATION, push.DS_APPLICATION),
        ("udp2948.out", 0x17, push.DM_NOTIFICATION, push.DS_APPLICATION),
        ("udp2948.out", 0x18, push.DM_NOTIFICATION_NEW, push.DM_APPLICATION),
        ("udp2948b.out", 0x00, "0x34", push.DS_APPLICATION),
    ],
)
def test_what_kannel_sends(
    name: str, transaction: int, content_type: str, application: str
) -> None:
    octets = datagrams(name)[transaction]
    read = push.parse(octets)
    assert (read.content_type, read.application_id) == (content_type, application)
    assert octets.endswith(read.body)
    assert read.headers[-1][0] in ("X-Wap-Application-Id", "0x43", "Encoding-Version", "Push-Flag")


def test_kannel_sends_the_length_of_the_body_as_a_header() -> None:
    read = push.parse(datagrams("udp2948.out")[0x16])
    assert ("Content-Length", str(len(read.body))) in read.headers


@pytest.mark.parametrize(
    ("headers", "application"),
    [
        ("af85", push.DS_APPLICATION),
        ("af0105", push.DS_APPLICATION),
        ("af3500", push.DS_APPLICATION),
        (f"af{push.DS_APPLICATION.encode().hex()}00", push.DS_APPLICATION),
        (f"{b'x-wap-application-id'.hex()}00{b'5'.hex()}00", push.DS_APPLICATION),
        ("afe3", "99"),
        ("", ""),
    ],
)
def test_forms_of_the_application_id(headers: str, application: str) -> None:
    value = bytes.fromhex("ce" + headers)
    assert push.parse(b"\x01\x06" + push.uintvar(len(value)) + value).application_id == application


@pytest.mark.parametrize(
    ("content_type", "expected", "form"),
    [
        ("ce", push.DS_NOTIFICATION, "short"),
        ("01ce", push.DS_NOTIFICATION, "long"),
        ("03ce8181", push.DS_NOTIFICATION, "long"),
        ("020144", push.DM_NOTIFICATION, "long"),
        ("1f020144", push.DM_NOTIFICATION, "long"),
        ("0b" + b"text/plain\0".hex(), "text/plain", "long"),
        (b"Text/Plain; charset=x\0".hex(), "text/plain", "text"),
        ("7f" + b"text/plain\0".hex(), "text/plain", "text"),
        ("fe", "0x7E", "short"),
    ],
)
def test_forms_of_the_content_type(content_type: str, expected: str, form: str) -> None:
    value = bytes.fromhex(content_type)
    read = push.parse(b"\x01\x06" + push.uintvar(len(value)) + value + b"body")
    assert (read.content_type, read.content_type_form, read.body) == (expected, form, b"body")


@pytest.mark.parametrize(
    ("octets", "offset", "expected"),
    [
        ("", 0, "TID and PDU type"),
        ("01", 1, "TID and PDU type"),
        ("0107", 1, "PDU type 06"),
        ("0106", 2, "a uintvar"),
        ("010681", 3, "a uintvar"),
        ("0106ffffffffff01", 2, "a uintvar in 32 bits"),
        ("010600", 2, "headers of 0 octets"),
        ("010605ce", 2, "headers of 5 octets"),
        ("010601", 2, "headers of 1 octets"),
        ("01060361626300", 3, "text that ends with 00"),
        ("0106020544", 3, "a value of 5 octets"),
        ("01060100", 3, "a media type"),
        ("010603020544", 4, "a long integer of 5 octets"),
        ("010602ceaf", 5, "a value for header X-Wap-Application-Id"),
        ("010603ceaf41", 5, "text that ends with 00"),
        ("010603ceaf05", 5, "a value of 5 octets"),
        ("010603ce0185", 4, "a header name"),
        ("010603ce7f85", 4, "a header name"),
    ],
)
def test_what_does_not_fit_is_named_with_its_offset(
    octets: str, offset: int, expected: str
) -> None:
    with pytest.raises(WireError) as caught:
        push.parse(bytes.fromhex(octets))
    assert caught.value.offset == offset
    assert caught.value.expected.startswith(expected)


def test_headers_stay_within_48_octets() -> None:
    """OMA DM 1.2.1 Notification, 6.3: WDP and WSP together."""
    assert len(push.build(b"")) + len(bytes.fromhex("0605040b8423f0")) <= 48


_TEXTS = st.from_regex(r"\A[a-z]{1,10}/[a-z.+-]{1,20}\Z")
CONTENT_TYPES = st.sampled_from(sorted(push.CONTENT_TYPE_CODES.values())) | _TEXTS
APPLICATIONS = st.sampled_from(sorted(push.APPLICATION_CODES.values())) | st.from_regex(
    r"\Ax-wap-application:[a-z.]{1,12}\Z"
)


@given(st.binary(max_size=200), CONTENT_TYPES, APPLICATIONS, st.integers(0, 255), st.booleans())
def test_what_was_built_is_read_back(
    body: bytes, content_type: str, application: str, transaction: int, text_headers: bool
) -> None:
    octets = push.build(
        body,
        content_type=content_type,
        application_id=application,
        transaction=transaction,
        text_headers=text_headers,
    )
    read = push.parse(octets)
    assert (read.body, read.content_type, read.application_id) == (body, content_type, application)
    assert (read.transaction, octets[read.body_at :]) == (transaction, body)
    if text_headers:
        assert read.content_type_form == "text"


@given(st.integers(0, 0xFFFFFFFF))
def test_uintvars(value: int) -> None:
    octets = push.uintvar(value)
    assert all(octet & 0x80 for octet in octets[:-1])
    assert octets[-1] < 0x80
    assert int("".join(f"{octet & 0x7F:07b}" for octet in octets), 2) == value


@pytest.mark.parametrize(
    ("value", "octets"), [(0, "00"), (127, "7f"), (128, "8100"), (0x2000, "c000")]
)
def test_uintvars_of_the_specification(value: int, octets: str) -> None:
    assert push.uintvar(value).hex() == octets


@given(mutated(PUSHES))
def test_damaged_octets_raise_nothing_but_wire_errors(octets: bytes) -> None:
    try:
        read = push.parse(octets)
    except WireError as wrong:
        assert 0 <= wrong.offset <= len(octets)
    else:
        assert octets[read.body_at :] == read.body
