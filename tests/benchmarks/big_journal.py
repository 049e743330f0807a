"""100,000 events in the journal and 200 new ones a second, in a real terminal; and opening such a journal.

`python -m tests.benchmarks.big_journal --seconds 600` looks at ten minutes. Key to paint is from the
key's write to the read that moves the cursor; CPU is the process's, all threads.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.benchmarks import long_journal
from tests.interop.device import HANDSET
from tests.interop.terminal import Terminal

COUNT, RATE = 100_000, 200.0
ROOT = Path(__file__).parents[2]
PAGE = os.sysconf("SC_PAGESIZE")
CURSOR = "▌".encode()
TICKS = os.sysconf("SC_CLK_TCK")


class Measured(NamedTuple):
    """A value and what it must not exceed."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def met(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def __str__(self) -> str:
        said = ""
        if self.limit is not None:
            said = f", at most {self.limit:g} {'met' if self.met else 'MISSED'}"
        return f"{self.name}: {self.value:.1f} {self.unit}{said}"


def memory(pid: int) -> float:
    """MB of a process that are in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def under_load(seconds: float = 20.0, count: int = COUNT, rate: float = RATE) -> list[Measured]:
    """The screen while events keep coming: first following them, then with keys."""
    command = (sys.executable, "-m", "tests.benchmarks.fed_app", str(count), str(rate))
    with Terminal(*command, env={"PYTHONPATH": str(ROOT)}, columns=120, rows=40) as terminal:
        terminal.wait_for_more(b"m following ", patience=120)  # without how far reading is
        terminal.read_for(min(2.0, seconds))  # the garbage of the start is collected
        begun, used, first = time.perf_counter(), cpu(terminal.pid), memory(terminal.pid)
        terminal.read_for(seconds / 2)
        following = 100 * (cpu(terminal.pid) - used) / (time.perf_counter() - begun)
        delays = keys(terminal, seconds / 2)
        last = memory(terminal.pid)
        terminal.send("q")
        terminal.wait_for_end()
    p95 = quantiles(delays, n=20)[-1] * 1000
    return [
        Measured("key to paint, median", median(delays) * 1000, "ms"),
        Measured(f"key to paint, p95 of {len(delays)}", p95, "ms", 16),
        Measured("CPU while it follows", following, "% of a core", 33.3),
        Measured("memory", last, "MB", 150),
        Measured(f"memory gained in {seconds:.0f} s", last - first, "MB"),
    ]


def keys(terminal: Terminal, seconds: float) -> list[float]:
    """Moves the cursor down and up for so long; how long each took."""
    terminal.send("g")
    terminal.read_for(0.3)
    delays, end, down = [], time.perf_counter() + seconds, True
    while time.perf_counter() < end or len(delays) < 3:
        sent = time.perf_counter()
        terminal.send("j" if down else "k")
        delays.append(terminal.wait_for_more(CURSOR) - sent)
        down = not down
        terminal.read_for(0.047)  # no multiple of the frame
    return delays


def opening(count: int = COUNT) -> list[Measured]:
    """`handset open` of a long journal: from the first paint to the first page, and all of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        long_journal.write(path, count)
        with Terminal(HANDSET, "open", str(path)) as terminal:
            terminal.wait_for_octets(b"stored nonce")
            painted = terminal.heard
            terminal.wait_for_octets("─── run 1 ─".encode())
            page = terminal.heard
            read, peak = terminal.wait_for_more(b"m +", 120), memory(terminal.pid)
            terminal.send("q")
            terminal.wait_for_end()
    return [
        Measured(f"{count:,} events: start to first paint", painted - terminal.started, "s"),
        Measured("first paint to first page", page - painted, "s", 0.5),
        Measured("first paint to all of it", read - painted, "s"),
        Measured("memory then", peak, "MB", 150),
    ]


def run(seconds: float = 20.0, count: int = COUNT) -> list[Measured]:
    return [*opening(count), *under_load(seconds, count)]


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--events", type=int, default=COUNT)
    given = options.parse_args()
    for measured in run(given.seconds, given.events):
        print(measured, flush=True)
