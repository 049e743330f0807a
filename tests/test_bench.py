"""The table over real sockets: every scenario, every misbehaviour, again and again."""

import asyncio

import msgspec
import pytest

from emulator.bench import Bench
from emulator.journal import Journal, read
from emulator.protocol.events import (
    BearerOpened,
    Failed,
    HttpExchanged,
    MessageReceived,
    MessageSent,
    Paused,
    PeerNonces,
    PeerSaid,
    PushArrived,
    SessionClosed,
    SmsArrived,
    VerdictReached,
)
from emulator.server.misbehaviour import TABLE
from emulator.starts import SCENARIOS
from emulator.verbs.result import fold

SYNCS = ("206:text/x-vcard:./contacts",)


class Watch:
    """Counts runs as they end."""

    def __init__(self):
        self.runs = asyncio.Queue()

    async def result(self, bench):
        run = await asyncio.wait_for(self.runs.get(), 20)
        return fold(bench.events, run)


async def started(**options):
    watch = Watch()
    bench = Bench(ended=watch.runs.put_nowait, **options)
    await bench.start()
    return bench, watch


@pytest.mark.parametrize(
    ("scenario", "verdict", "outcome"),
    [
        ("resync", "verified-session-id", "synchronised"),
        ("ordinary", "verified-stored", "synchronised"),
        ("both-stale", "verified-session-id", "synchronised"),
        ("wrong-nonce", "ignored", "ignored"),
    ],
)
async def test_each_scenario(scenario, verdict, outcome):
    bench, watch = await started(scenario=scenario)
    result = await watch.result(bench)
    await bench.close()
    assert (result.verdict, result.outcome) == (verdict, outcome)
    assert result.nonces_agree == (outcome == "synchronised")


def test_the_scenarios_tested_are_all():
    assert set(SCENARIOS) == {"resync", "ordinary", "both-stale", "wrong-nonce"}


async def test_another_notification_is_an_ordinary_one_and_a_rerun_starts_over():
    bench, watch = await started()
    assert (await watch.result(bench)).verdict == "verified-session-id"
    await bench.notify()
    assert (await watch.result(bench)).verdict == "verified-stored"
    await bench.rerun()
    again = await watch.result(bench)
    assert again.verdict == "verified-session-id"
    assert again.items.received == 3
    assert again.nonces_agree
    await bench.close()


async def test_after_an_ignored_notification_the_server_turns_to_the_session_id():
    bench, watch = await started(scenario="wrong-nonce")
    await watch.result(bench)
    await bench.notify()
    assert (await watch.result(bench)).verdict == "verified-session-id"
    await bench.close()


@pytest.mark.parametrize("codec", ["generic-xml", "generic-wbxml"])
async def test_both_encodings(codec):
    bench, watch = await started(handset=codec)
    assert (await watch.result(bench)).outcome == "synchronised"
    kinds = {e.what.content_type for e in bench.events if isinstance(e.what, MessageSent)}
    await bench.close()
    assert kinds == {f"application/vnd.syncml+{codec.removeprefix('generic-')}"}


async def test_a_handset_without_resync_ignores_it():
    bench, watch = await started(handset="no-resync")
    result = await watch.result(bench)
    await bench.close()
    assert result.reason == "resync-disabled"


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.thorough) if n == "slow" else n for n in TABLE]
)
async def test_every_misbehaviour_ends_in_an_outcome(name):
    row = TABLE[name]
    full = f"{name}:{row.values[0]}" if row.values else name
    bench, watch = await started(misbehave=(full,))
    result = await watch.result(bench)
    await bench.close()
    assert result.sentence


async def test_the_servers_facts_are_events():
    bench, watch = await started()
    await watch.result(bench)
    kinds = {type(e.what) for e in bench.events}
    await bench.close()
    assert {PeerNonces, PeerSaid, BearerOpened, VerdictReached, SessionClosed} <= kinds


async def test_every_event_of_a_server_stands_in_its_run():
    bench, watch = await started()
    await watch.result(bench)
    said = [e for e in bench.events if isinstance(e.what, PeerSaid)]
    await bench.close()
    assert said[-1].session == 1


async def test_what_the_table_leaves_behind_is_nothing():
    bench, watch = await started()
    await watch.result(bench)
    folder = bench._folder
    await bench.close()
    assert not folder.exists()


async def test_a_server_that_cannot_start_is_an_event(monkeypatch):
    from emulator.server.app import Server

    async def taken(self):
        raise OSError(98, "127.0.0.1:1: Address already in use")

    monkeypatch.setattr(Server, "start", taken)
    bench, _ = await started()
    assert any(isinstance(e.what, Failed) for e in bench.events)
    await bench.notify()
    await bench.close()


async def test_the_pace_is_only_for_show():
    bench, watch = await started(pace=0.05)
    assert (await watch.result(bench)).outcome == "synchronised"
    await bench.close()


async def test_workings_and_documents_of_what_happened():
    bench, watch = await started()
    await watch.result(bench)
    tried = [e for e in bench.events if type(e.what).__name__ == "NonceTried"]
    (label, working, received), *_ = bench.workings(tried[0])
    assert label == "stored nonce"
    assert working.octets.hex() == tried[0].what.expected
    assert received.hex() == tried[0].what.received
    judged = next(e for e in bench.events if type(e.what).__name__ == "ServerCredJudged")
    assert bench.workings(judged)[0][1].matches(bench.workings(judged)[0][2])
    sent = next(e for e in bench.events if isinstance(e.what, MessageSent))
    assert "<SyncHdr>" in bench.document(sent)
    assert bench.workings(sent)[0][1].value == sent.what.cred.data
    await bench.close()


async def test_a_notification_during_a_session_is_held_and_starts_afterwards():
    bench, watch = await started(pace=0.5)
    await watch.result(bench)
    assert bench.phone.handset.sync()
    await bench.notify()
    results = [await watch.result(bench), await watch.result(bench)]
    await bench.close()
    assert [r.outcome for r in results] == ["synchronised", "synchronised"]
    held = [e.what.verdict for e in bench.events if isinstance(e.what, VerdictReached)]
    assert held[-2:] == ["held", "verified-session-id"]


async def test_runs_go_on_counting_over_a_rerun():
    bench, watch = await started()
    await watch.result(bench)
    await bench.rerun()
    await watch.result(bench)
    numbers = [e.session for e in bench.events if isinstance(e.what, SessionClosed)]
    await bench.close()
    assert numbers == [1, 2]


async def test_each_message_has_its_exchange_over_http_before_its_answer():
    bench, watch = await started()
    await watch.result(bench)
    await bench.close()
    kinds = (MessageSent, HttpExchanged, MessageReceived)
    met = [event for event in bench.events if isinstance(event.what, kinds)]
    assert len(met) > 6 and {type(e.what) for e in met[1::3]} == {HttpExchanged}
    assert all(
        exchange.cause == sent.seq for sent, exchange in zip(met[::3], met[1::3], strict=True)
    )


async def test_a_nonce_made_stale_by_hand_and_put_back():
    bench, watch = await started(scenario="ordinary")
    await watch.result(bench)
    await bench.settled()
    held = bench.phone.handset.keyring().accounts[0].server_nonce
    await bench.spoil()
    await bench.spoil()
    assert bench.phone.handset.keyring().accounts[0].server_nonce != held
    await bench.put_back()
    assert bench.phone.handset.keyring().accounts[0].server_nonce == held
    await bench.spoil()
    await bench.notify()
    ignored = await watch.result(bench)
    assert (ignored.outcome, ignored.reason) == ("ignored", "digest")
    await bench.notify()  # the server has learned that the device cannot check, and resynchronises
    assert (await watch.result(bench)).verdict == "verified-session-id"
    await bench.settled()
    fresh = bench.phone.handset.keyring().accounts[0].server_nonce
    await bench.put_back()  # a newer nonce has come since
    assert bench.phone.handset.keyring().accounts[0].server_nonce == fresh
    assert bench.events[-1].what.sentence.startswith("there is nothing to put back")
    await bench.close()


async def test_no_nonce_is_made_stale_while_a_session_runs():
    class Busy(Bench):
        spoilt = False

        async def _gate(self, *_):
            if self.phone.handset.busy and not self.spoilt:
                self.spoilt = True
                await self.spoil()

    watch = Watch()
    bench = Busy(ended=watch.runs.put_nowait)
    await bench.start()
    await watch.result(bench)
    refused = [e.what.sentence for e in bench.events if isinstance(e.what, Failed)]
    assert refused == ["a session runs: its end may store a nonce; try then"]
    await bench.close()


async def test_the_server_is_told_to_misbehave_while_it_runs_and_to_stop():
    bench, watch = await started(scenario="ordinary")
    assert (await watch.result(bench)).outcome == "synchronised"
    await bench.misbehave(("forget-server-nonce",))
    assert bench.subtitle.startswith("server misbehaves: forget-server-nonce; ")
    await bench.notify()
    result = await watch.result(bench)
    assert (result.outcome, result.nonces_agree) == ("synchronised", False)
    await bench.misbehave(())
    assert "misbehaves" not in bench.subtitle
    await bench.rerun()
    assert (await watch.result(bench)).nonces_agree
    said = [e.what.sentence for e in bench.events if isinstance(e.what, PeerSaid)]
    assert "from now on it misbehaves: forget-server-nonce" in said
    assert "from now on it behaves well" in said
    with pytest.raises(ValueError, match="no misbehaviour"):
        await bench.misbehave(("nope",))
    await bench.close()


@pytest.mark.thorough
async def test_a_server_that_becomes_slow_is_not_waited_for_as_long_as_by_a_phone():
    bench, watch = await started()
    await watch.result(bench)
    await bench.misbehave(("slow",))
    await bench.notify()
    assert (await watch.result(bench)).outcome == "transport"
    await bench.close()


@pytest.mark.parametrize(
    ("nonce", "verdict"),
    [
        ("stored", "verified-stored"),
        ("session-id:hex_text_upper", "verified-session-id"),
        ("stale", "ignored"),
        ("hex:00", "ignored"),
    ],
)
@pytest.mark.parametrize("form", ["raw", "wsp"])
async def test_a_notification_of_any_kind_is_sent_to_the_phones_port(nonce, verdict, form):
    bench, watch = await started(scenario="ordinary")
    await watch.result(bench)
    await bench.settled()
    assert bench.proposal.nonce == "stored"
    wanted = msgspec.structs.replace(bench.proposal, nonce=nonce, form=form, session_id="0x4A7C")
    await bench.push(wanted)
    result = await watch.result(bench)
    assert result.verdict == verdict
    if verdict != "ignored":
        assert (result.outcome, result.nonces_agree) == ("synchronised", True)
    came = [e.what for e in bench.events if isinstance(e.what, PushArrived)]
    assert came[-1].bearer.startswith("udp:")
    await bench.close()


@pytest.mark.parametrize("wide", [False, True])
async def test_a_notification_by_sms_comes_as_one(wide):
    bench, watch = await started(scenario="ordinary")
    await watch.result(bench)
    await bench.settled()
    syncs = tuple(f"206:text/x-vcard:./contacts-of-the-year-{year}" for year in range(1990, 1996))
    wanted = msgspec.structs.replace(bench.proposal, form="sms-deliver", wide=wide, syncs=syncs)
    await bench.push(wanted)
    assert (await watch.result(bench)).verdict == "verified-stored"
    came = [e.what for e in bench.events if isinstance(e.what, SmsArrived)]
    assert len(came) == 2
    await bench.close()


@pytest.mark.parametrize(
    ("usage", "syncs", "reason"), [("dm", (), "not-for-us"), ("ds-1.1", SYNCS, "no-digest")]
)
async def test_what_is_not_of_ds_1_2_is_sent_too(usage, syncs, reason):
    bench, watch = await started(scenario="ordinary")
    await watch.result(bench)
    await bench.settled()
    await bench.push(msgspec.structs.replace(bench.proposal, usage=usage, syncs=syncs))
    await watch.result(bench)
    (verdict,) = [e.what for e in bench.events if isinstance(e.what, VerdictReached)][1:]
    assert (verdict.verdict, verdict.reason) == ("ignored", reason)
    await bench.close()


async def waiting(bench):
    """Returns when a run waits for the person."""
    async with asyncio.timeout(20):
        for _ in iter(lambda: bench.stepper.waiting, True):
            await asyncio.sleep(0)


@pytest.mark.parametrize("point", ["first-verification", "package-1", "store-nonce", "close"])
async def test_a_run_that_waits_is_closed_with_the_table_and_its_journal_says_so(tmp_path, point):
    path = tmp_path / "journal"
    journal = Journal(lambda: 1000.0, path)
    bench, _ = await started(journal=journal, breakpoints=(point,))
    folder = bench._folder
    await waiting(bench)
    # What is closed while it waits: the phone's port, the store, the server, the journal.
    await bench.close()
    assert not bench.stepper.waiting and not folder.exists()
    closed = [e.what for e in read(path) if isinstance(e.what, SessionClosed)]
    assert [c.outcome for c in closed] == ["synchronised" if point == "close" else "interrupted"]


async def test_a_rerun_while_a_run_waits_begins_anew_and_waits_again():
    bench, watch = await started(breakpoints=("first-verification",))
    for run in (1, 2):
        await waiting(bench)
        paused = [e for e in bench.events if isinstance(e.what, Paused)]
        assert [e.session for e in paused] == list(range(1, run + 1))
        if run == 1:
            await bench.rerun()
    bench.stepper.go_on()
    assert (await watch.result(bench)).outcome == "interrupted"
    assert (await watch.result(bench)).outcome == "synchronised"
    await bench.close()
