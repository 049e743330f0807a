"""The reducer: what the screen knows after some events."""

import msgspec
import pytest

from emulator.protocol.events import (
    BearerFailed,
    BearerOpened,
    Event,
    Failed,
    HandsetStarted,
    NoncesHeld,
    NonceStored,
    Octets,
    PeerNonces,
    PeerSaid,
    PersonAnswered,
    PowerCut,
    PushArrived,
    SessionOpened,
    StepMoved,
    VerdictReached,
)
from emulator.tui.book import Held
from emulator.tui.run import Known, fold
from tests.tui import recording
from tests.tui.recording import CLIENT_0, CLIENT_1, LOST, PUSH, SERVER_1, STALE, events


def known_after(happened: list[Event]) -> Known:
    known = Known()
    for event in happened:
        known = fold(known, event)
    return known


def states(known: Known) -> list[str]:
    return [step.state for step in known.run.steps]


def test_nothing_is_known_before_anything_happens() -> None:
    known = Known()
    assert states(known) == ["pending"] * 6
    assert known.nonces.client is None and known.peer is None


def test_a_resync_ends_with_six_steps_and_agreeing_nonces() -> None:
    known = known_after(events(recording.resync(), up=recording.up()))
    assert states(known) == ["failed", *["passed"] * 5]
    assert known.run.outcome == "synchronised"
    assert (known.run.messages, known.run.sent, known.run.received) == (3, 1, 1)
    assert known.nonces == msgspec.structs.replace(
        known.nonces, client=CLIENT_1, server=SERVER_1, candidate=""
    )
    assert known.peer is not None
    assert (known.peer.client, known.peer.server) == (CLIENT_1, SERVER_1)


def test_what_the_store_holds_is_known_from_the_start() -> None:
    known = known_after(events(up=recording.up()))
    assert known.nonces == Held(CLIENT_0, STALE, "")
    assert known.account == "ds"


def test_the_stale_nonces_are_known_from_the_first_verification_and_cred() -> None:
    happened = events(recording.retried())
    first = next(i for i, e in enumerate(happened) if isinstance(e.what, NonceStored))
    known = known_after(happened[:first])
    assert (known.nonces.server, known.nonces.client) == (STALE, CLIENT_0)
    assert known.peer is None


def test_an_ignored_notification_is_over_with_its_verdict() -> None:
    known = known_after(events(recording.ignored()))
    assert states(known)[:3] == ["failed", "failed", "pending"]
    assert known.run.outcome == "ignored"
    assert known.run.sentence.startswith("notification ignored")


def test_a_new_run_starts_the_strip_anew() -> None:
    known = known_after(events(recording.resync(), recording.asked()))
    assert known.shown == 2
    assert states(known) == ["failed", "passed", *["pending"] * 4]


def test_a_run_at_work_stays_in_the_strip_while_another_notification_is_judged() -> None:
    at_work = events(recording.resync()[:12])
    held = VerdictReached("held", "", "ds", 1, "stored", "", "held until the session has ended")
    known = known_after([*at_work, _event(StepMoved(1, "passed", ""), 2), _event(held, 2)])
    assert known.shown == 1
    opened = SessionOpened("ds", "ordinary", "1", "http://x", "md5")
    known = fold(known, _event(opened, 2))
    assert known.shown == 2
    assert known.run.steps[0].state == "passed"


def test_a_duplicate_does_not_end_the_session_that_runs() -> None:
    at_work = events(recording.resync()[:12])
    again = VerdictReached("ignored", "duplicate", "ds", 1, "stored", "", "it is running")
    assert fold(known_after(at_work), _event(again, 1)).run.outcome == ""


def test_a_question_is_open_until_it_is_answered() -> None:
    asked = known_after(events(recording.asked()))
    assert asked.question == "The server wants to synchronise. Allow it?"
    assert fold(asked, _event(PersonAnswered(True, "owner"), 1)).question == ""


def test_a_bearer_that_opens_after_all_is_no_trouble_any_more() -> None:
    known = known_after([_event(BearerFailed(PUSH, "port in use"), 0)])
    assert known.troubles == ((PUSH, f"{PUSH}: port in use"),)
    assert fold(known, _event(BearerOpened(PUSH), 0)).troubles == ()


def test_a_new_run_shows_that_a_trouble_is_over_but_not_that_a_port_is_free() -> None:
    known = known_after([_event(BearerFailed(PUSH, "in use"), 0), _event(Failed("disk full"), 0)])
    assert len(known.troubles) == 2
    for event in events(recording.asked()):
        known = fold(known, event)
    assert [what for what, _ in known.troubles] == [PUSH]


def _event(what: object, session: int) -> Event:
    return Event(seq=99, at=0.0, session=session, what=what)  # type: ignore[arg-type]


def test_a_handset_that_starts_anew_ends_every_run_before_it() -> None:
    at_work = events(recording.asked(), up=recording.up())
    known = known_after(at_work)
    assert known.question
    for step in recording.up():
        known = fold(known, _event(step[1], 0))
    known = fold(known, _event(PeerNonces("ds", CLIENT_0, LOST, False), 1))
    known = fold(known, _event(PeerSaid("signed with the SessionID"), 1))
    assert (known.shown, known.question, known.run.number) == (0, "", 0)
    assert known.nonces == Held(CLIENT_0, STALE, "")
    for _, what in recording.resync()[:12]:
        known = fold(known, _event(what, 2))
    assert known.shown == 2
    assert known.run.outcome == ""


def test_the_verdict_on_a_notification_during_a_run_is_kept_beside_it() -> None:
    known = known_after(events(recording.resync()[:12], recording.ignored()))
    assert known.shown == 1 and known.run.outcome == ""
    assert (known.aside.number, known.aside.ignored) == (2, True)
    assert known.aside.sentence.startswith("notification ignored")
    known = fold(known, _event(PushArrived("udp", "x", Octets("00")), 3))
    assert known.aside.number == 0


def test_the_run_at_work_is_not_forgotten_for_many_notifications() -> None:
    many = [recording.ignored() for _ in range(20)]
    known = known_after(events(recording.resync()[:12], *many))
    assert (known.shown, known.run.number, known.run.steps[1].state) == (1, 1, "passed")
    assert len(known.runs) <= 9


def test_a_verdict_opens_a_run_again() -> None:
    known = known_after(events(recording.ignored()))
    again = VerdictReached("verified-session-id", "", "ds", 1, "session-id", "", "it verified")
    known = fold(known, _event(again, 1))
    assert (known.run.outcome, known.run.sentence) == ("", "")


def test_the_bearers_that_are_open_are_known() -> None:
    known = known_after([_event(BearerOpened(PUSH), 0)])
    assert known.bearers == (PUSH,)
    assert fold(known, _event(BearerFailed(PUSH, "broke"), 0)).bearers == ()


def test_a_power_cut_ends_what_runs_until_a_handset_starts() -> None:
    known = known_after(events(recording.powerless(), up=recording.up()))
    assert known.off and known.run.outcome == "interrupted" and not known.bearers
    assert known.nonces.client == CLIENT_1, "what both sides hold stays in sight"
    known = fold(known, events(up=recording.up())[0])
    assert not known.off and not known.run.number


@pytest.mark.parametrize(
    ("cut", "inferred", "kept"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_server_loses_no_nonce_when_the_phone_loses_its_power(
    cut: bool, inferred: bool, kept: bool
) -> None:
    known = known_after(events(recording.resync(), up=recording.up()))
    known = fold(known, _event(PeerNonces("ds", CLIENT_1, SERVER_1, inferred), 0))
    if cut:
        known = fold(known, _event(PowerCut(), 0))
    known = fold(known, _event(HandsetStarted("demo", "IMEI:1", ("s",)), 0))
    known = fold(known, _event(NoncesHeld("ds", CLIENT_1, SERVER_1, None), 0))
    assert (known.peer is not None) == kept
    if kept:
        assert (known.peer.client, known.peer.server) == (CLIENT_1, SERVER_1)  # type: ignore[union-attr]
