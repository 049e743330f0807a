"""The handset's fold: what its face shows after some events, and what holds after any."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.exports.text import plain
from emulator.protocol.events import (
    BearerFailed,
    BearerOpened,
    ChangesCounted,
    Event,
    HandsetStarted,
    ItemMoved,
    Login,
    MessageReceived,
    MessageSent,
    Octets,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    PushArrived,
    PushesDropped,
    Remarked,
    SessionClosed,
    SessionOpened,
    StepMoved,
    TransportLost,
    VerdictReached,
)
from emulator.tui.device import Bearer, Device, Ended, Progress, fold
from emulator.tui.face import fact_lines
from tests.tui import recording
from tests.tui.recording import PUSH, SERVER, URL, XML, Step, events

OPENED = SessionOpened("ds", "resync", "4A7C", URL, "md5")
LOGIN = Login("ds", SERVER, "alice", URL, ("contacts",))


def after(*runs: list[Step], up: list[Step] | None = None) -> Device:
    device = Device()
    for event in events(*runs, up=recording.up() if up is None else up):
        device = fold(device, event)
    return device


def test_a_resync_is_counted_in_items_messages_and_octets() -> None:
    device = after(recording.resync())
    progress = device.progress
    assert (progress.messages, progress.sent, progress.received, progress.step) == (3, 1, 1, 6)
    assert progress.octets_out > 0 and progress.octets_in > 0
    assert not device.running
    assert device.last == Ended("synchronised", (), 1, 1)


@pytest.mark.parametrize(
    ("logins", "server"), [((LOGIN,), SERVER), ((), "127.0.0.1:8080")], ids=["now", "old journal"]
)
def test_whom_it_synchronises_with(logins: tuple[Login, ...], server: str) -> None:
    started = HandsetStarted("p", "IMEI:1", (SERVER,), logins=logins)
    device = after([(0.0, OPENED)], up=[(0.0, started)])
    assert device.running and device.progress.server == server


def test_the_bar_knows_what_each_side_has_announced() -> None:
    counted: list[Step] = [
        (0.0, ChangesCounted("out", "contacts", 200, 3)),
        (0.0, ChangesCounted("in", "contacts", 200, 1)),
        (0.0, ItemMoved("out", "contacts", "add", "1", "", 201)),
        (0.0, ItemMoved("out", "contacts", "add", "2", "", 201)),
    ]
    device = after([(0.0, OPENED), *counted, counted[0]])
    assert device.running
    assert (device.progress.out_of, device.progress.in_of) == (3, 1)
    assert device.progress.share == 0.5


def test_what_was_lost_is_counted_on_its_bearer() -> None:
    dropped: list[Step] = [(0.0, PushesDropped(PUSH, "rate", n)) for n in (9, 900)]
    device = after(up=[*recording.up(), *dropped])
    assert device.bearers == (Bearer(PUSH, lost=909),)
    shown = "\n".join(plain(line) for line in fact_lines(device, 40))
    assert "0 came in, 909 more were lost" in shown


def test_pushes_are_counted_on_the_bearer_that_they_came_on() -> None:
    device = after(recording.resync(), recording.ignored())
    assert device.bearers == (Bearer(PUSH, 2),)
    device = fold(device, Event(seq=0, at=0.0, what=PushArrived("own", "me", Octets(""))))
    assert device.bearers == (Bearer(PUSH, 2), Bearer("own", 1))


def test_a_bearer_that_failed_says_why_until_it_opens() -> None:
    device = after(up=recording.broken_up())
    assert device.bearers[0].trouble.startswith("port 2948 is in use")
    device = fold(device, Event(seq=0, at=0.0, what=BearerOpened(PUSH)))
    assert device.bearers == (Bearer(PUSH),)


def test_a_question_stands_until_it_is_answered() -> None:
    device = after(recording.asked())
    assert device.question == "The server wants to synchronise. Allow it?"
    device = fold(device, Event(seq=0, at=0.0, session=1, what=PersonAnswered(True, "owner")))
    assert not device.question


def test_an_ignored_notification_and_a_lost_server_say_why() -> None:
    assert after(recording.ignored()).last == Ended("ignored", ("digest",))
    last = after(recording.lost()).last
    assert last is not None
    assert (last.outcome, last.clues[-1]) == ("transport", "unreachable")


@pytest.mark.parametrize(
    ("status", "code", "clue"),
    [(200, 404, "status-404"), (404, 0, "http-404"), (503, 0, "http-5xx")],
)
def test_what_an_answer_says_about_the_end(status: int, code: int, clue: str) -> None:
    answer = MessageReceived(status, XML, Octets(""), 0.0, 2, 1, code, "")
    closed = SessionClosed("peer-error", "", 1, 0, 0)
    assert after([(0.0, OPENED), (0.0, answer), (0.0, closed)]).last == Ended("peer-error", (clue,))


def test_who_declines_is_told_so_when_the_session_that_never_was_is_closed() -> None:
    declined = VerdictReached("ignored", "declined", "", 0, "none", "", "")
    closed = SessionClosed("declined", "", 0, 0, 0)
    answered = PersonAnswered(False, "owner")
    device = after([*recording.asked(), (0.0, answered), (0.0, declined), (0.0, closed)])
    assert device.last == Ended("declined") and not device.question


def test_after_a_power_cut_the_phone_is_off_until_it_starts() -> None:
    device = fold(after(recording.asked()), Event(seq=0, at=0.0, what=PowerCut()))
    assert device.off and not device.question and not device.bearers
    assert fold(device, Event(seq=0, at=0.0, what=PersonAsked("?", True))) == device
    device = fold(device, events(up=recording.up())[0])
    assert not device.off and device.last is None


def test_only_a_power_cut_in_mid_session_is_told_when_the_phone_starts() -> None:
    device = after(recording.powerless())
    assert device.off and not device.running
    device = fold(device, events(up=recording.up())[0])
    assert device.last == Ended("interrupted", ("power",))


def test_a_handset_that_starts_anew_shows_nothing_of_before() -> None:
    started = HandsetStarted("p", "IMEI:1", ("s",))
    device = fold(after(recording.resync()), Event(seq=0, at=0.0, what=started))
    assert device == Device("p", "IMEI:1", servers=("s",))


names = st.sampled_from(("", "ds", "contacts", "udp", PUSH, "\x1b[31m"))
numbers = st.integers(-(2**63), 2**64 - 1)
octets = st.binary(max_size=40).map(Octets.of)
WHATS = st.one_of(
    st.builds(HandsetStarted, names, names, st.just(("s",)), names, names, st.just((LOGIN,))),
    st.builds(PowerCut),
    st.builds(BearerOpened, names),
    st.builds(BearerFailed, names, names),
    st.builds(PushArrived, names, names, octets),
    st.builds(PersonAsked, names, st.booleans()),
    st.builds(PersonAnswered, st.booleans(), names),
    st.builds(SessionOpened, names, st.just("resync"), names, names, names),
    st.builds(StepMoved, st.integers(-1, 9), st.sampled_from(("running", "failed", "skipped")), names),
    st.builds(MessageSent, numbers, numbers, names, st.just(XML), octets, numbers, names),
    st.builds(MessageReceived, numbers, names, octets, st.floats(), numbers, numbers, numbers, names),
    st.builds(ChangesCounted, st.sampled_from(("in", "out")), names, numbers, numbers),
    st.builds(ItemMoved, st.sampled_from(("in", "out")), names, st.just("add"), names, names, numbers),
    st.builds(Remarked, names, st.just("note"), names, names),
    st.builds(TransportLost, names, numbers),
    st.builds(VerdictReached, st.sampled_from(("ignored", "held")), names, names, numbers, st.just("none"), names, names),
    st.builds(SessionClosed, st.sampled_from(("synchronised", "transport")), names, numbers, numbers, numbers),
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 3), WHATS), max_size=40))
def test_any_events_fold_and_totals_never_shrink_within_a_run(
    happened: list[tuple[int, msgspec.Struct]],
) -> None:
    device = Device()
    for session, what in happened:
        before = device
        device = fold(device, Event(seq=1, at=0.0, session=session, what=what))  # type: ignore[arg-type]
        assert 0.0 <= device.progress.share <= 1.0
        if before.running and device.running and not isinstance(what, SessionOpened):
            assert all(a <= b for a, b in zip(_totals(before), _totals(device), strict=True))
        assert not (device.off and (device.running or device.question))


def _totals(device: Device) -> tuple[int, ...]:
    p: Progress = device.progress
    return (p.step, p.sent, p.received, p.out_of, p.in_of, p.octets_out, p.octets_in, p.messages)
