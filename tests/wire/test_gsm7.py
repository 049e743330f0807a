"""The 7-bit alphabet: published examples, round trips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import gsm7
from emulator.wire.errors import WireError


def test_hellohello() -> None:
    """The example that every description of the packing has."""
    assert gsm7.packed(gsm7.septets("hellohello")).hex() == "e8329bfd4697d9ec37"
    assert gsm7.text(gsm7.unpacked(bytes.fromhex("e8329bfd4697d9ec37"), 10)) == "hellohello"


@given(st.binary(max_size=160).map(lambda b: bytes(o & 0x7F for o in b)), st.integers(0, 6))
def test_what_is_packed_comes_out_again(septets: bytes, skip: int) -> None:
    assert gsm7.unpacked(gsm7.packed(septets, skip), len(septets), skip) == septets


@given(st.text(alphabet="abc@£{}€[]\\^~|\n ÄÖ", max_size=80))
def test_text_comes_out_again(words: str) -> None:
    assert gsm7.text(gsm7.septets(words)) == words


def test_more_septets_than_octets_hold() -> None:
    with pytest.raises(WireError):
        gsm7.unpacked(b"\0", 2)


@pytest.mark.parametrize("character", ["中", "\x1b"])
def test_what_the_alphabet_does_not_have(character: str) -> None:
    with pytest.raises(ValueError, match="7-bit default alphabet"):
        gsm7.septets(character)
