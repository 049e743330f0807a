"""The views of one event."""

import pytest

from emulator.exports.text import plain
from emulator.protocol import digest as digests
from emulator.protocol.events import (
    Cut,
    Event,
    MessageReceived,
    MessageSent,
    NonceTried,
    Octets,
    ServerCredJudged,
    VerdictReached,
)
from emulator.tui import detail_lines
from emulator.tui.describe import describe
from tests.tui import recording
from tests.tui.recording import PASSWORD, SERVER_SECRET, RecordedDeck, events
from tests.tui.screen import rows

DECK = RecordedDeck()
ALL = events(
    recording.resync(), recording.retried(), recording.ignored(), recording.lost(), recording.odd()
)


def of(kind: type, number: int = 0) -> Event:
    return [e for e in ALL if isinstance(e.what, kind)][number]


def digest(event: Event, width: int = 78) -> list[str]:
    return rows(detail_lines.digest_lines(event, DECK.workings(event), width))


def test_every_event_says_what_it_is() -> None:
    for event in ALL:
        title, sentence, step = describe(event)
        assert title and 0 <= step <= 6
        assert sentence or type(event.what).__name__ in ("Heard", "StepMoved")


def test_a_failed_verification_shows_expected_and_received() -> None:
    shown = digest(of(NonceTried))
    assert "expected  7D A9 CD AF F4 9F CE 83 65 EC 88 DB CE 01 7C A2" in shown
    assert "received  08 8C 12 0E 84 74 CC 45 78 0C 10 F4 9E EB 73 31" in shown
    assert "✗ ≠ not equal" in shown


def test_a_verification_that_succeeds_is_marked_equal() -> None:
    assert "✓ = equal: signed with this nonce and secret" in digest(of(NonceTried, 1))


@pytest.mark.parametrize("width", [44, 78])
def test_secrets_are_masked(width: int) -> None:
    for event in (of(NonceTried), of(MessageSent), of(ServerCredJudged)):
        text = "\n".join(digest(event, width))
        assert "(secret)" in text
        assert SERVER_SECRET not in text and PASSWORD not in text
        for _, working, _ in DECK.workings(event):
            for step in working.steps:
                if step.secret:
                    assert step.hex.upper() not in text.replace(" ", "")
                    assert step.octets.decode("latin-1") not in text


def test_without_workings_the_event_itself_is_compared() -> None:
    shown = rows(detail_lines.digest_lines(of(NonceTried), [], 78))
    assert shown[-1] == "✗ ≠ not equal"
    shown = rows(detail_lines.digest_lines(of(ServerCredJudged), [], 78))
    assert shown[-1].startswith("received  WHxu9Duw")


def test_near_misses_are_sentences() -> None:
    verdict = next(e for e in ALL if isinstance(e.what, VerdictReached) and e.what.near_misses)
    assert " ".join(digest(verdict)).startswith(
        "Near miss [decimal_text]: the sender hashed the SessionID in another encoding"
    )


def test_hex_has_offset_octets_and_ascii() -> None:
    lines = detail_lines.HexLines(Octets.of(b"SyncML\x00\xff" + bytes(range(0x30, 0x3C))), 78)
    assert rows(list(lines)) == [
        "0000  53 79 6E 63 4D 4C 00 FF  30 31 32 33 34 35 36 37  SyncML..01234567",
        "0010  38 39 3A 3B                                       89:;",
    ]


def test_hex_is_narrow_where_there_is_no_room() -> None:
    lines = detail_lines.HexLines(Octets.of(b"SyncML\x00\xff89"), 44)
    assert rows(list(lines)) == [
        "0000  53 79 6E 63 4D 4C 00 FF  SyncML..",
        "0008  38 39                    89",
    ]


def test_cut_spans_are_dots_with_the_name_of_the_secret() -> None:
    lines = detail_lines.HexLines(Octets("41" * 6, (Cut(2, 3, "ds/basic/1"),)), 44)
    assert rows(list(lines)) == [
        "0000  41 41 ·· ·· ·· 41        AA···A",
        "",
        "·· 3 octets at 0002 are ds/basic/1",
    ]


def test_a_large_message_is_made_line_by_line() -> None:
    lines = detail_lines.HexLines(Octets("00" * 1_000_000), 78)
    assert len(lines) == 62_500
    assert plain(lines[62_499]).startswith("F4230  ")


def test_a_message_is_shown_as_indented_text() -> None:
    event = of(MessageReceived)
    shown = rows(detail_lines.text_lines(event, DECK.document(event), 78))
    assert shown[0].startswith("<SyncML")
    assert shown[1:3] == ["  <SyncHdr>", "    <VerDTD>1.2</VerDTD>"]
    assert any("<NextNonce" in row for row in shown)


def test_fields_stand_where_there_is_no_document() -> None:
    shown = rows(detail_lines.text_lines(of(VerdictReached), "", 60))
    assert shown[0] == "verdict      verified-session-id"
    assert any(row.startswith("event        number ") for row in shown)


def test_text_of_others_is_not_interpreted() -> None:
    event = next(e for e in ALL if type(e.what).__name__ == "Remarked")
    shown = "\n".join(rows(detail_lines.text_lines(event, "", 60)))
    assert "[bold]unknown[/bold] \\x1b[31mred\\x07" in shown


def test_basic_is_told_and_compared_with_nothing() -> None:
    working = digests.basic("user", PASSWORD)
    shown = rows(detail_lines.digest_lines(of(MessageSent), [("our Cred", working, b"x")], 78))
    text = "\n".join(shown)
    assert "equal" not in text and "user:password in base64, no nonce" in text
    assert text.count("(secret)") == 2 and PASSWORD not in text
    judged = ServerCredJudged("s", "basic", "", (), "stored", True, "the secret is right")
    shown = rows(detail_lines.digest_lines(Event(seq=1, at=0.0, what=judged), [], 78))
    assert len(shown) == 1 and shown[0].startswith("Basic is user:password")


def test_fields_are_in_words() -> None:
    for event in ALL:
        text = "\n".join(rows(detail_lines.text_lines(event, "", 100)))
        for jargon in ("caused by", "False", "True", "CredMade", "NearMiss(", "None"):
            assert jargon not in text
