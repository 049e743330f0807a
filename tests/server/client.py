"""A handset played by hand for the server's tests: builds its packages, computes its own digests.

Uses wire values and hashlib; nothing of the server's, so that it cannot share a mistake with it.
"""

import base64
import hashlib
from collections.abc import Callable

from emulator.server.exchange import Answer, Late, Lost, Request
from emulator.server.misbehaviour import HONEST, Misbehaviour
from emulator.server.peer import answer
from emulator.server.state import Reply, ServerState
from emulator.wire import build, syncml
from emulator.wire.codec import XML, Codec
from emulator.wire.syncml import (
    Add,
    Alert,
    Anchor,
    Chal,
    Command,
    Delete,
    Item,
    Location,
    Map,
    MapItem,
    Message,
    Meta,
    Replace,
    Status,
    Sync,
    SyncBody,
    SyncHdr,
)

DEVICE = "IMEI:493005100592800"
NEW_SERVER_NONCE = bytes.fromhex("d1d2d3d4d5d6d7d8e1e2e3e4e5e6e7e8")


def h(octets: bytes) -> bytes:
    return hashlib.md5(octets).digest()


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def md5(identity: str, secret: str, nonce: bytes) -> str:
    """auth-md5 as it goes on the wire."""
    inner = base64.b64encode(h(f"{identity}:{secret}".encode()))
    return b64(h(inner + b":" + nonce))


def notification_digest(server_id: str, secret: str, nonce: bytes, trigger: bytes) -> bytes:
    inner = base64.b64encode(h(f"{server_id}:{secret}".encode()))
    return h(inner + b":" + nonce + b":" + base64.b64encode(h(trigger)))


class Network:
    """The server's state, its misbehaviour, its clock, and where its random octets come from."""

    def __init__(self, state: ServerState, misbehaviour: Misbehaviour = HONEST) -> None:
        self.state = state
        self.misbehaviour = misbehaviour
        self.at = 1000.0
        self.count = 0
        self.entropy: Callable[[int], bytes] = lambda n: b"".join(
            h(b"%d %d" % (n, part)) for part in range(3)
        )
        self.answers: list[Answer] = []

    def post(self, path: str, content_type: str, octets: bytes) -> Reply | Lost | Late:
        self.count += 1
        self.at += 1
        request = Request(path, content_type, octets)
        got = answer(self.state, request, self.misbehaviour, self.at, self.entropy(self.count))
        self.state = got.state
        self.answers.append(got)
        return got.reply

    @property
    def said(self) -> list[str]:
        return [f.sentence for a in self.answers for f in a.facts if hasattr(f, "sentence")]


class Client:
    """One handset: its credentials, its session's numbers, the last message it got."""

    def __init__(
        self,
        network: Network,
        *,
        device: str = DEVICE,
        user: str = "alice",
        password: str = "wonderland",
        nonce: bytes = b"",
        session_id: str = "1",
        codec: Codec = XML,
        version: str = "1.2",
        room: int = 16384,
    ) -> None:
        self.network = network
        self.device, self.user, self.password = device, user, password
        self.nonce = nonce
        self.session_id = session_id
        self.codec, self.version, self.room = codec, version, room
        self.base = network.state.url
        self.url = self.base
        self.msg_id = 0
        self.heard: Message | None = None
        self.octets = b""

    def say(
        self,
        *commands: Command,
        code: int | None = None,
        chal: Chal | None = None,
        cred: str | None = None,
        scheme: str = "md5",
        final: bool = True,
    ) -> Message:
        """Sends the next message and gives the reply. `code`: the Status for the server's SyncHdr."""
        self.msg_id += 1
        if code is not None:
            assert self.heard is not None
            commands = (build.header_status(self.heard, code, chal), *commands)
        message = Message(
            header=SyncHdr(
                ver_dtd=self.version,
                ver_proto=f"SyncML/{self.version}",
                session_id=self.session_id,
                msg_id=str(self.msg_id),
                target=Location(self.url),
                source=Location(self.device, self.user),
                cred=None if cred is None else build.cred(scheme, cred),
                meta=Meta(max_msg_size=str(self.room)),
            ),
            body=SyncBody(commands=build.number(commands), final=final),
        )
        self.octets = self.codec.encode(message)
        return self.send()

    def send(self) -> Message:
        """Sends the last message (again)."""
        reply = self.post(self.octets)
        assert isinstance(reply, Reply), "the reply is lost"
        assert (reply.status, reply.content_type) == (200, self.codec.media_type)
        if self.room:
            assert len(reply.octets) <= max(self.room, 700)
        self.heard = self.codec.decode(reply.octets)
        assert self.heard.remarks == ()
        if self.heard.header.resp_uri:
            self.url = self.heard.header.resp_uri
        return self.heard

    def post(self, octets: bytes) -> Reply | Lost | Late:
        path = "/" + self.url.split("/", 3)[3]
        return self.network.post(path, self.codec.media_type, octets)

    @property
    def cred(self) -> str:
        return md5(self.user, self.password, self.nonce)

    def begin(self, *commands: Command) -> Message:
        """Package 1, with a Cred over the client nonce."""
        return self.say(*(commands or (alert(),)), cred=self.cred)

    def accept(self, *commands: Command, **options: object) -> Message:
        """Status 212 with a new server nonce for the server's Cred, and what else package 3 has."""
        chal = build.chal("md5", NEW_SERVER_NONCE)
        return self.say(*commands, code=212, chal=chal, **options)  # type: ignore[arg-type]

    def take_nonce(self) -> bytes:
        """The NextNonce of the last reply becomes the client nonce."""
        assert self.heard is not None
        self.nonce = nonce_of(self.heard)
        return self.nonce


# Parts of packages


def alert(
    code: int = 200, last: str | None = "10", next: str = "11", store: str = "./contacts"
) -> Alert:
    return build.alert(code, store, "./mine", Anchor(last=last, next=next))


def sync(*changes: Command, store: str = "./contacts") -> Sync:
    return Sync(target=Location(store), source=Location("./mine"), commands=tuple(changes))


def add(luid: str, text: str) -> Add:
    return Add(meta=Meta(type="text/x-vcard"), items=(Item(source=Location(luid), data=(text,)),))


def replace(luid: str, text: str) -> Replace:
    return Replace(
        meta=Meta(type="text/x-vcard"), items=(Item(source=Location(luid), data=(text,)),)
    )


def delete(luid: str) -> Delete:
    return Delete(items=(Item(source=Location(luid)),))


def maps(*pairs: tuple[str, str], store: str = "./contacts") -> Map:
    """Map of (GUID, LUID) pairs."""
    return Map(
        target=Location(store),
        source=Location("./mine"),
        items=tuple(MapItem(target=Location(guid), source=Location(luid)) for guid, luid in pairs),
    )


NEXT = build.alert(222, "server", DEVICE)


# What a reply says


def code(message: Message, cmd: str = "SyncHdr") -> int:
    """The code of the first Status for a command of this name."""
    return next(c.code for c in message.commands if isinstance(c, Status) and c.cmd == cmd)


def codes(message: Message, cmd: str) -> list[int]:
    return [c.code for c in message.commands if isinstance(c, Status) and c.cmd == cmd]


def nonce_of(message: Message) -> bytes:
    status = message.header_status()
    assert status is not None and status.chal is not None
    nonce = build.next_nonce(status.chal)
    assert nonce is not None
    return nonce


def has_chal(message: Message) -> bool:
    status = message.header_status()
    return status is not None and status.chal is not None


def cred_of(message: Message) -> str | None:
    cred = message.header.cred
    return None if cred is None else b64(build.cred_value(cred))


def alerts(message: Message) -> list[int]:
    return [c.code for c in message.commands if isinstance(c, Alert)]


def changes(message: Message) -> list[tuple[str, str, str]]:
    """The changes in the Syncs of a message: (command, GUID or LUID, text)."""
    return [
        (c.name, item.source_uri or item.target_uri, syncml.text(item.data))
        for s in message.commands
        if isinstance(s, Sync)
        for c in s.commands
        for item in getattr(c, "items", ())
    ]


def confirmed(message: Message) -> tuple[Status, ...]:
    """Status 200 (201 for Add) for every change in a message."""
    return tuple(
        build.status(message, c, 201 if c.name == "Add" else 200)
        for s in message.commands
        if isinstance(s, Sync)
        for c in s.commands
    )
