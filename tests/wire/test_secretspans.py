"""Secrets of CP and DM documents are found in both encodings, wherever they stand."""

import pytest

from emulator.wire import secretspans, wbxml, xml
from emulator.wire.convert import convert
from tests.wire.kinds import xml_of
from tests.wire.material import VECTORS

DM = VECTORS["dm.session"]["intermediates"]["package2_xml"]


def secrets(octets: bytes) -> list[bytes]:
    located = (xml if octets[:1] == b"<" else wbxml).locate(octets)
    return [octets[start:end] for start, end in secretspans.spans(octets, located)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (xml_of("cp.w5"), [b"wonderland", b"srv-secret-1"]),
        (xml_of("cp.w7"), [b"OhBehave", b"srvpwd"]),
        (DM.encode(), [b"srv-secret-2"]),
        (xml_of("tnds"), [b"a & b"]),
        (xml_of("dm-bootstrap"), [b"a & b"]),
        (xml_of("ddf"), []),
        (xml_of("syncml-1.2"), []),
        # The value before the name, and a question after it.
        (b"<MgmtTree><Node><Value>s</Value><NodeName>ClientPW</NodeName></Node></MgmtTree>", [b"s"]),
        (DM.replace("AAuthSecret<", "AAuthSecret?prop=Name<").encode(), [b"srv-secret-2"]),
        # A node around it is no secret.
        (
            b"<MgmtTree><Node><NodeName>AuthPw</NodeName><Node><NodeName>x</NodeName><Value>v</Value>"
            b"</Node></Node></MgmtTree>",
            [],
        ),
    ],
)  # fmt: skip
def test_secrets(document: bytes, expected: list[bytes]) -> None:
    assert secrets(convert(document)) == expected
    # In XML references stand as written.
    assert secrets(document) == [each.replace(b"&", b"&amp;") for each in expected]
    if expected and b"provisioning" not in document:
        assert secretspans.in_octets(document)
        assert secretspans.in_octets(document.decode().encode("utf-16"))


def test_a_value_from_the_string_table_is_a_span_there() -> None:
    octets = bytes.fromhex("030b6a03616200 45 87 00 01 32 06 83 00 01 01")
    assert secrets(octets) == [b"ab"]
