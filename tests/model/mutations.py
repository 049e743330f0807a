"""The protocol broken on purpose: each mutation changes one rule, and an invariant must find it.

A mutation is data: what is put in place of what, in which small configuration it shows, and which
invariant it violates. Nothing here is used by the exploration itself.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import msgspec

from emulator.protocol import (
    acceptance,
    clientauth,
    endings,
    packages,
    progress,
    serverauth,
    session,
    sessionid,
    verdict,
)
from emulator.protocol.digest import Working
from emulator.protocol.effects import SetNonce
from emulator.protocol.states import State
from emulator.protocol.turn import Signing
from emulator.server import peer
from emulator.server.turn import Turn as ServerTurn
from tests.model import ends
from tests.model.world import Config, Memory, account

QUIET = Config(
    "quiet", "one resynchronisation, nothing goes wrong", 0, 1, 0, signed=("session-id",)
)
REPLAY = msgspec.structs.replace(QUIET, name="replay", faults=1, replays=1, kinds=("lose",))
IN_STEP = Config(
    "in-step", "nonces agree; one fault", 1, 2, 0, signed=("stored",), stale_server=(False,)
)
STALE_CLIENT = msgspec.structs.replace(QUIET, name="stale-client", stale_client=(True,))
UNPROVED = msgspec.structs.replace(
    QUIET, name="unproved", faults=1, misbehaviour=("no-cred", "wrong-cred")
)
RESTARTED = msgspec.structs.replace(IN_STEP, name="restarted", kinds=("cut-server",), notes=1)
COPIED = msgspec.structs.replace(
    IN_STEP, name="copied", kinds=("late", "cut-server"), faults=3, notes=1
)
ENDLESS = msgspec.structs.replace(
    QUIET, name="endless", faults=20, kinds=(), misbehaviour=("endless-401",)
)
WRONG = msgspec.structs.replace(QUIET, name="wrong", signed=("wrong",))


class Mutation(msgspec.Struct, frozen=True):
    """`changed` lists (object, attribute, what it becomes); `found_by` the invariant that must break."""

    name: str
    found_by: str
    config: Config
    changed: tuple[tuple[Any, str, Callable[..., Any]], ...]


@contextlib.contextmanager
def applied(mutation: Mutation) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for owner, name, instead in mutation.changed:
            stack.enter_context(patch.object(owner, name, instead))
        yield


# What is put in place


_issue, _accepted, _challenge = serverauth._issue, clientauth.accepted, clientauth.challenge
_confirmed, _end, _client_nonce = serverauth.confirmed, endings.end, serverauth._client_nonce
_judge, _step_5 = serverauth.judge, acceptance._step_5


def _server_nonce_at_once(turn: Any) -> Any:
    made: Any = _issue(turn)
    return SetNonce(made.account, "server", made.nonce, made.reason)


def _no_candidate(turn: Any) -> Any:
    nonce = turn.random(16)
    turn.set(issue=nonce)
    return SetNonce(turn.state.account.name, "candidate", turn.state.account.candidate, "")


def _old_nonce_as_new(turn: Any) -> Any:
    nonce = turn.state.account.server_nonce
    turn.set(issue=nonce)
    return SetNonce(turn.state.account.name, "candidate", nonce, "")


def _forgets_candidate(memory: Memory) -> Memory:
    return msgspec.structs.replace(memory, candidate=None)


def _keeps_nonce_of_401(turn: Any, status: Any, url: str) -> Any:
    signing = _challenge(turn, status, url)
    if isinstance(signing, Signing):
        turn.keep(SetNonce(turn.state.account.name, "client", signing.nonce, ""))
    return signing


def _signs_over_the_same(turn: Any, status: Any, url: str) -> Any:
    found = _challenge(turn, status, url)
    same = turn.state.account.client_nonce or b""
    return msgspec.structs.replace(found, nonce=same) if isinstance(found, Signing) else found


def _keeps_client_nonce_unjudged(turn: Any, status: Any) -> None:
    _accepted(turn, status)
    if turn.state.client_nonce_due is not None:
        turn.keep(SetNonce(turn.state.account.name, "client", turn.state.client_nonce_due, ""))


def _client_nonce_waits(turn: Any) -> list[Any]:
    return []


def _client_nonce_at_step_6(turn: Any) -> None:
    _confirmed(turn)
    turn.keep(*_client_nonce(turn))


def _used_at_once(notification: Any, account: Any) -> str:
    known = [o.session_id for o in account.openings]
    return "replayed" if notification.session_id in known else ""


def _never_used_up(turn: Any) -> None:
    turn.set(heard_reply=True)


def _goes_on_unproved(turn: Any, message: Any) -> None:
    if _judge(turn, message) not in (None, "none"):
        _step_5(turn, message)
        return
    turn.set(proof="excused")
    turn.move("accepted")
    progress.go_on(turn, message)


def _any_cred(turn: Any, message: Any, counts: bool = True) -> Any:
    found = _judge(turn, message, counts)
    return "session-id" if found == "none" else found


def _refusal_confirms(turn: Any, message: Any, status: Any) -> None:
    serverauth.confirmed(turn)
    progress.go_on(turn, message)


def _any_msg_ref(turn: Any, status: Any) -> bool:
    return bool(turn.state.issued_in) and status.for_header


def _again_with_another(turn: Any, message: Any) -> None:
    sent = turn.state.sent
    turn.set(issue=turn.random(16), repeated=True)
    packages.send(
        turn,
        sent.package,
        [packages.success_status(turn, message)],
        sent.commands,
        final=sent.final,
    )


def _end_drops_candidate(turn: Any, outcome: Any, sentence: str) -> None:
    if turn.state.account.candidate is not None and turn.state.state is not State.ENDED:
        turn.keep(SetNonce(turn.state.account.name, "candidate", None, ""))
    _end(turn, outcome, sentence)


def _stored_only(notification: Any, who: Any) -> Any:
    yield verdict._attempt(notification, who, "stored", who.server_nonce or b"")


def _any_encoding(notification: Any, who: Any) -> Any:
    for encoding in sessionid.ENCODINGS:
        octets = sessionid.nonce(notification.session_id, encoding)
        yield verdict._attempt(notification, who, "session-id", octets, encoding)


def _patient(config: Config) -> Any:
    found = account(config)
    auth = msgspec.structs.replace(found.policy.auth, retries=99)
    return msgspec.structs.replace(found, policy=msgspec.structs.replace(found.policy, auth=auth))


def _server_forgets(turn: ServerTurn, verdict: Any) -> None:
    turn.note(accepted=True)


MUTATIONS: tuple[Mutation, ...] = (
    Mutation(
        "store the server nonce when the Chal is sent and drop the old one",
        "I8",
        IN_STEP,
        ((serverauth, "_issue", _server_nonce_at_once),),
    ),
    Mutation(
        "send the new server nonce without storing it as candidate",
        "I9",
        QUIET,
        ((serverauth, "_issue", _no_candidate),),
    ),
    Mutation(
        "issue the old server nonce as the new one",
        "I9",
        QUIET,
        ((serverauth, "_issue", _old_nonce_as_new),),
    ),
    Mutation(
        "drop the candidate on restart",
        "I8",
        msgspec.structs.replace(IN_STEP, kinds=("cut-handset",), notes=1),
        ((ends, "restarted", _forgets_candidate),),
    ),
    Mutation(
        "drop the candidate when a session ends without step 6",
        "I8",
        msgspec.structs.replace(IN_STEP, kinds=("lose",), faults=2, notes=1),
        ((endings, "end", _end_drops_candidate),),
    ),
    Mutation(
        "keep the client nonce of a 401",
        "I2",
        STALE_CLIENT,
        ((clientauth, "challenge", _keeps_nonce_of_401),),
    ),
    Mutation(
        "sign over the stored nonce again after a 401",
        "I5",
        STALE_CLIENT,
        ((clientauth, "challenge", _signs_over_the_same),),
    ),
    Mutation(
        "store the client nonce before step 5 has judged",
        "I2",
        UNPROVED,
        ((clientauth, "accepted", _keeps_client_nonce_unjudged),),
    ),
    Mutation(
        "store the client nonce at step 6 only",
        "I10",
        QUIET,
        (
            (serverauth, "_client_nonce", _client_nonce_waits),
            (serverauth, "confirmed", _client_nonce_at_step_6),
        ),
    ),
    Mutation(
        "use the id up when its session starts",
        "I1",
        REPLAY,
        ((verdict, "_replayed", _used_at_once),),
    ),
    Mutation(
        "never use the id up",
        "I7",
        REPLAY,
        ((session, "_first_reply", _never_used_up),),
    ),
    Mutation(
        "do not check the digest of notifications",
        "I1",
        WRONG,
        ((Working, "matches", lambda working, digest: True),),
    ),
    Mutation(
        "take every encoding of the SessionID",
        "I1",
        msgspec.structs.replace(WRONG, name="swapped", signed=("session-id:raw16_le",)),
        ((verdict, "_session_ids", _any_encoding),),
    ),
    Mutation(
        "do not try the candidate on notifications",
        "I1",
        msgspec.structs.replace(IN_STEP, kinds=("lose",), faults=2),
        ((verdict, "_own_nonces", _stored_only),),
    ),
    Mutation(
        "send Sync before step 5 has passed",
        "I3",
        UNPROVED,
        ((acceptance, "_step_5", _goes_on_unproved),),
    ),
    Mutation(
        "take any Cred of the server for good",
        "I2",
        UNPROVED,
        ((serverauth, "judge", _any_cred),),
    ),
    Mutation(
        "treat 401 at step 6 as success",
        "I8",
        RESTARTED,
        ((acceptance, "_refused_later", _refusal_confirms),),
    ),
    Mutation(
        "take a success Status for another message as step 6",
        "I8",
        COPIED,
        ((acceptance, "_is_step_6", _any_msg_ref),),
    ),
    Mutation(
        "draw a new server nonce for the message that is repeated at step 6",
        "I9",
        RESTARTED,
        ((packages, "again", _again_with_another),),
    ),
    Mutation(
        "answer 401 for ever",
        "I4",
        ENDLESS,
        ((ends, "account", _patient),),
    ),
    Mutation(
        "the server confirms a nonce that it does not keep",
        "I5",
        IN_STEP,
        ((peer, "_accepted", _server_forgets),),
    ),
)
