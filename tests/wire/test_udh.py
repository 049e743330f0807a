"""The user data header: ports and parts in any order, elements that are none."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import udh
from emulator.wire.errors import WireError
from emulator.wire.udh import Header, Part, Ports

PORTS = Ports(2948, 9200)


@pytest.mark.parametrize(
    ("octets", "header"),
    [
        ("0605040b8423f0", Header(7, PORTS)),
        ("0b05040b8423f000035a0201", Header(12, PORTS, Part(0x5A, 8, 2, 1))),
        ("0b00035a020105040b8423f0", Header(12, PORTS, Part(0x5A, 8, 2, 1))),
        ("0c05040b8423f008041f5a0202", Header(13, PORTS, Part(0x1F5A, 16, 2, 2))),
        ("040402f0f1", Header(5, Ports(0xF0, 0xF1))),
        ("00", Header(1)),
        ("03700100", Header(4)),
        ("050003010000", Header(6)),
        ("050003010203", Header(6)),
        ("0a00035a0201" "00035b0202", Header(11, part=Part(0x5B, 8, 2, 2))),
    ],
)  # fmt: skip
def test_what_a_header_says(octets: str, header: Header) -> None:
    read = udh.read(bytes.fromhex(octets))
    assert msgspec.structs.replace(read, elements=()) == header
    said = b"".join(bytes([kind, len(value)]) + value for kind, _, value in read.elements)
    assert said == bytes.fromhex(octets)[1:]


@pytest.mark.parametrize("octets", ["", "06", "0605040b84", "0205", "0305040b", "0105"])
def test_what_is_cut_short(octets: str) -> None:
    with pytest.raises(WireError):
        udh.read(bytes.fromhex(octets))


ports = st.builds(Ports, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
parts = st.one_of(
    st.tuples(st.integers(0, 0xFF), st.just(8)), st.tuples(st.integers(0, 0xFFFF), st.just(16))
).flatmap(
    lambda r: st.integers(1, 255).flatmap(
        lambda total: st.builds(Part, st.just(r[0]), st.just(r[1]), st.just(total), st.integers(1, total))
    )
)  # fmt: skip


@given(st.none() | ports, st.none() | parts)
def test_what_is_built_reads_the_same(port: Ports | None, part: Part | None) -> None:
    octets = udh.build(port, part)
    if octets:
        read = udh.read(octets + b"more")
        assert (read.length, read.ports, read.part) == (len(octets), port, part)


@given(st.binary(max_size=40))
def test_anything_is_a_header_or_a_wire_error(octets: bytes) -> None:
    try:
        assert udh.read(octets).length <= len(octets)
    except WireError as wrong:
        assert 0 <= wrong.offset <= len(octets)
