"""The panel of both sides' nonces as text."""

import pytest

from emulator.exports.text import Line, plain, width_of
from emulator.protocol.events import Event, NoncesHeld, NonceStored, PeerNonces, SessionOpened
from emulator.tui.book import Book, learn
from emulator.tui.nonces import differ_words, folded_lines, nonce_lines
from tests.tui import recording
from tests.tui.recording import CLIENT_0, CLIENT_1, SERVER_1, STALE, Step, events


def book_of(*runs: list[Step]) -> Book:
    book = Book()
    for event in events(*runs, up=recording.up()):
        book = learn(book, event)
    return book


def told(book: Book, what: PeerNonces | NonceStored | NoncesHeld | SessionOpened) -> Book:
    return learn(book, Event(seq=99, at=0.0, session=1, what=what))


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line).rstrip() for line in lines)


def tones(lines: list[Line]) -> set[str]:
    return {span.tone for line in lines for span in line}


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_nonces_fold_to_one_line(width: int) -> None:
    (line,) = folded_lines(book_of(recording.resync()[:12]).of(), width)
    assert width_of(line) <= width
    assert "=" in plain(line) and "≠" in plain(line)


def test_supposed_nonces_never_look_like_known_ones() -> None:
    book = told(book_of(recording.resync()), PeerNonces("ds", CLIENT_1, SERVER_1, True))
    lines = nonce_lines(book.of(), 120)
    assert "= " in plain(lines[1]) and "  supposed" in plain(lines[1])
    assert "agree" not in text(lines)
    assert tones(lines) & {"good", "bad"} == set()
    other = told(book, PeerNonces("ds", CLIENT_0, SERVER_1, True))
    assert tones(nonce_lines(other.of(), 120)) & {"bad"} == set()


@pytest.mark.parametrize("width", [70, 80, 120, 136, 140, 200])
def test_every_line_fits_and_says_what_was_before(width: int) -> None:
    lines = nonce_lines(book_of(recording.resync()).of(), width)
    assert len(lines) == 4 and all(width_of(line) <= width for line in lines)
    shown = text(lines)
    assert "before" in shown and CLIENT_0[:4].upper() in shown and STALE[:4].upper() in shown


def test_a_candidate_stands_where_the_nonces_of_before_were() -> None:
    fresh = "aa" * 16
    book = book_of(recording.resync())
    lines = nonce_lines(told(book, NonceStored("ds", "candidate", fresh, "", "sent")).of(), 80)
    assert plain(lines[-1]).startswith(" candidate") and fresh.upper() in plain(lines[-1])
    assert "before" not in text(lines)


@pytest.mark.parametrize(("scheme", "says"), [("basic", "with basic"), ("none", "without Cred")])
def test_a_scheme_without_client_nonce_says_so(scheme: str, says: str) -> None:
    book = told(
        told(Book(), NoncesHeld("ds", None, STALE, None)), PeerNonces("ds", "", STALE, False)
    )
    assert "(empty)" in text(nonce_lines(book.of(), 80))
    book = told(book, SessionOpened("ds", "ordinary", "1", "http://h", scheme))
    assert f"no client nonce {says}" in text(nonce_lines(book.of(), 80))
    assert "(empty)" not in text(nonce_lines(book.of(), 80))
    assert "client unused" in text(folded_lines(book.of(), 80))


def test_the_account_is_named_where_there_are_several() -> None:
    book = book_of(recording.resync())
    assert "account" not in text(nonce_lines(book.of(), 80))
    book = told(book, NoncesHeld("dm [x]\x1b", "01", "02", None))
    assert "account ds" in plain(nonce_lines(book.of("ds"), 80)[0])
    other = nonce_lines(book.of("dm [x]\x1b"), 80)
    assert "account dm [x]\\x1b" in plain(other[0]) and width_of(other[0]) == 80
    assert " 01 " in plain(other[1])


def test_it_is_said_which_nonce_differs() -> None:
    assert differ_words(("server",)) == "the server nonce of both sides differs"
    assert differ_words(("client", "server")).startswith("client nonce and server nonce")
