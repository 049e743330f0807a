"""SMS PDUs: the vectors, what Kannel made of a long push, and the limits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import sms
from tests.wire.material import VECTORS
from tests.wire.pushes import KANNEL

OUT = VECTORS["notif.ds12"]["output"]
WSP = bytes.fromhex(OUT["wsp_pdu_hex"])


def test_the_submit_pdu() -> None:
    (pdu,) = sms.pdus("submit", WSP)
    assert pdu.hex() == OUT["sms_submit_pdu_hex"]
    assert sms.tpdu_length(pdu) == OUT["sms_submit_tpdu_octets"]


def test_the_deliver_pdu() -> None:
    (pdu,) = sms.pdus("deliver", WSP)
    assert pdu.hex() == OUT["sms_deliver_pdu_hex"]
    assert sms.tpdu_length(pdu) == OUT["sms_deliver_tpdu_octets"]


def test_a_long_push_is_split_with_an_8_bit_reference() -> None:
    vector = VECTORS["sms.concat"]
    parts = sms.user_data(bytes.fromhex(vector["inputs"]["wsp_pdu_hex"]), reference=0x5A)
    assert [part.hex() for part in parts] == vector["intermediates"]["user_data_8bit"]
    assert len(parts) == vector["output"]["parts"]


def test_the_split_is_kannels() -> None:
    """The user data of the two parts in a recorded AT+CMGS dialogue with Kannel's modem."""
    found = re.findall(r"PDU 0051000C91534810325476000404..(0B0504\w+)", (KANNEL / "modem_pty.out").read_text())  # fmt: skip
    parts = [bytes.fromhex(text) for text in found]
    payload = b"".join(part[12:] for part in parts)
    assert sms.user_data(payload, reference=5) == parts


@pytest.mark.parametrize(
    ("size", "parts"), [(0, 1), (133, 1), (134, 2), (256, 2), (257, 3), (128 * 255, 255)]
)
def test_how_many_sms_a_push_takes(size: int, parts: int) -> None:
    assert len(sms.user_data(bytes(size))) == parts


def test_what_does_not_fit_into_255_sms_is_refused() -> None:
    with pytest.raises(ValueError, match="255 SMS"):
        sms.user_data(bytes(128 * 255 + 1))


@given(st.binary(max_size=600), st.integers(0, 0xFFFF))
def test_parts_keep_to_140_octets_and_carry_all(payload: bytes, reference: int) -> None:
    parts = sms.user_data(payload, reference)
    assert all(len(part) <= sms.USER_DATA for part in parts)
    assert b"".join(part[1 + part[0] :] for part in parts) == payload
    if len(parts) > 1:
        heads = [(part[9], part[10], part[11]) for part in parts]
        assert heads == [(reference & 0xFF, len(parts), n) for n in range(1, len(parts) + 1)]


@pytest.mark.parametrize(("number", "octets"), [("123", "039121f3"), ("1234", "04912143")])
def test_an_odd_number_is_filled_with_f(number: str, octets: str) -> None:
    assert octets in sms.submit(b"", recipient=number).hex()
