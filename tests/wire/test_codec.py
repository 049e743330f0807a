"""Octets to messages: by media type, and one kind of error for all that is wrong."""

import pytest
from hypothesis import HealthCheck, given, settings

from emulator.wire import codec
from emulator.wire.codec import WBXML, XML, Codec, by_media_type
from emulator.wire.errors import WireError
from emulator.wire.syncml import Message
from tests.wire.material import mutated
from tests.wire.messages import WBXML_MESSAGES, XML_MESSAGES

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
_START = b'<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>'


@pytest.mark.parametrize("name", sorted(WBXML_MESSAGES.keys() & XML_MESSAGES.keys()))
def test_both_encodings_give_the_same_message(name: str) -> None:
    assert WBXML.decode(WBXML_MESSAGES[name]) == XML.decode(XML_MESSAGES[name])


@pytest.mark.parametrize(
    ("reader", "name"),
    [(XML, name) for name in XML_MESSAGES] + [(WBXML, name) for name in WBXML_MESSAGES],
)
def test_what_is_encoded_is_decoded(reader: Codec, name: str) -> None:
    octets = (XML_MESSAGES if reader is XML else WBXML_MESSAGES)[name]
    message = reader.decode(octets)
    again = reader.decode(reader.encode(message))
    assert (again.header, again.body) == (message.header, message.body)


@pytest.mark.parametrize(
    ("content_type", "reader"),
    [
        ("application/vnd.syncml+xml", XML),
        ("application/vnd.syncml+wbxml", WBXML),
        (" Application/VND.SyncML+WBXML ; charset=utf-8", WBXML),
        ("text/html", None),
        ("", None),
    ],
)
def test_the_media_type_chooses(content_type: str, reader: Codec | None) -> None:
    assert by_media_type(content_type) is reader


def test_codecs_are_known_by_the_names_of_profiles() -> None:
    assert codec.CODECS == {"xml": XML, "wbxml": WBXML}


@pytest.mark.parametrize(
    ("octets", "offset", "expected"),
    [
        (_START + b"</SyncHdr><SyncBody/></SyncML>", _START.index(b"<SyncHdr"), "VerDTD"),
        (b'<SyncML xmlns="SYNCML:SYNCML1.2"/>', 0, "SyncHdr"),
        (b'<DevInf xmlns="syncml:devinf"/>', 0, "SyncHdr"),
        (b"SyncML", 0, "well-formed XML"),
    ],
)
def test_what_is_missing_has_an_offset(octets: bytes, offset: int, expected: str) -> None:
    with pytest.raises(WireError) as caught:
        XML.decode(octets)
    assert (caught.value.offset, caught.value.expected) == (offset, expected)


def test_what_is_missing_in_wbxml_has_an_offset() -> None:
    # SyncML( SyncHdr( VerDTD "1.2" ) ): the header begins after the WBXML header and <SyncML>.
    octets = bytes.fromhex("02a4016a00 6d 6c 71 03312e3200 01 01 01".replace(" ", ""))
    with pytest.raises(WireError) as caught:
        WBXML.decode(octets)
    assert (caught.value.offset, caught.value.expected) == (6, "SessionID")


def test_what_is_missing_in_utf16_is_said_all_the_same() -> None:
    with pytest.raises(WireError, match="expected SyncHdr"):
        XML.decode('<SyncML xmlns="SYNCML:SYNCML1.2"/>'.encode("utf-16"))


@given(mutated(list(XML_MESSAGES.values())))
@settings(deadline=None, suppress_health_check=SLOW)
def test_damaged_xml_raises_nothing_but_wire_errors(octets: bytes) -> None:
    _decodes_or_says_where(XML, octets)


@given(mutated(list(WBXML_MESSAGES.values())))
@settings(deadline=None, suppress_health_check=SLOW)
def test_damaged_wbxml_raises_nothing_but_wire_errors(octets: bytes) -> None:
    _decodes_or_says_where(WBXML, octets)


def _decodes_or_says_where(reader: Codec, octets: bytes) -> None:
    try:
        message = reader.decode(octets)
    except WireError as wrong:
        assert 0 <= wrong.offset <= len(octets)
    else:
        assert isinstance(message, Message)
        # What a peer may put there must never break whoever asks.
        for command in message.commands:
            assert getattr(command, "code", 0) >= 0
