"""Which run has the lanes, and the lines where that changes."""

from emulator.protocol.events import (
    AnyWhat,
    Event,
    HandsetStarted,
    PeerSaid,
    PushArrived,
    SessionClosed,
    SessionIdUsed,
    SessionOpened,
    VerdictReached,
)
from emulator.tui.lanes import Holder
from tests.tui import recording
from tests.tui.recording import events

PUSH = PushArrived("udp", "x", recording.Octets("00"))
OPENED = SessionOpened("ds", "ordinary", "1", "http://x", "md5")
CLOSED = SessionClosed("synchronised", "synchronised", 1, 0, 0)
STARTED = HandsetStarted("demo", "IMEI:1", ("s",))
USED = SessionIdUsed("ds", 1)


def said(*happened: tuple[int, AnyWhat]) -> list[str]:
    """For each event the line before it, and `*` where it is marked as another run's."""
    holder = Holder()
    out = []
    for session, what in happened:
        event = Event(seq=1, at=0.0, session=session, what=what)
        words = holder.take(event)
        out.append(words + "*" * holder.is_aside(event))
    return out


def verdict(word: str) -> VerdictReached:
    return VerdictReached(word, "", "ds", 1, "stored", "", "said")


def test_a_run_takes_the_lanes_with_its_first_event() -> None:
    happened = events(recording.resync(), recording.ignored(), recording.retried())
    holder = Holder()
    lines = [words for event in happened if (words := holder.take(event))]
    assert lines == ["run 1", "run 2", "run 3"]


def test_a_notification_during_a_run_is_marked_and_the_lines_do_not_alternate() -> None:
    assert said(
        (1, PUSH), (1, OPENED), (2, PUSH), (1, USED), (2, verdict("held")), (1, USED), (1, CLOSED)
    ) == ["run 1", "", "run 2, during run 1*", "", "*", "", ""]  # fmt: skip


def test_what_was_held_goes_on_with_a_line() -> None:
    assert said(
        (1, PUSH), (1, OPENED), (2, PUSH), (2, verdict("held")), (1, CLOSED),
        (2, verdict("verified-stored")), (2, OPENED), (2, CLOSED), (3, PUSH),
    ) == ["run 1", "", "run 2, during run 1*", "*", "", "run 2 goes on", "", "", "run 3"]  # fmt: skip


def test_what_the_server_says_is_no_run_s() -> None:
    assert said(
        (1, PUSH), (1, CLOSED), (1, PeerSaid("yes")), (2, PUSH), (1, PeerSaid("yes")), (2, USED)
    ) == ["run 1", "", "", "run 2", "", ""]  # fmt: skip


def test_a_handset_that_starts_anew_takes_the_lanes_from_a_run_that_never_closes() -> None:
    assert said(
        (0, STARTED), (1, PUSH), (1, OPENED), (0, STARTED), (1, PeerSaid("yes")), (2, PUSH), (2, USED)
    ) == ["", "run 1", "", "the handset starts anew", "", "run 2", ""]  # fmt: skip
