"""The tree of an event: fields under each other, explained; then the event's own."""

import pytest

from emulator.exports.text import plain, width_of
from emulator.exports.tree import Node
from emulator.protocol.events import (
    Event,
    MessageReceived,
    MessageSent,
    NonceTried,
    NotificationRead,
    Remarked,
    VerdictReached,
)
from emulator.tui.describe import describe
from emulator.tui.views.beside import below_octets, below_tree
from emulator.tui.views.subject import Subject, subject
from emulator.tui.views.tree import node_row, tree_view
from tests.tui import recording
from tests.tui.recording import events
from tests.tui.screen import rows

ALL = events(
    recording.resync(), recording.retried(), recording.ignored(), recording.lost(), recording.odd()
)


def of(kind: type) -> Event:
    return next(e for e in ALL if isinstance(e.what, kind))


def tree(event: Event, width: int = 78) -> list[str]:
    return rows(list(tree_view(subject(ALL, event), width)))


def test_every_event_says_what_it_is() -> None:
    for event in ALL:
        title, sentence, step = describe(event)
        assert title and 0 <= step <= 6
        assert sentence or type(event.what).__name__ in ("Heard", "StepMoved")


def test_a_message_is_shown_with_its_codes_explained() -> None:
    shown = tree(of(MessageReceived))
    assert shown[0] == "SyncML"
    assert shown[2].startswith("    VerDTD: 1.2")
    assert any("Data: 212  (authentication accepted for the whole session)" in row for row in shown)
    assert any(row.startswith("http status") for row in shown)
    assert any(row.split() == ["elapsed", "11.0", "ms"] for row in shown)


@pytest.mark.parametrize("width", [20, 44, 78])
def test_no_line_is_wider_than_there_is_room(width: int) -> None:
    for event in ALL:
        assert all(width_of(line) <= width for line in tree_view(subject(ALL, event), width))


def test_fields_stand_where_there_are_no_octets() -> None:
    shown = tree(of(VerdictReached), 60)
    assert shown[0] == "verdict      verified-session-id"
    assert any(row.startswith("event        number ") for row in shown)


def test_a_verification_has_its_notification_below() -> None:
    shown = tree(of(NonceTried))
    assert "  session id: 4A7C  · the session to open; also the default nonce" in shown


def test_text_of_others_is_not_interpreted() -> None:
    shown = "\n".join(tree(of(Remarked), 60))
    assert "[bold]unknown[/bold] \\x1b[31mred\\x07" in shown


def test_fields_are_in_words() -> None:
    for event in ALL:
        text = "\n".join(rows(list(tree_view(Subject(None, *subject(ALL, event)[1:]), 100))))
        for jargon in ("caused by", "False", "True", "CredMade", "NearMiss(", "None"):
            assert jargon not in text


def test_a_secret_is_masked_and_a_long_value_is_not_endless() -> None:
    masked = node_row(Node(0, "Data", "(secret)", 0, 4, ((0, 4),), secret=True), 40)
    assert masked.text == "Data: (secret)"
    assert len(node_row(Node(0, "Data", "x" * 100_000), 40).lines) == 40


def test_below_a_field_its_octets_are_lit() -> None:
    what = subject(ALL, of(NotificationRead))
    number = next(n for n, node in enumerate(what.tree.nodes) if node.label == "session id")
    lines = [plain(line) for line in below_tree(what, number, 80, 4)]
    assert lines[0].startswith(" session id · octets 0015 to 0016 (2)")
    assert any("[4A 7C]" in line for line in lines)
    assert len(lines) == len(below_tree(what, -1, 80, 4)) == 4


def test_below_an_octet_its_field_is_marked_in_the_tree() -> None:
    what = subject(ALL, of(NotificationRead))
    lines = [plain(line) for line in below_octets(what, 21, 80, 4)]
    assert lines[0].startswith(" octet 0015 · package #0 (DS)/session id")
    assert [line for line in lines if line.startswith("▌")] == [
        "▌  session id: 4A7C  · the session to open; also the default nonce"
    ]
    shared = plain(below_octets(what, 17, 80, 6)[0])
    assert "bits of version, ui-mode, initiator, future use" in shared


def test_the_summary_explains_codes() -> None:
    refused = MessageReceived(200, "", recording.Octets(""), 0.0, 1, 2, 403, "403, Final")
    sentence = describe(Event(seq=1, at=0.0, what=refused)).sentence
    assert "Status 403 for our SyncHdr (forbidden)." in sentence
    asks = next(e for e in ALL if isinstance(e.what, MessageSent) and "Alert 200" in e.what.summary)
    assert describe(asks).sentence.endswith("Alert 200: two-way sync.")
