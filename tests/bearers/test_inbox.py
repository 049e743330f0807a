"""Octets as people have them: dumps, hex with anything between, percent, base64, files."""

import base64
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.bearers import inbox
from emulator.wire.errors import WireError
from tests.wire.pushes import NOTIFICATIONS, SAN, xxd

OCTETS = NOTIFICATIONS["notif.ds12"]
HEX = OCTETS.hex()
PAIRS = [HEX[at : at + 2] for at in range(0, len(HEX), 2)]


def _xxd(octets: bytes, *, group: int = 2, upper: bool = False) -> str:
    lines = []
    for at in range(0, len(octets), 16):
        row = octets[at : at + 16]
        parts = [row[i : i + group].hex() for i in range(0, len(row), group)]
        text = "".join(chr(o) if 32 <= o < 127 else "." for o in row)
        words = " ".join(parts)
        lines.append(f"{at:08x}: {words.upper() if upper else words:<39}  {text}")
    return "\n".join(lines) + "\n"


def _wireshark(octets: bytes, *, text: bool = True, digits: int = 4) -> str:
    lines = []
    for at in range(0, len(octets), 16):
        row = octets[at : at + 16]
        shown = "".join(chr(o) if 32 <= o < 127 else "." for o in row)
        pairs = [f"{o:02x}" for o in row]
        words = " ".join(pairs[:8]) + ("  " if text else " ") + " ".join(pairs[8:])
        lines.append(f"{at:0{digits}x}  {words:<49}" + (f"  {shown}" if text else ""))
    return "\n".join(line.rstrip() for line in lines)


FORMS = {
    "plain": HEX,
    "upper case": HEX.upper(),
    "spaces": " ".join(PAIRS),
    "colons": ":".join(PAIRS),
    "commas": ", ".join(PAIRS),
    "0x in front": f"0x{HEX}",
    "0x each": " ".join(f"0x{pair}" for pair in PAIRS),
    "a C array": ", ".join(f"0x{pair.upper()}" for pair in PAIRS) + ",",
    "backslash x": "".join(f"\\x{pair}" for pair in PAIRS),
    "percent": "".join(f"%{pair}" for pair in PAIRS),
    "lines": "\n".join(HEX[at : at + 32] for at in range(0, len(HEX), 32)) + "\n",
    "windows lines": "\r\n".join(HEX[at : at + 32] for at in range(0, len(HEX), 32)) + "\r\n",
    "xxd": _xxd(OCTETS),
    "xxd upper case": _xxd(OCTETS, upper=True),
    "xxd of single octets": _xxd(OCTETS, group=1),
    "hexdump -C": "\n".join(
        f"{at:08x}  {OCTETS[at : at + 8].hex(' ')}  {OCTETS[at + 8 : at + 16].hex(' ')}  |....|"
        for at in range(0, len(OCTETS), 16)
    )
    + f"\n{len(OCTETS):08x}\n",
    "wireshark": _wireshark(OCTETS),
    "wireshark without text": _wireshark(OCTETS, text=False),
    "wireshark six digits": _wireshark(OCTETS, digits=6),
    "indented": "\n".join("   " + line for line in _wireshark(OCTETS).splitlines()),
    "base64": base64.b64encode(OCTETS).decode(),
    "base64 in lines": base64.encodebytes(OCTETS).decode(),
    "tcpdump": "\n".join(
        f"\t0x{at:04x}:  {OCTETS[at : at + 16].hex(' ', 2)}" for at in range(0, len(OCTETS), 16)
    ),
    "text2pcap": "\n".join(
        f"{at:06x} {OCTETS[at : at + 16].hex(' ')}" for at in range(0, len(OCTETS), 16)
    ),
    "od": "\n".join(f"{at:06x} {OCTETS[at : at + 16].hex(' ')}" for at in range(0, len(OCTETS), 16))
    + f"\n{len(OCTETS):06x}\n",
    "xxd in groups of four octets": _xxd(OCTETS, group=4),
    "xxd of 32 octets a line": f"00000000: {OCTETS[:32].hex(' ', 2)}  ....\n"
    f"00000020: {OCTETS[32:].hex(' ', 2)}     ....",
}


def test_base64_for_urls() -> None:
    assert inbox.octets_of("--__") == b"\xfb\xef\xff"
    assert inbox.octets_of("++//") == b"\xfb\xef\xff"


def test_a_mark_at_the_start_of_a_file_is_no_data(tmp_path: Path) -> None:
    path = tmp_path / "push.txt"
    path.write_text(HEX, encoding="utf-8-sig")
    assert inbox.read_input(str(path)) == OCTETS


@pytest.mark.parametrize("form", FORMS)
def test_forms_that_people_have(form: str) -> None:
    assert inbox.octets_of(FORMS[form]) == OCTETS


@pytest.mark.parametrize("form", FORMS)
def test_a_file_may_hold_any_of_them(form: str, tmp_path: Path) -> None:
    path = tmp_path / "push"
    path.write_text(FORMS[form], newline="")
    assert inbox.read_input(str(path)) == OCTETS


@pytest.mark.parametrize("name", ["v12-default-1", "v12-oneway-1", "v11-wbxml-1"])
def test_recorded_dumps(name: str) -> None:
    path = SAN / f"{name}.hex"
    assert inbox.read_input(str(path)) == xxd(path)


def test_percent_text_as_kannel_logs_it() -> None:
    text = "%01%06(application%2Fvnd.syncml.notification%00%8D%A8"
    assert inbox.octets_of(text) == b"\x01\x06(application/vnd.syncml.notification\0\x8d\xa8"


def test_a_text_column_is_not_data() -> None:
    for octets in (b"abcdefabcdef abcdefabcdefcafe", b"ab  cdefabcdefab", b"cafecafecafecafe"):
        assert inbox.octets_of(_xxd(octets)) == octets
        assert inbox.octets_of(_xxd(octets * 2)) == octets * 2
        assert inbox.octets_of(_wireshark(octets)) == octets


@pytest.mark.parametrize("text", ["0318 0000 0001", "0000 0001 0203", "00000000 00000000"])
def test_one_line_of_hex_is_no_dump(text: str) -> None:
    assert inbox.octets_of(text) == bytes.fromhex(text)


def test_a_whole_row_on_one_line_may_be_longer_than_16() -> None:
    assert inbox.octets_of(f"00000000: {OCTETS[:32].hex(' ', 2)}") == OCTETS[:32]


@pytest.mark.parametrize(
    "text", ["0000: 03 1z 18", "0000: 0102\n0003: 04", "0000: 01\n*\n0010: 02"]
)
def test_a_damaged_dump_is_an_error_not_a_guess(text: str) -> None:
    with pytest.raises(WireError):
        inbox.octets_of(text)


def test_a_file_of_raw_octets(tmp_path: Path) -> None:
    path = tmp_path / "push.bin"
    path.write_bytes(OCTETS)
    assert inbox.read_input(str(path)) == OCTETS


def test_a_path_counts_before_hex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("0318").write_text("cafe")
    assert inbox.read_input("0318") == b"\xca\xfe"
    assert inbox.read_input("031800") == b"\x03\x18\x00"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(HEX.encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert inbox.read_input("-") == OCTETS


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=100), st.sampled_from((1, 2)))
def test_any_octets_through_dumps(octets: bytes, group: int) -> None:
    assert inbox.octets_of(_xxd(octets, group=group)) == octets
    assert inbox.octets_of(_wireshark(octets)) == octets
    assert inbox.octets_of(octets.hex()) == octets


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, "hex digits or base64"),
        (" \n ", 0, "hex digits or base64"),
        ("031", 3, "an even number of hex digits"),
        ("03 18 zz", 6, "hex digits or base64"),
        ("031g0", 3, "hex digits or base64"),
        ("%0", 0, "two hex digits after %"),
        ("%00%zz", 3, "two hex digits after %"),
        ("hello there", 0, "hex digits or base64"),
        ("0318 é", 5, "hex digits or base64"),
    ],
)
def test_bad_input_is_named_with_its_place(text: str, offset: int, expected: str) -> None:
    with pytest.raises(WireError) as caught:
        inbox.octets_of(text)
    assert caught.value.offset == offset
    assert caught.value.expected == expected


@given(st.text(max_size=40) | st.text("0123456789abcdefxX%\\:; \n-", max_size=40))
def test_any_text_is_octets_or_a_wire_error(text: str) -> None:
    try:
        inbox.octets_of(text)
    except WireError as wrong:
        assert 0 <= wrong.offset <= len(text)


async def test_lines_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pushes"
    path.write_text("0102\n\n0304")
    assert [line async for line in inbox.lines(str(path))] == ["0102", "", "0304"]


async def test_lines_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        async for _ in inbox.lines(str(tmp_path / "none")):
            pass


LINES_OF_STDIN = """
import asyncio, sys
from emulator.bearers import inbox

async def main():
    async for line in inbox.lines("-"):
        print(line.strip(), flush=True)

asyncio.run(main())
"""


def test_lines_of_standard_input_come_as_they_are_written() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LINES_OF_STDIN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(inbox.__file__).parents[2])},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in ("0102", "0304"):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            assert process.stdout.readline().strip() == line
        process.stdin.close()
        assert process.wait(timeout=20) == 0


def test_standard_input_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pushes"
    path.write_text("0102\n0304\n")
    with path.open() as stdin:
        done = subprocess.run(
            [sys.executable, "-c", LINES_OF_STDIN],
            stdin=stdin,
            capture_output=True,
            text=True,
            timeout=20,
            env={**os.environ, "PYTHONPATH": str(Path(inbox.__file__).parents[2])},
        )
    assert (done.stdout, done.stderr) == ("0102\n0304\n", "")
