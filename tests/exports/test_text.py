"""Text on the screen: cleaning, cutting, wrapping."""

import pytest

from emulator.exports.text import Span, both_ends, brief, clean, clip, fit, plain, spaced, wrap


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain [b]not markup[/b]", "plain [b]not markup[/b]"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\tb\nc\r", "a  b c"),
        ("right\u202eleft", "right\\u202eleft"),
        ("nul\0", "nul\\x00"),
    ],
)
def test_clean_leaves_nothing_that_a_terminal_would_obey(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_clip_marks_what_is_cut_off() -> None:
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abcdef", 4) == "abc…"
    assert clip("abc", 0) == ""
    assert fit("ab", 4) == "ab  "


def test_wide_characters_count_as_two_cells() -> None:
    assert wrap("日本語日本語", 4) == ["日本", "語日", "本語"]


@pytest.mark.parametrize("width", range(1, 30))
def test_wrap_keeps_every_word(width: int) -> None:
    text = "the digest over the SessionID 4A7C is not the one that came"
    lines = wrap(text, width)
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_wrap_cuts_the_last_of_at_most_so_many_lines() -> None:
    assert wrap("one two three four", 5, 2) == ["one", "two …"]


def test_octets() -> None:
    assert spaced("4a7c") == "4A 7C"
    assert spaced("0102030405", 2) == "0102 0304 05"
    assert brief("4a7c") == "4A7C"
    assert brief("0102030405") == "01020304…"
    assert brief("") == "(empty)"


def test_both_ends_cuts_the_left_one() -> None:
    line = both_ends([Span("a long left end")], [Span("right")], 12)
    assert plain(line) == "a lon… right"
