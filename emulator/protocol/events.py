"""The one vocabulary of what happened. Screen, headless output, exports and tests read these only.

Every class below is one kind of line in a journal. Octets stand as hex text, since journals are
text. Nothing here may hold an account secret: messages carry their octets with the secret spans
cut out (`Octets.cuts`), Workings are computed from event and keyring when somebody looks.
"""

from typing import Annotated, Literal

import msgspec

StepState = Literal["pending", "running", "passed", "failed", "skipped"]
NonceKind = Literal[
    "stored", "candidate", "session-id", "constant", "dm-default", "challenge", "none"
]
Side = Literal["client", "server"]
Outcome = Literal[
    "synchronised",
    "ignored",
    "declined",
    "auth-refused",
    "server-not-authenticated",
    "peer-error",
    "transport",
    "timed-out",
    "interrupted",
]
SessionKind = Literal["resync", "ordinary", "client-initiated"]
Severity = Literal["note", "warning", "error"]
DropReason = Literal["queue", "rate", "system"]
Hex = Annotated[str, msgspec.Meta(pattern=r"\A([0-9A-Fa-f]{2})*\Z")]
"""Octets as hex text. As all bounds here, it is checked where a journal is read."""
Time = Annotated[float, msgspec.Meta(ge=0, lt=253402300800)]
"""Seconds since 1970, before the year 10000."""
Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]


Headers = tuple[tuple[str, str], ...]
"""Headers of SyncML's own beside a message (x-syncml-hmac): names in lower case, and values."""


class Cut(msgspec.Struct, frozen=True):
    """A span that was taken out because it is a secret: `length` octets at `offset` (of the whole).

    `secret` names what belongs there: account/kind/revision, e.g. "account/basic/1". `why` says it
    to a person where it is content that was never looked into, since it may hold one.
    """

    offset: Count
    length: Count
    secret: str
    why: str = ""


class Octets(msgspec.Struct, frozen=True):
    """Octets as hex text; cut spans stand as zero octets, so that offsets stay true."""

    hex: Hex
    cuts: tuple[Cut, ...] = ()

    def __post_init__(self) -> None:
        if any(2 * (cut.offset + cut.length) > len(self.hex) for cut in self.cuts):
            raise ValueError("a cut lies outside the octets")

    @classmethod
    def of(cls, octets: bytes) -> "Octets":
        return cls(octets.hex())

    def __bytes__(self) -> bytes:
        return bytes.fromhex(self.hex)


class What(msgspec.Struct, frozen=True, tag_field="kind", tag=True):
    """The base of everything that can happen; the tag is the class name."""


class Login(msgspec.Struct, frozen=True):
    """An account as the handset shows it, without its secrets. `stores`: names of its datastores."""

    account: str
    server_id: str
    user: str
    url: str
    stores: tuple[str, ...] = ()


class HandsetStarted(What, frozen=True):
    """The handset is up: which device, for which profile, under which server ids.

    `missing` is what the profile has to have for notifications; without it the handset listens
    nowhere.
    """

    profile: str
    device_id: str
    accounts: tuple[str, ...]
    manufacturer: str = ""
    model: str = ""
    logins: tuple[Login, ...] = ()
    missing: str = ""


class PowerCut(What, frozen=True):
    """The handset's power is gone, as by SIGKILL: nothing of it follows until one starts anew."""


class BearerOpened(What, frozen=True):
    """The handset listens on `address` ("udp://127.0.0.1:2948")."""

    address: str


class BearerFailed(What, frozen=True):
    """A bearer could not be opened or broke; `reason` says what a person can do about it."""

    address: str
    reason: str


class SmsArrived(What, frozen=True):
    """An SMS came in on a bearer: the whole of a push, one part of it, or something else.

    `form` is "deliver", "submit" (PDUs) or "message" (as a service centre has it: its header, of
    `header` octets, then its data); `number` of `total` parts, 0 of 0 when it is none that can be read.
    """

    bearer: str
    sender: str
    octets: Octets
    form: Literal["deliver", "submit", "message"]
    address: str
    number: int
    total: int
    header: int = 0


class PushArrived(What, frozen=True):
    """Octets came in on a bearer, before anything was understood of them.

    `headers` are those of the HTTP request that carried it; `parts`: of how many SMS it was put
    together, 0 for none.
    """

    bearer: str
    sender: str
    octets: Octets
    headers: Headers = ()
    parts: int = 0


class PushesDropped(What, frozen=True):
    """`count` deliveries of a bearer were lost since this was said last: too many at once waited to
    be judged ("queue"), one sender brought more than a phone takes ("rate"), or they came faster than
    they could be read, and the system threw them away ("system")."""

    bearer: str
    reason: DropReason
    count: int


class NotificationRead(What, frozen=True):
    """A package #0 was found in the push. `syncs` = (alert code, content type code, server URI).

    `layers` names what it was wrapped in, outermost first ("wsp", "package #0").
    """

    octets: Octets
    version: str
    ui_mode: str
    initiator: str
    session_id: int
    server_id: str
    syncs: tuple[tuple[int, int, str], ...]
    layers: tuple[str, ...]


class NonceTried(What, frozen=True):
    """One verification of a notification's digest (change request, steps 1 and 2).

    `encoding` is set for the SessionID only. `expected` is what this nonce would have given.
    """

    account: str
    server_id: str
    nonce_kind: NonceKind
    encoding: str
    nonce: Hex
    expected: Hex
    received: Hex
    matched: bool


class NearMiss(msgspec.Struct, frozen=True):
    """A variation that would have matched, and what it means."""

    id: str
    meaning: str
    encoding: str = ""


class VerdictReached(What, frozen=True):
    """What became of a notification. `sentence` says it to a person."""

    verdict: str
    reason: str
    account: str
    session_id: int
    nonce_kind: NonceKind
    encoding: str
    sentence: str
    near_misses: tuple[NearMiss, ...] = ()


class PersonAsked(What, frozen=True):
    """The handset asks its owner (ui-mode user interaction), or tells (informative)."""

    text: str
    needs_answer: bool


class PersonAnswered(What, frozen=True):
    """What the owner, or the profile in the owner's place, said."""

    accepted: bool
    by: str


class SessionOpened(What, frozen=True):
    """A session starts. `session_id` is the text as it stands in SyncHdr."""

    account: str
    session_kind: SessionKind
    session_id: str
    url: str
    scheme: str


class StepMoved(What, frozen=True):
    """One of the six steps changed its state."""

    step: int
    state: StepState
    detail: str


class CredMade(msgspec.Struct, frozen=True):
    """How the Cred of a message of ours was computed: the Working's inputs but for the password."""

    scheme: str
    user: str
    nonce: Hex
    nonce_kind: NonceKind
    version: str
    data: str


class MessageSent(What, frozen=True):
    """A SyncML message leaves. `package` is 1, 3 or 5; `attempt` counts identical repeats.

    `summary` names its commands ("Cred Alert 200 Put Get"); `cred` is present when it is signed: by
    a Cred, or by the header of auth-MAC, which then stands in `headers`.
    """

    msg_id: int
    package: int
    url: str
    content_type: str
    octets: Octets
    attempt: int
    summary: str
    cred: CredMade | None = None
    headers: Headers = ()


class MessageEdited(What, frozen=True):
    """A person changed the message that MessageSent before it tells of: these octets left instead.

    The protocol goes on believing what it meant.
    """

    msg_id: int
    url: str
    content_type: str
    octets: Octets


class MessageReceived(What, frozen=True):
    """An HTTP response came. `code` is the Status for our SyncHdr, 0 when there is none.

    `elapsed` in seconds; `summary` as in MessageSent; `problem` when it is no SyncML message.
    """

    http_status: int
    content_type: str
    octets: Octets
    elapsed: Annotated[float, msgspec.Meta(ge=0, le=1e9)]
    msg_id: int
    package: int
    code: int
    summary: str
    problem: str = ""
    headers: Headers = ()


class HttpExchanged(What, frozen=True):
    """One exchange as HTTP has it, credentials and cookies cut out.

    `request` and `response` are the first lines; `response` is "" when none came. Each phase is
    (connect | tls | send | wait | receive, begin, end) in seconds since the exchange began; one that
    never ended has no end (-1), and one that was not needed, as on an open connection, is missing.
    """

    request: str
    request_headers: Headers
    response: str
    response_headers: Headers
    phases: tuple[tuple[str, float, float], ...]
    sent: int
    received: int
    tls: str = ""


class Challenged(What, frozen=True):
    """A Chal was read from, or put into, a Status for SyncHdr.

    `by` "server": the nonce signs our next Cred; `by` "client": it signs the server's next one.
    """

    by: Side
    code: int
    scheme: str
    nonce: Hex
    refuses: bool


class ServerCredJudged(What, frozen=True):
    """The server's Cred was checked (step 5). `tries` = (nonce kind, nonce hex, expected data).

    `matched` names the nonce that verified, "none" otherwise; `counts` is false where the result
    has no effect (a Cred inside a 401).
    """

    server_id: str
    scheme: str
    received: str
    tries: tuple[tuple[NonceKind, Hex, str], ...]
    matched: NonceKind
    counts: bool
    sentence: str


class NonceStored(What, frozen=True):
    """A nonce in the handset's store changed, already committed.

    `slot`: "client", "server" or "candidate". An empty `nonce` means that the slot was emptied.
    """

    account: str
    slot: Literal["client", "server", "candidate"]
    nonce: Hex
    previous: Hex
    reason: str


class NoncesHeld(What, frozen=True):
    """The nonces in the handset's store as it starts, hex; None: there is none."""

    account: str
    client: Hex | None
    server: Hex | None
    candidate: Hex | None


class SecretReplaced(What, frozen=True):
    """The server's secret of an account is another one (decision 14); never the secret itself.

    `in_force` False: a session of the account runs and ends under the old one. `revision` counts
    the account's secrets from 1, 0 while it is not in force.
    """

    account: str
    reason: str
    in_force: bool
    revision: int = 0


class SessionIdUsed(What, frozen=True):
    """The replay guard has written down that this SessionID is used up for that account."""

    account: str
    session_id: int


class ChangesCounted(What, frozen=True):
    """How many changes of a datastore one side will send ("out": ours), as its first Sync says.

    `code` is the sync type that both go by, 200 to 205.
    """

    direction: Literal["in", "out"]
    store: str
    code: int
    total: int


class ItemMoved(What, frozen=True):
    """An item was sent ("out") or taken in ("in"). Content is in the message, not here."""

    direction: Literal["in", "out"]
    store: str
    action: Literal["add", "replace", "delete"]
    luid: str
    guid: str
    status: int


class Remarked(What, frozen=True):
    """Something about the peer that the rules do not allow, or leave open."""

    id: str
    severity: Severity
    clause: str
    sentence: str


class TransportLost(What, frozen=True):
    """No SyncML answer: refused, reset, timed out, an HTTP error, HTML."""

    reason: str
    attempt: int


class SessionClosed(What, frozen=True):
    """The session is over. `sentence` is the verdict in words."""

    outcome: Outcome
    sentence: str
    messages: int
    items_sent: int
    items_received: int


class PeerNonces(What, frozen=True):
    """The server's side of the nonces; `inferred` when the server is foreign and we only suppose.

    `client` is the nonce it will check our next Cred with, `server` the one it signs with; None:
    nobody knows.
    """

    account: str
    client: Hex | None
    server: Hex | None
    inferred: bool


class PeerSaid(What, frozen=True):
    """A fact from the built-in server's own records (its verdicts), in a sentence."""

    sentence: str


class StopsSet(What, frozen=True):
    """The person marked breakpoints (their ids); `every`: each event in sight is one, step by step."""

    breakpoints: tuple[str, ...]
    every: bool


class Paused(What, frozen=True):
    """A run waits for the person, before what `coming` says. No timer runs meanwhile.

    `breakpoint` is the id of what stopped it, "" for a single step; `step` the step of the change
    request that comes, 0 for none; `editable` when it is a message, which may still be changed.
    """

    breakpoint: str
    coming: str
    step: int
    editable: bool = False


class Resumed(What, frozen=True):
    """The person let the run that waited go on."""


class Heard(What, frozen=True):
    """Input to the protocol: its kind and the random octets that came with it (hex)."""

    what: str
    entropy: Hex


class Noted(What, frozen=True):
    """A person marked the event of that seq, or wrote something about it; a later one replaces it.

    Without mark and text it is as if nobody had ever said anything.
    """

    event: int
    mark: bool
    text: str


class ActBegan(What, frozen=True):
    """A scenario goes on with its act of that number, counted from 1."""

    scenario: str
    number: int
    words: str


class Miss(msgspec.Struct, frozen=True):
    """One expectation that was not met. `step` 0: none of the six; `about` is the scenario's key."""

    about: str
    step: int
    expected: str
    came: str
    clause: str


class ActJudged(What, frozen=True):
    """What came of an act was held against what the scenario expects; without `misses` it was met."""

    scenario: str
    number: int
    misses: tuple[Miss, ...]


class Failed(What, frozen=True):
    """Something of ours went wrong that a person can act on (state folder locked, disk full)."""

    sentence: str


AnyWhat = (
    HandsetStarted
    | PowerCut
    | BearerOpened
    | BearerFailed
    | SmsArrived
    | PushArrived
    | PushesDropped
    | NotificationRead
    | NonceTried
    | VerdictReached
    | PersonAsked
    | PersonAnswered
    | SessionOpened
    | StepMoved
    | MessageSent
    | MessageEdited
    | MessageReceived
    | HttpExchanged
    | Challenged
    | ServerCredJudged
    | NonceStored
    | NoncesHeld
    | SecretReplaced
    | SessionIdUsed
    | ChangesCounted
    | ItemMoved
    | Remarked
    | TransportLost
    | SessionClosed
    | PeerNonces
    | PeerSaid
    | StopsSet
    | Paused
    | Resumed
    | Heard
    | Noted
    | ActBegan
    | ActJudged
    | Failed
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `at` is seconds since 1970 (UTC); `session` numbers the runs of this
    journal from 1 (a notification and the session it opened share one), 0 = outside any;
    `cause` is the `seq` of the event that led to this one, 0 = none."""

    seq: Count
    at: Time
    session: Count = 0
    cause: Count = 0
    what: AnyWhat
