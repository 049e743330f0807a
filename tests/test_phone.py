"""The handset with its bearers: what listens, what fails, what runs to its end."""

import asyncio
import socket

import msgspec
import pytest

from emulator.bearers.addresses import AddressError, check
from emulator.phone import Phone, _Clients
from emulator.protocol.events import (
    BearerFailed,
    BearerOpened,
    HandsetStarted,
    PushArrived,
    SmsArrived,
    VerdictReached,
)
from emulator.protocol.keyring import Account
from emulator.wire import push
from tests.direct import profile


@pytest.mark.parametrize(
    "address", ["udp://127.0.0.1", "udp:127.0.0.1:1", "tcp://h:1", "file:", "", "udp://h:99999"]
)
def test_what_is_no_address_says_what_is(address):
    with pytest.raises(AddressError, match=r"udp://HOST:PORT, .*file:PATH or - is expected"):
        check((address,))


def make(tmp_path, *listen, **options):
    from emulator.journal import Journal

    journal = Journal(lambda: 1000.0)
    return Phone(profile(), tmp_path / "state", journal, listen=listen, **options), journal


async def verdict(journal, runs):
    await asyncio.wait_for(runs.get(), 10)
    return next(e.what for e in reversed(journal.events) if isinstance(e.what, VerdictReached))


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "wsp"])
async def test_udp_brings_a_bare_package_0_or_a_wsp_push(tmp_path, wrapped):
    from tests.protocol.flow import package0

    runs: asyncio.Queue[int] = asyncio.Queue()
    phone, journal = make(tmp_path, "udp://127.0.0.1:0", ended=runs.put_nowait)
    await phone.start()
    note = package0(b"wrong").octets
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        host, port = phone.listening[0].removeprefix("udp://").split(":")
        sender.sendto(push.build(note) if wrapped else note, (host, int(port)))
    assert (await verdict(journal, runs)).reason == "digest"
    await phone.close()


async def test_a_file_brings_a_line_each_and_settles(tmp_path):
    from tests.protocol.flow import package0

    lines = tmp_path / "pushes"
    lines.write_text(f"{package0(b'wrong').octets.hex()}\n\nnot hex at all\n")
    phone, journal = make(tmp_path, f"file:{lines}")
    await phone.start()
    await asyncio.wait_for(phone.settled(), 10)
    reasons = [e.what.reason for e in journal.events if isinstance(e.what, VerdictReached)]
    assert reasons == ["digest", "malformed"]
    await phone.close()


async def test_a_bearer_that_fails_is_an_event_and_the_phone_stays_on(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        phone, journal = make(tmp_path, f"udp://127.0.0.1:{port}", "udp://127.0.0.1:0")
        await phone.start()
        failed = [e.what for e in journal.events if isinstance(e.what, BearerFailed)]
        assert "in use" in failed[0].reason
        assert any(isinstance(e.what, BearerOpened) for e in journal.events)
        await phone.close()


async def test_the_secure_port_is_refused_with_a_reason(tmp_path):
    phone, journal = make(tmp_path, "udp://127.0.0.1:2949")
    await phone.start()
    failed = [e.what for e in journal.events if isinstance(e.what, BearerFailed)]
    assert "WTLS" in failed[0].reason
    await phone.close()


async def test_the_device_is_announced_with_its_nonces(tmp_path):
    phone, journal = make(tmp_path)
    await phone.start()
    started = journal.events[0].what
    assert isinstance(started, HandsetStarted)
    (account,) = phone.handset.profile.accounts
    assert [(login.account, login.user) for login in started.logins] == [
        (account.name, account.user)
    ]
    assert started.logins[0].stores == tuple(store.name for store in account.stores)
    assert account.password not in repr(started) and account.server_secret not in repr(started)
    assert type(journal.events[1].what).__name__ == "NoncesHeld"
    await phone.close()


async def test_sms_over_the_modem_and_the_http_link_and_a_post_become_runs_at_once(tmp_path):
    import httpx

    from emulator.wire import sms
    from tests.interop.peers import free_port
    from tests.protocol.flow import package0

    runs: asyncio.Queue[int] = asyncio.Queue()
    smsc, ota = (f"{scheme}://127.0.0.1:{free_port()}/" for scheme in ("smsc-http", "http"))
    addresses = ("modem:tcp://127.0.0.1:0", smsc, ota)
    phone, journal = make(tmp_path, *addresses, ended=runs.put_nowait)
    await phone.start()
    assert phone.listening[1:] == (smsc, ota)
    note = package0(b"wrong").octets
    wsp = push.build(note)
    # Two SMS into the modem ...
    host, port = phone.listening[0].removeprefix("modem:tcp://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for part in sms.user_data(wsp + bytes(90), reference=1):
        pdu = sms.submit(part)
        writer.write(b"AT+CMGS=%d\r" % (len(pdu) - 1) + pdu.hex().encode() + b"\x1a")
        await reader.readuntil(b"OK\r\n")
    assert (await verdict(journal, runs)).reason == "digest"
    writer.close()
    # ... one through a gateway's HTTP link, and a POST; a third is for another application.
    header = "%06%05%04%0B%84%23%F0"
    text = "".join(f"%{octet:02X}" for octet in wsp)
    posted = {"Content-Type": "application/vnd.syncml.ds.notification"}
    async with httpx.AsyncClient(trust_env=False) as client:
        base = "http" + smsc.removeprefix("smsc-http")
        await client.get(f"{base}?from=1&to=2&coding=1&udh={header}&text={text}")
        assert (await verdict(journal, runs)).reason == "digest"
        await client.get(f"{base}?from=1&to=2&text=hello")
        assert (await verdict(journal, runs)).reason == "not-for-us"
        await client.post(ota, headers=posted, content=note)
        assert (await verdict(journal, runs)).reason == "digest"
        dm = {"Content-Type": "text/plain"}
        await client.post(ota, headers=dm, content=note)
        assert (await verdict(journal, runs)).reason == "not-for-us"
    came = [e.what for e in journal.events if isinstance(e.what, PushArrived)]
    assert [what.bearer for what in came] == [phone.listening[0], smsc, smsc, ota, ota]
    assert [what.parts for what in came] == [2, 1, 1, 0, 0]
    assert sum(isinstance(e.what, SmsArrived) for e in journal.events) == 4
    await phone.close()


async def test_a_bearer_that_is_called_off_while_it_opens_is_closed(tmp_path, monkeypatch):
    done: list[str] = []
    opening = asyncio.Event()

    class Slow:
        address = "slow"

        async def open(self):
            opening.set()
            await asyncio.Event().wait()

        def close(self):
            done.append("close")

        async def closed(self):
            done.append("closed")

    monkeypatch.setattr("emulator.bearers.addresses.bearer", lambda address, ears: Slow())
    phone, journal = make(tmp_path, "slow")
    starting = asyncio.create_task(phone.start())
    await opening.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert done == ["close", "closed"]
    await phone.close()
    assert not any(isinstance(e.what, BearerOpened) for e in journal.events)


def test_a_client_made_ahead_is_for_one_session_and_only_for_the_same_way_there():
    clients, account = _Clients(), Account("account", url="http://127.0.0.1:1/")
    first = clients.take(account)
    clients.get_ready()
    second = clients.take(account)
    clients.get_ready()
    moved = msgspec.structs.replace(account, url="https://127.0.0.1:1/")
    third, fourth = clients.take(moved), clients.take(moved)
    assert len({id(each) for each in (first, second, third, fourth)}) == 4
    # The one that was ready has its httpx client; those that are made on the spot have none yet.
    assert [len(each._clients) for each in (first, second, third, fourth)] == [0, 1, 0, 0]
