"""Between bearers and handset: what comes in waits here, bounded; what is too much is counted.

Puts long SMS together (`protocol.reception`), says in the journal what came, and hands pushes on.
Nothing that comes can hold up the loop for long: the screen and a running session go on.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from emulator.journal import Journal
from emulator.protocol import flood, reception
from emulator.protocol.events import DropReason, PushArrived, PushesDropped, What
from emulator.protocol.flood import Bucket
from emulator.protocol.reception import Ignored
from emulator.protocol.remarks import remark
from emulator.wire.concatenation import PATIENCE, State
from emulator.wire.received import Received
from emulator.wire.recognition import recognised

QUEUE = 1000
"""Deliveries that wait or are being judged at most; what comes on top is lost, as in a phone."""
MAX_SENDERS = 1000
"""Senders whose rate is known at one time; the longest silent is forgotten for one more."""
PAUSE = 1.0
"""Seconds between two events that say how many were lost."""

Arrive = Callable[[PushArrived, Ignored | None], Coroutine[Any, Any, object]]


class Intake:
    """`arrive` makes a run of a push; `clock` says the time."""

    def __init__(self, journal: Journal, arrive: Arrive, clock: Callable[[], float]) -> None:
        self._journal, self._arrive, self._clock = journal, arrive, clock
        self._queue: asyncio.Queue[Received] = asyncio.Queue(QUEUE)
        self._judging: set[asyncio.Task[object]] = set()
        self._worker: asyncio.Task[None] | None = None
        self._buckets: dict[str, Bucket] = {}
        self._dropped: Counter[tuple[str, DropReason]] = Counter()
        self._saying: asyncio.TimerHandle | None = None
        self._parts: State = ()
        self._expiring: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._worker = asyncio.create_task(self._work())

    def put(self, received: Received) -> None:
        """A delivery from outside: waits to be judged, or is dropped and counted."""
        if not self._may(received.sender):
            self._drop(received.bearer, "rate")
        elif self._queue.qsize() + len(self._judging) >= QUEUE:
            self._drop(received.bearer, "queue")
        else:
            self._queue.put_nowait(received)

    async def take(self, received: Received) -> None:
        """A delivery that can wait until there is room."""
        await self._queue.put(received)

    def own(self, octets: bytes, sender: str) -> None:
        """A push of the handset's own sender, as if over the air."""
        if not self._queue.full():
            self._queue.put_nowait(Received("own", sender, recognised(octets)))

    def lose(self, bearer: str, count: int) -> None:
        """So many more never came as far as here: the system had no room for them."""
        self._drop(bearer, "system", count)

    def tell(self, wanted: str) -> None:
        """A sender wanted something of a bearer that it cannot do."""
        self._remark("modem-cannot", wanted)

    def refused(self, why: str) -> None:
        """A bearer turned a sender away, and what it brought; its address stands first."""
        self._remark("delivery-refused", why)

    def _remark(self, id_: str, detail: str) -> None:
        if self._may(detail.partition(": ")[0]):
            self._journal.append(remark(id_, detail).event())

    def _may(self, sender: str) -> bool:
        who = sender.rpartition(":")[0] or sender
        # Taken out and put back: the longest silent is the first.
        bucket, let_in = flood.take(self._buckets.pop(who, None), self._clock())
        if len(self._buckets) >= MAX_SENDERS:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[who] = bucket
        return let_in

    def _drop(self, bearer: str, reason: DropReason, count: int = 1) -> None:
        self._dropped[bearer, reason] += count
        if self._saying is None:
            self._saying = asyncio.get_running_loop().call_later(PAUSE, self.say_dropped)

    def say_dropped(self) -> None:
        """An event for each bearer that lost something since the last time."""
        if self._saying is not None:
            self._saying.cancel()
            self._saying = None
        for (bearer, reason), count in self._dropped.items():
            self._journal.append(PushesDropped(bearer, reason, count))
        self._dropped.clear()

    async def _work(self) -> None:
        """Each push in a task of its own: one that waits at a breakpoint holds up no other."""
        while True:
            received = await self._queue.get()
            self._parts, outcome = reception.receive(self._parts, received, self._clock())
            self._say(outcome.before)
            self._watch()
            if outcome.push is None:
                self._queue.task_done()
                continue
            task = asyncio.create_task(self._arrive(outcome.push, outcome.ignored))
            self._judging.add(task)
            task.add_done_callback(self._judged)
            # A full queue must not keep the loop to itself.
            await asyncio.sleep(0)

    def _judged(self, task: asyncio.Task[object]) -> None:
        self._judging.discard(task)
        self._queue.task_done()

    def _say(self, whats: tuple[What, ...]) -> None:
        for what in whats:
            self._journal.append(what)

    def _watch(self) -> None:
        """While parts are missing, somebody looks whether they have been for too long."""
        if self._parts and self._expiring is None:
            wait = max(self._parts[0].at + PATIENCE - self._clock(), 0.0) + 1.0
            self._expiring = asyncio.get_running_loop().call_later(wait, self.expire)

    def expire(self) -> None:
        """Gives up the long SMS whose parts have not come in time."""
        if self._expiring is not None:
            self._expiring.cancel()
            self._expiring = None
        self._parts, whats = reception.expired(self._parts, self._clock())
        self._say(whats)
        self._watch()

    async def settled(self) -> None:
        """Returns when nothing waits to be judged."""
        await self._queue.join()
        self.say_dropped()

    def stop(self) -> None:
        """Nothing is taken any more, and no timer runs."""
        for timer in (self._saying, self._expiring):
            if timer is not None:
                timer.cancel()
        if self._worker is not None:
            self._worker.cancel()

    async def give_up(self) -> None:
        """What is being judged is given up."""
        judging = list(self._judging)
        for task in judging:
            task.cancel()
        await asyncio.gather(*judging, return_exceptions=True)
