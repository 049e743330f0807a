"""What an event has to do with others of its run."""

from emulator.protocol.events import (
    Event,
    MessageReceived,
    MessageSent,
    NonceTried,
    Octets,
    PushArrived,
    ServerCredJudged,
    SessionClosed,
    VerdictReached,
)
from emulator.tui import context
from tests.tui import recording
from tests.tui.recording import TRIGGER, events

ALL = events(recording.resync(), recording.retried(), recording.ignored())


def of(kind: type, run: int) -> Event:
    return next(e for e in ALL if e.session == run and isinstance(e.what, kind))


def test_a_verification_finds_the_notification_of_its_own_run() -> None:
    for run in (1, 2, 3):
        read = context.notification(ALL, of(NonceTried, run))
        assert read is not None and bytes(read.octets)[16:] == TRIGGER
        assert context.session_id(ALL, of(NonceTried, run)) == 0x4A7C
    assert context.session_id(ALL, of(SessionClosed, 1)) is None


def test_a_push_without_a_notification_has_the_octets_of_the_push() -> None:
    push = PushArrived("udp", "x", Octets("0103ff"))
    verdict = VerdictReached("ignored", "malformed", "", 0, "none", "", "it is malformed")
    happened = [
        Event(seq=n, at=0.0, session=1, what=what) for n, what in enumerate((push, verdict), 1)
    ]
    assert context.pushed(happened, happened[1]) == push.octets
    assert context.notification(happened, happened[1]) is None


def test_a_message_with_a_cred_finds_its_judgement_and_no_other() -> None:
    for run in (1, 2):
        received = of(MessageReceived, run)
        judged = context.judgement(ALL, received)
        assert context.has_cred(received)
        assert judged is not None and judged.session == run
        assert isinstance(judged.what, ServerCredJudged)
    last = [e for e in ALL if isinstance(e.what, MessageReceived)][-1]
    assert not context.has_cred(last) and context.judgement(ALL, last) is None
    assert not context.has_cred(of(MessageSent, 1))
