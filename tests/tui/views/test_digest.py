"""The digest of an event: the near miss first, expected under received, then how it is computed."""

import pytest

from emulator.protocol import digest as digests
from emulator.protocol.events import (
    Event,
    MessageSent,
    NearMiss,
    NonceTried,
    ServerCredJudged,
    VerdictReached,
)
from emulator.tui.views.digest import MEANINGS, digest_view
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
    found = digest_view(event, DECK.workings(event), width)
    assert found is not None
    return rows(list(found))


def test_a_failed_verification_shows_octet_over_octet_what_differs() -> None:
    shown = digest(of(NonceTried))
    assert "expected  7D A9 CD AF F4 9F CE 83 65 EC 88 DB CE 01 7C A2" in shown
    assert "received  08 8C 12 0E 84 74 CC 45 78 0C 10 F4 9E EB 73 31" in shown
    assert "differs   " + " ".join(["^^"] * 16) in shown
    assert "✗ ≠ not equal" in shown


def test_only_octets_that_differ_are_marked() -> None:
    tried = NonceTried("ds", "s", "stored", "", "00", "0102030405", "01ff0304fe", False)
    found = digest_view(Event(seq=1, at=0.0, what=tried), [], 78)
    assert found is not None
    assert rows(list(found)) == [
        "expected  01 02 03 04 05",
        "received  01 FF 03 04 FE",
        "differs      ^^       ^^",
        "✗ ≠ not equal",
    ]


def test_octets_stand_under_each_other_in_halves_where_there_is_no_room() -> None:
    shown = digest(of(NonceTried), 44)
    at = shown.index("expected  7D A9 CD AF F4 9F CE 83")
    assert shown[at + 1] == "received  08 8C 12 0E 84 74 CC 45"
    assert shown[at + 3] == "          65 EC 88 DB CE 01 7C A2"


def test_a_verification_that_succeeds_is_marked_equal() -> None:
    shown = digest(of(NonceTried, 1))
    assert "✓ = equal: signed with this nonce and secret" in shown
    assert not any("^^" in row for row in shown)


@pytest.mark.parametrize("width", [44, 78])
def test_secrets_are_masked(width: int) -> None:
    for event in (of(NonceTried), of(MessageSent), of(ServerCredJudged)):
        found = digest_view(event, DECK.workings(event), width)
        assert found is not None
        whole = found.whole()
        assert whole is not None
        for text in ("\n".join(rows(list(found))), whole.text):
            assert "(secret)" in text
            assert SERVER_SECRET not in text and PASSWORD not in text
            for _, working, _ in DECK.workings(event):
                for step in working.steps:
                    if step.secret:
                        assert step.hex.upper() not in text.replace(" ", "")
                        assert step.octets.decode("latin-1") not in text


def test_without_workings_the_event_itself_is_compared() -> None:
    found = digest_view(of(NonceTried), [], 78)
    assert found is not None and rows(list(found))[-1] == "✗ ≠ not equal"
    found = digest_view(of(ServerCredJudged), [], 78)
    assert found is not None and rows(list(found))[-1].startswith("received  WHxu9Duw")


def test_near_misses_are_sentences_and_come_first() -> None:
    verdict = next(e for e in ALL if isinstance(e.what, VerdictReached) and e.what.near_misses)
    begin = "Near miss [decimal_text]: the sender hashed the SessionID in another encoding"
    assert " ".join(digest(verdict)).startswith(begin)
    misses = [NearMiss("zero-digest", "the digest is all zeros")]
    found = digest_view(of(NonceTried), DECK.workings(of(NonceTried)), 78, misses)
    assert found is not None
    assert rows(list(found))[0].startswith("Near miss: the digest is all zeros. Computed like")


def test_a_verdict_by_the_session_id_does_not_contradict_the_stored_nonce_below_it() -> None:
    verified = next(
        e for e in ALL if isinstance(e.what, VerdictReached) and e.what.nonce_kind == "session-id"
    )
    both = [w for n in (0, 1) for w in DECK.workings(of(NonceTried, n))]
    found = digest_view(verified, both, 78)
    assert found is not None
    shown = " ".join(rows(list(found)))
    assert shown.startswith("The stored nonce does not verify it; the SessionID does.")
    assert shown.index("not equal") < shown.index("✓ = equal")


def test_each_step_is_numbered_and_explained() -> None:
    shown = digest(of(NonceTried, 1), 100)
    assert any(row.startswith("1 id:password") and "name, colon, secret" in row for row in shown)
    assert any(row.startswith("3 nonce") and "4A 7C" in row for row in shown)
    working = digests.notification("s", "p", b"", b"")
    others = [
        digests.md5("u", "p", b""),
        digests.md5_10("u", "p", b""),
        digests.mac("u", "p", b"", b""),
    ]
    assert {step.name for w in (working, *others) for step in w.steps} <= set(MEANINGS)


def test_basic_is_told_and_compared_with_nothing() -> None:
    working = digests.basic("user", PASSWORD)
    found = digest_view(of(MessageSent), [("our Cred", working, b"x")], 78)
    assert found is not None
    text = "\n".join(rows(list(found)))
    assert "equal" not in text and "user:password in base64, no nonce" in text
    assert text.count("(secret)") == 2 and PASSWORD not in text
    judged = ServerCredJudged("s", "basic", "", (), "stored", True, "the secret is right")
    found = digest_view(Event(seq=1, at=0.0, what=judged), [], 78)
    assert found is not None and len(found) == 1
    assert rows(list(found))[0].startswith("Basic is user:password")


def test_an_event_without_a_digest_has_no_view() -> None:
    assert digest_view(of(recording.SessionClosed), [], 78) is None


def test_what_two_computations_share_is_shown_once() -> None:
    tries = [of(NonceTried), of(NonceTried, 1)]
    both = [working for event in tries for working in DECK.workings(event)]
    verdict = next(e for e in ALL if isinstance(e.what, VerdictReached))
    found = digest_view(verdict, both, 78)
    assert found is not None
    shown = rows(list(found))
    assert "1, 2, 4, 5 as above; what is not:" in shown
    assert sum(row.startswith("4 trigger") for row in shown) == 1
    assert sum(row.startswith("3 nonce") for row in shown) == 2
