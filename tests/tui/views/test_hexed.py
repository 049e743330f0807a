"""Octets: lines of 16 or 8, lit fields in brackets, a cursor that knows its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.exports.text import plain
from emulator.protocol.events import Cut, Event, NotificationRead, Octets
from emulator.tui.views.hexed import HexLines, lit_lines, octets_words
from emulator.tui.views.subject import Subject, subject
from tests.tui import recording
from tests.tui.recording import events
from tests.tui.screen import rows


def pushed() -> Subject:
    read = next(e for e in events(recording.resync()) if isinstance(e.what, NotificationRead))
    return subject([read], Event(seq=1, at=0.0, what=read.what))


def test_hex_has_offset_octets_and_ascii() -> None:
    lines = HexLines(Octets.of(b"SyncML\x00\xff" + bytes(range(0x30, 0x3C))), 78)
    assert rows(list(lines)) == [
        "0000  53 79 6E 63 4D 4C 00 FF  30 31 32 33 34 35 36 37  SyncML..01234567",
        "0010  38 39 3A 3B                                       89:;",
    ]


def test_hex_is_narrow_where_there_is_no_room() -> None:
    lines = HexLines(Octets.of(b"SyncML\x00\xff89"), 44)
    assert rows(list(lines)) == [
        "0000  53 79 6E 63 4D 4C 00 FF  SyncML..",
        "0008  38 39                    89",
    ]


def test_cut_spans_are_dots_with_the_name_of_the_secret_and_are_never_copied() -> None:
    lines = HexLines(Octets("41" * 6, (Cut(2, 3, "ds/basic/1"),)), 44)
    assert rows(list(lines)) == [
        "0000  41 41 ·· ·· ·· 41        AA···A",
        "",
        "·· 3 octets at 0002 are ds/basic/1",
    ]
    whole = lines.whole()
    assert whole is not None and whole.text == "41 41 ·· ·· ·· 41"


def test_a_large_message_is_made_line_by_line() -> None:
    lines = HexLines(Octets("00" * 1_000_000), 78)
    assert len(lines) == 62_500
    assert plain(lines[62_499]).startswith("F4230  ")


def test_the_cursors_field_is_in_brackets_and_its_octet_has_a_mark() -> None:
    what = pushed()
    assert what.octets is not None
    lines = HexLines(what.octets, 44, what)
    assert [plain(lines.line(n, 10))[:31] for n in range(3)] == [
        "0000 [08 8C 12 0E 84 74 CC 45] ",
        "0008 [78 0C>10 F4 9E EB 73 31] ",
        "0010  03 18 00 00 00 4A 7C 0E  ",
    ]
    copied = lines.copied(22)
    assert copied == ("octets of session id", "4A 7C")


CUTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=3)


@given(st.binary(min_size=1, max_size=40), CUTS)
def test_all_is_copied_octet_for_octet_and_what_is_cut_out_never(
    octets: bytes, spans: list[tuple[int, int]]
) -> None:
    spans = [(at, size) for at, size in spans if at + size <= len(octets)]
    cuts = tuple(Cut(at, size, "ds/basic/1") for at, size in spans)
    whole = HexLines(Octets(octets.hex(), cuts), 78).whole()
    hidden = {n for at, size in spans for n in range(at, at + size)}
    assert whole is not None
    assert whole.text.split() == [
        "··" if n in hidden else f"{octet:02X}" for n, octet in enumerate(octets)
    ]


@given(st.binary(min_size=1, max_size=70), st.sampled_from([44, 78]), st.data())
def test_a_click_on_an_octet_or_its_character_finds_it(
    octets: bytes, width: int, data: st.DataObject
) -> None:
    lines = HexLines(Octets.of(octets), width)
    place = data.draw(st.integers(0, len(octets) - 1))
    row, _ = lines.extent(place)
    text = plain(lines.line(row, place))
    column = text.index(">") + 1
    assert lines.at(row, column) == lines.at(row, column + 1) == place
    text_column = len(text) - len(octets[row * lines.per_line : (row + 1) * lines.per_line])
    assert lines.at(row, text_column + place % lines.per_line) == place


@given(
    st.integers(1, 70),
    st.sampled_from([44, 78]),
    st.integers(-9, 9),
    st.integers(-99, 99),
    st.data(),
)
def test_the_cursor_stays_on_octets(
    count: int, width: int, lines: int, columns: int, data: st.DataObject
) -> None:
    body = HexLines(Octets("00" * count), width)
    place = data.draw(st.integers(0, count - 1))
    assert 0 <= body.moved(place, lines) < count
    assert 0 <= body.moved(place, 0, columns) < count


def test_a_line_down_keeps_the_column() -> None:
    body = HexLines(Octets("00" * 40), 78)
    assert body.moved(3, 1) == 19 and body.moved(19, -1) == 3
    assert body.moved(3, -1) == 3
    assert body.moved(3, 0, 1) == 4


@pytest.mark.parametrize(("height", "first"), [(1, "0010"), (3, "0000")])
def test_the_lit_octets_are_in_sight(height: int, first: str) -> None:
    lines = lit_lines(pushed(), [(21, 23)], 78, height)
    assert len(lines) <= height and plain(lines[0]).startswith(first)
    assert any("[4A 7C]" in plain(line) for line in lines)


def test_where_a_field_lies_is_said_in_words() -> None:
    assert octets_words([(0xB2, 0xCA)]) == "octets 00B2 to 00C9 (24)"
    assert octets_words([(1, 2)]) == "octet 0001"
    assert octets_words([(1, 2), (4, 6)]) == "octets 0001 to 0005 (3 in 2 pieces)"
