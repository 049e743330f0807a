"""The ledger: every change of a nonce, as it grows with the events."""

from collections.abc import Sequence
from typing import get_args

import pytest
from hypothesis import given

from emulator.exports.text import clean, plain, width_of
from emulator.protocol.events import (
    Challenged,
    Event,
    HandsetStarted,
    MessageReceived,
    MessageSent,
    NonceStored,
    PeerNonces,
    PeerSaid,
)
from emulator.tui import ledger as ledgers
from emulator.tui.book import SLOTS, Book, Held, learn
from emulator.tui.ledger import Ledger, Side
from emulator.tui.ledger_page import TOLD, heading, row, told
from tests.tui import recording
from tests.tui.recording import CLIENT_0, CLIENT_1, LOST, SERVER_1, STALE, events
from tests.tui.test_book import book_after, histories


def ledger_of(happened: Sequence[Event]) -> Ledger:
    ledger, book = Ledger(), Book()
    for index, event in enumerate(happened):
        before, book = book, learn(book, event)
        ledger.take(index, event, before, book)
    return ledger


def resync() -> list[Event]:
    return events(recording.resync(), up=recording.up())


def changes(happened: Sequence[Event], side: Side) -> list[tuple[str, str]]:
    ledger = ledger_of(happened)
    entries = [ledger[n] for n in range(len(ledger))]
    return [(e.slot, ledgers.value(happened[e.at], e.slot)) for e in entries if e.side == side]


def test_a_resync_is_six_changes_of_the_handset_and_two_of_the_server() -> None:
    assert changes(resync(), "handset") == [
        ("client", CLIENT_0),
        ("server", STALE),
        ("client", CLIENT_1),
        ("candidate", SERVER_1),
        ("server", SERVER_1),
        ("candidate", ""),
    ]
    assert changes(resync(), "DS server") == [
        ("client", CLIENT_0),
        ("server", LOST),
        ("client", CLIENT_1),
        ("server", SERVER_1),
    ]


@given(histories)
def test_the_last_line_of_a_slot_is_what_is_held_in_it(happened: list[Event]) -> None:
    ledger, book = ledger_of(happened), book_after(happened)
    starts = [n for n, e in enumerate(happened) if isinstance(e.what, HandsetStarted)]
    last: dict[tuple[str, str, str], str] = {}
    for number in range(len(ledger)):
        entry = ledger[number]
        if not starts or entry.at > starts[-1]:
            nonce = ledgers.value(happened[entry.at], entry.slot)
            last[entry.account, entry.side, entry.slot] = nonce
    for account in ("ds", "other"):
        own, peer = book.own.get(account, Held()), book.peers.get(account)
        for slot in SLOTS:
            assert last.get((account, "handset", slot), "") == (getattr(own, slot) or "")
            theirs = getattr(peer, slot, None)
            if theirs is not None:
                assert last[account, "DS server", slot] == theirs


@given(histories)
def test_every_line_can_be_read_and_fits(happened: list[Event]) -> None:
    ledger = ledger_of(happened)
    for number in range(len(ledger)):
        entry = ledger[number]
        for width in (40, 78, 118, 198):
            line = row(happened, entry, width)
            assert width_of(line) == width
            lines = told(happened, ledger, entry, width)
            assert 1 <= len(lines) <= TOLD and all(width_of(each) <= width for each in lines)


@given(histories)
def test_every_event_leads_to_the_last_change_that_it_could_know(happened: list[Event]) -> None:
    ledger = ledger_of(happened)
    for index, event in enumerate(happened):
        number = ledgers.of_event(happened, ledger, event)
        made = [n for n in range(len(ledger)) if ledger[n].at == index]
        assert number == made[0] if made else -1 <= number < len(ledger)


def test_a_message_with_a_chal_leads_to_the_nonce_that_it_brought() -> None:
    happened = resync()
    ledger = ledger_of(happened)
    for kind, nonce in (
        (MessageReceived, CLIENT_1),
        (Challenged, CLIENT_1),
        (MessageSent, SERVER_1),
    ):
        wanted = [e for e in happened if isinstance(e.what, kind) and _brings(e.what)]  # type: ignore[arg-type]
        entry = ledger[ledgers.of_event(happened, ledger, wanted[0])]
        assert ledgers.value(happened[entry.at], entry.slot) == nonce


def _brings(what: MessageReceived | MessageSent | Challenged) -> bool:
    return isinstance(what, Challenged) or "+ Chal" in what.summary


def test_a_line_says_when_whose_which_from_where_and_why() -> None:
    happened = resync()
    ledger = ledger_of(happened)
    lines = [plain(row(happened, ledger[n], 118)) for n in range(len(ledger))]
    stored = next(line for line in lines if f"server    {SERVER_1.upper()}" in line)
    confirmed = next(line for line in lines if "confirmed by" in line)
    assert "handset" in confirmed and " 2 in " in confirmed
    assert "DS server" in stored and " 2 out " in stored
    first = lines[0]
    assert "in the store when the handset started" in first and CLIENT_0.upper() in first


def test_the_selected_change_is_told_with_what_it_replaced() -> None:
    happened = resync()
    ledger = ledger_of(happened)
    number = next(n for n in range(len(ledger)) if "confirmed by" in _why(happened, ledger, n))
    text = " ".join(plain(line).strip() for line in told(happened, ledger, ledger[number], 78))
    assert text.startswith(f"run 1, server nonce of the handset: {SERVER_1.upper()}")
    assert f"before: {STALE[:8].upper()}" in text
    assert "message 2 of the server (package 4, 200)" in text


def _why(happened: Sequence[Event], ledger: Ledger, number: int) -> str:
    return ledgers.reason(happened, ledger[number])


def test_the_servers_records_say_why_its_nonce_changed_and_a_supposed_one_says_so() -> None:
    said = PeerSaid("the client's Chal: new [b]server\x1b nonce kept")
    happened = events(
        [
            (0.1, PeerNonces("ds", CLIENT_0, LOST, False)),
            (0.1, said),
            (0.1, PeerNonces("ds", CLIENT_0, SERVER_1, False)),
            (0.1, NonceStored("ds", "client", CLIENT_1, "", "NextNonce")),
            (0.1, PeerNonces("ds", CLIENT_1, SERVER_1, True)),
        ]
    )
    ledger = ledger_of(happened)
    assert [_why(happened, ledger, n) for n in range(len(ledger))] == [
        "what the server held at first",
        "what the server held at first",
        said.sentence,
        "NextNonce",
        "supposed: the handset has stored it",
    ]
    lines = [plain(row(happened, ledger[n], 198)) for n in range(len(ledger))]
    assert clean(said.sentence) in lines[2] and "supposed " in lines[4]


def test_the_same_nonce_stored_again_is_a_line_too() -> None:
    again = NonceStored("ds", "server", SERVER_1, SERVER_1, "the same again")
    happened = events([(0.1, again), (0.1, again)])
    assert changes(happened, "handset") == [("server", SERVER_1)] * 2


@pytest.mark.parametrize("width", [20, 46, 80, 200])
def test_the_header_fits(width: int) -> None:
    assert all(width_of(line) == width for line in heading(100_000, width))


def test_a_change_takes_a_few_octets_and_no_value() -> None:
    stored = [(0.1, NonceStored("ds", slot, SERVER_1, "", "why")) for slot in SLOTS] * 100
    ledger = ledger_of(events(stored))
    held = [a for a in vars(ledger).values() if hasattr(a, "itemsize")]
    assert sum(a.itemsize * len(a) for a in held) <= 20 * len(ledger)
    assert set(get_args(Side)) == set(ledgers.SIDES)
