"""Runs that wait for a person: at each breakpoint, step by step, and what happens meanwhile."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from emulator import breakpoints
from emulator.breakpoints import BREAKPOINTS
from emulator.protocol.effects import Stopped
from emulator.protocol.events import (
    MessageEdited,
    MessageReceived,
    MessageSent,
    NonceTried,
    Paused,
    Resumed,
    SessionClosed,
    StepMoved,
    StopsSet,
    VerdictReached,
)
from emulator.stepping import Stepper
from emulator.wire.codec import XML
from tests.direct import DEVICE_ID, Table, profile

LIMIT = 5.0
Make = Callable[..., Table]


class Walked:
    """A table whose handset waits where its stepper says."""

    def __init__(self, table: Make, *marked: str, **options: Any) -> None:
        # The journal is the table's, which is made with the gate.
        self.stepper = Stepper(lambda what: self.both.journal.append(what))
        options.setdefault("with_profile", profile(resync={"rate": "off"}))
        self.both = table(gate=self.stepper.gate, **options)
        self.stepper.mark(marked)
        self._task: asyncio.Task[Any] | None = None

    def notify(self) -> None:
        self._task = asyncio.create_task(self.both.notify())

    async def waits(self) -> Paused | None:
        """What it waits before; None when it has come to its end without."""
        assert self._task is not None
        for _ in range(10_000):
            if self.stepper.waiting or self._task.done():
                break
            await asyncio.sleep(0)
        return self.both.of(Paused)[-1] if self.stepper.waiting else None

    async def result(self) -> Any:
        assert self._task is not None
        return await asyncio.wait_for(self._task, LIMIT)


@pytest.mark.parametrize("point", BREAKPOINTS, ids=lambda p: p.id)
async def test_each_breakpoint_stops_a_resync_before_it_happens(
    table: Make, point: breakpoints.Breakpoint
) -> None:
    walked = Walked(table, point.id)
    walked.notify()
    paused = await walked.waits()
    assert paused is not None and paused.breakpoint == point.id
    assert walked.both.events[-1] is paused
    stops = 0
    while await walked.waits() is not None:
        stops += 1
        walked.stepper.go_on()
        await asyncio.sleep(0)
    assert (await walked.result()).outcome == "synchronised"
    assert walked.both.agree
    assert len(walked.both.of(Paused)) == len(walked.both.of(Resumed)) == stops


async def test_step_by_step_everything_waits_before_it_is_seen(table: Make) -> None:
    walked = Walked(table)
    walked.stepper.step()
    walked.notify()
    seen: list[str] = []
    while (paused := await walked.waits()) is not None:
        seen.append(paused.coming)
        walked.stepper.step()
        await asyncio.sleep(0)
    assert (await walked.result()).outcome == "synchronised"
    assert seen[0] == "the digest is verified with the stored server nonce"
    assert seen[1] == "the digest is verified with the SessionID, as raw16_be"
    assert seen[-1] == "the session ends: synchronised"
    stored = [words for words in seen if words.startswith("in the store")]
    assert len(stored) == 2 and "the candidate is emptied" in stored[1]
    assert sum("leaves" in words for words in seen) == len(walked.both.of(MessageSent)) == 3


async def test_continue_leaves_step_mode(table: Make) -> None:
    walked = Walked(table)
    walked.stepper.step()
    walked.notify()
    assert await walked.waits()
    walked.stepper.go_on()
    assert (await walked.result()).outcome == "synchronised"
    assert len(walked.both.of(Paused)) == 1
    assert [what.every for what in walked.both.of(StopsSet)] == [True, False]


async def test_a_notification_that_is_ignored_can_be_stepped_through_too(table: Make) -> None:
    walked = Walked(table, "second-verification", "verdict")
    walked._task = asyncio.create_task(walked.both.notify(b"another nonce"))
    assert await walked.waits()
    assert [t.nonce_kind for t in walked.both.of(NonceTried)] == ["stored"]
    while await walked.waits() is not None:
        walked.stepper.go_on()
        await asyncio.sleep(0)
    assert (await walked.result()).reason == "digest"


async def test_what_comes_while_a_run_waits_is_held_or_a_duplicate(table: Make) -> None:
    walked = Walked(table, "package-1")
    walked.notify()
    await walked.waits()
    (read,) = (what for what in walked.both.events if type(what).__name__ == "NotificationRead")
    await walked.both.push(bytes(read.octets))
    assert walked.both.of(VerdictReached)[-1].reason == "duplicate"
    other = walked.both.service.notify(DEVICE_ID, nonce="session-id")
    await walked.both.push(other.octets)
    assert walked.both.of(VerdictReached)[-1].verdict == "held"
    assert walked.stepper.waiting
    await walked.both.push(b"\0" * 40)
    assert walked.both.of(VerdictReached)[-1].verdict == "ignored"
    walked.stepper.mark(())
    walked.stepper.go_on()
    await walked.result()
    assert [c.outcome for c in walked.both.of(SessionClosed)] == ["synchronised"] * 2


@pytest.mark.parametrize("point", BREAKPOINTS, ids=lambda p: p.id)
async def test_a_run_that_waits_is_ended_by_a_stop(
    table: Make, point: breakpoints.Breakpoint
) -> None:
    walked = Walked(table, point.id)
    walked.notify()
    assert await walked.waits()
    if walked.both.handset._sessions._task is None:
        assert walked._task is not None
        walked._task.cancel()
        await asyncio.gather(walked._task, return_exceptions=True)
    await walked.both.handset.stop(Stopped("interrupted"))
    assert not walked.stepper.waiting
    closed = walked.both.of(SessionClosed)
    assert [c.outcome for c in closed] == (
        ["synchronised"] if point.id == "close" else ["interrupted"]
    )
    assert not walked.both.of(Resumed)


async def test_an_edited_message_leaves_and_the_protocol_believes_what_it_meant(
    table: Make,
) -> None:
    walked = Walked(table, "chal")
    walked.notify()
    await walked.waits()
    message = walked.stepper.message
    assert message is not None
    meant = bytes(message.octets)
    assert walked.stepper.octets == meant
    other = meant.replace(b"<Final/>", b"")
    walked.stepper.change(other)
    assert walked.stepper.octets == other
    assert "as edited" in walked.both.of(Paused)[-1].coming
    walked.stepper.go_on()
    result = await walked.result()
    sent = [what for what in walked.both.events if isinstance(what, MessageSent | MessageEdited)]
    index = next(i for i, what in enumerate(sent) if isinstance(what, MessageEdited))
    assert bytes(sent[index].octets) == other
    assert bytes(sent[index - 1].octets) == meant
    assert XML.decode(other).final is False
    # Without Final the server waits for the rest of our package 3.
    assert result.outcome == "peer-error"
    assert len(walked.both.of(MessageReceived)) >= 2


async def test_a_change_taken_back_is_none(table: Make) -> None:
    walked = Walked(table, "send")
    walked.notify()
    await walked.waits()
    meant = walked.stepper.octets
    walked.stepper.change(b"something else")
    walked.stepper.change(meant)
    walked.stepper.mark(())
    walked.stepper.go_on()
    assert (await walked.result()).outcome == "synchronised"
    assert not walked.both.of(MessageEdited)


async def test_what_waits_no_more_cannot_be_changed(table: Make) -> None:
    walked = Walked(table, "verdict")
    with pytest.raises(ValueError, match="no message waits"):
        walked.stepper.change(b"")
    walked.notify()
    await walked.waits()
    with pytest.raises(ValueError, match="no message waits"):
        walked.stepper.change(b"")
    walked.stepper.go_on()
    await walked.result()


def test_names_are_checked() -> None:
    assert breakpoints.checked(["send", "chal", "send"]) == ("send", "chal")
    with pytest.raises(ValueError, match="did you mean 'package-1'"):
        breakpoints.checked(["package1"])
    with pytest.raises(ValueError, match="one of first-verification, "):
        breakpoints.checked(["zzz"])


async def test_step_6_does_not_run_before_the_message_with_our_chal_has_left(table: Make) -> None:
    walked = Walked(table, "chal")
    walked.notify()
    await walked.waits()
    assert not [what for what in walked.both.of(StepMoved) if what.step == 6]
    walked.stepper.mark(())
    walked.stepper.go_on()
    assert (await walked.result()).outcome == "synchronised"
    steps = [what.state for what in walked.both.of(StepMoved) if what.step == 6]
    assert steps == ["running", "passed"]


async def test_a_change_outlasts_a_stop_between_the_message_and_its_leaving(table: Make) -> None:
    walked = Walked(table, "chal", "step-6")
    walked.notify()
    await walked.waits()
    other = walked.stepper.octets.replace(b"<Final/>", b"")
    walked.stepper.change(other)
    walked.stepper.go_on()
    await asyncio.sleep(0)
    paused = await walked.waits()
    assert paused is not None and paused.breakpoint == "step-6"
    walked.stepper.mark(())
    walked.stepper.go_on()
    await walked.result()
    assert [bytes(what.octets) for what in walked.both.of(MessageEdited)] == [other]
