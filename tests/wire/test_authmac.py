"""The header of auth-MAC as text and as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import authmac
from emulator.wire.authmac import MacHeader
from emulator.wire.errors import WireError
from tests.vectors.read import VECTORS

MAC = VECTORS["auth.mac"]
VALUE = MAC["output"]["header"].partition(": ")[2]
OCTETS = bytes.fromhex(MAC["intermediates"]["digest_hex"])
B64 = "JVkSE7tNkbtLmBnubBuQhQ=="


def test_the_header_of_the_vector_both_ways():
    assert authmac.text("Bruce2", OCTETS) == VALUE
    assert authmac.parse(VALUE) == MacHeader("Bruce2", OCTETS, "MD5")


@pytest.mark.parametrize(
    "value",
    [
        f'username="Bruce2", mac={B64}',
        f'mac={B64},username="Bruce2"',
        f'Algorithm=MD5 ,USERNAME = "Bruce2" , MAC="{B64}"',
        f"username=Bruce2, mac={B64}, extra=1",
    ],
)
def test_parameters_in_any_order_and_without_the_algorithm(value):
    assert authmac.parse(value) == MacHeader("Bruce2", OCTETS, "MD5")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", "the parameter username"),
        ('username="Bruce2"', "the parameter mac"),
        (f"mac={B64}", "the parameter username"),
        ('username="Bruce2", mac=AAAA', "16 octets in base64"),
        ("nonsense", "a parameter"),
        (f'username="Bruce2, mac={B64}', "a parameter"),
    ],
)
def test_a_header_that_is_none_says_where(value, expected):
    with pytest.raises(WireError, match=expected):
        authmac.parse(value)


@given(st.text(), st.binary(min_size=16, max_size=16))
def test_any_name_and_mac_come_back(name, mac):
    found = authmac.parse(authmac.text(name, mac))
    assert (found.username, found.mac) == (name, mac)


@given(st.text())
def test_any_other_text_is_read_or_refused(value):
    try:
        authmac.parse(value)
    except WireError as wrong:
        assert wrong.offset <= len(value)


def test_the_header_is_found_whatever_its_case():
    assert authmac.of((("date", "x"), ("X-SyncML-HMAC", "y"))) == "y"
    assert authmac.of(()) is None
