"""CPU of a whole resynchronisation through the handset, against posting the same octets with httpx.

The built-in server and the canned one run in processes of their own: only the client's time counts.
Both sides make their HTTP client for each session. What the handset does beyond posting: judging the
notification, the session, the store (committed to the disk), the journal (in a file), the items.

The aim is taken at httpx with its own defaults (but for proxies of the environment), whose client
loads the certificates of the CAs before it posts to anywhere; the handset's does so for https only.
That difference alone is most of the yardstick's time, so the second ratio leaves it out on both
sides. It has no target: it says what the session itself costs.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from emulator import profiles
from emulator.journal import Journal
from emulator.phone import Phone
from emulator.profiles import Profile
from emulator.protocol import digest, sessionid
from emulator.protocol.events import MessageReceived, MessageSent, SessionClosed
from emulator.wire import notification
from emulator.wire.notification import Sync
from tests.benchmarks.measure import Ratio, in_turn
from tests.interop.built_in import BuiltIn
from tests.interop.device import card

TARGET = 1.25
NAMES = ("Ada", "Grace")


class Session:
    """Sessions of ever new devices, which all have the same to say."""

    def __init__(self, server: BuiltIn, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._runs = 0
        self._profile = _profile(server.url)
        self.last: Journal

    def __call__(self) -> float:
        """One session; the CPU seconds from the arrival of the notification to its end."""
        return asyncio.run(self._run())

    async def _run(self) -> float:
        self._runs += 1
        device_id = f"IMEI:35000000{self._runs:07}"
        self._enrol(device_id)
        device = msgspec.structs.replace(self._profile.device, id=device_id)
        profile = msgspec.structs.replace(self._profile, device=device)
        state = self._folder / str(self._runs)
        self.last = Journal(time.time, self._folder / f"{self._runs}.journal")
        phone = Phone(profile, state, self.last)
        try:
            for name in NAMES:
                phone.store.add_item("account", "contacts", "text/x-vcard", card(name).encode())
            await phone.start()
            octets = _notification(profile, self._runs)
            begun = time.process_time()
            await phone.handset.deliver(octets, "benchmark", "benchmark")
            await phone.handset.idle()
            spent = time.process_time() - begun
        finally:
            await phone.close()
            self.last.close()
        closed = self.last.events[-1].what
        assert isinstance(closed, SessionClosed), closed
        assert (closed.outcome, closed.items_sent, closed.items_received) == ("synchronised", 2, 3)
        return spent

    def _enrol(self, device_id: str) -> None:
        """The device at the server, whose server nonce is another than the device's."""
        account = self._profile.accounts[0]
        self._server.control(
            "POST",
            "accounts",
            {
                "device_id": device_id,
                "user": account.user,
                "password": account.password,
                "server_id": account.server_id,
                "server_secret": account.server_secret,
                "client_nonce_hex": (account.client_nonce or b"").hex(),
                "server_nonce_hex": "c0ffee",
            },
        )
        for name in ("Barbara", "Edsger", "Tony"):
            self._server.control("POST", f"items/{device_id}/contacts", {"text": card(name)})


def _profile(url: str) -> Profile:
    profile = profiles.load("built-in", {"account.url": url})
    account = profile.accounts[0]
    resync = msgspec.structs.replace(account.policy.resync, rate="off")
    account = msgspec.structs.replace(
        account,
        client_nonce=bytes(range(16)),
        server_nonce=bytes(range(16, 32)),
        policy=msgspec.structs.replace(account.policy, resync=resync),
    )
    return msgspec.structs.replace(profile, accounts=(account,))


def _notification(profile: Profile, session_id: int) -> bytes:
    account = profile.accounts[0]
    trigger = notification.build_trigger(
        account.server_id, session_id, (Sync(206, 0x07, "./contacts"),)
    )
    nonce = sessionid.nonce(session_id, "raw16_be")
    identity, secret = account.notification_identity
    return digest.notification(identity, secret, nonce, trigger).octets + trigger


class Posting:
    """The messages of a session, posted by bare httpx to a server that answers as the first did."""

    def __init__(self, url: str, sent: list[MessageSent], *, certificates: bool) -> None:
        self._url, self._certificates = url, certificates
        self._messages = [(m.content_type, bytes(m.octets)) for m in sent]

    def __call__(self) -> float:
        return asyncio.run(self._run())

    async def _run(self) -> float:
        begun = time.process_time()
        async with httpx.AsyncClient(verify=self._certificates, trust_env=False) as client:
            for kind, octets in self._messages:
                response = await client.post(
                    self._url, content=octets, headers={"Content-Type": kind}
                )
                response.raise_for_status()
        return time.process_time() - begun


@contextmanager
def _canned(answers: list[MessageReceived]) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.canned"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    try:
        assert process.stdin and process.stdout
        json.dump([(a.content_type, a.octets.hex) for a in answers], process.stdin)
        process.stdin.close()
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/sync"
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def run(rounds: int = 20, warm_up: int = 2) -> list[Ratio]:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, BuiltIn() as server:
        session = Session(server, Path(folder))
        session()
        events = [event.what for event in session.last.events]
        sent = [what for what in events if isinstance(what, MessageSent)]
        answers = [what for what in events if isinstance(what, MessageReceived)]
        with _canned(answers) as url:
            plain, without = (Posting(url, sent, certificates=c) for c in (True, False))
            ours, bare, barer = in_turn(session, plain, without, rounds=rounds, warm_up=warm_up)
    return [
        Ratio(
            "CPU of a resync session / the same octets by bare httpx, which loads its CA certificates",
            ours,
            bare,
            TARGET,
        ),
        Ratio(
            "CPU of a resync session / the same, CA certificates left out on both sides",
            ours,
            barer,
        ),
    ]
