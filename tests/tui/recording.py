"""Recorded runs for the screen's tests: events as a real run gives them, and a deck that plays them.

Octets and digests are those of the shared vectors, so that Workings come out equal to what is shown.
"""

import asyncio
import base64
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.dom import minidom

from emulator.protocol import digest
from emulator.protocol.digest import Working
from emulator.protocol.effects import Record
from emulator.protocol.events import (
    ActBegan,
    ActJudged,
    AnyWhat,
    BearerFailed,
    BearerOpened,
    Challenged,
    ChangesCounted,
    CredMade,
    Cut,
    Event,
    Failed,
    HandsetStarted,
    Heard,
    HttpExchanged,
    ItemMoved,
    MessageEdited,
    MessageReceived,
    MessageSent,
    NearMiss,
    NoncesHeld,
    NonceStored,
    NonceTried,
    Noted,
    NotificationRead,
    Octets,
    Paused,
    PeerNonces,
    PeerSaid,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    PushArrived,
    PushesDropped,
    Remarked,
    Resumed,
    SecretReplaced,
    ServerCredJudged,
    SessionClosed,
    SessionIdUsed,
    SessionOpened,
    SmsArrived,
    StepMoved,
    StopsSet,
    TransportLost,
    VerdictReached,
)
from emulator.protocol.keyring import Account, Datastore, Device, Keyring
from emulator.pushing import Wanted
from emulator.scenarios import expecting, judging, reading
from emulator.stepping import Stepper
from emulator.wire import push, sms

_FILE = Path(__file__).parents[1] / "vectors" / "vectors.json"
_FLOW = next(v for v in json.loads(_FILE.read_text())["vectors"] if v["id"] == "resync.flow")
_IN, _MID = _FLOW["inputs"], _FLOW["intermediates"]

SERVER, SERVER_SECRET = _IN["server_id"], _IN["server_password"]
USER, PASSWORD = _IN["client_user"], _IN["client_password"]
URL = "http://127.0.0.1:8080/sync"
PUSH = "udp://127.0.0.1:2948"
XML = "application/vnd.syncml+xml"
CLIENT_0, CLIENT_1 = _IN["client_nonce_stored_hex"], _IN["new_client_nonce_hex"]
STALE, LOST = _IN["server_nonce_in_device_hex"], _IN["server_nonce_in_server_hex"]
SERVER_1 = _IN["new_server_nonce_hex"]
START = 1_790_000_000.25
PUSHED = _MID["step1_2_resync_notification_hex"]
TRIGGER = bytes.fromhex(PUSHED[32:])

Step = tuple[float, AnyWhat]
"""How much later than the one before (seconds), and what."""


def up() -> list[Step]:
    return [
        (0.0, HandsetStarted("demo", _IN["device"], (SERVER,))),
        (0.002, BearerOpened(PUSH)),
        (0.0, NoncesHeld("ds", CLIENT_0, STALE, None)),
        (0.001, PeerNonces("ds", CLIENT_0, LOST, False)),
    ]


def _arrives(notification: str, session_id: int) -> list[Step]:
    octets = Octets(notification)
    return [
        (0.4, PushArrived("udp", "127.0.0.1:40112", Octets("0103" + notification))),
        (
            0.0004,
            NotificationRead(
                octets, "1.2", "background", "server", session_id, SERVER,
                ((206, 7, "./contacts"),), ("wsp", "package #0"),
            ),
        ),
    ]  # fmt: skip


def _tried(kind: str, nonce: str, received: str, trigger: bytes, encoding: str = "") -> Step:
    expected = digest.notification(SERVER, SERVER_SECRET, bytes.fromhex(nonce), trigger)
    given = expected.octets.hex()
    return 0.0003, NonceTried(
        "ds", SERVER, kind, encoding, nonce, given, received, given == received
    )  # type: ignore[arg-type]


def _verified() -> list[Step]:
    received = PUSHED[:32]
    sentence = "the stored nonce failed, the SessionID verified: nonce resynchronisation"
    return [
        *_arrives(PUSHED, 0x4A7C),
        _tried("stored", STALE, received, TRIGGER),
        _tried("session-id", "4a7c", received, TRIGGER, "raw16_be"),
        (0.0001, StepMoved(1, "failed", "does not verify")),
        (0.0, StepMoved(2, "passed", "verified as raw16_be")),
        (
            0.0001,
            VerdictReached(
                "verified-session-id", "", "ds", 0x4A7C, "session-id", "raw16_be", sentence
            ),
        ),
        (0.003, SessionOpened("ds", "resync", "4A7C", URL, "md5")),
    ]


def _message(name: str) -> Octets:
    octets: bytes = _MID[name].encode()
    return Octets(octets.hex())


def _cred(nonce: str, kind: str, data: str) -> CredMade:
    return CredMade("md5", USER, nonce, kind, "1.2", data)  # type: ignore[arg-type]


def _package_1(again: bool = False) -> list[Step]:
    name = "step3_again_xml" if again else "step3_package1_xml"
    nonce, kind = (CLIENT_1, "challenge") if again else (CLIENT_0, "stored")
    data = _MID["step3_again_client_cred" if again else "step3_client_cred"]
    words = "the nonce of the challenge" if again else "the stored client nonce"
    summary = ("Cred, 200, " if again else "Cred, ") + "Alert 200, Put, Get, Final"
    sent = MessageSent(2 if again else 1, 1, URL, XML, _message(name), 1, summary, _cred(nonce, kind, data))  # fmt: skip
    return [
        (0.001, StepMoved(3, "running", f"package 1, Cred over {words} ({nonce[:8]})")),
        (0.002, sent),
    ]


def _exchanged(reached: bool = True) -> Step:
    """The exchange of package 1 as HTTP has it."""
    asked = (("Host", "127.0.0.1:8080"), ("Content-Type", XML), ("Accept-Encoding", "identity"))
    if not reached:
        phases: tuple[tuple[str, float, float], ...] = (("connect", 0.0004, -1.0),)
        return 0.0, HttpExchanged("POST /sync HTTP/1.1", asked, "", (), phases, 1032, 0)
    phases = (
        ("connect", 0.0004, 0.0011),
        ("send", 0.0012, 0.0016),
        ("wait", 0.0016, 0.0103),
        ("receive", 0.0104, 0.0108),
    )
    answered = (("date", "Mon, 21 Sep 2026 14:13:20 GMT"), ("content-type", XML), ("set-cookie", "(secret)"))  # fmt: skip
    return 0.0, HttpExchanged("POST /sync HTTP/1.1", asked, "HTTP/1.1 200 OK", answered, phases, 1032, 1893)  # fmt: skip


def _judged(counts: bool = True) -> Step:
    tries = (("session-id", "4a7c", _MID["step4_server_cred"]),)
    sentence = "the server proved itself with the SessionID as nonce"
    judged = ServerCredJudged(
        SERVER, "md5", _MID["step4_server_cred"], tries, "session-id", counts, sentence  # type: ignore[arg-type]
    )  # fmt: skip
    return 0.0004, judged


def _refused() -> list[Step]:
    return [
        (0.012, Heard("Reply", "")),
        (0.0, SessionIdUsed("ds", 0x4A7C)),
        (0.0002, MessageReceived(200, XML, _message("step4_alt_401_xml"), 0.011, 1, 2, 401, "Cred, 401 + Chal, 1 Status, Final")),
        _judged(False),
        (0.0, StepMoved(4, "running", "401: the server asks for credentials")),
        (0.0, Challenged("server", 401, "md5", CLIENT_1, True)),
        *_package_1(again=True),
    ]  # fmt: skip


def _accepted(fresh: str, messages: int, first: bool = True) -> list[Step]:
    again = "" if first else ", after 1 challenge"
    name = "step4_package2_xml" if first else "alt_step4_again_package2_xml"
    used = [(0.012, SessionIdUsed("ds", 0x4A7C))] if first else []
    received = MessageReceived(
        200, XML, _message(name), 0.011, 1, 2, 212, "Cred, 212 + Chal, 1 Status, Alert 200, Final"
    )
    sent = MessageSent(
        messages, 3, URL, XML, _message("step5_package3_xml"), 1, "212 + Chal, 1 Status, Sync (1), Final"
    )  # fmt: skip
    answered = MessageReceived(
        200, XML, _message("step6_package4_xml"), 0.014, 2, 4, 200, "200, 1 Status, Sync (1), Final"
    )
    map_sent = MessageSent(messages + 1, 5, URL, XML, _message("step5_package3_xml"), 1, "200, 1 Status, Map (1), Final")  # fmt: skip
    last = MessageReceived(200, XML, _message("step6_package4_xml"), 0.009, 3, 6, 200, "200, 1 Status, Final")  # fmt: skip
    exchanged = [_exchanged()] if first else []
    return [
        *exchanged,
        *used,
        (0.0002, received),
        (0.0, StepMoved(3, "passed", "the server accepted package 1")),
        (0.0, Challenged("server", 212, "md5", fresh, False)),
        (0.0, StepMoved(4, "passed", f"212{again}; new client nonce {fresh[:8]}")),
        (0.0, StepMoved(5, "running", "")),
        _judged(),
        (0.002, NonceStored("ds", "client", fresh, CLIENT_0, "NextNonce of the server's success Status")),
        (0.0, NonceStored("ds", "candidate", SERVER_1, "", "sent to the server, not yet confirmed")),
        (0.0, PeerNonces("ds", fresh, LOST, False)),
        (0.0, StepMoved(5, "passed", "the server proved itself with the SessionID as nonce")),
        (0.001, Challenged("client", 212, "md5", SERVER_1, False)),
        (0.0, StepMoved(6, "running", "Chal sent; waiting for the server's success Status")),
        (0.0, sent),
        (0.0, ItemMoved("out", "contacts", "add", "1", "", 0)),
        (0.015, PeerNonces("ds", fresh, SERVER_1, False)),
        (0.0, answered),
        (0.002, NonceStored("ds", "server", SERVER_1, STALE, "confirmed by the server's success Status")),
        (0.0, NonceStored("ds", "candidate", "", SERVER_1, "became the stored nonce")),
        (0.0, StepMoved(6, "passed", "the server confirmed the new server nonce")),
        (0.0, ItemMoved("in", "contacts", "add", "2", "s-17", 201)),
        (0.003, map_sent),
        (0.01, last),
        (0.0, SessionClosed("synchronised", "synchronised, 1 sent and 1 received; both sides hold fresh nonces again", messages + 1, 1, 1)),
    ]  # fmt: skip


def resync() -> list[Step]:
    """The whole of the change request, first time right."""
    return [*_verified(), *_package_1(), *_accepted(CLIENT_1, 2)]


def retried() -> list[Step]:
    """The same with a 401: the server had forgotten the client nonce."""
    fresh = "c1c2c3c4c5c6c7c8c9cacbcccdcecfc0"
    return [*_verified(), *_package_1(), *_refused(), *_accepted(fresh, 3, first=False)]


def ignored() -> list[Step]:
    """A digest that nothing verifies, with a near miss: the SessionID as decimal text."""
    received = digest.notification(SERVER, SERVER_SECRET, b"19068", TRIGGER).octets.hex()
    miss = NearMiss(
        "session-id-encoding",
        "the sender hashed the SessionID in another encoding (decimal text)",
        "decimal_text",
    )
    sentence = "notification ignored: its digest fits neither the stored nonce nor the SessionID"
    return [
        *_arrives(received + TRIGGER.hex(), 0x4A7C),
        _tried("stored", STALE, received, TRIGGER),
        _tried("session-id", "4a7c", received, TRIGGER, "raw16_be"),
        _tried("session-id", b"4A7C".hex(), received, TRIGGER, "hex_text_upper"),
        (0.0, StepMoved(1, "failed", "does not verify")),
        (0.0, StepMoved(2, "failed", "its digest fits neither the stored nonce nor the SessionID")),
        (0.0, VerdictReached("ignored", "digest", "ds", 0x4A7C, "none", "", sentence, (miss,))),
    ]


def lost() -> list[Step]:
    """The server is not there."""
    reason = "connection refused by 127.0.0.1:8080"
    again = MessageSent(1, 1, URL, XML, _message("step3_package1_xml"), 2, "the same octets once more")  # fmt: skip
    return [
        *_verified(),
        *_package_1(),
        _exchanged(reached=False),
        (0.01, TransportLost(reason, 1)),
        (0.0, again),
        (0.01, TransportLost(reason, 2)),
        (0.0, StepMoved(3, "failed", f"no SyncML answer from the server: {reason}")),
        (0.0, SessionClosed("transport", f"no SyncML answer from the server: {reason}", 2, 0, 0)),
    ]


def broken_up() -> list[Step]:
    """The port of the bearer is in use."""
    return [
        (0.0, HandsetStarted("demo", _IN["device"], (SERVER,))),
        (0.002, BearerFailed(PUSH, "port 2948 is in use; choose another with --listen")),
    ]


def texted() -> list[Step]:
    """A push in two SMS of which one is doubled, one that is none, and a flood; outside any run."""
    first, second = (sms.deliver(part) for part in sms.user_data(push.build(bytes(200)), 7))
    arrived = [
        SmsArrived("modem:/tmp/m0", "/tmp/m0", Octets.of(pdu), "deliver", "+447700900999", n, 2)
        for n, pdu in enumerate((first, second), 1)
    ]
    return [
        *((0.1, what) for what in arrived),
        (
            0.1,
            SmsArrived("smpp://127.0.0.1:2775", "kannel", Octets("0b00"), "message", "", 0, 0, 2),
        ),
        (0.1, PushesDropped("udp://127.0.0.1:2948", "rate", 9900)),
        (0.1, PushesDropped("udp://127.0.0.1:2948", "queue", 1)),
    ]


def replaced() -> list[Step]:
    """The server's secret is replaced while a session runs, and when it has ended."""
    return [
        (0.0, SecretReplaced("ds", "AuthSecret replaced", False)),
        (0.5, SecretReplaced("ds", "AuthSecret replaced", True, 2)),
    ]


def powerless() -> list[Step]:
    """The power is cut while package 3 is on its way."""
    steps = resync()
    sends = next(n for n, (_, what) in enumerate(steps) if isinstance(what, ItemMoved))
    return [*steps[:sends], (0.0, ChangesCounted("out", "contacts", 200, 1)), (0.2, PowerCut())]


def asked() -> list[Step]:
    """The handset asks its owner, and waits."""
    return [
        *_verified()[:-1],
        (0.0, PersonAsked("The server wants to synchronise. Allow it?", True)),
    ]


def waiting() -> list[Step]:
    """As far as the message with the Chal, which is about to leave."""
    run = resync()
    leaves = [n for n, (_, what) in enumerate(run) if isinstance(what, MessageSent)]
    return run[: leaves[1]]


def next_message() -> MessageSent:
    """The one before which `waiting` ends."""
    return [what for _, what in resync() if isinstance(what, MessageSent)][1]


def odd() -> list[Step]:
    """What else can happen, with text that must not be interpreted."""
    cut = Octets("00" * 40, (Cut(4, 8, "ds/basic/1"),))
    return [
        (0.1, PersonAsked("The server wants to synchronise.", False)),
        (0.1, Remarked("wire", "warning", "SyncML RepPro", "[bold]unknown[/bold] \x1b[31mred\x07 element")),
        (0.1, PeerSaid("the client's Cred verifies")),
        (0.1, MessageSent(7, 3, URL, XML, cut, 1, "Cred, Alert 200, Final", None)),
        (0.1, StopsSet(("send", "chal"), False)),
        (0.1, Paused("send", "message 7 leaves (package 3): [b]Alert 200[/b]", 5, True)),
        (0.1, Resumed()),
        (0.1, MessageEdited(7, URL, XML, cut)),
        (0.1, Failed("the state folder is locked by another handset")),
        (0.1, PersonAnswered(True, "owner")),
    ]  # fmt: skip


def act() -> list[Step]:
    """A scenario's act that goes otherwise, and a person's note on its verdict."""
    (scenario,) = reading.select(["RS-01"])
    expect = scenario.when[0].expect
    assert expect is not None
    misses = judging.judge(expect, judging.seen(events(ignored()), 1), scenario.clause)
    return [
        (0.0, ActBegan("RS-01", 1, "a notification comes, signed with its SessionID")),
        *ignored(),
        (0.0, ActJudged("RS-01", 1, misses)),
        (0.0, Noted(5, True, "")),
        (0.0, Noted(8, True, "the sender writes 19068, not 4A7C")),
        (0.5, ActBegan("RS-01", 2, "the server restarts")),
        (0.1, ActJudged("RS-01", 2, ())),
    ]


def events(*runs: Iterable[Step], up: Iterable[Step] = (), start: float = START) -> list[Event]:
    """The steps as events: numbered, timed, each run a session of its own."""
    out: list[Event] = []
    at = start
    for session, steps in enumerate((up, *runs)):
        for delta, what in steps:
            at += delta
            seq = len(out) + 1
            out.append(Event(seq=seq, at=at, session=session, cause=seq - 1, what=what))
    return out


class RecordedDeck:
    """Plays recordings as if they happened. With `pace`, a run takes about so many seconds.

    `rerun` starts the same again, `notify` plays the next of `runs`, both as further sessions.
    """

    def __init__(
        self,
        runs: Sequence[Sequence[Step]] | None = None,
        *,
        before: Sequence[Step] | None = None,
        pace: float = 0.0,
    ) -> None:
        self.title = "demo"
        self.subtitle = URL
        self.events: list[Event] = []
        self.hint = "n sends another notification, r starts over; select an event to see it."
        self.calls: list[str] = []
        self.misbehaviour: tuple[str, ...] = ("no-cred",)
        self.datastores = {"ds": ("contacts", "calendar")}
        self.proposal = Wanted("stored", syncs=("206:text/x-vcard:./contacts",))
        self.pushed: list[Wanted] = []
        self.stepper = Stepper(lambda what: self._play([(0.0, what)], 0))
        self._runs = list(runs) if runs is not None else [resync()]
        self._before = list(before) if before is not None else up()
        self._pace = pace
        self._next = 0
        self._at = START
        self._session = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self.calls.append("start")
        self._play(self._before, 0)
        if self._runs:
            await self.notify()

    async def close(self) -> None:
        self.calls.append("close")
        for task in self._tasks:
            task.cancel()

    async def notify(self) -> None:
        self.calls.append("notify")
        run = self._runs[self._next % len(self._runs)]
        self._next += 1
        self._begin(run)

    async def rerun(self) -> None:
        self.calls.append("rerun")
        self._begin(self._runs[0])

    async def sync(self, account: str, stores: tuple[str, ...], code: int) -> None:
        self.calls.append(f"sync {account} {'+'.join(stores)} {code}")
        self._begin(self._runs[0] if self._runs else [])

    async def power(self) -> None:
        self.calls.append("power")
        off = any(isinstance(e.what, PowerCut) for e in self.events)
        self._play(self._before if off else [(0.2, PowerCut())], 0 if off else self._session)

    async def spoil(self) -> None:
        self.calls.append("spoil")

    async def put_back(self) -> None:
        self.calls.append("put_back")

    def hold(self, what: AnyWhat) -> None:
        """A run at work comes to an effect, and waits there if the stepper says so."""
        task = asyncio.get_running_loop().create_task(self.stepper.gate(Record(what), self))  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def number(self) -> int:
        return self._session

    def record(self, what: AnyWhat) -> None:
        """As a run does."""
        self._play([(0.0, what)], self._session)

    async def push(self, wanted: Wanted) -> None:
        self.pushed.append(wanted)

    async def misbehave(self, names: tuple[str, ...]) -> None:
        self.misbehaviour = names
        self._play([(0.0, PeerSaid(f"from now on it misbehaves: {', '.join(names)}"))], 0)

    async def answer(self, accepted: bool) -> None:
        self.calls.append(f"answer {accepted}")
        self._play([(0.5, PersonAnswered(accepted, "owner"))], self._session)

    def held(self) -> tuple[Device, Keyring]:
        account = Account(
            "ds",
            server_id=SERVER,
            server_secret=SERVER_SECRET,
            user=USER,
            password=PASSWORD,
            stores=(Datastore("contacts", "./contacts"),),
            client_nonce=bytes.fromhex(CLIENT_0),
            server_nonce=bytes.fromhex(STALE),
        )
        return Device(_IN["device"]), Keyring((account,))

    async def note(self, event: int, mark: bool, text: str) -> None:
        self.calls.append(f"note {event}")
        self._play([(1.0, Noted(event, mark, text))], 0)

    def _begin(self, run: Sequence[Step]) -> None:
        self._session += 1
        if not self._pace:
            self._play(run, self._session)
            return
        task = asyncio.get_running_loop().create_task(self._slowly(run, self._session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _slowly(self, run: Sequence[Step], session: int) -> None:
        for step in run:
            await asyncio.sleep(self._pace / len(run))
            self._play([step], session)

    def _play(self, steps: Iterable[Step], session: int) -> None:
        for delta, what in steps:
            self._at += delta
            seq = len(self.events) + 1
            self.events.append(
                Event(seq=seq, at=self._at, session=session, cause=seq - 1, what=what)
            )

    def workings(self, event: Event) -> Sequence[tuple[str, Working, bytes]]:
        what = event.what
        if isinstance(what, NonceTried):
            nonce = bytes.fromhex(what.nonce)
            working = digest.notification(SERVER, SERVER_SECRET, nonce, TRIGGER)
            label = f"{what.nonce_kind} {what.encoding}".strip()
            return [(label, working, bytes.fromhex(what.received))]
        if isinstance(what, MessageSent) and what.cred is not None:
            working = digest.md5(USER, PASSWORD, bytes.fromhex(what.cred.nonce))
            return [("our Cred", working, base64.b64decode(what.cred.data))]
        if isinstance(what, ServerCredJudged):
            received = base64.b64decode(what.received)
            return [
                (kind, digest.md5(SERVER, SERVER_SECRET, bytes.fromhex(nonce)), received)
                for kind, nonce, _ in what.tries
            ]
        return []

    def document(self, event: Event) -> str:
        what = event.what
        if isinstance(what, MessageSent | MessageReceived):
            text = bytes(what.octets).rstrip(b"\0")
            return minidom.parseString(text).documentElement.toprettyxml("  ") if text else ""
        if isinstance(what, NotificationRead):
            rows = [
                ("digest", what.octets.hex[:32]),
                ("version", what.version),
                ("ui-mode", what.ui_mode),
                ("initiator", what.initiator),
                ("session id", f"{what.session_id:04X}"),
                ("server id", what.server_id),
                *((f"sync {code}", uri) for code, _, uri in what.syncs),
            ]
            return "\n".join(f"{name:<12} {value}" for name, value in rows)
        return ""


def demo() -> RecordedDeck:
    """A run at the pace of the demo."""
    return RecordedDeck([resync(), retried(), ignored()], pace=2.0)


class ExpectingDeck(RecordedDeck):
    """Plays a recording as that shipped scenario."""

    def __init__(self, runs: Sequence[Sequence[Step]], number: str = "RS-01") -> None:
        super().__init__(runs)
        (self._scenario,) = reading.select([number])

    def acts(self, upto: int) -> Sequence[expecting.Act]:
        return expecting.acts(self._scenario, self.events[:upto])

    def along(self) -> expecting.Flow:
        return expecting.Flow(self._scenario)
