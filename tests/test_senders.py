"""`handset push` over every bearer: what is sent arrives as the handset's own, whole."""

import asyncio
import socket

import pytest

from emulator import pushing
from emulator.protocol.events import PushArrived, SmsArrived, VerdictReached
from emulator.verbs import delivery
from emulator.verbs.delivery import Parcel
from emulator.verbs.exits import Failure
from tests.direct import STORED
from tests.interop.peers import free_port
from tests.protocol.flow import package0
from tests.test_phone import make, verdict

NOTE = package0(b"wrong").octets


@pytest.mark.parametrize("text_headers", [False, True])
@pytest.mark.parametrize("scheme", ["udp", "modem", "modem:tcp", "smpp", "smsc-http", "http"])
async def test_a_notification_over_each_bearer(tmp_path, scheme, text_headers) -> None:
    runs: asyncio.Queue[int] = asyncio.Queue()
    slash = "/" if scheme.endswith("http") else ""
    address = f"{scheme}://127.0.0.1:{free_port()}{slash}"
    if scheme == "modem":
        address = f"modem:{tmp_path}/m0"
    phone, journal = make(tmp_path, address, ended=runs.put_nowait)
    await phone.start()
    assert phone.listening == (address,)
    # Long enough for two SMS.
    parcel = Parcel(NOTE + bytes(100), None, text_headers)
    said = await asyncio.to_thread(delivery.deliver, address, parcel)
    assert (await verdict(journal, runs)).reason == "digest"
    is_sms = scheme not in ("udp", "http")
    assert len(said) == (2 if is_sms else 1) and all(address in line for line in said)
    (came,) = [e.what for e in journal.events if isinstance(e.what, PushArrived)]
    assert bytes(came.octets).endswith(NOTE + bytes(100))
    assert (came.bearer, came.parts) == (address, 2 if is_sms else 0)
    assert sum(isinstance(e.what, SmsArrived) for e in journal.events) == (2 if is_sms else 0)
    assert sum(isinstance(e.what, VerdictReached) for e in journal.events) == 1
    await phone.close()


KINDS = {"dm": ("dm", STORED, "not-for-us"), "1.1": ("ds-1.1", STORED, "no-digest"),
         "1.1, wrong": ("ds-1.1", b"stale", "digest")}  # fmt: skip


@pytest.mark.parametrize(("usage", "nonce", "reason"), KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("scheme", ["udp", "modem:tcp", "smpp", "smsc-http", "http"])
async def test_what_is_no_ds_1_2_notification(tmp_path, scheme, usage, nonce, reason) -> None:
    """The content type goes along on every bearer: each is taken for what it is."""
    runs: asyncio.Queue[int] = asyncio.Queue()
    slash = "/" if scheme.endswith("http") else ""
    address = f"{scheme}://127.0.0.1:{free_port()}{slash}"
    phone, journal = make(tmp_path, address, ended=runs.put_nowait)
    await phone.start()
    syncs = ("206::./contacts",) if usage == "ds-1.1" else ()
    wanted = pushing.Wanted(f"hex:{nonce.hex()}", "7", syncs=syncs, usage=usage)
    octets = pushing.package_0(phone.profile.accounts[0], wanted)
    parcel = Parcel(octets, None, False, usage, True)
    await asyncio.to_thread(delivery.deliver, address, parcel)
    assert (await verdict(journal, runs)).reason == reason
    await phone.close()


async def test_a_modem_that_hangs_up_is_a_failure() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\r\nERROR\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, family=socket.AF_INET)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Failure, match="the modem answers 'ERROR'"):
        await asyncio.to_thread(
            delivery.deliver, f"modem:tcp://127.0.0.1:{port}", Parcel(NOTE, None, False)
        )
    server.close()
    await server.wait_closed()
