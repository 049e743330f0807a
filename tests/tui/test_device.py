"""The phone as its owner sees it: a fold over the events, and words without protocol in them."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol.events import (
    BearerFailed,
    BearerOpened,
    Event,
    HandsetStarted,
    ItemMoved,
    MessageSent,
    Octets,
    Outcome,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    PushArrived,
    SessionClosed,
    SessionOpened,
    StepMoved,
    VerdictReached,
    What,
)
from emulator.tui.device import AFTER_A_CUT, IGNORED_WORDS, OWNER_WORDS, Device, fold

OPENED = SessionOpened("ds", "resync", "4A7C", "http://ds.example.com/sync", "md5")
SENT = MessageSent(1, 1, "http://x", "xml", Octets("00ff"), 1, "")
CLOSED = SessionClosed("synchronised", "", 3, 2, 1)


def after(*whats: What, session: int = 1) -> Device:
    device = Device()
    for seq, what in enumerate(whats, 1):
        device = fold(device, Event(seq=seq, at=0.0, session=session, what=what))  # type: ignore[arg-type]
    return device


def ignored(reason: str) -> VerdictReached:
    return VerdictReached("ignored", reason, "", 0, "none", "", "")


def test_every_outcome_has_words_for_the_owner() -> None:
    assert set(OWNER_WORDS) == set(get_args(Outcome)) - {"ignored"}


@pytest.mark.parametrize("words", [*OWNER_WORDS.values(), *IGNORED_WORDS.values()])
def test_they_are_free_of_protocol(words: str) -> None:
    assert not {"nonce", "digest", "Cred", "SessionID", "status", "package"} & set(words.split())


def test_a_running_sync() -> None:
    device = after(
        OPENED, StepMoved(3, "passed", ""), SENT, SENT, ItemMoved("out", "c", "add", "1", "", 0)
    )
    assert device.progress.running and device.progress.steps == 3
    assert (device.progress.messages, device.progress.octets, device.progress.sent) == (2, 4, 1)


def test_its_end() -> None:
    device = after(OPENED, SENT, CLOSED)
    assert not device.progress.running and device.progress.messages == 1
    assert device.told.good and device.told.words == "Everything is up to date: 2 sent, 1 received."


@pytest.mark.parametrize("outcome", sorted(OWNER_WORDS))
def test_each_end_is_told(outcome: Outcome) -> None:
    device = after(OPENED, SessionClosed(outcome, "", 1, 0, 0))
    assert device.told.words.startswith(OWNER_WORDS[outcome])
    assert device.told.good == (outcome == "synchronised")


def test_a_notification_that_is_ignored() -> None:
    assert after(ignored("digest")).told.words == IGNORED_WORDS["digest"]
    assert after(ignored("malformed")).told.words.startswith("A message that this phone cannot use")
    assert after(OPENED, ignored("digest")).progress.running


def test_what_the_owner_is_asked_and_told() -> None:
    assert after(PersonAsked("Allow?", True)).question == "Allow?"
    assert after(PersonAsked("Allow?", True), PersonAnswered(True, "person")).question == ""
    assert after(PersonAsked("Coming", False)).notice == "Coming"


def test_bearers_and_what_came_in() -> None:
    push = PushArrived("udp", "x", Octets("00"))
    device = after(BearerOpened("udp://127.0.0.1:2948"), BearerFailed("file:x", "gone"), push, push)
    assert device.bearers == ("udp://127.0.0.1:2948",) and device.broken == ("file:x",)
    assert device.count("udp://127.0.0.1:2948") == 2 and device.count("file:x") == 0


def test_a_handset_that_starts_anew_shows_nothing_of_before() -> None:
    assert after(OPENED, SENT, HandsetStarted("p", "IMEI:1", ("s",))) == Device(
        "IMEI:1", "p", ("s",)
    )


whats = st.sampled_from(
    [
        OPENED, SENT, CLOSED, ignored("digest"), StepMoved(4, "passed", ""), StepMoved(2, "failed", ""),
        PersonAsked("?", True), PersonAnswered(False, "p"), ItemMoved("in", "c", "add", "1", "2", 201),
        PushArrived("udp", "x", Octets("00")), BearerOpened("udp://h:1"), BearerFailed("udp://h:1", "x"),
    ]
)  # fmt: skip


@given(st.lists(st.tuples(whats, st.integers(0, 3)), max_size=40))
def test_within_a_run_nothing_shrinks(steps: list[tuple[What, int]]) -> None:
    device = Device()
    for seq, (what, session) in enumerate(steps, 1):
        before = device.progress
        device = fold(device, Event(seq=seq, at=0.0, session=session, what=what))  # type: ignore[arg-type]
        now = device.progress
        if now.run == before.run and not isinstance(what, SessionOpened):
            assert now.messages >= before.messages and now.octets >= before.octets
            assert now.sent >= before.sent and now.steps >= before.steps


def test_without_power_nothing_is_heard_until_the_phone_starts() -> None:
    cut = after(BearerOpened("udp://x"), OPENED, PowerCut(), PersonAsked("?", True))
    assert cut.off and not cut.question and not cut.bearers
    again = fold(cut, Event(seq=1, at=0.0, what=HandsetStarted("p", "IMEI:1", ("s",))))
    assert not again.off and again.told.words == AFTER_A_CUT
