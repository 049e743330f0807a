"""The lines at the bottom, the strip and the nonces, as text of what is known."""

from dataclasses import dataclass

import pytest

from emulator.exports.text import Line, plain, width_of
from emulator.protocol.events import (
    AnyWhat,
    BearerFailed,
    BearerOpened,
    Event,
    Failed,
    HandsetStarted,
    NonceStored,
    PeerNonces,
    PersonAsked,
)
from emulator.tui.run import Known, RunLook, StepLook, fold
from emulator.tui.status import footer_line, verdict_lines
from emulator.tui.step_page import heading, reasons
from emulator.tui.steps import step_lines
from tests.tui import recording
from tests.tui.recording import CLIENT_1, LOST, SERVER_1, events

HINT = "n sends another notification"
STARTED = HandsetStarted("demo", "IMEI:1", ("s",))
OPENED = BearerOpened("udp://h:1")
BROKEN = BearerFailed("udp://h:1", "in use")


@dataclass
class Shown:
    text: str
    tones: set[str]


def shown(known: Known, width: int = 78) -> Shown:
    lines: list[Line] = verdict_lines(known, HINT, width)
    assert all(width_of(line) <= width for line in lines)
    text = "\n".join(plain(line).strip() for line in lines)
    return Shown(text, {span.tone for line in lines for span in line})


def after(*whats: AnyWhat) -> Known:
    known = Known()
    for number, what in enumerate(whats, 1):
        known = fold(known, Event(seq=number, at=0.0, what=what))
    return known


def played(*runs: list[recording.Step]) -> Known:
    known = Known()
    for event in events(*runs, up=recording.up()):
        known = fold(known, event)
    return known


@pytest.mark.parametrize(
    ("whats", "waits"),
    [
        ((), False),
        ((STARTED,), False),
        ((STARTED, OPENED), True),
        ((Failed("the state folder is locked"),), False),
        ((STARTED, BROKEN), False),
        ((STARTED, OPENED, BROKEN), False),
        ((STARTED, OPENED, BearerFailed("udp://h:2", "in use")), True),
        ((STARTED, OPENED, PersonAsked("Allow it?", True)), False),
    ],
)
def test_it_waits_for_a_notification_only_where_one_can_come(
    whats: tuple[AnyWhat, ...], waits: bool
) -> None:
    assert ("waiting for a notification" in shown(after(*whats)).text) == waits


def test_the_hint_is_left_out_where_it_cannot_be_followed() -> None:
    assert HINT in shown(after(STARTED, OPENED)).text
    assert HINT in shown(after(STARTED, BROKEN)).text
    assert HINT not in shown(after(Failed("locked"))).text
    assert HINT not in shown(played(recording.asked())).text


def test_the_keys_of_a_question_are_never_cut_off() -> None:
    known = after(STARTED, OPENED, PersonAsked("May the server synchronise? " * 20, True))
    for width in (30, 58, 78, 118):
        text = shown(known, width).text
        assert text.startswith("! May") and "+ allow   - decline" in text


def test_a_question_leaves_no_key_for_another_notification_in_the_footer() -> None:
    known = played(recording.asked())
    assert "notify" not in plain(footer_line(known, True, 0, False, 78))
    assert "allow" in plain(footer_line(known, True, 0, False, 78))


def test_a_run_at_work_shows_its_step_and_no_verdict() -> None:
    text = shown(played(recording.resync()[:12])).text
    assert text.startswith("> step 3 of 6 running") and "✗" not in text and "✓" not in text


def test_the_verdict_on_another_notification_has_its_number() -> None:
    text = shown(played(recording.resync(), recording.asked())).text
    assert "run 1" not in text
    text = shown(played(recording.resync()[:12], recording.ignored())).text
    assert "run 2: ✗ notification ignored" in text and "> step 3 of 6" in text


def test_synchronised_is_not_green_while_the_nonces_differ() -> None:
    known = played(recording.resync())
    assert shown(known).text.startswith("✓ synchronised") and "good" in shown(known).tones
    odd = Event(seq=99, at=0.0, session=1, what=PeerNonces("ds", CLIENT_1, LOST, False))
    known = fold(known, odd)
    said = shown(known)
    assert said.text.startswith("✗ synchronised, 1 sent and 1 received")
    assert "but the server nonce of both sides differs" in said.text.replace("\n", " ")
    assert "good" not in said.tones and "bad" in said.tones
    assert [step.state for step in known.run.steps] == ["failed", *["passed"] * 5]


def test_a_nonce_changed_by_hand_does_not_rewrite_how_the_run_went() -> None:
    known = played(recording.resync())
    before = shown(known)
    by_hand = NonceStored("ds", "server", LOST, SERVER_1, "made stale by hand")
    known = fold(known, Event(seq=98, at=0.0, what=by_hand))
    assert known.nonces.server == LOST
    assert shown(known) == before and before.text.startswith("✓ synchronised")
    # What the server holds after it is a run's doing again.
    known = fold(known, Event(seq=99, at=0.0, what=PeerNonces("ds", CLIENT_1, LOST, False)))
    assert shown(known).text.startswith("✗ synchronised")


@pytest.mark.parametrize(("width", "words"), [(80, "3 · not run"), (120, "3 · not reached")])
def test_nothing_is_pending_once_the_run_is_over(width: int, words: str) -> None:
    ran = events(recording.ignored(), up=recording.up())
    known = Known()
    for event in ran:
        text = plain(step_lines(known.run, width)[0])
        assert ("pending" in text) == (not known.run.outcome)
        known = fold(known, event)
    text = plain(step_lines(known.run, width)[0])
    assert known.run.outcome == "ignored"
    assert words in text and "pending" not in text
    assert "step 3: session  · not reached" in plain(heading(known.run, 3, width))
    page = "\n".join(map(plain, reasons(known.run, 3, width)))
    assert "The run ended before" in page and "yet" not in page


def test_a_server_that_sent_no_cred_is_not_said_to_lack_the_secret() -> None:
    no_cred = StepLook("failed", "the server sent no Cred")
    run = RunLook(1, steps=(*(StepLook(),) * 4, no_cred, StepLook()), outcome="refused")
    page = " ".join(plain(line).strip() for line in reasons(run, 5, 78))
    assert "has not shown that it knows the secret" in page
    assert "its Cred is missing or does not verify" in page
    assert page.endswith("Here: the server sent no Cred")


@pytest.mark.parametrize("width", [24, 40, 60, 79])
def test_all_six_steps_stay_on_a_narrow_strip(width: int) -> None:
    (line,) = step_lines(played(recording.resync()).run, width)
    text = plain(line).replace("─", "").split()
    assert " ".join(text) == "1 ✗ 2 ✓ 3 ✓ 4 ✓ 5 ✓ 6 ✓"
