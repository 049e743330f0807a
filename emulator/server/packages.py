"""The course of the packages: what a reply is made of, and what the Final of ours brings to an end."""

from emulator.server import commands
from emulator.server.authentication import Judgement
from emulator.server.state import Part
from emulator.server.turn import Turn
from emulator.wire import build
from emulator.wire.syncml import Alert, Command

DONE = 7
"""The package after the last: the session has ended."""


def answered(turn: Turn, code: int, judged: Judgement | None = None) -> list[Part]:
    challenge = judged.chal if judged else None
    return [Part(build.header_status(turn.message, code, challenge)), *turn.statuses]


def package(turn: Turn, code: int, judged: Judgement | None) -> tuple[list[Part], bool]:
    """Statuses, and what the state of the packages asks for besides."""
    first, *statuses = answered(turn, code, judged)
    left = [p for p in turn.session.pending if not asks_next(p.command)]
    ask = Part(build.alert(build.NEXT_MESSAGE, turn.session.device_id, turn.state.url))
    if "endless-222" in turn.misbehaviour:
        return [first, *statuses, ask], False
    if turn.session.sending:
        return [first, *statuses, *left], True
    if not turn.message.final:
        return [first, *left, *statuses, ask], False
    more = _PACKAGES.get(turn.session.package, _nothing)(turn)
    outgoing = (*left, *statuses, *turn.session.own, *more)
    turn.note(own=(), outgoing=outgoing, sending=True, answers=turn.session.package)
    return [first, *outgoing], True


def asks_next(command: Command) -> bool:
    return isinstance(command, Alert) and command.code == build.NEXT_MESSAGE


def _nothing(turn: Turn) -> tuple[Part, ...]:
    return ()


def _package2(turn: Turn) -> tuple[Part, ...]:
    commands.ask_device_information(turn)
    return ()


def _package4(turn: Turn) -> tuple[Part, ...]:
    parts: list[Part] = []
    for syncing in turn.session.syncs:
        commands.begin(turn, syncing)
        parts += turn.desk(syncing.name).changes(syncing)
    return tuple(parts)


_PACKAGES = {1: _package2, 3: _package4}
"""What our package has besides Statuses and what the commands have brought, by the package of the
client's that it answers."""


def finish(turn: Turn) -> None:
    """The Final of our package leaves."""
    package = turn.session.package
    if package == 3:
        for syncing in turn.session.syncs:
            turn.desk(syncing.name).end(syncing)
            turn.say(f"{syncing.name} is synchronised, its anchors are kept")
    over = package == 5 or (package == 3 and not turn.session.syncs)
    turn.note(sending=False, package=DONE if over else min(package + 2, DONE))
    if over:
        turn.say(f"session {turn.session.session_id} has ended")
        turn.settle()
        turn.tell_nonces()
