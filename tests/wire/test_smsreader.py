"""SMS PDUs of the vectors, of real senders, and whatever else a modem may say."""

import re

import pytest
import smspdu
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import gsm7, sms, smsreader
from emulator.wire.errors import WireError
from emulator.wire.received import ShortMessage
from emulator.wire.udh import Part, Ports
from tests.wire.material import VECTORS
from tests.wire.pushes import KANNEL

OUT = VECTORS["notif.ds12"]["output"]
WSP = bytes.fromhex(OUT["wsp_pdu_hex"])
PORTS = Ports(2948, 9200)
RECORDED = sorted(
    {
        pdu
        for path in (KANNEL / "modem_pty.out", KANNEL.parent / "gsm" / "modem1.out")
        for pdu in re.findall(r"PDU ([0-9A-F]+)", path.read_text())
    }
)


@pytest.mark.parametrize(
    ("name", "kind", "address"),
    [("deliver", "deliver", "+447700900999"), ("submit", "submit", "+447700900123")],
)
def test_the_vectors(name: str, kind: str, address: str) -> None:
    read = smsreader.read(bytes.fromhex(OUT[f"sms_{name}_pdu_hex"]))
    assert (read.kind, read.address, read.alphabet) == (kind, address, "8-bit")
    assert read.header is not None and read.header.ports == PORTS and read.payload == WSP
    assert bytes.fromhex(OUT[f"sms_{name}_pdu_hex"])[read.payload_at :] == WSP


def test_what_it_says_to_people() -> None:
    pdu = bytes.fromhex(OUT["sms_deliver_pdu_hex"])
    read = smsreader.read(pdu)
    assert dict(read.fields) == {
        "service centre": "+447700900000",
        "type": "SMS-DELIVER, with a header",
        "sender": "+447700900999",
        "protocol": "00",
        "data coding": "04 (8-bit)",
        "time stamp": "08-03-14 12:34:56",
        "data length": str(len(WSP) + 7),
        "header length": "6",
        "ports": "to 2948, from 9200",
    }
    places = {span.name: pdu[span.octet : span.octet + span.bits // 8] for span in read.spans}
    assert places["ports"].hex() == "05040b8423f0"
    assert b"".join(places.values()) + WSP == pdu


def test_pdus_one_after_the_other_are_told_apart_by_their_lengths() -> None:
    pdus = [bytes.fromhex(OUT[f"sms_{name}_pdu_hex"]) for name in ("deliver", "submit", "deliver")]
    assert smsreader.split(b"".join(pdus)) == pdus
    assert smsreader.split(b"") == []
    with pytest.raises(WireError):
        smsreader.split(b"".join(pdus)[:-1])


def test_there_are_recordings() -> None:
    assert len(RECORDED) >= 5


@pytest.mark.parametrize("pdu", RECORDED)
def test_recorded_pdus_of_kannel_smstools_and_gammu(pdu: str) -> None:
    """As another library reads them; it wants them without the service centre."""
    octets = bytes.fromhex(pdu)
    read = smsreader.read(octets)
    assert read.kind == "submit"
    other = smspdu.SMS_SUBMIT.fromPDU(octets[1 + octets[0] :].hex(), "x")
    assert read.address.lstrip("+") == other.tp_da.lstrip("+")
    assert bytes(other.tp_ud).endswith(read.payload)
    assert (read.header.length if read.header else 0) + len(read.payload) == other.tp_udl


def test_seven_bit_text_after_a_header() -> None:
    """The header's seven octets are eight septets: the text begins on a septet's border."""
    septets = gsm7.septets("hello {you}")
    data = bytes.fromhex("0605040b8423f0") + gsm7.packed(septets, 0)
    pdu = bytes.fromhex("0041000c914477000910320000") + bytes([8 + len(septets)]) + data
    read = smsreader.read(pdu)
    assert read.alphabet == "7-bit" and read.payload.decode() == "hello {you}"
    five = bytes.fromhex("050003010201") + gsm7.packed(septets, 1)
    pdu = bytes.fromhex("0041000c914477000910320000") + bytes([7 + len(septets)]) + five
    assert smsreader.read(pdu).payload.decode() == "hello {you}"


def test_a_sender_with_a_name_and_ucs2() -> None:
    name = gsm7.packed(gsm7.septets("OMA"))
    stamp = bytes.fromhex("80304121436500")
    text = "Grüße".encode("utf-16-be")
    pdu = b"\0\x04" + bytes([6, 0xD0]) + name + b"\0\x08" + stamp + bytes([len(text)]) + text
    read = smsreader.read(pdu)
    assert read.address == "OMA" and read.payload.decode() == "Grüße"


@pytest.mark.parametrize(
    ("pdu", "offset", "words"),
    [
        ("", 0, "service centre"),
        ("0042", 1, "SMS-DELIVER or SMS-SUBMIT"),
        ("0041000c91447700091032", 11, "protocol"),
        ("0041000c9144770009103200040205", 13, "2 octets of user data"),
        ("0041000c914477000910320004010605", 13, "1 octets of user data"),
        ("004100ff91", 3, "at most 20 digits"),
        ("0041000c91447700091032002401" "00", 12, "not compressed"),
        ("00410004914ff4000401" "00", 5, "digits"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_its_place(pdu: str, offset: int, words: str) -> None:
    with pytest.raises(WireError, match=words) as wrong:
        smsreader.read(bytes.fromhex(pdu))
    assert wrong.value.offset == offset


@given(st.binary(min_size=1, max_size=600), st.integers(0, 255))
def test_what_is_built_reads_the_same(payload: bytes, reference: int) -> None:
    for kind in ("submit", "deliver"):
        read = [smsreader.read(pdu) for pdu in sms.pdus(kind, payload, reference)]  # type: ignore[arg-type]
        assert b"".join(each.payload for each in read) == payload
        assert all(each.header and each.header.ports == PORTS for each in read)
        if len(read) > 1:
            parts = [each.header.part for each in read if each.header]
            assert parts == [Part(reference, 8, len(read), n + 1) for n in range(len(read))]


@given(st.binary(max_size=200) | st.sampled_from(RECORDED).map(bytes.fromhex).flatmap(
    lambda pdu: st.tuples(st.integers(0, len(pdu)), st.binary(max_size=3)).map(
        lambda cut: pdu[: cut[0]] + cut[1] + pdu[cut[0] + len(cut[1]) :])))  # fmt: skip
def test_anything_is_an_sms_or_a_wire_error(octets: bytes) -> None:
    for centre in (True, False):
        try:
            read = smsreader.read(octets, centre=centre)
        except WireError as wrong:
            assert 0 <= wrong.offset <= len(octets)
        else:
            assert read.payload_at <= len(octets)


def test_an_sms_as_a_service_centre_has_it() -> None:
    header = bytes.fromhex("0605040b8423f0")
    read = smsreader.of(ShortMessage("12345", "+358401234567", header, WSP, 0xF5))
    assert (read.address, read.alphabet, read.payload) == ("12345", "8-bit", WSP)
    assert read.header is not None and read.header.ports == PORTS
    assert (
        smsreader.of(ShortMessage("1", "2", b"", "ü".encode("utf-16-be"), 8)).payload
        == "ü".encode()
    )


@pytest.mark.parametrize("header", [b"\x06\x05", b"\x00\x00"])
def test_a_header_that_is_none(header: bytes) -> None:
    with pytest.raises(WireError):
        smsreader.of(ShortMessage("1", "2", header, b"", 4))
