"""Failures of ours, and moments: whatever breaks, each run ends once and the handset goes on."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from emulator.conductor import Run
from emulator.protocol.effects import (
    Effect,
    Keep,
    PutItem,
    Record,
    Reply,
    Send,
    Stopped,
    UsedUp,
)
from emulator.protocol.events import (
    Failed,
    MessageSent,
    SessionClosed,
    SessionOpened,
    VerdictReached,
)
from emulator.wire import notification
from emulator.wire.codec import XML
from emulator.wire.notification import Sync as Wanted
from emulator.wire.syncml import Item, Location, Message, Replace, Status, Sync
from tests.direct import CLIENT, DEVICE_ID, Direct, Table, profile
from tests.protocol.flow import signature

LIMIT = 5.0
"""Seconds after which something hangs."""


async def within(what: Awaitable[Any]) -> Any:
    """Awaits it here, not in a task of its own: that would let others run first."""
    async with asyncio.timeout(LIMIT):
        return await what


class Breakpoint:
    """A gate: effects that `which` names wait at it until `go` is set."""

    def __init__(self, which: Callable[[Effect], bool]) -> None:
        self._which = which
        self.reached = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, effect: Effect, run: Run) -> None:
        if self._which(effect) and not self.go.is_set():
            self.reached.set()
            await self.go.wait()


def a_message(effect: Effect) -> bool:
    return isinstance(effect, Send)


def an_event(kind: type) -> Callable[[Effect], bool]:
    return lambda effect: isinstance(effect, Record) and isinstance(effect.what, kind)


class Nth:
    """Names the effect of that number, and counts all."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.seen = 0

    def __call__(self, effect: Effect) -> bool:
        self.seen += 1
        return self.seen == self._number


class Fails:
    """A gate that fails once, at the first effect that `which` names."""

    def __init__(self, which: Callable[[Effect], bool]) -> None:
        self._which = which
        self.failed = False

    async def __call__(self, effect: Effect, run: Run) -> None:
        if self._which(effect) and not self.failed:
            self.failed = True
            raise RuntimeError("the gate is broken")


def disk_full(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def unlimited() -> Any:
    return profile(resync={"rate": "off"})


def two_accounts() -> Any:
    """A profile with a second account, of another server."""
    loaded = unlimited()
    first = loaded.accounts[0]
    second = msgspec.structs.replace(
        first, name="second", server_id="other.example", server_secret="other-secret"
    )
    return msgspec.structs.replace(loaded, accounts=(first, second))


def note(account: Any, session_id: int) -> bytes:
    """A notification of the account's server, signed over the SessionID."""
    syncs = (Wanted(206, 7, "./contacts"),)
    trigger = notification.build_trigger(account.server_id, session_id, syncs)
    nonce = session_id.to_bytes(2, "big")
    return signature(nonce, trigger, account.server_id, account.server_secret) + trigger


def notified(both: Table, session_id: int | None = None) -> bytes:
    """A notification of the built-in server's, signed over the SessionID."""
    options = {} if session_id is None else {"session_id": session_id}
    return both.service.notify(DEVICE_ID, nonce="session-id", **options).octets


def edit_reply(
    monkeypatch: pytest.MonkeyPatch, number: int, change: Callable[[Message], Message]
) -> None:
    """The server's reply of that number arrives changed."""
    post, count = Direct.post, 0

    async def edited(self: Direct, url: str, *message: Any) -> Any:
        nonlocal count
        reply = await post(self, url, *message)
        count += 1
        if count != number:
            return reply
        assert isinstance(reply, Reply)
        octets = XML.encode(change(XML.decode(reply.octets)))
        return msgspec.structs.replace(reply, octets=octets)

    monkeypatch.setattr(Direct, "post", edited)


def opened(both: Table) -> list[str]:
    return [what.session_id for what in both.of(SessionOpened)]


def outcomes(both: Table) -> list[str]:
    return [what.outcome for what in both.of(SessionClosed)]


async def goes_on(both: Table) -> None:
    """The handset is free, and its next session ends well."""
    assert not both.handset.busy
    count = len(outcomes(both))
    run = both.handset.sync()
    assert run != 0
    await within(both.handset.idle())
    assert outcomes(both)[count:] == ["synchronised"]
    assert both.ended[-1] == run
    assert not both.handset.busy


# What the peer sends


async def test_a_resp_uri_that_is_no_url_ends_the_session_and_not_the_handset(table, monkeypatch):
    both = table()

    def change(message: Message) -> Message:
        header = msgspec.structs.replace(message.header, resp_uri="http://[::1")
        return msgspec.structs.replace(message, header=header)

    with monkeypatch.context() as patch:
        edit_reply(patch, 1, change)
        await within(both.push(notified(both)))
        await within(both.handset.idle())
    assert outcomes(both) == ["peer-error"]
    assert both.of(Failed) == []
    await goes_on(both)


@pytest.mark.parametrize(
    "luid",
    ["9" * 19, "9" * 20, "1" * 5000, "9223372036854775806"],
    ids=["19 nines", "20 nines", "5000 ones", "largest but one of 64 bits"],
)
async def test_a_luid_that_we_never_gave_does_not_get_into_the_store(table, monkeypatch, luid):
    both = table()
    replace = Replace(cmd_id="90", items=(Item(target=Location(luid), data=("x",)),))
    uri = Location("./contacts")
    sync = Sync(cmd_id="89", target=uri, source=uri, commands=(replace,))

    def change(message: Message) -> Message:
        body = msgspec.structs.replace(message.body, commands=(*message.body.commands, sync))
        return msgspec.structs.replace(message, body=body)

    with monkeypatch.context() as patch:
        edit_reply(patch, 2, change)
        await within(both.push(notified(both)))
        await within(both.handset.idle())
    assert outcomes(both) == ["synchronised"]
    answer = XML.decode(bytes.fromhex(both.of(MessageSent)[-1].octets.hex))
    statuses = [c for c in answer.commands if isinstance(c, Status)]
    assert [c.code for c in statuses if c.cmd == "Replace"] == [404]
    held = both.store.load(both.account.name, ("contacts",))[0].items
    assert luid not in [item.luid for item in held]
    assert b"x" not in [item.octets for item in held]
    await goes_on(both)


async def test_a_huge_luid_in_the_store_leaves_luids_to_give(table):
    both = table()
    name, huge = both.account.name, "9223372036854775806"
    both.store.keep([PutItem(name, "contacts", huge, "text/x-vcard", b"a", "g5")], 1.0)
    given = [both.store.add_item(name, "contacts", "text/x-vcard", b"x") for _ in range(2)]
    assert len({huge, *given}) == 3


async def test_a_map_stays_due_when_its_item_is_replaced(table):
    both = table()
    name = both.account.name
    both.store.keep([PutItem(name, "contacts", "5", "text/x-vcard", b"a", "g5")], 1.0)
    both.store.keep([PutItem(name, "contacts", "5", "text/x-vcard", b"b", "")], 2.0)
    items = both.store.load(name, ("contacts",))[0].items
    assert [(i.octets, i.guid, i.map_due) for i in items if i.luid == "5"] == [(b"b", "g5", True)]


# What breaks on our side


async def test_a_store_that_fails_as_the_session_starts_ends_the_run(table, monkeypatch):
    both = table()
    with monkeypatch.context() as patch:
        patch.setattr(both.store, "fill", disk_full)
        run = both.handset.sync()
        await within(both.handset.idle())
    assert (outcomes(both), both.ended) == (["interrupted"], [run])
    assert "disk is full" in both.of(Failed)[0].sentence
    await goes_on(both)


@pytest.mark.parametrize("wanted", [{"stores": ("nope",)}, {"account": "nobody"}])
async def test_a_sync_of_what_no_account_has_is_an_error_and_takes_no_place(table, wanted):
    both = table()
    with pytest.raises(ValueError, match="no account has"):
        both.handset.sync(**wanted)
    assert not both.handset.busy
    assert (both.ended, both.of(SessionOpened)) == ([], [])
    await goes_on(both)


async def test_a_gate_that_fails_in_the_session_ends_the_run(table):
    both = table(gate=Fails(a_message))
    await within(both.push(notified(both)))
    await within(both.handset.idle())
    assert (outcomes(both), both.ended) == (["interrupted"], [1])
    assert both.of(Failed)[0].sentence == "the gate is broken"
    await goes_on(both)


async def test_a_gate_that_fails_at_the_verdict_ends_the_run(table):
    both = table(gate=Fails(an_event(VerdictReached)))
    assert await within(both.push(notified(both))) == 1
    assert (outcomes(both), both.ended) == (["interrupted"], [1])
    assert both.of(Failed)[0].sentence == "the gate is broken"
    assert both.of(SessionOpened) == []
    await goes_on(both)


async def test_a_question_that_fails_ends_the_run(table):
    async def ask(text: str) -> bool:
        raise RuntimeError("no screen")

    both = table(ask=ask)
    await within(both.notify(ui_mode=3))
    assert (outcomes(both), both.ended) == (["interrupted"], [1])
    assert both.of(Failed)[0].sentence == "no screen"
    assert both.of(MessageSent) == []
    await goes_on(both)


async def test_a_notification_that_fails_leaves_the_place_of_another(table, monkeypatch):
    gate = Breakpoint(an_event(VerdictReached))
    both = table(gate=gate, with_profile=unlimited())
    first = asyncio.create_task(both.push(notified(both, 1)))
    await within(gate.reached.wait())
    octets = notified(both, 2)
    with monkeypatch.context() as patch:
        patch.setattr(both.store, "fill", disk_full)
        await within(both.push(octets))
    assert both.ended == [2]
    assert both.handset.busy
    assert both.handset.sync() == 0
    gate.go.set()
    await within(first)
    await within(both.handset.idle())
    assert (opened(both), both.ended) == (["1"], [2, 1])


# The end of a run that is stopped or cancelled


async def test_a_stop_before_the_session_could_begin_ends_the_run(table):
    both = table()
    run = both.handset.sync()
    await within(both.handset.stop(Stopped("timed-out")))
    assert (outcomes(both), both.ended) == (["timed-out"], [run])
    await goes_on(both)


async def test_a_stop_at_the_last_event_leaves_one_end(table):
    gate = Breakpoint(an_event(SessionClosed))
    both = table(gate=gate)
    await within(both.push(notified(both)))
    await within(gate.reached.wait())
    await within(both.handset.stop())
    assert (outcomes(both), both.ended) == (["synchronised"], [1])
    gate.go.set()
    await goes_on(both)


async def test_a_stop_while_the_verdict_waits_starts_nothing(table):
    gate = Breakpoint(an_event(VerdictReached))
    both = table(gate=gate)
    delivered = asyncio.create_task(both.push(notified(both)))
    await within(gate.reached.wait())
    await within(both.handset.stop())
    gate.go.set()
    await within(delivered)
    await within(both.handset.idle())
    assert (opened(both), outcomes(both), both.ended) == ([], ["interrupted"], [1])
    await goes_on(both)


async def test_two_stops_beside_a_connection_that_closes_slowly(table, monkeypatch):
    gate = Breakpoint(a_message)
    both = table(gate=gate)
    closing, closed = asyncio.Event(), asyncio.Event()

    async def slow(self: Direct) -> None:
        closing.set()
        await closed.wait()

    with monkeypatch.context() as patch:
        patch.setattr(Direct, "close", slow)
        run = both.handset.sync()
        await within(gate.reached.wait())
        first = asyncio.create_task(both.handset.stop())
        await within(closing.wait())
        second = asyncio.create_task(both.handset.stop())
        closed.set()
        await within(asyncio.gather(first, second))
    assert (outcomes(both), both.ended) == (["interrupted"], [run])
    gate.go.set()
    await goes_on(both)


async def test_a_delivery_that_is_cancelled_frees_the_place(table):
    gate = Breakpoint(lambda effect: True)
    both = table(gate=gate)
    delivered = asyncio.create_task(both.push(notified(both)))
    await within(gate.reached.wait())
    assert both.handset.busy
    delivered.cancel()
    with pytest.raises(asyncio.CancelledError):
        await within(delivered)
    assert (opened(both), both.ended) == ([], [1])
    gate.go.set()
    await goes_on(both)


async def test_a_stop_at_any_effect_leaves_one_end_and_a_free_handset(table):
    every = Nth(0)
    await within(table(gate=Breakpoint(every)).notify())
    assert every.seen > 30
    for at in range(1, every.seen + 1):
        gate = Breakpoint(Nth(at))
        both = table(gate=gate)
        delivered = asyncio.create_task(both.push(notified(both)))
        await within(gate.reached.wait())
        await within(both.handset.stop())
        gate.go.set()
        await within(delivered)
        await within(both.handset.idle())
        assert not both.handset.busy, at
        assert (len(outcomes(both)), both.ended) == (1, [1]), at


async def test_decision_4_a_reply_that_has_come_uses_the_id_up_though_the_owner_stops(table):
    gate = Breakpoint(
        lambda effect: (
            isinstance(effect, Keep) and any(isinstance(c, UsedUp) for c in effect.changes)
        )
    )
    both = table(gate=gate)
    octets = notified(both)
    await within(both.push(octets))
    await within(gate.reached.wait())
    await within(both.handset.stop())
    gate.go.set()
    await within(both.push(octets))
    assert both.of(VerdictReached)[-1].reason == "replayed"
    # What the reply would have stored is not.
    assert both.account.client_nonce == CLIENT


# Decision 15: what is held


async def holding(table: Callable[..., Table], with_profile: Any = None) -> Any:
    """A handset whose first session waits before its first message; the run is 1."""
    gate = Breakpoint(a_message)
    both = table(gate=gate, with_profile=with_profile or unlimited())
    await within(both.push(note(both.profile.accounts[0], 1)))
    await within(gate.reached.wait())
    return both, gate


async def let_go(both: Table, gate: Breakpoint) -> None:
    gate.go.set()
    await within(both.handset.idle())


async def test_decision_15_a_held_one_that_a_newer_one_replaces_ends_as_superseded(table):
    both, gate = await holding(table)
    await within(both.push(note(both.profile.accounts[0], 2)))
    assert both.ended == []
    await within(both.push(note(both.profile.accounts[0], 3)))
    assert both.ended == [2]
    verdicts = [
        (e.session, e.what.verdict, e.what.reason)
        for e in both.journal.events
        if isinstance(e.what, VerdictReached) and e.session > 1
    ]
    assert verdicts == [(2, "held", ""), (2, "ignored", "superseded"), (3, "held", "")]
    await let_go(both, gate)
    assert (opened(both), both.ended) == (["1", "3"], [2, 1, 3])


async def test_decision_15_a_held_one_that_verifies_no_longer_does_not_keep_the_next(table):
    both, gate = await holding(table, two_accounts())
    first, second = both.profile.accounts
    await within(both.push(note(first, 2)))
    await within(both.push(note(second, 3)))
    changed = msgspec.structs.replace(first, server_secret="new")
    both.handset.profile = msgspec.structs.replace(both.profile, accounts=(changed, second))
    await let_go(both, gate)
    assert opened(both) == ["1", "3"]
    assert sorted(both.ended) == [1, 2, 3]


async def test_decision_15_other_accounts_wait_in_order(table):
    both, gate = await holding(table, two_accounts())
    first, second = both.profile.accounts
    await within(both.push(note(second, 3)))
    await within(both.push(note(first, 2)))
    await let_go(both, gate)
    assert (opened(both), both.ended) == (["1", "3", "2"], [1, 2, 3])


async def test_decision_15_a_stop_ends_what_is_held_too(table):
    both, gate = await holding(table)
    await within(both.push(note(both.profile.accounts[0], 2)))
    await within(both.handset.stop())
    assert opened(both) == ["1"]
    assert sorted(both.ended) == [1, 2]
    assert both.of(VerdictReached)[-1].reason == "superseded"
    gate.go.set()
    await goes_on(both)


async def test_decision_15_a_held_one_that_cannot_start_ends_and_is_said(table, monkeypatch):
    both, gate = await holding(table)
    await within(both.push(note(both.profile.accounts[0], 2)))
    with monkeypatch.context() as patch:
        patch.setattr(both.store, "fill", disk_full)
        await let_go(both, gate)
    assert (opened(both), sorted(both.ended)) == (["1"], [1, 2])
    assert outcomes(both) == ["synchronised", "interrupted"]
    assert "disk is full" in both.of(Failed)[0].sentence
    await goes_on(both)


async def test_decision_15_of_two_at_once_one_starts_and_the_other_waits(table):
    both = table(with_profile=unlimited())
    pushes = [notified(both, session_id) for session_id in (5, 5, 6)]
    await within(asyncio.gather(*(both.push(octets) for octets in pushes)))
    await within(both.handset.idle())
    assert opened(both) == ["5", "6"]
    assert sorted(both.ended) == [1, 2, 3]
    ignored = [what for what in both.of(VerdictReached) if what.verdict == "ignored"]
    assert [what.reason for what in ignored] == ["duplicate"]


async def test_decision_6_a_candidate_that_verifies_while_a_session_runs_is_stored_at_once(table):
    gate = Breakpoint(a_message)
    gate.go.set()
    both = table(misbehave=("lose-reply:6",), gate=gate, with_profile=unlimited())
    await within(both.notify())
    candidate = both.account.candidate
    assert candidate is not None
    both.service.misbehaviour = msgspec.structs.replace(both.service.misbehaviour, names=())
    gate.go.clear()
    gate.reached.clear()
    both.handset.sync()
    await within(gate.reached.wait())
    sent = both.service.notify(DEVICE_ID, nonce="stored", session_id=77)
    await within(both.push(sent.octets))
    assert both.of(VerdictReached)[-1].verdict == "held"
    assert (both.account.server_nonce, both.account.candidate) == (candidate, None)
    await let_go(both, gate)
    assert outcomes(both)[1:] == ["synchronised", "synchronised"]
    assert both.agree


# The journal


async def test_the_cause_of_an_event_is_in_its_own_run(table):
    both, gate = await holding(table)
    for session_id in (1, 2):
        await within(both.push(note(both.profile.accounts[0], session_id)))
    await let_go(both, gate)
    by_seq = {event.seq: event for event in both.journal.events}
    caused = [event for event in both.journal.events if event.cause]
    assert {event.session for event in caused} == {1, 2, 3}
    assert all(by_seq[event.cause].session == event.session for event in caused)
