"""The package logic: the server's commands are answered, then our next message leaves, or the end.

Comes in once the server has accepted us and step 5 is settled; knows no credentials.
[DS Protocol 1.2: packages 3 to 6, Final and Alert 222]
"""

from emulator.protocol import endings, packages, sync
from emulator.protocol.states import State
from emulator.protocol.turn import SessionState, Turn
from emulator.wire import build
from emulator.wire.syncml import Alert, Message, Status

_IDLE_LIMIT = 3
"""Alerts 222 in a row that bring nothing (decision 17)."""


def go_on(turn: Turn, message: Message) -> None:
    """The package logic: the server's commands are answered, then the next message or the end."""
    before = turn.state.unanswered
    due = packages.answers(turn, message)
    state = turn.state.state
    if state is State.PACKAGE_3:
        # The server has answered a part of package 3: the next part.
        _changes(turn, message, due)
    elif state is State.PACKAGE_5 and sync.maps(turn):
        # What did not fit into the last message, or was added in this one.
        turn.move("more")
        packages.maps(turn, message, due)
    elif not message.final:
        quiet = all(
            isinstance(c, Status) or (isinstance(c, Alert) and c.code == build.NEXT_MESSAGE)
            for c in message.commands
        )
        # A package with many changes of ours is answered in several messages of Statuses.
        quiet = quiet and turn.state.unanswered == before
        turn.set(idle=turn.state.idle + 1 if quiet else 0)
        if turn.state.idle >= _IDLE_LIMIT:
            _never_ends(turn, message)
            return
        turn.move("more")
        package = {State.PACKAGE_2: 3, State.PACKAGE_4: 5}.get(state, 5)
        packages.next_message(turn, message, due, package)
    elif state is State.PACKAGE_2:
        turn.set(idle=0)
        turn.move("final")
        _changes(turn, message, due)
    elif state is State.PACKAGE_4:
        _after_package_4(turn, message, due)
    else:
        _finish(turn)


def _never_ends(turn: Turn, message: Message) -> None:
    """The server keeps us in its package without saying anything (decision 17)."""
    asks = any(isinstance(c, Alert) and c.code == build.NEXT_MESSAGE for c in message.commands)
    turn.remark("endless-222" if asks else "no-final")
    how = "asks for the next message (Alert 222) without end" if asks else "sends no Final"
    words = f"the server {how}: {_IDLE_LIMIT} messages in a row brought nothing"
    confirmed = "; the fresh nonces are confirmed all the same" if turn.state.confirmed else ""
    endings.end(turn, "peer-error", words + confirmed)


def _changes(turn: Turn, message: Message, due: list[packages.Answer]) -> None:
    if packages.changes(turn, message, due):
        turn.move("changes-sent")
    else:
        turn.move("more")


def _after_package_4(turn: Turn, message: Message, due: list[packages.Answer]) -> None:
    """Package 5 when there is something to say: Status for the server's changes, Maps."""
    if due or any(store.maps for store in turn.state.stores):
        turn.move("maps-sent")
        packages.maps(turn, message, due)
    else:
        _finish(turn)


def _finish(turn: Turn) -> None:
    """The server has said its last: what came of it?"""
    state = turn.state
    refused = [store.name for store in state.stores if store.refused or not store.agreed]
    sync.finish(turn)
    if state.issued_in and not state.confirmed:
        turn.step(6, "failed", "no success Status for the message with our Chal")
        endings.end(
            turn, "peer-error", "synchronised, but the server never confirmed the new server nonce"
        )
    elif refused and len(refused) == len(state.stores):
        endings.end(turn, "peer-error", f"the server refused every datastore: {', '.join(refused)}")
    else:
        endings.end(turn, "synchronised", _success(state))


def _success(state: SessionState) -> str:
    moved = f"synchronised, {state.items_sent} sent and {state.items_received} received"
    if state.kind == "resync" and state.confirmed:
        return f"{moved}; the server confirmed the fresh nonces"
    if state.proof == "excused":
        return f"{moved}; the server did not prove itself"
    return moved
