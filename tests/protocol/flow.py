"""A driver for session tests: send, expect. The server's messages are written out by the test.

talk = Talk(resync())
talk.sends(1)                                       # package 1 has left
talk.hears(accept(talk, cred=over(SESSION_ID)))     # the server's package 2
talk.step(5) == "passed"
"""

import base64
import hashlib
from typing import Any

import msgspec

from emulator.protocol import session, verdict
from emulator.protocol.effects import (
    ENTROPY,
    Answered,
    Ask,
    Change,
    Effect,
    End,
    Heard,
    Input,
    Keep,
    Load,
    Loaded,
    Lost,
    Record,
    Reply,
    Send,
    SetNonce,
    Snapshot,
    StoredItem,
)
from emulator.protocol.events import Challenged, Remarked, SessionClosed, StepMoved
from emulator.protocol.keyring import Account, Datastore, Device, Keyring
from emulator.protocol.policy import Policy
from emulator.protocol.turn import SessionState
from emulator.wire import build, notification
from emulator.wire.codec import XML
from emulator.wire.notification import Sync as Wanted
from emulator.wire.syncml import (
    Alert,
    Anchor,
    Chal,
    Command,
    Cred,
    Location,
    Message,
    Meta,
    Status,
    SyncBody,
    SyncHdr,
)

SERVER_ID, SECRET = "ds.example.com", "srv-secret-1"
USER, PASSWORD = "alice", "wonderland"
URL = "http://ds.example.com/sync"
DEVICE = Device(id="IMEI:493005100592800", codec="xml")
CLIENT_NONCE = bytes.fromhex("1f2e3d4c5b6a79880011223344556677")
SERVER_NONCE = bytes.fromhex("0102030405060708090a0b0c0d0e0f10")
SESSION_ID = 0x4A7C
DEFAULT_NONCE = b"\x4a\x7c"
NEXT_CLIENT_NONCE = bytes.fromhex("a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8")


def h(octets: bytes) -> bytes:
    return hashlib.md5(octets, usedforsecurity=False).digest()


def b64(octets: bytes) -> bytes:
    return base64.b64encode(octets)


def md5(identity: str, secret: str, nonce: bytes) -> str:
    """The tests' own formula: what the protocol computes is held against it."""
    return b64(h(b64(h(f"{identity}:{secret}".encode())) + b":" + nonce)).decode()


def signature(
    nonce: bytes, trigger: bytes, identity: str = SERVER_ID, secret: str = SECRET
) -> bytes:
    inner = b64(h(f"{identity}:{secret}".encode()))
    return h(inner + b":" + nonce + b":" + b64(h(trigger)))


def package0(
    nonce: bytes, session_id: int = SESSION_ID, **fields: Any
) -> notification.Notification:
    """A notification signed over `nonce`."""
    identity = fields.pop("identity", SERVER_ID)
    secret = fields.pop("secret", SECRET)
    server_id = fields.pop("server_id", SERVER_ID)
    syncs = fields.pop("syncs", (Wanted(206, 7, "./contacts"),))
    trigger = notification.build_trigger(server_id, session_id, syncs, **fields)
    return notification.parse(signature(nonce, trigger, identity, secret) + trigger)


def policy(**keys: Any) -> Policy:
    """policy(auth__scheme="basic") sets auth.scheme."""
    result = Policy()
    for key, value in keys.items():
        table, _, name = key.partition("__")
        changed = msgspec.structs.replace(getattr(result, table), **{name: value})
        result = msgspec.structs.replace(result, **{table: changed})
    return result


def account(**fields: Any) -> Account:
    keys = {key: fields.pop(key) for key in list(fields) if "__" in key}
    defaults: dict[str, Any] = {
        "name": "account",
        "url": URL,
        "server_id": SERVER_ID,
        "server_secret": SECRET,
        "user": USER,
        "password": PASSWORD,
        "policy": policy(**keys),
        "stores": (Datastore("contacts", "./contacts"),),
        "client_nonce": CLIENT_NONCE,
        "server_nonce": SERVER_NONCE,
    }
    return Account(**(defaults | fields))


def judge(
    note: notification.Notification, *accounts: Account, at: float = 1000.0
) -> verdict.Verdict:
    return verdict.judge(note, Keyring(accounts or (account(),)), at)


class Talk:
    """One session: opened by a notification signed over the SessionID, unless told otherwise."""

    def __init__(
        self,
        who: Account | None = None,
        *,
        signed: bytes | None = DEFAULT_NONCE,
        session_id: int = SESSION_ID,
        items: tuple[StoredItem, ...] = (),
        anchors: tuple[str, str] = ("10", "90"),
        device: Device = DEVICE,
        answer: bool | None = None,
        code: int = 200,
        **fields: Any,
    ) -> None:
        self.account = who or account()
        self.effects: list[Effect] = []
        self.clock = 1000.0
        self._drawn = 0
        self._items, self._anchors = items, anchors
        found = None
        if signed is not None:
            note = package0(signed, session_id, **fields)
            found = judge(note, self.account)
            assert found.verified, found
        self.state, effects = session.begin(
            self.account, device, self.clock, self._entropy(), found, code=code
        )
        self._follow(effects)
        if answer is not None:
            self.hears(Answered(answer))

    def _entropy(self) -> bytes:
        self._drawn += 1
        return bytes([self._drawn]) * ENTROPY

    def _follow(self, effects: tuple[Effect, ...]) -> None:
        self.effects += effects
        for effect in effects:
            if isinstance(effect, Load):
                snapshots = tuple(
                    Snapshot(name, *self._anchors, self._items, 100) for name in effect.stores
                )
                self.hears(Loaded(snapshots))

    def hears(self, what: Input | Message) -> "Talk":
        """An input; a Message comes as an HTTP 200 in XML."""
        if isinstance(what, Message):
            what = Reply(200, XML.media_type, XML.encode(what))
        self.clock += 1
        before: SessionState = self.state
        self.state, effects = session.advance(before, Heard(self.clock, self._entropy(), what))
        self._follow(effects)
        return self

    # What the test looks at

    @property
    def sent(self) -> list[Message]:
        return [XML.decode(e.octets) for e in self.effects if isinstance(e, Send)]

    @property
    def last(self) -> Message:
        return self.sent[-1]

    @property
    def urls(self) -> list[str]:
        return [e.url for e in self.effects if isinstance(e, Send)]

    @property
    def changes(self) -> list[Change]:
        return [c for e in self.effects if isinstance(e, Keep) for c in e.changes]

    @property
    def nonces(self) -> list[tuple[str, bytes | None]]:
        return [(c.slot, c.nonce) for c in self.changes if isinstance(c, SetNonce)]

    def events(self, kind: type) -> list[Any]:
        return [e.what for e in self.effects if isinstance(e, Record) and isinstance(e.what, kind)]

    @property
    def remarks(self) -> set[str]:
        return {remark.id for remark in self.events(Remarked)}

    def step(self, number: int) -> str:
        return self.state.steps[number - 1]

    def detail(self, number: int) -> str:
        found: list[StepMoved] = [m for m in self.events(StepMoved) if m.step == number]
        return found[-1].detail

    @property
    def outcome(self) -> str:
        ends = [e for e in self.effects if isinstance(e, End)]
        assert len(ends) <= 1
        return ends[0].outcome if ends else ""

    @property
    def closed(self) -> SessionClosed:
        closed: SessionClosed = self.events(SessionClosed)[-1]
        return closed

    @property
    def asked(self) -> list[str]:
        return [e.text for e in self.effects if isinstance(e, Ask)]

    @property
    def issued(self) -> bytes:
        """The new server nonce in the last success Status of ours that carried a Chal."""
        found = [c for c in self.events(Challenged) if c.by == "client" and not c.refuses]
        return bytes.fromhex(found[-1].nonce)

    @property
    def challenge(self) -> bytes:
        """The nonce of our last 401/407."""
        found = [c for c in self.events(Challenged) if c.by == "client" and c.refuses]
        return bytes.fromhex(found[-1].nonce)


def header_status(message: Message) -> Status:
    found = message.header_status()
    assert found is not None
    return found


def alerts(message: Message) -> list[Alert]:
    return [c for c in message.commands if isinstance(c, Alert)]


def over(nonce: bytes, secret: str = SECRET) -> Cred:
    """The server's Cred over a nonce."""
    return build.cred("md5", md5(SERVER_ID, secret, nonce))


def chal(nonce: bytes | None = NEXT_CLIENT_NONCE, scheme: str = "md5") -> Chal:
    return build.chal(scheme, nonce)


def reply(
    talk: Talk,
    code: int | None,
    *commands: Command,
    challenge: Chal | None = None,
    cred: Cred | None = None,
    final: bool = True,
    resp_uri: str | None = None,
    session_id: str | None = None,
    name: str | None = SERVER_ID,
    max_msg_size: int = 0,
    msg_ref: str | None = None,
) -> Message:
    """A server message in answer to our last one, with a Status for its SyncHdr unless code is None."""
    last = talk.last
    header = SyncHdr(
        last.header.ver_dtd,
        f"SyncML/{last.header.ver_dtd}",
        session_id or last.header.session_id,
        last.header.msg_id,
        Location(DEVICE.id),
        Location(URL, name),
        resp_uri=resp_uri,
        cred=cred,
        meta=Meta(max_msg_size=str(max_msg_size)) if max_msg_size else None,
    )
    head = [] if code is None else [build.header_status(last, code, challenge)]
    if msg_ref is not None:
        head = [msgspec.structs.replace(status, msg_ref=msg_ref) for status in head]
    return Message(header, SyncBody(build.number([*head, *commands]), final))


def server_alert(code: int = 200, last: str = "90", following: str = "91") -> Alert:
    return build.alert(code, "./contacts", "./contacts", Anchor(last=last, next=following))


def accept(
    talk: Talk,
    code: int = 212,
    *,
    cred: Cred | None = None,
    challenge: Chal | None = None,
    statuses: bool = True,
    **fields: Any,
) -> Message:
    """Package 2: success with a Chal, Statuses for our commands, the server's Alert."""
    commands: list[Command] = []
    if statuses:
        commands += [
            build.status(talk.last, command, 200)
            for command in talk.last.commands
            if build.wants_status(command)
        ]
        commands.append(server_alert())
    return reply(
        talk, code, *commands, challenge=challenge if challenge else chal(), cred=cred, **fields
    )


def refuse(talk: Talk, code: int = 401, challenge: Chal | None = None, **fields: Any) -> Message:
    """401 or 407 with a Chal, every command answered with the same code."""
    commands = [
        build.status(talk.last, command, code)
        for command in talk.last.commands
        if build.wants_status(command)
    ]
    return reply(talk, code, *commands, challenge=challenge or chal(b"N" * 16), **fields)


def ok(talk: Talk, *commands: Command, code: int = 200, **fields: Any) -> Message:
    """Package 4 or 6: success for all that we sent."""
    statuses = [
        build.status(talk.last, command, 200)
        for command in talk.last.commands
        if build.wants_status(command)
    ]
    return reply(talk, code, *statuses, *commands, **fields)


LOST = Lost("connection reset")
