"""A scenario as a value: given, when, expect; each class is one table of its TOML file.

Holds what can be said, and refuses what makes no sense together. Plays and judges nothing.
"""

from typing import Any, Literal

import msgspec

from emulator.protocol.events import NonceKind, Outcome, SessionKind, StepState

Held = Literal["good", "stale", "none"]
"""A nonce at the start: both sides have the same; they differ; neither has one."""
End = Literal["handset", "server"]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of a scenario: unknown keys are errors."""


class Items(Table, frozen=True):
    """How many contacts lie at either end."""

    handset: int = 1
    server: int = 1


class ServerSide(Table, frozen=True):
    """The server's account: how it wants the client to prove itself, and whether it does so itself."""

    scheme: Literal["md5", "basic", "none"] = "md5"
    authenticates: bool = True


class Given(Table, frozen=True):
    """The start state. `profile` holds tables of a profile (`[given.profile.resync]`)."""

    handset: str = "generic-wbxml"
    server_nonce: Held = "stale"
    client_nonce: Held = "good"
    misbehave: tuple[str, ...] = ()
    server: ServerSide = ServerSide()
    items: Items = Items()
    profile: dict[str, dict[str, Any]] = {}


class Meanwhile(Table, frozen=True):
    """What happens inside a session: before our message of that MsgID leaves, or after so many replies."""

    before_message: int = 0
    after_reply: int = 0
    notify: str = ""
    id: Literal["new", "same"] = "new"
    restart: Literal["", "server"] = ""
    cut: Literal["", "handset"] = ""
    misbehave: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if bool(self.before_message) == bool(self.after_reply):
            raise ValueError("one of before_message and after_reply is expected")
        done = (self.notify, self.restart, self.cut, self.misbehave is not None)
        if sum(map(bool, done)) != 1:
            raise ValueError("one of notify, restart, cut and misbehave is expected")

    @property
    def words(self) -> str:
        when = (
            f"before message {self.before_message} leaves"
            if self.before_message
            else f"after reply {self.after_reply}"
        )
        if self.notify:
            what = f"a notification comes, {_signed(self.notify, self.id)}"
        elif self.restart:
            what = "the server restarts"
        elif self.cut:
            what = "the handset's power is cut"
        else:
            what = _behaves(self.misbehave or ())
        return f"{when}, {what}"


class Moved(Table, frozen=True):
    """Items that went over in a session."""

    sent: int = 0
    received: int = 0


class Expect(Table, frozen=True):
    """What must have come of one run. A key that is left out is not looked at, but for `remarks`.

    `verdict`, `reason`, `encoding`, `near_misses` are the notification's. `codes` are the Statuses
    for our SyncHdr, reply by reply, up to the one that accepts us; `creds` the nonces our Creds were made with; `proofs` those that
    the server's Creds verified with; `challenges` our codes with a Chal for the server.
    `client_nonce`, `server_nonce`: whether the run stored a new one; `candidate`: whether one waits
    for its confirmation afterwards; `nonces`: whether both sides hold the same afterwards.
    """

    session: Literal["none"] | SessionKind | None = None
    verdict: str | None = None
    reason: str | None = None
    encoding: str | None = None
    near_misses: tuple[str, ...] | None = None
    outcome: Outcome | None = None
    steps: tuple[StepState, StepState, StepState, StepState, StepState, StepState] | None = None
    messages: int | None = None
    codes: tuple[int, ...] | None = None
    creds: tuple[NonceKind, ...] | None = None
    proofs: tuple[NonceKind, ...] | None = None
    challenges: tuple[int, ...] | None = None
    client_nonce: Literal["new", "kept"] | None = None
    server_nonce: Literal["new", "kept"] | None = None
    candidate: Literal["waits", "none"] | None = None
    nonces: Literal["agree", "differ"] | None = None
    items: Moved | None = None
    asked: bool | None = None
    alerts: tuple[int, ...] | None = None
    remarks: tuple[str, ...] = ()


class When(Table, frozen=True):
    """One thing that happens. A notification, a push, a sync and `held` make a run, which is judged.

    `notify`: what it is signed with: stored, candidate, session-id[:ENCODING], empty, wrong or
    hex:DIGITS; `id`: its SessionID. `again`: the last push once more, octet for octet. `push`: these
    octets (hex). `held`: the run of a notification that had to wait. `secret`: the server secret is
    replaced there.
    """

    notify: str = ""
    id: Literal["new", "same"] | int = "new"
    ui: int = 1
    uri: str = "./contacts"
    server_id: str = ""
    person: Literal["", "accepts", "declines"] = ""
    again: bool = False
    push: str = ""
    sync: str = ""
    held: bool = False
    restart: End | Literal[""] = ""
    secret: End | Literal["", "both"] = ""
    misbehave: tuple[str, ...] | None = None
    meanwhile: tuple[Meanwhile, ...] = ()
    expect: Expect | None = None

    def __post_init__(self) -> None:
        runs = (self.notify, self.again, self.push, self.sync, self.held)
        others = (self.restart, self.secret, self.misbehave is not None)
        if sum(map(bool, (*runs, *others))) != 1:
            raise ValueError(
                "one of notify, again, push, sync, held, restart, secret and misbehave is expected"
            )
        if any(runs) != (self.expect is not None):
            missing = "expect is missing" if any(runs) else "expect without a run to judge"
            raise ValueError(missing)

    @property
    def words(self) -> str:
        """What happens, as a person would say it."""
        words = self._words()
        return "; ".join((words, *(m.words for m in self.meanwhile)))

    def _words(self) -> str:
        if self.notify:
            to = f", for server id {self.server_id}" if self.server_id else ""
            says = f"; the owner {self.person.removesuffix('s')}s" if self.person else ""
            return f"a notification comes, {_signed(self.notify, self.id)}{to}{says}"
        if self.again:
            return "the same push comes once more"
        if self.push:
            return "a push of other octets comes"
        if self.sync:
            return f"the owner starts a sync of {self.sync}"
        if self.held:
            return "the session is over; the notification that waited has its turn"
        if self.restart:
            return f"the {self.restart} restarts"
        if self.secret:
            both = self.secret == "both"  # noqa: S105
            where = "at both ends" if both else f"at the {self.secret}"
            return f"the server secret is replaced {where}"
        return _behaves(self.misbehave or ())


def _signed(how: str, id_: object) -> str:
    kind, _, value = how.partition(":")
    name = {
        "stored": "signed with the server's stored nonce",
        "candidate": "signed with the candidate",
        "session-id": "signed with its SessionID",
        "wrong": "signed with a nonce that the handset never had",
        "empty": "signed with the empty nonce",
        "hex": f"signed with {value}",
    }[kind]
    if kind == "session-id" and value:
        name += f" as {value}"
    if id_ == "same":
        name += ", under the same SessionID"
    elif isinstance(id_, int):
        name += f", SessionID {id_:04X}"
    return name


def _behaves(names: tuple[str, ...]) -> str:
    return f"the server misbehaves: {', '.join(names)}" if names else "the server behaves again"


class Scenario(Table, frozen=True):
    """One file. `step` is the step of the change request that it is about, 0 for none of them."""

    number: str
    title: str
    clause: str
    when: tuple[When, ...]
    step: int = 0
    given: Given = Given()
    why: str = ""

    def __post_init__(self) -> None:
        if not any(act.expect for act in self.when):
            raise ValueError("when: nothing is expected; this scenario could not fail")
