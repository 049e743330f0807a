"""auth-MAC with both ends: in one process, then through real sockets. Decision 8."""

import asyncio

import msgspec
import pytest

from emulator.bearers.http import HttpClient
from emulator.handset import Handset
from emulator.journal import Journal, read
from emulator.protocol.events import MessageReceived, MessageSent
from emulator.server import accounts
from emulator.server.app import Server
from emulator.store import Store
from emulator.verbs.result import fold
from emulator.wire import authmac
from tests.direct import CLIENT, DEVICE_ID, LOST_STEP, STORED, Table, profile

MAC = {"auth": {"scheme": "mac"}}


def table(tmp_path, **options):
    return Table(tmp_path, scheme="mac", with_profile=profile(**MAC), **options)


async def test_a_resync_ends_with_both_nonces_equal_and_the_next_is_ordinary(tmp_path):
    both = table(tmp_path)
    assert (await both.notify()).outcome == "synchronised"
    assert both.agree and both.account.candidate is None
    following = await both.notify("stored")
    assert (following.outcome, following.verdict) == ("synchronised", "verified-stored")
    assert both.agree
    both.close()


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("forget-client-nonce", "synchronised"),
        ("no-cred", "server-not-authenticated"),
        ("wrong-cred", "server-not-authenticated"),
        ("never-chal", "synchronised"),
        ("endless-401", "auth-refused"),
        ("forget-server-nonce", "synchronised"),
        ("lose-reply:4", "transport"),
        ("lose-reply:6", "transport"),
    ],
)
async def test_after_each_misbehaviour_an_honest_resync_recovers(tmp_path, name, outcome):
    both = table(tmp_path, misbehave=(name,))
    assert (await both.notify()).outcome == outcome
    both.service.misbehaviour = msgspec.structs.replace(both.service.misbehaviour, names=())
    assert (await both.notify()).outcome == "synchronised"
    assert both.agree
    both.close()


@pytest.mark.parametrize("codec", ["xml", "wbxml"])
async def test_through_real_sockets(tmp_path, codec):
    state = accounts.demo()
    who = msgspec.structs.replace(
        state.accounts[DEVICE_ID],
        scheme="mac",
        user="Zoë",
        client_nonce=b"another nonce....",
        server_nonce=LOST_STEP,
    )
    state = msgspec.structs.replace(state, accounts={DEVICE_ID: who})
    async with Server(state) as server:
        mine = profile(**MAC)
        account = msgspec.structs.replace(mine.accounts[0], url=server.url, user="Zoë")
        device = msgspec.structs.replace(mine.device, codec=codec)
        mine = msgspec.structs.replace(mine, accounts=(account,), device=device)
        path = tmp_path / "journal.jsonl"
        journal = Journal(asyncio.get_running_loop().time, path)
        with Store(tmp_path / "state") as store:
            handset = Handset(mine, store, journal, lambda a: HttpClient(a.policy.http))
            sent = server.notify(DEVICE_ID, nonce="session-id")
            run = await handset.deliver(sent.octets, "test", "tester")
            await handset.idle()
            assert fold(journal.events, run).outcome == "synchronised"
            held = handset.keyring().accounts[0]
        theirs = server.account(DEVICE_ID)
        assert (held.client_nonce, held.server_nonce) == (theirs.client_nonce, theirs.server_nonce)
        assert held.server_nonce != STORED and held.client_nonce != CLIENT
        journal.close()
    messages = [e.what for e in read(path) if isinstance(e.what, MessageSent | MessageReceived)]
    names = {authmac.parse(authmac.of(message.headers)).username for message in messages}
    assert names == {"Zoë", "ds.example.com"}, "the 401 first, then each message, signed"
    assert [m.code for m in messages if isinstance(m, MessageReceived)][:2] == [401, 200]
