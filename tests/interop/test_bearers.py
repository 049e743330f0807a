"""`handset run` with all its bearers at once: each real sender's notification leads to a session.

One handset, one server and one Kannel with all its links for all of them that a worker runs: a link takes
seconds to come up. Two workers do not meet: addresses and ports are each table's own.
"""

import os
import re
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.bearers import inbox
from emulator.exports.text import plain
from emulator.protocol.events import PushArrived, SessionClosed, SmsArrived, VerdictReached, What
from emulator.tui.face import fact_lines
from emulator.wire import push as wsp
from emulator.wire import sms
from tests.interop import gateways
from tests.interop.device import HANDSET, SERVER_ID, SERVER_SECRET, command
from tests.interop.need import need
from tests.interop.table import TABLES, Note, Table

DS_12 = "application/vnd.syncml.ds.notification"
SAN = Path(__file__).parents[1] / "captures" / "syncevolution" / "san" / "v12-default-1.hex"
"""A notification that SyncEvolution sent, for its stores Contacts and Calendar."""


@pytest.fixture(scope="module", params=["built-in"])
def table(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Table]:
    # A short name: Kannel takes no long names of devices.
    with TABLES[request.param](tmp_path_factory.mktemp("b")) as laid:
        yield laid


@dataclass(frozen=True)
class Sender:
    """A way to the handset: the bearer on which it comes, the form of the content type (None: not in
    WSP), and how many SMS it takes."""

    bearer: str
    send: Callable[[Table, Note], None]
    form: wsp.Form | None = "text"
    parts: int = 1


def pap(link: str) -> Sender:
    """A PAP request to Kannel's push proxy gateway, which sends over that link."""

    def send(table: Table, note: Note) -> None:
        code = table.kannel.push(
            table.handset.udp if link == "UDP" else gateways.PHONE,
            content_type=DS_12,
            application_id="x-wap-application:push.syncml",
            body=note.octets,
            over="" if link == "UDP" else link,
        )
        assert code == 1001

    return Sender(link, send, parts=0 if link == "UDP" else 1)


def sendsms(link: str, form: wsp.Form) -> Sender:
    """Kannel's smsbox, which sends octets as it gets them."""

    def send(table: Table, note: Note) -> None:
        (data,) = sms.user_data(wsp.build(note.octets, text_headers=form == "text"))
        assert table.kannel.sendsms(gateways.PHONE, data[:7], data[7:], link) == 202

    return Sender(link, send, form)


def spool(daemon: Callable[[Path, bytes, bytes], None]) -> Sender:
    """A daemon that sends what lies in its spool over a modem."""

    def send(table: Table, note: Note) -> None:
        (data,) = sms.user_data(wsp.build(note.octets))
        daemon(table.handset.own_pty, data[:7], data[7:])

    return Sender("OWN", send, "short")


def post(table: Table, note: Note) -> None:
    """A plain HTTP POST, as SyncEvolution makes it."""
    place = table.handset.addresses["OTA"]
    request = urllib.request.Request(place, note.octets, {"Content-Type": DS_12})
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 202


def own(link: str, parts: int) -> Sender:
    """`handset push` to that address."""

    def send(table: Table, note: Note) -> None:
        done = command(
            "push", table.handset.addresses[link], "--server-id", SERVER_ID, "--secret", SERVER_SECRET,
            "--nonce", "session-id", "--session-id", hex(note.session_id),
            "--sync", f"206:text/x-vcard:{table.store}",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    return Sender(link, send, None if link == "OTA" else "short", parts)


GATEWAY = {f"pap-{link}": pap(link) for link in ("UDP", "ATPTY", "SMPP", "HTTP")}
SENDERS = {
    **GATEWAY,
    "pap-ATTCP": pap("ATTCP"),
    "sendsms-SMPP": sendsms("SMPP", "short"),
    "sendsms-HTTP": sendsms("HTTP", "text"),
    "smstools": spool(gateways.smstools),
    "gammu-smsd": spool(gateways.gammu_smsd),
    "post": Sender("OTA", post, None, 0),
    "push-UDP": own("UDP", 0),
    "push-OWN": own("OWN", 1),
    "push-SMPP": own("SMPP", 1),
    "push-HTTP": own("HTTP", 1),
    "push-OTA": own("OTA", 0),
}
SLOW = ("pap-ATTCP", "smstools", "gammu-smsd")
"""They wait for seconds between their commands, or look into their spool no more often."""
STRANGERS = {
    "TEXT": (("TEXT", gateways.PHONE, "-text", "Hello"), "for the owner"),
    "WAPINDICATOR": (
        ("WAPINDICATOR", gateways.PHONE, "http://x.example/", "News"),
        "its content type",
    ),
}
"""What gammu's own command sends, and why it is not for a SyncML client."""


def assert_synchronised(table: Table, whats: list[What], note: Note, sender: Sender) -> None:
    came = whats[0]
    assert isinstance(came, PushArrived)
    assert (came.bearer, came.parts) == (table.handset.addresses[sender.bearer], sender.parts)
    octets = bytes(came.octets)
    assert octets.endswith(note.octets)
    if sender.form:
        assert wsp.parse(octets).content_type_form == sender.form
    (verdict,) = (what for what in whats if isinstance(what, VerdictReached))
    assert verdict.verdict == table.verdict
    assert isinstance(whats[-1], SessionClosed)
    assert whats[-1].outcome == "synchronised", whats[-1]


def send(table: Table, sender: Sender) -> None:
    """One notification, to the end of its session."""
    note = table.notification()
    sender.send(table, note)
    assert_synchronised(table, table.handset.session_of(note.session_id), note, sender)


@pytest.mark.parametrize(
    ("table", "sender"),
    [
        *(("built-in", name) for name in SENDERS if name not in SLOW),
        *(pytest.param("built-in", name, marks=pytest.mark.thorough) for name in SLOW),
        *(pytest.param("syncevolution", name, marks=pytest.mark.thorough) for name in GATEWAY),
    ],
    indirect=["table"],
    scope="module",  # else each has a table of its own
)
def test_a_notification_leads_to_a_session(table: Table, sender: str) -> None:
    send(table, SENDERS[sender])


@pytest.mark.thorough
@pytest.mark.parametrize("table", ["syncevolution"], indirect=True)
def test_what_syncevolution_sent_leads_to_a_session_with_it(table: Table) -> None:
    """Debian's cannot send it by itself: its HTTP client posts nothing. So its octets are recorded."""
    note = Note(1, inbox.read_input(str(SAN)))
    post(table, note)
    whats = table.handset.session_of(note.session_id)
    assert_synchronised(table, whats, note, SENDERS["post"])


def test_the_three_parts_of_a_long_body_over_whatever_links(table: Table) -> None:
    note = table.notification(long=True)
    before = len(smss(table))
    pap(gateways.ANY).send(table, note)
    whats = table.handset.session_of(note.session_id)
    came = smss(table)[before:]
    assert sorted(what.number for what in came) == [1, 2, 3]
    (last,) = (key for key, at in table.handset.addresses.items() if at == came[-1].bearer)
    assert_synchronised(table, whats, note, Sender(last, pap(last).send, parts=3))


def smss(table: Table) -> list[SmsArrived]:
    return [what for what in table.handset.whats() if isinstance(what, SmsArrived)]


@pytest.mark.thorough
@pytest.mark.parametrize("kind", STRANGERS)
def test_what_the_command_gammu_sends_is_not_for_us(table: Table, kind: str) -> None:
    options, why = STRANGERS[kind]
    before = table.handset.not_for_us()
    assert "OK" in gateways.gammu(table.handset.own_pty, "sendsms", *options)
    assert why in table.handset.not_for_us(len(before) + 1)[-1].sentence
    came = [what for what in table.handset.whats() if isinstance(what, PushArrived)]
    assert came[-1].bearer == table.handset.addresses["OWN"]


@pytest.mark.thorough
def test_one_handset_gets_one_through_each_sender_and_its_face_counts_them(table: Table) -> None:
    before = table.handset.counts()
    for sender in SENDERS.values():
        send(table, sender)
    wanted = Counter(table.handset.addresses[sender.bearer] for sender in SENDERS.values())
    after = table.handset.counts()
    assert after - before == wanted
    shown = "\n".join(plain(line) for line in fact_lines(table.handset.face(), 72))
    for address, count in after.items():
        assert f"listens {address}\n        {count} came in" in shown


@pytest.mark.thorough
def test_the_commands_of_the_readme(table: Table, tmp_path: Path) -> None:
    need("curl", "xxd")
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    block = re.search(r"^```sh\n(DS=.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert block
    commands = block[1]
    for shown, here in {
        "http://127.0.0.1:8080/wappush": table.kannel.ppg,
        "http://127.0.0.1:13013/cgi-bin/sendsms": table.kannel.smsbox,
        "&coding=1": "&smsc=SMPP&coding=1",  # where there are several links
    }.items():
        assert shown in commands
        commands = commands.replace(shown, here)
    for folder in ("outgoing", "outbox"):
        (tmp_path / "spool" / folder).mkdir(parents=True)
    used = {
        "UDP": f"pap WAPPUSH={table.handset.udp}/TYPE=IPV4@ppg",
        "SMPP": "sendsms",
        "OTA": f'curl -H "Content-Type: $DS" --data-binary @push.bin {table.handset.addresses["OTA"]}',
    }
    env = os.environ | {"PATH": f"{Path(HANDSET).parent}:{os.environ['PATH']}", "NO_PROXY": "*"}
    for link, command_line in used.items():
        before = sum(isinstance(what, SessionClosed) for what in table.handset.whats())
        script = f"set -e\n{commands}\n{command_line}"
        subprocess.run(["bash", "-c", script], cwd=tmp_path, env=env, check=True, timeout=60)
        whats = table.handset.session_after(before)
        assert isinstance(whats[0], PushArrived) and isinstance(whats[-1], SessionClosed)
        assert whats[0].bearer == table.handset.addresses[link]
        assert whats[-1].outcome == "synchronised"
    # What lies in the spools then is what `SENDERS` send from there.
    spooled = (tmp_path / "spool" / "outgoing" / "push").read_bytes().partition(b"\n\n")[2]
    (backup,) = (tmp_path / "spool" / "outbox").glob("OUT*.smsbackup")
    fields = dict(line.split(" = ") for line in backup.read_text().splitlines()[1:])
    text = bytes.fromhex(fields["Text00"])
    assert [wsp.parse(octets).content_type for octets in (spooled, text)] == [DS_12, DS_12]
    assert fields["Length"] == str(len(text))
