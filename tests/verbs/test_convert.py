"""`handset convert`: the direction follows from the content."""

import io
import sys
from pathlib import Path

import pytest

from emulator.wire.convert import decode_any
from tests.verbs.command import Handset
from tests.wire.kinds import KINDS, xml_of
from tests.wire.material import CAPTURED_WBXML, CAPTURED_XML


@pytest.mark.parametrize("octets", [next(iter(CAPTURED_WBXML.values())), next(iter(CAPTURED_XML.values()))])  # fmt: skip
def test_there_and_back(handset: Handset, tmp_path: Path, octets: bytes) -> None:
    source, once, twice = (tmp_path / name for name in ("in", "once", "twice"))
    source.write_bytes(octets)
    assert handset("convert", source, "-o", once).code == 0
    assert handset("convert", once, "--output", twice).code == 0
    assert decode_any(twice.read_bytes()) == decode_any(octets)
    assert once.read_bytes()[:1] != octets[:1]


def test_without_output_it_goes_to_standard_output(handset: Handset, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_bytes(next(iter(CAPTURED_WBXML.values())))
    assert handset("convert", source).out.startswith("<?xml")


def test_standard_input(handset: Handset, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(next(iter(CAPTURED_WBXML.values())))

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert "<SyncML" in handset("convert", "-").out


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"hello", "offset 0: expected WBXML (01-03) or XML (<), found 68"),
        (b"", "offset 0: expected WBXML (01-03) or XML (<), found nothing"),
        (b"\x02\xa4\x01\x6a", "offset "),
        (b"<a", "expected well-formed XML"),
    ],
)
def test_octets_that_are_neither_break_the_protocol(
    handset: Handset, tmp_path: Path, octets: bytes, said: str
) -> None:
    source = tmp_path / "in"
    source.write_bytes(octets)
    done = handset("convert", source, "-o", tmp_path / "out")
    assert done.code == 4
    assert said in done.complaint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_document(handset: Handset, tmp_path: Path, name: str) -> None:
    source, once, twice = (tmp_path / name for name in ("in", "once", "twice"))
    source.write_bytes(xml_of(name))
    done = handset("convert", source, "-o", once)
    assert (done.code, done.err) == (0, "")
    assert handset("convert", once, "-o", twice).code == 0
    assert twice.read_bytes() == source.read_bytes()


def test_what_is_odd_is_said_beside(handset: Handset, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_bytes(b"<SyncML xmlns='syncml:syncml1.1'><SyncHdr/><SyncBody/></SyncML>")
    done = handset("convert", source, "-o", tmp_path / "out")
    assert done.code == 0
    assert done.err.startswith(f"handset: {source}: namespace-variant: syncml:syncml1.1")


def test_what_the_other_form_cannot_carry(handset: Handset, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_bytes(b"\x02\xa4\x01\x6a\x00\x6d\x4f\xc3\x02\xff\xfe\x01\x01")
    done = handset("convert", source, "-o", tmp_path / "out")
    assert done.code == 4
    assert "offset 6: expected text in Data, since this is XML, found binary data" in done.complaint
    assert not (tmp_path / "out").exists()


def test_a_file_without_end_is_not_read_to_its_end(
    handset: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 < size < 1 << 24
            return b"<" * size

    class Stdin:
        buffer = Endless()

    monkeypatch.setattr(sys, "stdin", Stdin)
    done = handset("convert", "-")
    assert (done.code, "at most" in done.complaint) == (4, True)


def test_files_that_are_not_there(handset: Handset, tmp_path: Path) -> None:
    done = handset("convert", tmp_path / "none")
    assert (done.code, done.complaint) == (
        2,
        f"handset: {tmp_path / 'none'}: No such file or directory",
    )
    source = tmp_path / "in"
    source.write_bytes(next(iter(CAPTURED_XML.values())))
    done = handset("convert", source, "-o", tmp_path / "none" / "out")
    assert (done.code, "No such file" in done.complaint) == (2, True)
