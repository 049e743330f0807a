"""The state of a session as a frozen value, and one turn: how it changes while an input is handled.

A `Turn` lives inside one call of `advance`. It collects effects in order and holds the state that
will be returned; nothing outside sees it change.
"""

from typing import Literal

import msgspec

from emulator.protocol import states
from emulator.protocol.effects import Change, Effect, Keep, Record, Reply, SetNonce, Snapshot
from emulator.protocol.events import (
    Headers,
    NonceKind,
    NonceStored,
    SessionKind,
    StepMoved,
    StepState,
    What,
)
from emulator.protocol.keyring import Account, Device
from emulator.protocol.policy import Scheme
from emulator.protocol.remarks import remark
from emulator.protocol.states import State, Trigger
from emulator.protocol.verdict import Verdict
from emulator.wire.syncml import Command, Message

Proof = Literal["open", "challenged", "proven", "excused"]
"""How far step 5 is: not judged yet, challenged by us, the server is proven, it need not be."""


class Signing(msgspec.Struct, frozen=True):
    """What signs our next message."""

    scheme: Scheme
    nonce: bytes
    nonce_kind: NonceKind


class Sent(msgspec.Struct, frozen=True):
    """The message that waits for its reply: what it was, to send it once more."""

    url: str
    octets: bytes
    msg_id: int
    package: int
    commands: tuple[Command, ...]
    final: bool
    signed: bool
    attempt: int = 1
    headers: Headers = ()


class SessionState(msgspec.Struct, frozen=True):
    """Everything that a session remembers between two inputs."""

    account: Account
    device: Device
    kind: SessionKind
    verdict: Verdict | None
    wanted: tuple[tuple[str, int], ...]
    """Datastore name and alert code (200..205) of each that takes part."""
    session_id: str
    url: str
    version: str
    state: State = State.IDLE
    steps: tuple[StepState, ...] = ("pending",) * 6
    msg_id: int = 0
    sent: Sent | None = None
    messages: int = 0
    received: int = 0
    """Octets of all responses."""
    commands: int = 0
    """Commands of the server, each of their items counted."""
    idle: int = 0
    heard_reply: bool = False
    heard_msg_id: str = ""
    """The MsgID of the last reply that was taken in."""
    peer_max: int = 0
    unanswered: tuple[tuple[int, frozenset[str]], ...] = ()
    """MsgID of each of our messages that has commands without a Status, and their CmdIDs."""

    scheme: Scheme = "md5"
    """The kind of credentials in this session: the account's, unless a challenge changed it."""
    signing: Signing | None = None
    accepted_for_session: bool = False
    challenges: tuple[int, ...] = ()

    proof: Proof = "open"
    server_challenge: bytes = b""
    early_proof: NonceKind = "none"
    client_nonce_due: bytes | None = None
    server_over: bytes = b""
    """auth-MAC: the nonce over which the server's next message has to be signed."""

    issue: bytes | None = None
    issued: bytes = b""
    issued_in: tuple[int, ...] = ()
    """The new server nonce that waits for step 6, and the MsgIDs of the messages that carried it."""
    confirmed: bool = False
    repeated: bool = False

    stores: tuple["StoreSync", ...] = ()
    items_sent: int = 0
    items_received: int = 0
    refused: tuple[str, ...] = ()
    habits: tuple[str, ...] = ()
    """What was remarked already and is not to be said again."""


class Operation(msgspec.Struct, frozen=True):
    """A change of ours on its way: until its Status, `msg_id` and `cmd_id` say where it went."""

    action: Literal["add", "replace", "delete"]
    luid: str
    type: str = ""
    octets: bytes = b""
    msg_id: int = 0
    cmd_id: str = ""


class StoreSync(msgspec.Struct, frozen=True):
    """One datastore in this session. `agreed` is 0 until the server has alerted or accepted."""

    name: str
    uri: str
    server: str
    type: str
    code: int
    last: str
    next: str
    peer_last: str
    next_luid: int
    snapshot: Snapshot
    outgoing: tuple[Operation, ...]
    in_flight: tuple[Operation, ...] = ()
    luids: tuple[tuple[str, str], ...] = ()
    """(GUID, LUID) of what the server gave us."""
    maps: tuple[tuple[str, str], ...] = ()
    """(GUID, LUID) that the server has not confirmed."""
    alert_ref: tuple[int, str] = (0, "")
    sync_refs: tuple[tuple[int, str], ...] = ()
    map_refs: tuple[tuple[int, str, tuple[tuple[str, str], ...]], ...] = ()
    """Where our Alert, Syncs and Maps went: MsgID and CmdID, for a Map what was in it."""
    partial: tuple[str, bytes] = ("", b"")
    """A large object on its way: what the server calls it, and the chunks so far."""
    left_out: tuple[str, ...] = ()
    """LUIDs of items that the session's encoding cannot carry."""
    emptied: bool = False
    """A refresh from the server has removed what was here."""
    agreed: int = 0
    refused: int = 0
    peer_next: str = ""
    opened: bool = False
    total: int = 0


class OutOfMessages(Exception):
    """One more message would be more than `session.max_messages`: the peer never comes to an end."""


class Turn:
    """One input being handled. `state` is the state so far, `effects` what is to be done."""

    def __init__(self, state: SessionState, at: float, entropy: bytes) -> None:
        self.state = state
        self.at = at
        self.effects: list[Effect] = []
        self.reply: Reply | None = None
        """The response that is being handled, if it is one."""
        self._entropy = entropy
        self._noted: list[Change] = []

    def set(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)

    def move(self, trigger: Trigger) -> None:
        """Follows the state table."""
        self.set(state=states.move(self.state.state, trigger))

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def record(self, what: What) -> None:
        self.do(Record(what))

    def remark(self, id_: str, detail: str = "") -> None:
        self.record(remark(id_, detail).event())

    def remark_habit(self, id_: str, detail: str = "") -> None:
        """Remarks what such a peer does in every message: once a session."""
        habit = f"{id_} {detail}"
        if habit not in self.state.habits:
            self.set(habits=(*self.state.habits, habit))
            self.remark(id_, detail)

    def step(self, number: int, state: StepState, detail: str = "") -> None:
        """Moves one of the six steps; saying the same again is not an event."""
        steps = list(self.state.steps)
        if steps[number - 1] == state and not detail:
            return
        steps[number - 1] = state
        self.set(steps=tuple(steps))
        self.record(StepMoved(number, state, detail))

    def random(self, count: int) -> bytes:
        """Octets of the input's entropy, each used once."""
        if len(self._entropy) < count:
            raise ValueError("the input came with too little entropy")
        taken, self._entropy = self._entropy[:count], self._entropy[count:]
        return taken

    def keep(self, *changes: Change) -> None:
        """Commits changes; those of nonces become events and part of the account in hand."""
        if not changes:
            return
        self.do(Keep(changes))
        for change in changes:
            if isinstance(change, SetNonce):
                self._nonce(change)

    def note(self, *changes: Change) -> None:
        """Changes of items: they are kept together, in one transaction, before the next message."""
        self._noted += changes

    def keep_noted(self) -> None:
        noted, self._noted = tuple(self._noted), []
        self.keep(*noted)

    def _nonce(self, change: SetNonce) -> None:
        field = {"client": "client_nonce", "server": "server_nonce", "candidate": "candidate"}
        name = field[change.slot]
        account = self.state.account
        before: bytes | None = getattr(account, name)
        self.set(account=msgspec.structs.replace(account, **{name: change.nonce}))
        self.record(
            NonceStored(
                account.name,
                change.slot,
                (change.nonce or b"").hex(),
                (before or b"").hex(),
                change.reason,
            )
        )


def statuses_only(message: Message) -> bool:
    """Whether a message brings nothing but Status: no command that moves the session on."""
    return all(command.name == "Status" for command in message.commands)
