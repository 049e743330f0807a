"""What holds for both ends whatever the other one sends: mutated replies and mutated requests.

Both ends are pure, so a few honest sessions are recorded once, with the state before each message; a
mutated message is then heard in every state of one of them. What an unauthenticated peer is, this
module decides by itself: one whose Cred is none of the few that honest ones would have sent.
"""

from zlib import crc32

import msgspec

from emulator.protocol import session
from emulator.protocol.effects import (
    ENTROPY,
    Ask,
    Effect,
    End,
    Heard,
    Keep,
    Load,
    Loaded,
    OpenedWith,
    Reply,
    Send,
    Snapshot,
    StoredItem,
    UsedUp,
)
from emulator.protocol.keyring import Device
from emulator.protocol.states import State
from emulator.protocol.turn import SessionState
from emulator.server import accounts, exchange, peer, sender
from emulator.server.misbehaviour import HONEST
from emulator.server.state import Account as ServerAccount
from emulator.server.state import Reply as ServerReply
from emulator.server.state import ServerState, kept
from emulator.wire import build
from emulator.wire.codec import CODECS, Codec
from emulator.wire.errors import WireError
from emulator.wire.notification import parse
from tests.protocol import flow

AGAIN = 3
"""How often a reply is heard: a session must not go on for ever on the same words."""
DEVICE_ID = "IMEI:493005100592800"
CARD = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe;Jane\r\nEND:VCARD\r\n"
STALE = bytes.fromhex("ffeeddccbbaa99887766554433221100")


class Moment(msgspec.Struct, frozen=True):
    """A handset that waits for a reply, the octets of the honest one, and what was said before."""

    name: str
    state: SessionState
    reply: bytes
    authenticated: bool
    """Whether the server had sent a genuine Cred before this reply."""


class Request(msgspec.Struct, frozen=True):
    """A server before a request, the honest one, and whether the client had proved itself."""

    name: str
    state: ServerState
    request: exchange.Request
    authenticated: bool


class Recorded(msgspec.Struct, frozen=True):
    """An honest session of one codec and one way of being opened, with the Creds that are genuine.

    A resynchronisation takes the server's Cred over the stored nonce too (decision 7).
    """

    codec: Codec
    moments: tuple[Moment, ...]
    requests: tuple[Request, ...]
    server_creds: frozenset[bytes]
    client_creds: frozenset[bytes]


def _entropy(index: int, length: int) -> bytes:
    return b"".join(flow.h(b"%d %d" % (index, part)) for part in range(6))[:length]


def record(codec_name: str, way: str) -> Recorded:
    """A session as both ends live it. `way`: resync, ordinary, refused (the client's nonce is stale)."""
    codec = CODECS[codec_name]
    held = ServerAccount(
        DEVICE_ID,
        flow.USER,
        flow.PASSWORD,
        flow.SERVER_ID,
        flow.SECRET,
        client_nonce=STALE if way == "refused" else flow.CLIENT_NONCE,
        server_nonce=flow.SERVER_NONCE if way == "ordinary" else STALE,
    )
    server = accounts.with_account(ServerState(url=flow.URL), held)
    made = sender.make_notification(
        held, 0x4A7C, sender.DEFAULT_SYNCS, nonce="stored" if way == "ordinary" else "session-id"
    )
    server = kept(server, (sender.remembered(server, made),))
    mine = flow.account(server_auth__ordinary="required", session__max_messages=12)
    verdict = flow.judge(parse(made.octets), mine)
    assert verdict.verified, verdict
    device = Device(id=DEVICE_ID, codec=codec_name)
    state, effects = session.begin(mine, device, 1000.0, _entropy(0, ENTROPY), verdict)
    items = (StoredItem("1", "text/x-vcard", CARD, "added"),)
    moments: list[Moment] = []
    requests: list[Request] = []
    server_creds: set[bytes] = set()
    client_creds: set[bytes] = set()
    for turn in range(1, 40):
        waits = _waits(effects)
        if isinstance(waits, Load):
            loaded = Loaded(tuple(Snapshot(name, "10", "90", items, 100) for name in waits.stores))
            state, effects = session.advance(
                state, Heard(1000.0 + turn, _entropy(turn, ENTROPY), loaded)
            )
            continue
        if not isinstance(waits, Send):
            break
        path = "/" + waits.url.split("/", 3)[3]
        request = exchange.Request(path, waits.content_type, waits.octets)
        known = any(s.authenticated for s in server.sessions.values())
        requests.append(Request(f"{way}/{codec_name}/{turn}", server, request, known))
        client_creds |= _cred(codec, waits.octets)
        answer = peer.answer(server, request, HONEST, 1000.0 + turn, _entropy(-turn, 40))
        server = answer.state
        assert isinstance(answer.reply, ServerReply)
        octets = answer.reply.octets
        moments.append(Moment(f"{way}/{codec_name}/{turn}", state, octets, bool(server_creds)))
        server_creds |= _cred(codec, octets)
        state, effects = session.advance(
            state,
            Heard(1000.0 + turn, _entropy(turn, ENTROPY), Reply(200, codec.media_type, octets)),
        )
    stored = {build.cred_value(flow.over(flow.SERVER_NONCE))}
    ends = [e.outcome for e in effects if isinstance(e, End)]
    assert ends == ["synchronised"], f"the honest session of {way}/{codec_name} ends as {ends}"
    return Recorded(
        codec,
        tuple(moments),
        tuple(requests),
        frozenset({*server_creds, *(stored if way != "ordinary" else ())}),
        frozenset(client_creds),
    )


def _waits(effects: tuple[Effect, ...]) -> Effect | None:
    """The one effect that is answered; it comes last."""
    asking = [e for e in effects if isinstance(e, Send | Ask | Load)]
    assert len(asking) <= 1, "more than one thing is waited for"
    assert not asking or effects[-1] is asking[0], "something follows what is waited for"
    return asking[0] if asking else None


def _cred(codec: Codec, octets: bytes) -> set[bytes]:
    """The value of the Cred in a message, if it is one and has one."""
    try:
        message = codec.decode(octets)
    except WireError:
        return set()
    return {build.cred_value(message.header.cred)} if message.header.cred else set()


class Sessions:
    """The honest sessions of this module, recorded once in a process."""

    WAYS = ("resync", "ordinary", "refused")

    def __init__(self) -> None:
        self.recorded = tuple(record(codec, way) for codec in CODECS for way in self.WAYS)

    def _recorded_for(self, octets: bytes) -> Recorded:
        """One of the sessions in that encoding: the octets say which, so that they always meet it."""
        name = "wbxml" if octets[:1] in (b"\1", b"\2", b"\3") else "xml"
        fitting = [each for each in self.recorded if each.codec.name == name]
        return fitting[crc32(octets) % len(fitting)]

    def replies(self) -> tuple[bytes, ...]:
        return tuple(m.reply for r in self.recorded for m in r.moments)

    def requests(self) -> tuple[bytes, ...]:
        return tuple(q.request.octets for r in self.recorded for q in r.requests)

    def read_reply(self, octets: bytes) -> None:
        """A reply in every state in which the handset of a session waits for one."""
        recorded = self._recorded_for(octets)
        genuine = bool(_cred(recorded.codec, octets) & recorded.server_creds)
        for moment in recorded.moments:
            self._hears(recorded, moment, octets, genuine)

    def _hears(self, recorded: Recorded, moment: Moment, octets: bytes, genuine: bool) -> None:
        state, reply = moment.state, Reply(200, recorded.codec.media_type, octets)
        for again in range(AGAIN):
            heard = Heard(2000.0 + again, _entropy(1000 + again, ENTROPY), reply)
            state, effects = session.advance(state, heard)
            waits = _waits(effects)
            ended = [e for e in effects if isinstance(e, End)]
            assert (waits is None) == (len(ended) == 1), f"{moment.name}: neither ends nor waits"
            assert (state.state is State.ENDED) == bool(ended), moment.name
            if isinstance(waits, Send):
                recorded.codec.decode(waits.octets)
            if not (genuine or moment.authenticated):
                _nothing_kept(effects, moment.name)
            if ended:
                return

    def read_request(self, octets: bytes) -> None:
        """A request to the server in every state in which it hears one of a session."""
        recorded = self._recorded_for(octets)
        genuine = bool(_cred(recorded.codec, octets) & recorded.client_creds)
        for moment in recorded.requests:
            request = msgspec.structs.replace(moment.request, octets=octets)
            answer = peer.answer(moment.state, request, HONEST, 2000.0, _entropy(7, 40))
            assert isinstance(answer.reply, ServerReply), f"{moment.name}: no reply"
            assert answer.reply.status in (200, 400), f"{moment.name}: {answer.reply.status}"
            if answer.reply.status == 200:
                recorded.codec.decode(answer.reply.octets)
            if not (genuine or moment.authenticated):
                assert not answer.commits, f"{moment.name}: stored from nobody"


def _nothing_kept(effects: tuple[Effect, ...], name: str) -> None:
    """Nothing is stored from a peer that has not authenticated, but the ids that it used up."""
    for effect in effects:
        if isinstance(effect, Keep):
            stored = [c for c in effect.changes if not isinstance(c, UsedUp | OpenedWith)]
            assert not stored, f"{name}: {type(stored[0]).__name__} from an unauthenticated peer"
