"""All that can happen next in a world: `moves(ends, world)` gives (label, world, what broke).

One place for every schedule: deliver, lose, repeat, delay, cut the power of either side, notify,
interrupt. Budgets (faults, notes, replays, syncs) make it finite; order is never restricted.
"""

from collections.abc import Iterator

from tests.model.ends import Ends, Step
from tests.model.invariants import Broken
from tests.model.world import Message, Push, World, nonce

Move = tuple[str, World, tuple[Broken, ...]]

FIRST_ID = 0x4A11
"""SessionID of the first notification; neither octet is 0 in what follows it."""
WRONG = b"nobody's nonce.."


def live(ends: Ends, world: World) -> int:
    """The nonces that occur anywhere in the world."""
    bits = 0
    for number in world[:7]:
        bits |= ends.numbers.live[number]
    return bits


def moves(ends: Ends, world: World) -> Iterator[Move]:
    names = live(ends, world)
    yield from _handset(ends, world, names)
    yield from _server(ends, world, names)
    yield from _notifications(ends, world)
    if world.faults:
        yield from _faults(ends, world._replace(faults=world.faults - 1), names)


def _to(world: World, label: str, step: Step, **fields: int) -> Move:
    """The handset has made a step; a message of its is on its way."""
    if step.out:
        fields["up"] = step.out
    said = f": {step.said}" if step.said else ""
    return f"{label}{said}", world._replace(handset=step.end, **fields), step.broken


def _handset(ends: Ends, world: World, names: int) -> Iterator[Move]:
    handset = ends.handset(world.handset)
    if handset.todo:
        yield _to(world, "handset", ends.effect(world.handset, names))
    elif world.down:
        step = ends.hears(world.handset, world.down, names)
        yield _to(world, "reply arrives", step, down=0)
    elif handset.session is None and world.syncs:
        step = ends.syncs(world.handset, world.syncs)
        yield _to(world, "the person starts a sync", step, syncs=world.syncs - 1)


def _server(ends: Ends, world: World, names: int) -> Iterator[Move]:
    if world.up:
        step = ends.answers(world.server, world.up, names, "", "")
        yield _answered(world, "request arrives; server", step, up=0)
    if world.stray:
        step = ends.answers(world.server, world.stray, names, "", "")
        yield "late request arrives", world._replace(server=step.end, stray=0), ()
        if not world.up and not world.old and world.down == 0:
            yield "late request is gone", world._replace(stray=0), ()


def _answered(world: World, label: str, step: Step, **fields: int) -> Move:
    return f"{label} {step.said}", world._replace(server=step.end, down=step.out, **fields), ()


def _notifications(ends: Ends, world: World) -> Iterator[Move]:
    pushes = ends.numbers.values[world.pushes]
    assert isinstance(pushes, tuple)
    if world.notes:
        for signed in ends.config.signed:
            known: str | bytes | None = signed
            if signed == "wrong":
                known = WRONG
            elif signed == "candidate":
                known = ends.handset(world.handset).memory.candidate
            if known is None:
                continue
            server, push = ends.notifies(world.server, FIRST_ID + len(pushes), known)
            bits = ends.numbers.live[world.server] | ends.numbers.live[world.pushes]
            if isinstance(known, bytes):
                bits |= ends.numbers.live[world.handset]
            after = ends.numbers.of((*pushes, push), bits)
            step = ends.pushed(world.handset, push)
            made = world._replace(server=server, pushes=after, notes=world.notes - 1)
            yield _to(made, f"notification {push.session_id:X} over {signed}", step)
    if world.replays:
        for push in pushes:
            assert isinstance(push, Push)
            step = ends.pushed(world.handset, push)
            again = world._replace(replays=world.replays - 1)
            yield _to(again, f"notification {push.session_id:X} once more", step)


def _faults(ends: Ends, world: World, names: int) -> Iterator[Move]:
    """`world` has one fault less than the world that it is made from."""
    kinds = ends.config.kinds
    handset = ends.handset(world.handset)
    waits = not handset.todo and handset.session is not None
    if "lose" in kinds and waits:
        lost = ends.hears(world.handset, 0, names)
        if world.up:
            yield _to(world, "REQUEST LOST", lost, up=0)
        if world.down:
            yield _to(world, "REPLY LOST", lost, down=0)
    if "again" in kinds and world.up and not world.stray:
        yield "REQUEST COPIED", world._replace(stray=world.up), ()
    if "late" in kinds:
        if world.down and not world.old:
            yield "REPLY COPIED", world._replace(old=world.down), ()
        if world.old and waits and (world.up or world.down):
            step = ends.hears(world.handset, world.old, names)
            yield _to(world, "OLD REPLY instead", step, up=0, down=0, old=0)
    if "cut-handset" in kinds and (handset.session is not None or handset.todo):
        step = ends.restarts(world.handset)
        yield _to(world, "HANDSET: POWER CUT", step, up=0, down=0, stray=world.up or world.stray)
    if "stop" in kinds and handset.session is not None:
        step = ends.stops(world.handset, names)
        yield _to(world, "STOPPED", step, up=0, down=0, stray=world.up or world.stray)
    if "cut-server" in kinds:
        yield from _server_cuts(ends, world, names)
    if world.up:
        for wrong in ends.config.misbehaviour:
            step = ends.answers(world.server, world.up, names, wrong, "")
            yield _answered(world, f"request arrives; server, {wrong.upper()},", step, up=0)


def _server_cuts(ends: Ends, world: World, names: int) -> Iterator[Move]:
    if world.up:
        lost = ends.hears(world.handset, 0, names)
        for cut in ("before", "after"):
            step = ends.answers(world.server, world.up, names, "", cut)
            after = world._replace(server=step.end)
            yield _to(after, f"SERVER: POWER CUT {cut} its commits", lost, up=0)
    if ends.server(world.server).sessions:
        step = ends.forgets(world.server)
        yield "SERVER: RESTART", world._replace(server=step.end), ()


def start(ends: Ends) -> list[World]:
    """The worlds in which nothing has happened yet."""
    from tests.model.world import Handset, starts

    config = ends.config
    found = []
    for memory, state in starts(config):
        handset = ends.numbers.of(Handset(memory))
        server = ends.numbers.of(state)
        pushes = ends.numbers.of(())
        budget = (config.faults, config.notes, config.replays, config.syncs)
        found.append(World(handset, server, 0, 0, 0, 0, pushes, *budget))
    return found


__all__ = ["Message", "Move", "live", "moves", "nonce", "start"]
