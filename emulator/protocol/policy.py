"""What a profile decides where the change request is silent, as one frozen value.

Each class is one table of a profile (`[auth]`, `[resync]` ...), each field one key, its default the
one that the design gives. Holds no rule: what a key means is done where the rule lives.
"""

from typing import Annotated, Literal

import msgspec

Scheme = Literal["none", "basic", "md5", "mac"]
Encoding = Literal[
    "raw16_be",
    "hex_text_upper",
    "dec_text",
    "hex_text_upper_4",
    "hex_text_lower",
    "hex_text_0x",
    "raw32_be",
    "raw16_le",
    "b64_text_of_raw16",
]
Demand = Literal["required", "optional"]
Bound = Annotated[int, msgspec.Meta(ge=1)]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of a profile: unknown keys are errors."""


class Auth(Table, frozen=True):
    """How the client proves itself (step 3).

    `first` is used while no client nonce is known ("md5": that digest, or auth-MAC's, over the empty
    nonce); `retries` bounds 401s and 407s, each on its own;
    `allow` lists the challenge types that are honoured (empty: the scheme itself; basic besides
    only over TLS).
    """

    scheme: Scheme = "md5"
    first: Literal["md5", "none"] = "md5"
    retries: int = 1
    allow: tuple[Scheme, ...] = ()


class Resync(Table, frozen=True):
    """Steps 1 and 2. `rate` "off" lifts the limit of a burst of 3, then one a minute."""

    enabled: bool = True
    encodings: tuple[Encoding, ...] = ("raw16_be", "hex_text_upper")
    replay: Literal["until-reply", "strict", "off"] = "until-reply"
    rate: Literal["on", "off"] = "on"


class SessionId(Table, frozen=True):
    """How the notification's id stands in SyncHdr/SessionID."""

    text: Literal["hex", "decimal"] = "hex"


class AlertCodes(Table, frozen=True):
    """Alert codes of package 1 after a notification: 200-205, or 206-210 echoed."""

    after_notification: Literal["200-205", "206-210"] = "200-205"


class ServerAuth(Table, frozen=True):
    """Whether the server must authenticate itself (step 5)."""

    resync: Demand = "required"
    ordinary: Demand = "optional"


class ServerNonce(Table, frozen=True):
    """When the client issues a new server nonce."""

    issue: Literal["verified", "never", "always"] = "verified"


class Ui(Table, frozen=True):
    """What the person is asked: `not_specified` reads ui-mode 0 as; `headless` answers in place."""

    not_specified: Literal["background", "informative", "user-interaction"] = "background"
    headless: Literal["accept", "decline"] = "accept"


class NotificationRules(Table, frozen=True):
    """Habits of real servers: whose credentials sign a notification, and with what fixed nonces.

    `san11` says what becomes of a DS 1.1 alert, which has no digest at all.
    """

    identity: Literal["server-id", "user"] = "server-id"
    constant_nonces: tuple[str, ...] = ()
    san11: Literal["ignore", "ask", "start"] = "ignore"


class Http(Table, frozen=True):
    """The way to the server. Times in seconds, sizes in octets, files as paths.

    `pin` is the SHA-256 of a self-signed certificate (hex) that is trusted instead of the CAs.
    """

    timeout: float = 30.0
    resend: int = 1
    max_response: Bound = 4_000_000
    ca_file: str = ""
    pin: str = ""
    client_cert: str = ""
    client_key: str = ""
    proxy: str = ""


class Session(Table, frozen=True):
    """Bounds of one session: our messages, the octets of all responses, and the server's commands
    (each item of a command counts). A server that exceeds one has broken the protocol.
    """

    max_messages: Bound = 500
    max_received: Bound = 64_000_000
    max_commands: Bound = 100_000


class Policy(msgspec.Struct, frozen=True):
    """All of it."""

    auth: Auth = Auth()
    resync: Resync = Resync()
    session_id: SessionId = SessionId()
    alert: AlertCodes = AlertCodes()
    server_auth: ServerAuth = ServerAuth()
    server_nonce: ServerNonce = ServerNonce()
    ui: Ui = Ui()
    notification: NotificationRules = NotificationRules()
    http: Http = Http()
    session: Session = Session()
