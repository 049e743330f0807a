"""Runs inputs in processes of their own, bounded in time and memory, and collects what went wrong.

A worker says over a pipe how far it is and what failed; where it stands now is in shared memory, so
that an input that hangs in C, or kills its process, is named all the same.
"""

import contextlib
import multiprocessing
import resource
import signal
import time
import traceback
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any

import msgspec

from tests.fuzz.targets import TARGETS

CPU = 5.0
"""Seconds of processor time for one input of at most 64 KiB; an honest one takes milliseconds."""
HANG = 60.0
"""Seconds in which a worker has to come to its next input; then it is ended."""
MEMORY = 512 << 20
"""Octets of address space that a worker may take beyond what it has when it starts."""
GROWTH = 192 << 20
"""Octets by which a worker's largest resident size may exceed that after its first inputs."""

Job = tuple[str, int]
"""Target and index."""


class Failure(msgspec.Struct, frozen=True):
    """What did not hold, of which input."""

    target: str
    seed: int
    index: int
    octets: bytes
    sentence: str
    trace: str = ""


class Hang(BaseException):
    """The input took more than CPU seconds; not an Exception, so that nothing swallows it."""


def _alarm(number: int, frame: FrameType | None) -> None:
    raise Hang(f"more than {CPU:g} s of processor time")


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Ends what takes more processor time than an input may. Main thread only."""
    before = signal.signal(signal.SIGVTALRM, _alarm)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run_one(target: str, octets: bytes, seed: int = 0, index: int = -1) -> Failure | None:
    """Checks one input."""
    try:
        with bounded():
            TARGETS[target].check(octets)
    except (Exception, Hang) as wrong:
        sentence = f"{type(wrong).__name__}: {str(wrong)[:300]}"
        trace = "".join(traceback.format_exception(wrong, limit=-8))
        return Failure(target, seed, index, octets, sentence, trace)
    return None


def make(target: str, seed: int, index: int) -> bytes:
    return TARGETS[target].make(seed, index)


def jobs(only: str | None, inputs: int) -> Iterable[Job]:
    """Which inputs a run has: each target its share, interleaved."""
    if only:
        return [(only, index) for index in range(inputs)]
    total = sum(target.share for target in TARGETS.values())
    found = []
    for target in TARGETS.values():
        count = max(inputs * target.share // total, 1)
        found += [(index / count, target.name, index) for index in range(count)]
    left = inputs - len(found)
    found += [(1.0, "wbxml", inputs + index) for index in range(max(left, 0))]
    return [(name, index) for _, name, index in sorted(found)]


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _address_space() -> int:
    with open("/proc/self/statm") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * resource.getpagesize()


def _worker(seed: int, mine: list[Job], at: Any, pipe: Connection) -> None:
    """Works off `mine`; `at` is the shared position."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in dict.fromkeys(name for name, _ in mine):
        make(name, seed, 0)
        run_one(name, b"")
    limit = _address_space() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    counts: dict[str, int] = {}
    base = 0
    for position, (target, index) in enumerate(mine):
        at.value = position
        octets = make(target, seed, index)
        failure = run_one(target, octets, seed, index)
        counts[target] = counts.get(target, 0) + 1
        if position == 500:
            base = _peak()
        elif base and not failure and _peak() - base > GROWTH:
            failure = Failure(target, seed, index, octets, "the process takes too much memory")
            base = _peak()
        if failure:
            pipe.send(failure)
        if position % 500 == 499:
            pipe.send(counts)
            counts = {}
    pipe.send(counts)
    pipe.send(None)


class Workers:
    """A run over several processes; iterate over it for failures as they come."""

    def __init__(self, seed: int, todo: Iterable[Job], processes: int, minutes: float = 0) -> None:
        self.counts: dict[str, int] = {}
        self.stopped_early = False
        self._seed = seed
        self._until = time.monotonic() + minutes * 60 if minutes else None
        self._running: dict[Connection, tuple[Any, Any, list[Job], float, int]] = {}
        context = multiprocessing.get_context("fork")
        todo = list(todo)
        for number in range(processes):
            mine = todo[number::processes]
            if not mine:
                continue
            ours, theirs = context.Pipe(duplex=False)
            at = context.Value("L", 0, lock=False)
            process = context.Process(target=_worker, args=(seed, mine, at, theirs), daemon=True)
            process.start()
            theirs.close()
            self._running[ours] = (process, at, mine, time.monotonic(), 0)

    def __iter__(self) -> Iterator[Failure]:
        try:
            while self._running:
                for pipe in wait(list(self._running), timeout=1.0):
                    assert isinstance(pipe, Connection)
                    yield from self._heard(pipe)
                yield from self._hanging()
                if self._until is not None and time.monotonic() > self._until:
                    self.stopped_early = bool(self._running)
                    return
        finally:
            for process, *_ in self._running.values():
                process.kill()
                process.join()

    def _heard(self, pipe: Connection) -> Iterator[Failure]:
        process, at, mine, *_ = self._running[pipe]
        try:
            said = pipe.recv()
        except EOFError:
            process.join()
            del self._running[pipe]
            yield self._at(mine[at.value], f"the process died, exit status {process.exitcode}")
            return
        if isinstance(said, Failure):
            yield said
        elif said is None:
            process.join()
            del self._running[pipe]
        else:
            for name, count in said.items():
                self.counts[name] = self.counts.get(name, 0) + count

    def _hanging(self) -> Iterator[Failure]:
        now = time.monotonic()
        for pipe, (process, at, mine, since, seen) in list(self._running.items()):
            if at.value != seen:
                self._running[pipe] = (process, at, mine, now, at.value)
            elif now - since > HANG:
                process.kill()
                process.join()
                del self._running[pipe]
                yield self._at(mine[seen], f"no end within {HANG:g} s")

    def _at(self, job: Job, sentence: str) -> Failure:
        target, index = job
        return Failure(target, self._seed, index, make(target, self._seed, index), sentence)
