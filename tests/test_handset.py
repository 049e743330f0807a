"""The conductor: both ends in one process, what is stored, held, said; nothing fails open."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from emulator.handset import Handset
from emulator.journal import Journal
from emulator.protocol import digest
from emulator.protocol.effects import Record, Send, Stopped
from emulator.protocol.events import (
    Failed,
    Heard,
    MessageSent,
    NonceStored,
    Remarked,
    SecretReplaced,
    SessionClosed,
    SessionOpened,
    VerdictReached,
)
from emulator.protocol.keyring import Replacement
from emulator.server.sender import make_notification
from emulator.store import Store, StoreError
from emulator.wire import notification, push
from tests.direct import CLIENT, DEVICE_ID, STORED, fold, profile
from tests.wire.pushes import xxd


async def test_a_resync_ends_with_both_nonces_equal_and_the_next_one_is_ordinary(table):
    both = table()
    result = await both.notify()
    assert result.outcome == "synchronised"
    assert [s.state for s in result.steps] == ["failed", *["passed"] * 5]
    assert both.agree
    assert both.account.candidate is None
    again = await both.notify("stored")
    assert (again.verdict, again.outcome) == ("verified-stored", "synchronised")
    assert both.agree


async def test_a_stale_client_nonce_costs_one_challenge(table):
    both = table(client_nonce=b"stale-client-nonce")
    result = await both.notify()
    assert result.outcome == "synchronised"
    assert "after 1 challenge" in result.steps[3].detail
    assert both.agree


@pytest.mark.parametrize(
    ("misbehave", "outcome", "agree"),
    [
        ("forget-client-nonce", "synchronised", True),
        ("forget-server-nonce", "synchronised", False),
        ("no-cred", "server-not-authenticated", False),
        ("wrong-cred", "server-not-authenticated", False),
        ("never-chal", "synchronised", True),
        ("endless-401", "auth-refused", False),
        ("sign-with:hex_text_upper", "synchronised", True),
        ("sign-with:dec_text", "ignored", False),
        ("lose-reply:4", "transport", False),
        ("lose-reply:6", "transport", False),
    ],
)
async def test_each_misbehaviour_of_the_built_in_server(table, misbehave, outcome, agree):
    both = table(misbehave=(misbehave,))
    result = await both.notify()
    assert result.outcome == outcome
    assert both.agree == agree


@pytest.mark.parametrize("misbehave", ["no-cred", "wrong-cred", "endless-401"])
async def test_nothing_is_stored_from_a_server_that_did_not_prove_itself(table, misbehave):
    both = table(misbehave=(misbehave,))
    await both.notify()
    assert both.of(NonceStored) == []
    assert (both.account.client_nonce, both.account.server_nonce) == (CLIENT, STORED)


async def test_a_reply_lost_at_step_6_is_mended_by_the_candidate(table):
    both = table(misbehave=("lose-reply:6",))
    await both.notify()
    assert both.account.candidate == both.service.account(DEVICE_ID).server_nonce
    both.service.misbehaviour = msgspec.structs.replace(both.service.misbehaviour, names=())
    result = await both.notify("stored")
    assert (result.verdict, result.outcome) == ("verified-candidate", "synchronised")
    assert both.agree


async def test_a_used_id_opens_no_second_session_also_after_a_restart(table):
    both = table()
    sent = both.service.notify(DEVICE_ID, nonce="session-id")
    await both.push(sent.octets)
    await both.handset.idle()
    await both.push(sent.octets)
    assert both.of(VerdictReached)[-1].reason == "replayed"
    assert [o.used_up for o in both.account.openings] == [True]


# Decision 15


def holding(table):
    """A table whose session waits before its first message until `go` is set."""
    reached, go = asyncio.Event(), asyncio.Event()

    async def gate(effect, run):
        if isinstance(effect, Send) and not go.is_set():
            reached.set()
            await go.wait()

    return table(gate=gate, with_profile=profile(resync={"rate": "off"})), reached, go


async def test_decision_15_the_same_id_during_its_session_is_counted(table):
    both, reached, go = holding(table)
    sent = both.service.notify(DEVICE_ID, nonce="session-id")
    await both.push(sent.octets)
    await reached.wait()
    await both.push(sent.octets)
    assert both.of(VerdictReached)[-1].reason == "duplicate"
    go.set()
    await both.handset.idle()
    assert len(both.of(SessionOpened)) == 1


async def test_decision_15_another_id_is_held_newest_only_and_starts_afterwards(table):
    both, reached, go = holding(table)
    await both.push(both.service.notify(DEVICE_ID, nonce="session-id", session_id=1).octets)
    await reached.wait()
    for session_id in (2, 3):
        sent = both.service.notify(DEVICE_ID, nonce="session-id", session_id=session_id)
        await both.push(sent.octets)
        assert both.of(VerdictReached)[-1].verdict == "held"
    go.set()
    await both.handset.idle()
    assert [s.session_id for s in both.of(SessionOpened)] == ["1", "3"]
    assert both.agree


async def test_decision_15_a_held_one_is_judged_again_under_a_new_secret(table):
    both, reached, go = holding(table)
    await both.push(both.service.notify(DEVICE_ID, nonce="session-id", session_id=1).octets)
    await reached.wait()
    sent = both.service.notify(DEVICE_ID, nonce="session-id", session_id=2)
    await both.push(sent.octets)
    changed = msgspec.structs.replace(both.handset.profile.accounts[0], server_secret="new")
    both.handset.profile = msgspec.structs.replace(both.handset.profile, accounts=(changed,))
    go.set()
    await both.handset.idle()
    assert both.of(VerdictReached)[-1].reason == "digest"
    assert len(both.of(SessionOpened)) == 1


NEW = Replacement("AuthSecret replaced", "new secret", server_nonce=b"AAuthData")


def signed_anew(both, nonce, session_id):
    """The server's notification under its new secret."""
    account = msgspec.structs.replace(both.service.account(DEVICE_ID), server_secret="new secret")
    return make_notification(account, session_id, nonce=nonce).octets


async def test_decision_14_a_new_secret_is_in_force_at_once_when_nothing_runs(table):
    both = table()
    assert both.handset.replace_secret("account", NEW)
    assert both.of(SecretReplaced)[-1].in_force
    assert (both.account.server_secret, both.account.server_nonce) == ("new secret", b"AAuthData")
    ignored = await both.notify()
    assert ignored.outcome == "ignored"
    misses = {miss.id for miss in both.of(VerdictReached)[-1].near_misses}
    assert "previous-secret" in misses, "the old secret explains, and verifies nothing"
    await both.push(signed_anew(both, b"AAuthData", 9))
    assert both.of(VerdictReached)[-1].verdict == "verified-stored"
    await both.handset.idle()
    assert "new secret" not in str(both.events)


async def test_decision_14_a_running_session_ends_under_the_old_secret(table):
    both, reached, go = holding(table)
    await both.push(both.service.notify(DEVICE_ID, nonce="session-id", session_id=1).octets)
    await reached.wait()
    held = both.service.notify(DEVICE_ID, nonce="session-id", session_id=2)
    await both.push(held.octets)
    assert not both.handset.replace_secret("account", NEW)
    assert not both.of(SecretReplaced)[-1].in_force
    assert both.account.server_secret != "new secret"
    go.set()
    await both.handset.idle()
    assert both.of(SessionClosed)[0].outcome == "synchronised"
    assert (both.account.server_secret, both.account.server_nonce) == ("new secret", b"AAuthData")
    # Decision 15: what was held was verified under the old secret, and is judged again.
    assert both.of(VerdictReached)[-1].reason == "digest"
    assert len(both.of(SessionOpened)) == 1


async def test_decision_14_after_a_power_cut_the_next_start_puts_it_in_force(table, tmp_path):
    both, reached, _ = holding(table)
    await both.push(both.service.notify(DEVICE_ID, nonce="session-id").octets)
    await reached.wait()
    both.handset.replace_secret("account", NEW)
    # The process is gone: nothing of it gets to its end.
    both.handset._sessions._task.cancel()
    both.handset._sessions._free = lambda: None
    await both.handset.idle()
    folder = both.store.folder
    both.close()
    with Store(folder) as store:
        journal = Journal(lambda: 2000.0)
        again = Handset(both.profile, store, journal, lambda account: None)
        held = again.keyring().accounts[0]
        assert (held.server_secret, held.server_nonce) == ("new secret", b"AAuthData")
        again.announce()
        replaced = [e.what for e in journal.events if isinstance(e.what, SecretReplaced)]
        assert [what.in_force for what in replaced] == [True]


async def test_a_persons_sync_waits_for_none_and_starts_none_beside_a_session(table):
    both, reached, go = holding(table)
    assert both.handset.sync() == 1
    await reached.wait()
    assert both.handset.sync() == 0
    go.set()
    await both.handset.idle()
    assert both.of(SessionClosed)[-1].outcome == "synchronised"


# What is no notification for us


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "malformed"),
        (b"too short", "malformed"),
        (push.build(b"x", content_type="text/plain"), "not-for-us"),
        (push.build(b"x", application_id="x-wap-application:mms.ua"), "not-for-us"),
        (push.build(b"x", content_type="application/vnd.syncml+wbxml"), "malformed"),
        (push.build(b"truncated"), "malformed"),
    ],
)
async def test_other_pushes_are_ignored_with_their_reason(table, octets, reason):
    both = table()
    await both.push(octets)
    assert both.of(VerdictReached)[-1].reason == reason
    assert both.of(SessionOpened) == []
    assert both.ended == [1]


# What proves nothing, and what is for Device Management


ALERT = xxd(Path(__file__).parent / "captures/syncevolution/san/v11-wbxml-1.hex")
"""What SyncEvolution sends as sc-server-01: 206 for Contacts and Calendar, no digest."""


OURS = ALERT.replace(b"sc-server-01", b"ds.example.com")


async def test_decision_16_an_alert_without_a_digest_is_ignored(table):
    both = table()
    await both.push(OURS)
    assert both.of(VerdictReached)[-1].reason == "no-digest"
    assert both.of(SessionOpened) == []


async def test_decision_16_an_alert_of_another_server_is_ignored(table):
    both = table(with_profile=profile(notification={"san11": "start"}))
    await both.push(ALERT)
    assert both.of(VerdictReached)[-1].reason == "unknown-server"


@pytest.mark.parametrize(
    ("san11", "accepts", "outcome"),
    [("start", None, "synchronised"), ("ask", True, "synchronised"), ("ask", False, "declined")],
)
async def test_decision_16_an_alert_asks_or_starts_where_the_profile_says_so(
    table, san11, accepts, outcome
):
    asked = []

    async def ask(text: str) -> bool:
        asked.append(text)
        return bool(accepts)

    both = table(with_profile=profile(notification={"san11": san11}), ask=ask)
    run = await both.push(OURS)
    await both.handset.idle()
    assert fold(both.journal.events, run).outcome == outcome
    assert len(asked) == (san11 == "ask")
    assert "alert-without-digest" in [remarked.id for remarked in both.of(Remarked)]
    opened = [session.session_kind for session in both.of(SessionOpened)]
    # Nobody has proved to be that server: never a resynchronisation, whatever its SessionID says.
    assert opened == ([] if outcome == "declined" else ["client-initiated"])


async def test_decision_16_a_dm_notification_verifies_and_starts_no_ds_session(table):
    made = profile()
    manager = msgspec.structs.replace(made.accounts[0], name="manage", protocol="dm", stores=())
    both = table(with_profile=msgspec.structs.replace(made, accounts=(*made.accounts, manager)))
    account = both.service.account(DEVICE_ID)
    trigger = notification.build_trigger(account.server_id, 7, usage="dm")
    for nonce, reason in ((STORED, "no-dm-session"), (bytes(4), "no-dm-session"), (b"?", "digest")):
        signed = digest.notification(
            account.server_id, manager.server_secret, nonce, trigger
        ).octets
        kind = "application/vnd.syncml.notification"
        await both.push(push.build(signed + trigger, content_type=kind))
        assert both.of(VerdictReached)[-1].reason == reason
        assert both.of(VerdictReached)[-1].account == "manage"
    assert both.of(SessionOpened) == []
    assert not both.handset.busy


# The person


@pytest.mark.parametrize(("accepts", "outcome"), [(True, "synchronised"), (False, "declined")])
async def test_decision_11_the_person_is_asked_after_the_digest_has_verified(
    table, accepts, outcome
):
    asked = []

    async def ask(text):
        asked.append(text)
        return accepts

    both = table(ask=ask)
    ignored = await both.notify(b"wrong nonce", ui_mode=3)
    assert (ignored.outcome, asked) == ("ignored", [])
    result = await both.notify(ui_mode=3)
    assert result.outcome == outcome
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"), [("accept", "synchronised"), ("decline", "declined")]
)
async def test_decision_11_headless_the_profile_answers(table, answer, outcome):
    both = table(with_profile=profile(ui={"headless": answer}))
    assert (await both.notify(ui_mode=3)).outcome == outcome


# Ends and failures


async def test_a_session_that_is_stopped_says_so(table):
    both, reached, _ = holding(table)
    await both.push(both.service.notify(DEVICE_ID, nonce="session-id").octets)
    await reached.wait()
    await both.handset.stop(Stopped("timed-out"))
    assert both.of(SessionClosed)[-1].outcome == "timed-out"
    assert not both.handset.busy


async def test_a_store_that_fails_ends_the_run_and_not_the_handset(table, monkeypatch):
    both = table()

    def full(*_):
        raise StoreError("handset.db: the store cannot be used: database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(both.store, "keep", full)
        result = await both.notify()
    assert result.outcome == "interrupted"
    assert "disk is full" in both.of(Failed)[0].sentence
    assert both.of(MessageSent) == []
    assert (await both.notify()).outcome == "synchronised"


async def test_a_failing_store_at_the_verdict_is_said_too(table, monkeypatch):
    both = table(misbehave=("lose-reply:6",))
    await both.notify()

    def full(*_):
        raise StoreError("handset.db: the store cannot be used: database or disk is full")

    monkeypatch.setattr(both.store, "keep", full)
    result = await both.notify("stored")
    assert result.outcome == "interrupted"
    assert both.of(VerdictReached)[-1].verdict == "verified-candidate"
    assert "disk is full" in both.of(Failed)[-1].sentence


# The journal


@pytest.mark.parametrize("scheme", ["md5", "basic"])
async def test_no_secret_is_in_any_event(table, scheme):
    both = table(with_profile=profile(auth={"scheme": scheme}), scheme=scheme)
    result = await both.notify()
    assert result.outcome == "synchronised"
    import base64
    import hashlib

    text = msgspec.json.encode(list(both.journal.events)).decode()
    mine = both.account
    for user, secret in ((mine.user, mine.password), (mine.server_id, mine.server_secret)):
        pair = f"{user}:{secret}".encode()
        for octets in (
            secret.encode(),
            base64.b64encode(pair),
            base64.b64encode(hashlib.md5(pair).digest()),
        ):
            assert octets.decode() not in text
            assert octets.hex() not in text


async def test_the_octets_of_chance_are_recorded_with_every_input(table):
    both = table()
    await both.notify()
    heard = both.of(Heard)
    assert [h.what for h in heard] == ["Begin", "Loaded", "Reply", "Reply", "Reply"]
    assert all(len(h.entropy) == 128 for h in heard)


async def test_every_reply_names_the_message_that_caused_it(table):
    both = table()
    await both.notify()
    by_seq = {e.seq: e for e in both.journal.events}
    replies = [e for e in both.journal.events if type(e.what).__name__ == "MessageReceived"]
    assert [type(by_seq[e.cause].what).__name__ for e in replies] == ["MessageSent"] * 3


async def test_nothing_leaves_before_the_gate_lets_it(table):
    sent = []

    async def gate(effect, run):
        if isinstance(effect, Record) and isinstance(effect.what, MessageSent):
            sent.append(len(posts))

    posts: list[int] = []
    both = table(gate=gate, before_post=lambda: posts.append(1))
    await both.notify()
    assert sent == [0, 1, 2]
