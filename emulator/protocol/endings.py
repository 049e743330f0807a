"""How a session ends: each way with its outcome, and what that says of the steps that were running."""

from emulator.protocol.effects import End
from emulator.protocol.events import Outcome, SessionClosed
from emulator.protocol.states import State
from emulator.protocol.turn import Turn


def end(turn: Turn, outcome: Outcome, sentence: str) -> None:
    """Ends the session: what was running has failed, and step 6 without an answer too."""
    for step, state in enumerate(turn.state.steps, 1):
        if state == "running":
            # No answer says nothing about step 4 (decision 17).
            unknown = step == 4 and outcome == "transport"
            turn.step(step, "pending" if unknown else "failed", sentence)
    turn.keep_noted()
    turn.move("end")
    state_now = turn.state
    turn.record(
        SessionClosed(
            outcome, sentence, state_now.messages, state_now.items_sent, state_now.items_received
        )
    )
    turn.do(End(outcome, sentence))


def transport(turn: Turn, reason: str) -> None:
    """Never step 4 or 6 (decision 17); for a server under challenge it is the end of its chance."""
    if turn.state.state is State.SERVER_CHALLENGED:
        not_authenticated(turn, f"it answered our challenge with: {reason}")
    else:
        end(turn, "transport", f"no SyncML answer from the server: {reason}")


def step_4_failed(turn: Turn, sentence: str) -> None:
    turn.step(4, "failed", sentence)
    end(turn, "peer-error", sentence)


def refused(turn: Turn, sentence: str, step: int = 4) -> None:
    if step == 4:
        turn.step(4, "failed", sentence)
    end(turn, "auth-refused", f"authentication refused: {sentence}")


def broken(turn: Turn, sentence: str) -> None:
    if turn.state.state is State.SERVER_CHALLENGED:
        not_authenticated(turn, f"it answered our challenge with: {sentence}")
    else:
        end(turn, "peer-error", sentence)


def unproven(turn: Turn, sentence: str) -> None:
    """auth-MAC: a message in mid-session that proves nothing ends it; none of it is looked at."""
    end(turn, "server-not-authenticated", f"the server did not prove itself: {sentence}")


def not_authenticated(turn: Turn, sentence: str) -> None:
    """Nothing more is sent, nothing is stored (decision 7)."""
    turn.step(5, "failed", sentence)
    demands = turn.state.account.policy.server_auth
    key = "resync" if turn.state.kind == "resync" else "ordinary"
    demanded = getattr(demands, key) == "required"
    because = f" (server_auth.{key} is required)" if demanded else ""
    end(turn, "server-not-authenticated", f"the server did not prove itself: {sentence}{because}")
