"""The power is cut in mid-session, at each breakpoint: nothing is ended, and the next notification verifies."""

import asyncio
import time

import pytest

from emulator.bench import Bench
from emulator.breakpoints import BREAKPOINTS
from emulator.journal import Journal
from emulator.live import Live
from emulator.protocol.events import (
    Failed,
    HandsetStarted,
    NonceStored,
    NonceTried,
    PeerNonces,
    PeerSaid,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    SessionClosed,
    VerdictReached,
)
from emulator.server.app import Server
from tests.direct import profile
from tests.test_bench import Watch
from tests.test_live import live

OF_THE_SERVER = (PeerSaid, PeerNonces)


async def until(condition):
    for _ in range(5000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came true")


async def held(deck):
    """Returns when a run waits at a breakpoint, or its session has closed; whether one waits."""
    await until(lambda: deck.stepper.waiting or isinstance(deck.events[-1].what, SessionClosed))
    return deck.stepper.waiting


def after_the_cut(deck):
    """What the handset said between the power cut and its next start."""
    whats = [event.what for event in deck.events]
    begin = next(n for n, what in enumerate(whats) if isinstance(what, PowerCut))
    rest = whats[begin + 1 :]
    end = next((n for n, w in enumerate(rest) if isinstance(w, HandsetStarted)), len(rest))
    return [what for what in rest[:end] if not isinstance(what, OF_THE_SERVER)]


@pytest.mark.parametrize("point", [p.id for p in BREAKPOINTS])
async def test_a_cut_at_each_breakpoint_and_the_next_notification_verifies(point):
    watch = Watch()
    bench = Bench(ended=watch.runs.put_nowait, breakpoints=(point,))
    await bench.start()
    reached = await held(bench)
    await bench.power()
    assert not after_the_cut(bench)
    assert reached != any(isinstance(e.what, SessionClosed) for e in bench.events)
    assert not bench.stepper.waiting
    bench.stepper.mark(())
    await bench.power()
    while not watch.runs.empty():
        watch.runs.get_nowait()
    await bench.notify()
    result = await watch.result(bench)
    assert result.verdict.startswith("verified-"), result
    assert (result.outcome, result.nonces_agree) == ("synchronised", True)
    await bench.close()


async def test_a_cut_between_candidate_and_step_6_leaves_the_candidate_to_verify():
    """The server has taken the new nonce, and the phone never heard that it has."""
    watch = Watch()
    bench = Bench(ended=watch.runs.put_nowait, breakpoints=("reply",))
    await bench.start()
    assert await held(bench)
    bench.stepper.go_on()
    await until(lambda: not bench.stepper.waiting)
    assert await held(bench)
    await bench.power()
    stored = [e.what.slot for e in bench.events if isinstance(e.what, NonceStored)]
    assert stored == ["client", "candidate"]
    bench.stepper.mark(())
    await bench.power()
    await bench.notify()
    result = await watch.result(bench)
    assert (result.verdict, result.outcome) == ("verified-candidate", "synchronised")
    tried = [e.what for e in bench.events if isinstance(e.what, NonceTried)][-1]
    assert (tried.nonce_kind, tried.matched) == ("candidate", True)
    await bench.close()


async def test_a_phone_without_power_does_nothing_and_is_still_looked_at():
    watch = Watch()
    bench = Bench(ended=watch.runs.put_nowait)
    await bench.start()
    await watch.result(bench)
    await bench.power()
    count = len(bench.events)
    for asked in (bench.notify, bench.spoil, bench.put_back, bench.settled):
        await asked()
    await bench.sync("account", (), 200)
    await bench.answer(True)
    assert len(bench.events) == count and bench.datastores == {}
    assert bench.hint == "the phone is off; P switches it on"
    tried = next(e for e in bench.events if isinstance(e.what, NonceTried))
    assert bench.workings(tried)
    await bench.rerun()
    assert (await watch.result(bench)).verdict == "verified-session-id"
    await bench.close()


async def test_a_nonce_made_stale_is_put_back_after_the_power_was_cut():
    watch = Watch()
    bench = Bench(scenario="ordinary", ended=watch.runs.put_nowait)
    await bench.start()
    await watch.result(bench)
    await bench.settled()
    held = bench.phone.handset.keyring().accounts[0].server_nonce
    await bench.spoil()
    await bench.power()
    await bench.power()
    await bench.spoil()  # it is stale already: this must not hide what was there before
    assert bench.phone.handset.keyring().accounts[0].server_nonce != held
    await bench.put_back()
    assert bench.phone.handset.keyring().accounts[0].server_nonce == held
    await bench.notify()
    assert (await watch.result(bench)).verdict == "verified-stored"
    await bench.close()


async def test_a_question_dies_with_the_power():
    watch = Watch()
    bench = Bench(ended=watch.runs.put_nowait)
    await bench.start()
    await watch.result(bench)
    host, _, port = bench.phone.listening[0].removeprefix("udp://").rpartition(":")
    device = bench.phone.profile.device.id
    bench.server.notify(device, nonce="stored", target=(host, int(port)), ui_mode=3)
    await until(lambda: isinstance(bench.events[-1].what, PersonAsked))
    await bench.power()
    assert not after_the_cut(bench)
    await bench.power()
    await bench.answer(True)
    await bench.settled()
    assert not [e for e in bench.events if isinstance(e.what, PersonAnswered)]
    await bench.close()


async def test_a_notification_that_waits_to_be_judged_is_gone_too(tmp_path):
    async with Server() as server:
        deck, _ = await live(tmp_path, server, breakpoints=("verdict",))
        await deck.notify()
        assert await held(deck)
        await deck.power()
        assert not deck.stepper.waiting
        deck.stepper.go_on()
        await deck.power()
        assert not after_the_cut(deck)
        await deck.close()


async def test_run_numbers_go_on_after_a_cut(tmp_path):
    async with Server() as server:
        deck, runs = await live(tmp_path, server)
        await deck.rerun()
        assert await asyncio.wait_for(runs.get(), 10) == 1
        await deck.power()
        await deck.notify()
        await deck.rerun()
        await deck.power()
        await deck.notify()
        assert await asyncio.wait_for(runs.get(), 10) == 2
        verdict = [e.what for e in deck.events if isinstance(e.what, VerdictReached)][-1]
        assert verdict.verdict.startswith("verified-")
        await deck.close()


async def test_pressed_twice_at_once_is_off_and_on_again():
    bench = Bench(breakpoints=("step-6",))
    await bench.start()
    await held(bench)
    await asyncio.gather(bench.power(), bench.power())
    kinds = [type(e.what) for e in bench.events if isinstance(e.what, PowerCut | HandsetStarted)]
    assert kinds == [HandsetStarted, PowerCut, HandsetStarted]
    assert not [e for e in bench.events if isinstance(e.what, Failed)]
    await bench.close()


async def test_what_keeps_the_phone_from_starting_is_said(tmp_path):
    deck = Live(profile(), tmp_path / "state", Journal(time.time))
    await deck.power()
    assert not deck.events
    await deck.start()
    await deck.power()
    other = Live(profile(), tmp_path / "state", Journal(time.time))
    await other.start()
    await deck.power()
    (failed,) = (e.what.sentence for e in deck.events if isinstance(e.what, Failed))
    assert failed.startswith("the phone does not start:") and "another handset uses" in failed
    await other.close()
    await deck.power()
    assert deck.awake is not None
    await deck.close()
