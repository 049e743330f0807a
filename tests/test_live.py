"""The deck of `run`: a foreign server's nonces are supposed, keys play the sender and start a sync."""

import asyncio

import msgspec
import pytest

from emulator.journal import Journal
from emulator.live import Live
from emulator.protocol.events import Failed, PeerNonces, PushArrived, SessionOpened
from emulator.server.app import Server
from emulator.store import Store
from tests.direct import CLIENT, DEVICE_ID, STORED, profile


async def live(tmp_path, server, **options):
    runs: asyncio.Queue[int] = asyncio.Queue()
    made = profile()
    account = msgspec.structs.replace(made.accounts[0], url=server.url)
    held = msgspec.structs.replace(
        server.account(DEVICE_ID), client_nonce=CLIENT, server_nonce=STORED
    )
    server.put_account(held)
    deck = Live(
        msgspec.structs.replace(made, accounts=(account,)),
        tmp_path / "state",
        Journal(lambda: 1000.0),
        ended=runs.put_nowait,
        **options,
    )
    await deck.start()
    return deck, runs


async def test_a_sync_that_was_asked_for_starts_at_once(tmp_path):
    async with Server() as server:
        deck, runs = await live(tmp_path, server, sync=("contacts",))
        assert await asyncio.wait_for(runs.get(), 10) == 1
        opened = next(e.what for e in deck.events if isinstance(e.what, SessionOpened))
        assert opened.session_kind == "client-initiated"
        await deck.close()


async def test_the_servers_nonces_are_supposed(tmp_path):
    async with Server() as server:
        deck, runs = await live(tmp_path, server)
        await deck.rerun()
        await asyncio.wait_for(runs.get(), 10)
        peer = [e.what for e in deck.events if isinstance(e.what, PeerNonces)][-1]
        theirs = server.account(DEVICE_ID)
        assert peer.inferred
        assert (peer.client, peer.server) == (theirs.client_nonce.hex(), theirs.server_nonce.hex())
        await deck.close()


async def test_notify_plays_the_sender_over_the_session_id(tmp_path):
    async with Server() as server:
        deck, runs = await live(tmp_path, server)
        await deck.notify()
        await asyncio.wait_for(runs.get(), 10)
        opened = next(e.what for e in deck.events if isinstance(e.what, SessionOpened))
        assert opened.session_kind == "resync"
        await deck.close()


async def test_a_locked_state_folder_is_said_on_the_screen(tmp_path):
    with Store(tmp_path / "state"):
        async with Server() as server:
            deck, _ = await live(tmp_path, server)
            failed = [e.what for e in deck.events if isinstance(e.what, Failed)]
            assert "another handset uses this state folder" in failed[0].sentence
            await deck.notify()
            await deck.rerun()
            await deck.close()


async def test_a_sync_of_a_type_that_the_person_chose_and_no_second_one_beside_it(tmp_path):
    async with Server() as server:
        deck, runs = await live(tmp_path, server)
        assert deck.datastores == {"account": ("contacts",)}
        await deck.sync("account", ("contacts",), 205)
        await deck.sync("account", ("contacts",), 200)
        await asyncio.wait_for(runs.get(), 10)
        failed = [e.what.sentence for e in deck.events if isinstance(e.what, Failed)]
        assert failed == ["a session is running; start the sync when it has ended"]
        closed = deck.events[-1].what
        assert (closed.outcome, closed.items_sent) == ("synchronised", 0)
        await deck.sync("nobody", ("contacts",), 200)
        assert deck.events[-1].what.sentence == "no account has contacts"
        await deck.close()


@pytest.mark.parametrize("listen", [(), ("udp://127.0.0.1:0",)])
async def test_a_notification_as_the_person_wants_it_comes_over_the_phones_own_bearer(
    tmp_path, listen
):
    async with Server() as server:
        deck, runs = await live(tmp_path, server, listen=listen)
        assert deck.proposal.syncs == ("206:text/x-vcard:./contacts",)
        await deck.push(msgspec.structs.replace(deck.proposal, nonce="stored", form="wsp"))
        await asyncio.wait_for(runs.get(), 10)
        came = next(e.what for e in deck.events if isinstance(e.what, PushArrived))
        assert came.bearer.partition(":")[0] == ("udp" if listen else "own")
        opened = next(e.what for e in deck.events if isinstance(e.what, SessionOpened))
        assert opened.session_kind == "ordinary"
        await deck.close()
