"""`handset run` with all its bearers at once: each real sender's notification leads to a session.

One handset, one built-in server and one Kannel with all its links for all of them: a link takes
seconds to come up. A notification is known by its SessionID; each is signed over that.
"""

import contextlib
import itertools
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import journal
from emulator.protocol.events import (
    BearerOpened,
    Event,
    NotificationRead,
    PushArrived,
    SessionClosed,
    SmsArrived,
    VerdictReached,
)
from emulator.wire import push as wsp
from emulator.wire import sms
from tests.interop import gateways
from tests.interop.built_in import DEVICE_ID, BuiltIn
from tests.interop.device import HANDSET, SERVER_ID, SERVER_SECRET, Device, command
from tests.interop.kannel import Kannel
from tests.interop.need import need
from tests.interop.peers import PATIENCE, free_port, loopback

DS_12 = "application/vnd.syncml.ds.notification"
DM = "application/vnd.syncml.dm.notification"
_IDS = itertools.count(0x4A01)
pytestmark = pytest.mark.xdist_group("bearers")


class Handset:
    """`handset run`, and what its journal says."""

    def __init__(self, folder: Path) -> None:
        self.pty = folder / "m0"
        self.own_pty = folder / "m1"
        self.udp = loopback()
        self.tcp, self.smpp, self.smsc, self.ota = (free_port() for _ in range(4))
        self.addresses = {
            "UDP": f"udp://{self.udp}:2948",
            "ATPTY": f"modem:{self.pty}",
            "ATTCP": f"modem:tcp://127.0.0.1:{self.tcp}",
            "SMPP": f"smpp://127.0.0.1:{self.smpp}",
            "HTTP": f"smsc-http://127.0.0.1:{self.smsc}/",
            "OTA": f"http://127.0.0.1:{self.ota}/",
            "OWN": f"modem:{self.own_pty}",
        }
        self._record = folder / "run.journal"
        self._folder = folder

    @contextlib.contextmanager
    def running(self, server: BuiltIn) -> Iterator[None]:
        device = Device(
            self._folder,
            handset="generic-wbxml",
            server="built-in",
            device={"id": DEVICE_ID},
            account={"url": server.url, "server_nonce_hex": "0badc0de"},
            resync={"rate": "off"},
        )
        listen = [part for address in self.addresses.values() for part in ("--listen", address)]
        kept = ["--state", str(device.state), "--journal", str(self._record)]
        process = subprocess.Popen(
            [HANDSET, "run", str(device.profile), "--headless", "--json", *listen, *kept],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            self.until(lambda events: self._opened(events) == set(self.addresses.values()))
            yield
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 130

    @staticmethod
    def _opened(events: list[Event]) -> set[str]:
        return {e.what.address for e in events if isinstance(e.what, BearerOpened)}

    def until(self, met) -> list[Event]:  # type: ignore[no-untyped-def]
        """The events, as soon as they are as wanted."""
        end = time.monotonic() + PATIENCE
        events: list[Event] = []
        while time.monotonic() < end:
            with contextlib.suppress(journal.JournalError):  # its last line is half written
                events = journal.read(self._record)
                if met(events):
                    return events
            time.sleep(0.02)
        raise AssertionError([type(e.what).__name__ for e in events[-20:]])

    def session_of(self, session_id: int) -> list:
        """What happened in the run of that notification, once it is over."""

        def run(events: list[Event]) -> int:
            read = (e for e in events if isinstance(e.what, NotificationRead))
            return next((e.session for e in read if e.what.session_id == session_id), 0)

        def over(events: list[Event]) -> bool:
            number = run(events)
            ends = (e for e in events if isinstance(e.what, SessionClosed))
            return bool(number) and any(e.session == number for e in ends)

        events = self.until(over)
        number = run(events)
        return [e.what for e in events if e.session == number]

    def sms(self) -> list[SmsArrived]:
        return [e.what for e in self.until(bool) if isinstance(e.what, SmsArrived)]


class Table:
    """The handset and Kannel."""

    def __init__(self, handset: Handset, kannel: Kannel) -> None:
        self.handset, self.kannel = handset, kannel


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    need("/usr/sbin/bearerbox")
    # Not under pytest's own folder: Kannel takes no long names of devices.
    handset = Handset(tmp_path_factory.mktemp("b"))
    links = gateways.kannel_links(handset.pty, handset.tcp, handset.smpp, handset.smsc, free_port())
    with BuiltIn() as server, handset.running(server), Kannel(links) as kannel:
        yield Table(handset, kannel)


def notification(long: bool = False) -> tuple[int, bytes]:
    """A SessionID of its own, and a package #0 signed over it; a long one names many datastores."""
    session_id = next(_IDS)
    credentials = ("--server-id", SERVER_ID, "--secret", SERVER_SECRET, "--nonce", "session-id")
    syncs = ["./contacts", *(f"./nothing-of-the-kind-{n:02}" for n in range(7 if long else 0))]
    wanted = [part for uri in syncs for part in ("--sync", f"206:text/x-vcard:{uri}")]
    done = command("push", "--print", "raw", *credentials, "--session-id", hex(session_id), *wanted)
    assert done.returncode == 0, done.stderr
    return session_id, bytes.fromhex(done.stdout)


def assert_synchronised(whats: list, bearer: str, body: bytes, parts: int) -> None:
    came = whats[0]
    assert isinstance(came, PushArrived)
    assert (came.bearer, came.parts) == (bearer, parts)
    assert bytes(came.octets).endswith(body)
    (verdict,) = (what for what in whats if isinstance(what, VerdictReached))
    assert verdict.verdict == "verified-session-id"
    assert whats[-1].outcome == "synchronised", whats[-1]


@pytest.mark.parametrize("link", ["UDP", "ATPTY", "ATTCP", "SMPP", "HTTP"])
def test_a_pap_request_to_kannel_over_each_link_leads_to_a_session(table: Table, link: str) -> None:
    session_id, body = notification()
    code = table.kannel.push(
        table.handset.udp if link == "UDP" else gateways.PHONE,
        content_type=DS_12,
        application_id="x-wap-application:push.syncml",
        body=body,
        over="" if link == "UDP" else link,
    )
    assert code == 1001
    whats = table.handset.session_of(session_id)
    assert_synchronised(whats, table.handset.addresses[link], body, 0 if link == "UDP" else 1)


def test_the_three_parts_of_a_long_body_over_whatever_links(table: Table) -> None:
    session_id, body = notification(long=True)
    before = len(table.handset.sms())
    code = table.kannel.push(
        gateways.PHONE,
        content_type=DS_12,
        application_id="x-wap-application:push.syncml",
        body=body,
        over=gateways.ANY,
    )
    assert code == 1001
    whats = table.handset.session_of(session_id)
    came = table.handset.sms()[before:]
    assert sorted(what.number for what in came) == [1, 2, 3]
    assert_synchronised(whats, came[-1].bearer, body, 3)


def test_smstools(table: Table) -> None:
    need("smsd")
    session_id, body = notification()
    (data,) = sms.user_data(wsp.build(body))
    gateways.smstools(table.handset.own_pty, data[:7], data[7:])
    whats = table.handset.session_of(session_id)
    assert_synchronised(whats, table.handset.addresses["OWN"], body, 1)


def test_gammu_sends_a_push_that_is_for_another_application(table: Table) -> None:
    """It has no command for a push of SyncML; its service indication comes to the same port."""
    need("gammu")
    said = gateways.gammu(
        table.handset.own_pty,
        "sendsms",
        "WAPINDICATOR",
        gateways.PHONE,
        "http://x.example/",
        "News",
    )
    assert "OK" in said
    events = table.handset.until(
        lambda events: any(
            isinstance(e.what, VerdictReached) and e.what.reason == "not-for-us" for e in events
        )
    )
    came = [e.what for e in events if isinstance(e.what, PushArrived)]
    assert came[-1].bearer == table.handset.addresses["OWN"]


@pytest.mark.parametrize("link", ["UDP", "OWN", "SMPP", "HTTP", "OTA"])
def test_our_own_sender_over_each(table: Table, link: str) -> None:
    session_id = next(_IDS)
    address = table.handset.addresses[link]
    done = command(
        "push", address, "--server-id", SERVER_ID, "--secret", SERVER_SECRET,
        "--nonce", "session-id", "--session-id", hex(session_id), "--sync", "206:text/x-vcard:./contacts",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    whats = table.handset.session_of(session_id)
    assert whats[0].bearer == address and whats[-1].outcome == "synchronised"
