"""The law of the protocol as tables: the six steps with their clause, the states of a session.

Everything that decides what may follow what lives here. `session.py` asks `move` for the next
state and never invents one; a diagram can be drawn from `TRANSITIONS`.

A session, in words. Package 1 is out (PACKAGE_1). A 401 or 407 sends it again (a loop that
`auth.retries` bounds). Once accepted, the server must prove itself: if it does, or need not,
package 2 is read to its Final (PACKAGE_2), else we challenge it (SERVER_CHALLENGED) and it gets
one more try. Then the changes go out (PACKAGE_3), the server's come in (PACKAGE_4), Maps go out
and the answer to them is awaited (PACKAGE_5). A 401 on the message that carries our Chal repeats
that message without leaving the state.
"""

from enum import StrEnum
from typing import Literal

import msgspec


class Step(msgspec.Struct, frozen=True):
    """One step of the change request, section 5.1: a short title and the clause in own words."""

    number: int
    title: str
    clause: str


STEPS: tuple[Step, ...] = (
    Step(
        1,
        "stored nonce",
        "The client receives a notification and cannot authenticate it with the stored server "
        "nonce.",
    ),
    Step(
        2,
        "SessionID",
        "The client tries again with the default nonce, the SessionID of the notification. If "
        "that fails too, the notification is ignored and no session starts.",
    ),
    Step(
        3,
        "session",
        "The client starts the session; its credentials are built on the client nonce that the "
        "server provided earlier.",
    ),
    Step(
        4,
        "status + Chal",
        "The server authenticates the client: success Status with a Chal that updates the client "
        "nonce, or a Chal that asks for the credentials again (back to step 3).",
    ),
    Step(
        5,
        "server proven",
        "The client authenticates the server with the SessionID as nonce and answers with a "
        "success Status and a Chal that updates the server nonce.",
    ),
    Step(6, "confirmed", "The server answers with a success Status: both sides hold fresh nonces."),
)


class State(StrEnum):
    """Where a session stands."""

    IDLE = "idle"
    ASKING = "asking"
    LOADING = "loading"
    PACKAGE_1 = "package-1"
    PACKAGE_2 = "package-2"
    SERVER_CHALLENGED = "server-challenged"
    PACKAGE_3 = "package-3"
    PACKAGE_4 = "package-4"
    PACKAGE_5 = "package-5"
    ENDED = "ended"


Trigger = Literal[
    "ask",
    "load",
    "start",
    "challenged",
    "older-version",
    "accepted",
    "server-unproven",
    "more",
    "final",
    "changes-sent",
    "maps-sent",
    "step-6-refused",
    "end",
]

TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.IDLE: {"ask": State.ASKING, "load": State.LOADING},
    State.ASKING: {"load": State.LOADING},
    State.LOADING: {"start": State.PACKAGE_1},
    State.PACKAGE_1: {
        "challenged": State.PACKAGE_1,
        "older-version": State.PACKAGE_1,
        "accepted": State.PACKAGE_2,
        "server-unproven": State.SERVER_CHALLENGED,
    },
    State.SERVER_CHALLENGED: {"accepted": State.PACKAGE_2},
    State.PACKAGE_2: {
        "more": State.PACKAGE_2,
        "final": State.PACKAGE_3,
        "step-6-refused": State.PACKAGE_2,
    },
    State.PACKAGE_3: {
        "more": State.PACKAGE_3,
        "changes-sent": State.PACKAGE_4,
        "step-6-refused": State.PACKAGE_3,
    },
    State.PACKAGE_4: {
        "more": State.PACKAGE_4,
        "maps-sent": State.PACKAGE_5,
        "step-6-refused": State.PACKAGE_4,
    },
    State.PACKAGE_5: {"more": State.PACKAGE_5, "step-6-refused": State.PACKAGE_5},
    State.ENDED: {},
}


class IllegalStep(Exception):
    """We tried something that the table does not allow: a mistake of ours, never of the peer."""


def move(state: State, trigger: Trigger) -> State:
    """The state after `trigger`; any state may end. Raises IllegalStep for what is not in the table."""
    if trigger == "end":
        return State.ENDED
    try:
        return TRANSITIONS[state][trigger]
    except KeyError:
        raise IllegalStep(f"{trigger!r} in state {state.value!r}") from None
