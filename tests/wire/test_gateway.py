"""Short messages of gateways: submit_sm octet by octet and as another library reads it, queries."""

import struct

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import gateway
from emulator.wire.errors import WireError
from emulator.wire.gateway import submitted
from emulator.wire.received import ShortMessage

HEADER = bytes.fromhex("0605040b8423f0")


def submit_sm(octets: bytes, esm_class: int = 0x43, coding: int = 4, tlvs: bytes = b"") -> bytes:
    who = b"\0\1\x0112345\0\1\x01358401234567\0"
    body = who + bytes([esm_class, 0, 0, 0, 0, 0, 0, coding, 0, len(octets)]) + octets + tlvs
    return struct.pack(">IIII", 16 + len(body), 4, 0, 7) + body


def test_a_submit_sm() -> None:
    octets = submit_sm(HEADER + b"\x01\x06")
    assert gateway.is_smpp(octets)
    read = gateway.read(octets)
    assert (read.command, read.sequence, octets[read.at :]) == (
        "submit_sm",
        7,
        HEADER + b"\x01\x06",
    )
    assert read.message == ShortMessage("12345", "358401234567", HEADER, b"\x01\x06", 4)


def test_a_long_message_lies_in_its_parameter() -> None:
    octets = submit_sm(b"", tlvs=struct.pack(">HH", 0x0424, 300) + HEADER + bytes(293))
    read = gateway.read(octets)
    assert (read.message.header, len(read.message.data), octets[read.at :][:7]) == (
        HEADER,
        293,
        HEADER,
    )


@given(
    st.binary(max_size=254),
    st.sampled_from([0, 4, 8]),
    st.dictionaries(st.sampled_from([0x020A, 0x020B, 0x0204]), st.binary(min_size=2, max_size=2)),
)
def test_as_another_library_reads_it(octets: bytes, coding: int, tlvs: dict[int, bytes]) -> None:
    parameters = [struct.pack(">HH", tag, len(value)) + value for tag, value in tlvs.items()]
    pdu = submit_sm(octets, 0, coding, b"".join(parameters))
    read, other = gateway.read(pdu), smpp34.decode(pdu)
    assert (read.sequence, read.esm_class) == (other.sequence_number, other.esm_class)
    message = read.message
    assert (message.originator, message.recipient) == (other.source_addr, other.destination_addr)
    assert (message.data, message.coding) == (other.short_message, other.data_coding)
    assert message == submitted(
        other.source_addr,
        other.destination_addr,
        0,
        other.data_coding,
        other.short_message,
        [(tlv.tag, bytes(tlv.value)) for tlv in other.tlvs],
    )


def test_truncated_at_every_octet_and_lying_about_its_length() -> None:
    octets = submit_sm(HEADER + b"x", tlvs=b"\x02\x0b\0\2\x0b\x84")
    for size in range(len(octets)):
        assert not gateway.is_smpp(octets[:size])
        if size >= 16:
            cut = struct.pack(">I", size) + octets[4:size]
            if size == len(octets) - 6:
                continue  # without its parameter it is whole
            with pytest.raises(WireError) as wrong:
                gateway.read(cut)
            assert 0 <= wrong.value.offset <= size


@given(st.binary(max_size=80).map(lambda b: struct.pack(">IIII", 16 + len(b), 4, 0, 1) + b))
def test_anything_is_a_message_or_a_wire_error(octets: bytes) -> None:
    try:
        read = gateway.read(octets)
    except WireError as wrong:
        assert 0 <= wrong.offset <= len(octets)
    else:
        assert read.at <= len(octets)


def test_plus_is_a_blank_and_percent_any_octet() -> None:
    assert gateway.queried("text=a+b%2B%FF").data == b"a b+\xff"


@given(st.text(max_size=60))
def test_any_query_is_a_message_or_a_value_error(query: str) -> None:
    try:
        gateway.queried(query)
    except ValueError as wrong:
        assert "expected" in str(wrong) or "missing" in str(wrong)


@pytest.mark.parametrize(
    ("tlvs", "header"),
    [
        ([(gateway.DESTINATION_PORT, b"\x0b\x84"), (gateway.SOURCE_PORT, b"\x23\xf0")], HEADER),
        ([(gateway.DESTINATION_PORT, b"\x0b\x84")], bytes.fromhex("0605040b840000")),
        (
            [
                (gateway.DESTINATION_PORT, b"\x0b\x84"),
                (gateway.SOURCE_PORT, b"\x23\xf0"),
                (gateway.SAR_REFERENCE, b"\x1f\x5a"),
                (gateway.SAR_TOTAL, b"\x02"),
                (gateway.SAR_NUMBER, b"\x01"),
            ],
            bytes.fromhex("0c05040b8423f008041f5a0201"),
        ),
        ([(gateway.SAR_REFERENCE, b"\x01"), (gateway.SAR_TOTAL, b"\x02")], b""),
        ([(gateway.DESTINATION_PORT, b"\x01\x00\x00")], b""),
    ],
)
def test_optional_parameters_are_a_header(tlvs: gateway.Tlvs, header: bytes) -> None:
    assert submitted("1", "2", 0, 4, b"x", tlvs) == ShortMessage("1", "2", header, b"x", 4)


def test_a_long_message_in_a_parameter() -> None:
    made = submitted("1", "2", 0x40, 4, b"", [(gateway.MESSAGE_PAYLOAD, HEADER + bytes(300))])
    assert made == ShortMessage("1", "2", HEADER, bytes(300), 4)
