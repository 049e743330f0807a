"""The modem's side of the AT dialogue: recorded dialogues of three senders, and what is no command."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.bearers import atmodem
from emulator.bearers.atmodem import MAX_LINE, Heard, Modem
from tests.wire.pushes import KANNEL

LOGS = (KANNEL / "modem_pty.out", KANNEL.parent / "gsm" / "modem1.out")


def talk(modem: Modem, *lines: bytes) -> tuple[Modem, list[Heard]]:
    heard = []
    for line in lines:
        modem, one = atmodem.hear(modem, line)
        heard.append(one)
    return modem, heard


@pytest.mark.parametrize("log", LOGS, ids=["kannel", "smstools-gammu"])
def test_recorded_dialogues(log) -> None:  # type: ignore[no-untyped-def]
    """Every command that a real sender gave is answered, every PDU comes out as it went in."""
    modem, pdus = Modem(), []
    for kind, text in re.findall(r"(CMD|PDU) (\S+)", log.read_text()):
        said = text.encode() + (b"\r" if kind == "CMD" else b"\x1a")
        modem, heard = atmodem.hear(modem, said)
        assert heard.unknown == ()
        ends = b"> " if text.startswith("AT+CMGS") else b"\r\nOK\r\n"
        assert heard.reply.endswith(ends)
        pdus += heard.pdus
    assert pdus == [bytes.fromhex(pdu) for pdu in re.findall(r"PDU (\S+)", log.read_text())]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (b"ATZ\r", b"\r\nOK\r\n"),
        (b"at+cpin?\r", b"\r\n+CPIN: READY\r\n\r\nOK\r\n"),
        (b"AT+CMEE=1;+CREG=2\r", b"\r\nOK\r\n"),
        (b"AT+IFC=2,2\r", b"\r\nOK\r\n"),
        (b"AT+CGSN\r", b"\r\n004999010640000\r\n\r\nOK\r\n"),
        (b"AT+CMGF=1\r", b"\r\nERROR\r\n"),
        (b"AT+XYZ\r", b"\r\nERROR\r\n"),
        (b"hello\r", b"\r\nERROR\r\n"),
        (b"0041ATZ\r", b"\r\nOK\r\n"),
        (b"\r\n\r", b""),
        (b"ATD+4477\r", b"\r\nERROR\r\n"),
    ],
)
def test_what_is_answered(asked: bytes, answered: bytes) -> None:
    _, heard = atmodem.hear(Modem(echo=False), asked)
    assert heard.reply == answered


def test_echo_until_it_is_switched_off() -> None:
    _, heard = talk(Modem(), b"AT\r", b"ATE0\r", b"AT\r")
    assert [one.reply for one in heard] == [b"AT\r\r\nOK\r\n", b"ATE0\r\r\nOK\r\n", b"\r\nOK\r\n"]


def test_a_pdu_in_pieces_and_called_off() -> None:
    modem, heard = talk(Modem(echo=False), b"AT+CM", b"GS=2\r", b"00", b"41", b"00\x1a")
    assert [one.reply for one in heard[:2]] == [b"", b"\r\n> "]
    assert heard[-1] == Heard(b"\r\n+CMGS: 1\r\n\r\nOK\r\n", (b"\x00\x41\x00",))
    _, heard = talk(modem, b"AT+CMGS=2\r", b"0041\x1b", b"AT\r")
    assert [one.pdus for one in heard] == [(), (), ()]


@pytest.mark.parametrize("pdu", [b"", b"004", b"00410000", b"zz", b"ff4100"])
def test_what_is_no_pdu(pdu: bytes) -> None:
    modem, heard = talk(Modem(echo=False), b"AT+CMGS=2\r", pdu + b"\x1a")
    assert heard[-1].pdus == () and heard[-1].reply == b"\r\n+CMS ERROR: 304\r\n"
    assert heard[-1].unknown and not modem.awaits


def test_a_sender_that_broke_off_in_a_pdu_is_heard_again() -> None:
    modem, _ = talk(Modem(echo=False), b"AT+CMGS=50\r", b"0041")
    _, heard = talk(modem, b"AT", b"Z\r")
    assert heard[-1].reply == b"\r\nOK\r\n" and heard[-1].unknown == ("half a PDU",)
    _, heard = talk(modem, b"\x1bAT\r")
    assert heard[-1].reply == b"\r\nOK\r\n" * 2
    _, heard = talk(Modem(echo=False), b"\x1b\x1aATZ\r")
    assert heard[-1] == Heard(b"\r\nOK\r\n")


@pytest.mark.parametrize("begun", [b"AT", b"AT+CMGS=9\r"])
def test_a_line_that_is_too_long_is_said_once_and_the_next_one_heard(begun: bytes) -> None:
    modem, heard = talk(Modem(echo=False), begun, *[b"0" * 4096] * 10, b"0\r", b"ATZ\r")
    assert [one.unknown for one in heard if one.unknown] == [
        (f"a line of more than {MAX_LINE} characters",)
    ]
    assert heard[-1].reply == b"\r\nOK\r\n" and modem.buffer == b""


@given(st.lists(st.binary(max_size=200) | st.sampled_from([b"AT+CMGS=9\r", b"AT\r", b"\x1a"])))
def test_anything_is_answered_and_memory_is_bounded(pieces: list[bytes]) -> None:
    modem, _ = talk(Modem(), *pieces)
    assert len(modem.buffer) <= MAX_LINE


@given(st.binary(min_size=30, max_size=170), st.integers(1, 200))
def test_where_the_octets_are_divided_changes_nothing(pdu: bytes, cut: int) -> None:
    pdu = b"\0" + pdu
    said = b"AT+CMEE=1\rAT+CMGS=%d\r" % (len(pdu) - 1) + pdu.hex().encode() + b"\x1aAT\r"
    start = Modem(echo=False)
    whole, (once,) = talk(start, said)
    parts, heard = talk(start, said[:cut], said[cut:])
    assert parts == whole and once.pdus == (pdu,)
    assert b"".join(one.reply for one in heard) == once.reply


@pytest.mark.parametrize(
    "line", ['AT+CPIN="1234"', 'at+clck="SC",1,"1234"', "0011000B91 1234 1234"]
)
def test_what_it_does_not_know_is_said_without_what_came_with_it(line: str) -> None:
    _, heard = atmodem.hear(atmodem.Modem(), line.encode() + b"\r")
    (said,) = heard.unknown
    assert "1234" not in said and len(said) < 60
