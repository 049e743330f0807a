"""Walks every schedule, breadth first, each world once; and from every one goes on honestly (I5, I6).

`explore(config)` gives a Report; a violation comes with the shortest schedule that leads to it.
"""

import functools
import time
from collections import deque
from unittest.mock import patch

import msgspec

from emulator.protocol.effects import End
from emulator.wire.codec import Codec
from tests.model.ends import Ends, Step
from tests.model.invariants import Broken, of_both
from tests.model.moves import FIRST_ID, live, moves, start
from tests.model.world import Config, Memory, World

_HONEST_STEPS = 200


class Report(msgspec.Struct):
    """What was seen. `schedule` are the labels from the start to `broken`."""

    config: Config
    states: int = 0
    transitions: int = 0
    depth: int = 0
    honest: int = 0
    seconds: float = 0.0
    complete: bool = False
    broken: Broken | None = None
    schedule: tuple[str, ...] = ()


class Explorer:
    def __init__(self, config: Config) -> None:
        self.ends = Ends(config)
        self.report = Report(config)
        self._came: dict[World, tuple[World, str] | None] = {}
        self._pairs: dict[tuple[int, int, int, int], tuple[Broken, ...]] = {}
        self._settled: dict[int, int] = {}
        self._honest: dict[tuple[int, int, int], tuple[Broken | None, tuple[str, ...]]] = {}

    def run(self, most: int = 0) -> Report:
        """Until every world is seen, `most` are (0: no bound), or an invariant breaks."""
        begun = time.perf_counter()
        report = self.report
        ends = self.ends
        queue: deque[tuple[World, int]] = deque()
        for world in start(ends):
            self._came[world] = None
            queue.append((world, 0))
        while queue and not report.broken:
            world, depth = queue.popleft()
            report.depth = depth
            wrong, told = self._continued(world)
            if wrong is not None:
                self._blame(world, wrong, told)
                break
            for label, after, broken in moves(ends, world):
                report.transitions += 1
                broken = broken or self._apart(world, after)
                if broken:
                    self._blame(world, broken[0], (label,))
                    break
                if after not in self._came:
                    self._came[after] = (world, label)
                    queue.append((after, depth + 1))
            if most and len(self._came) >= most:
                break
        report.complete = not queue and report.broken is None
        report.states = len(self._came)
        report.honest = len(self._honest)
        report.seconds = time.perf_counter() - begun
        return report

    def _blame(self, world: World, broken: Broken, then: tuple[str, ...]) -> None:
        labels: list[str] = []
        at: World | None = world
        while at is not None and (came := self._came[at]) is not None:
            at, label = came
            labels.append(label)
        self.report.broken = broken
        self.report.schedule = (*reversed(labels), *then)

    # I8

    def _apart(self, before: World, after: World) -> tuple[Broken, ...]:
        """What a step does to the two ends together."""
        key = (before.handset, before.server, after.handset, after.server)
        # A server that confirms what it does not keep puts the two out of step by itself.
        if key[:2] == key[2:] or "forget-server-nonce" in self.ends.config.misbehaviour:
            return ()
        if key not in self._pairs:
            self._pairs[key] = of_both(self._nonces(before), self._nonces(after))
        return self._pairs[key]

    def _nonces(self, world: World) -> tuple[Memory, bytes]:
        held = self.ends.held(self.ends.server(world.server))
        return self.ends.handset(world.handset).memory, held.server_nonce

    # I5, I6

    def _continued(self, world: World) -> tuple[Broken | None, tuple[str, ...]]:
        """What is left of a run times out; then one honest resync, then an ordinary notification."""
        settled = self._settled.get(world.handset)
        if settled is None:
            settled = self._settled[world.handset] = self._settle(world.handset)
        pushes = self.ends.numbers.values[world.pushes]
        assert isinstance(pushes, tuple)
        key = (settled, world.server, len(pushes))
        if key not in self._honest:
            self._honest[key] = self._both(*key)
        return self._honest[key]

    def _settle(self, handset: int) -> int:
        ends = self.ends
        for _ in range(_HONEST_STEPS):
            value = ends.handset(handset)
            names = ends.numbers.live[handset]
            if value.todo:
                handset = ends.effect(handset, names).end
            elif value.session is not None:
                handset = ends.hears(handset, 0, names).end
            else:
                return handset
        raise AssertionError("a handset that hears nothing comes to no end")

    def _both(self, handset: int, server: int, notes: int) -> tuple[Broken | None, tuple[str, ...]]:
        told = ["-- from here on honest and lossless --"]
        for number, (signed, invariant) in enumerate((("session-id", "I5"), ("stored", "I6"))):
            id_ = FIRST_ID + notes + number
            wrong, handset, server = self._session(handset, server, id_, signed, told)
            if wrong:
                return Broken(invariant, wrong), tuple(told)
        return None, ()

    def _session(
        self, handset: int, server: int, id_: int, signed: str, told: list[str]
    ) -> tuple[str, int, int]:
        """One notification and its session; why it is not as it should be, and both ends after it."""
        ends = self.ends
        server, push = ends.notifies(server, id_, signed)
        step = ends.pushed(handset, push)
        told.append(f"notification {id_:X} over {signed}: {step.said}")
        if not step.said.startswith("verified"):
            return f"the notification over {signed} is ignored: {step.said}", 0, 0
        if signed == "stored" and step.said == "verified-session-id":
            return "the ordinary notification verifies with the SessionID only", 0, 0
        world = World(step.end, server, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        for _ in range(_HONEST_STEPS):
            value = ends.handset(world.handset)
            names = live(ends, world)
            if value.todo:
                ending = value.todo[0]
                step = ends.effect(world.handset, names)
                told.append(f"handset: {step.said}")
                world = world._replace(handset=step.end, up=step.out)
                if isinstance(ending, End):
                    state = value.session
                    refused = state is not None and signed == "stored" and state.challenges
                    return self._verdict(world, ending, bool(refused)), world.handset, world.server
            elif world.up:
                step = ends.answers(world.server, world.up, names, "", "")
                told.append(f"server {step.said}")
                world = world._replace(server=step.end, up=0, down=step.out)
            else:
                step = ends.hears(world.handset, world.down, names)
                world = world._replace(handset=step.end, down=0)
        return "it does not come to an end", 0, 0

    def _verdict(self, world: World, ending: End, refused: bool) -> str:
        memory = self.ends.handset(world.handset).memory
        held = self.ends.held(self.ends.server(world.server))
        if ending.outcome != "synchronised":
            return f"the session ends as {ending.outcome}: {ending.sentence}"
        if refused:
            return "the client was challenged after a resynchronisation"
        if memory.client != held.client_nonce:
            return f"client nonces differ: {memory.client!r}, server {held.client_nonce!r}"
        if memory.server != held.server_nonce:
            return f"server nonces differ: {memory.server!r}, server {held.server_nonce!r}"
        return ""


def explore(config: Config, most: int = 0) -> Report:
    """One configuration. Both ends read the same octets again and again: that is done once."""
    with patch.object(Codec, "decode", functools.lru_cache(maxsize=20_000)(Codec.decode)):
        return Explorer(config).run(most)


__all__ = ["Explorer", "Report", "Step", "explore"]
