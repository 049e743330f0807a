"""10,000 datagrams a second for ten seconds on the handset's UDP port, its screen in a real terminal.

One in a thousand is a valid notification, half of them from the address that the flood comes from, half
from another one. What has become of each is read from the journal afterwards: nothing may be unaccounted for.
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median, quantiles

from emulator import journal, profiles, pushing
from emulator.protocol.events import (
    NotificationRead,
    PushArrived,
    PushesDropped,
    SessionClosed,
    VerdictReached,
)
from emulator.pushing import Wanted
from tests.benchmarks.big_journal import Measured, keys, memory
from tests.interop.built_in import BuiltIn
from tests.interop.device import HANDSET
from tests.interop.terminal import Terminal

RATE, SECONDS = 10_000, 10
VALID = 1000
"""One in so many."""
ROOT = Path(__file__).parents[2]
LISTENS = re.compile(r"udp://127\.0\.0\.1:(\d+)")
FLOODING, OTHER = "127.0.0.1", "127.0.0.2"


def _notifications(count: int) -> list[tuple[str, bytes]]:
    """Valid ones, of a SessionID each, and the address that each is to come from."""
    account = profiles.load("built-in").accounts[0]
    wanted = (
        Wanted("session-id", str(number), syncs=("206:text/x-vcard:./contacts",))
        for number in range(1, count + 1)
    )
    made = (pushing.in_form(pushing.package_0(account, each), "wsp")[0] for each in wanted)
    return [((FLOODING, OTHER)[number % 2], octets) for number, octets in enumerate(made)]


class Sprayer:
    """The flood, from a process of its own; `sent` once it is over."""

    def __init__(self, port: int, rate: int, seconds: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.sprayer", str(port), str(rate), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        assert self._process.stdin
        for address, octets in _notifications(max(rate * seconds // VALID, 1)):
            self._process.stdin.write(f"{address} {octets.hex()}\n")
        self._process.stdin.close()
        self._process.stdin = None

    def result(self) -> tuple[int, float]:
        """How many were sent, and in how many seconds."""
        said, _ = self._process.communicate()
        count, took = said.split()
        return int(count), float(took)


def run(rate: int = RATE, seconds: int = SECONDS) -> list[Measured]:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, BuiltIn() as server:
        folder = Path(name)
        profile, record = folder / "flood.toml", folder / "journal"
        profile.write_text(
            f'server = "built-in"\n[account]\nurl = "{server.url}"\n[resync]\nrate = "off"\n'
        )
        command = [HANDSET, "run", str(profile), "--state", str(folder / "state")]
        command += ["--listen", "udp://127.0.0.1:0", "--journal", str(record)]
        with Terminal(*command, columns=120, rows=40) as terminal:
            found = LISTENS.search(terminal.wait_for("udp://127.0.0.1:"))
            assert found
            terminal.read_for(1.0)
            before = memory(terminal.pid)
            sprayer = Sprayer(int(found[1]), rate, seconds)
            delays = keys(terminal, seconds)
            sent, took = sprayer.result()
            terminal.read_for(2.0)  # the last session, and the last count of what was lost
            after = memory(terminal.pid)
            terminal.send("q")
            terminal.wait_for_end()
        counted = _counted(record, sent)
    return [
        Measured("datagrams a second", sent / took, "sent"),
        *counted,
        Measured("key to paint, median", median(delays) * 1000, "ms"),
        Measured(
            f"key to paint, p95 of {len(delays)}", quantiles(delays, n=20)[-1] * 1000, "ms", 50
        ),
        Measured("memory", after, "MB", 150),
        Measured("memory gained", after - before, "MB"),
    ]


def _counted(record: Path, sent: int) -> list[Measured]:
    """What became of them, as the journal says."""
    events = journal.read(record)
    came = sum(isinstance(event.what, PushArrived) for event in events)
    lost: Counter[str] = Counter()
    for event in events:
        if isinstance(event.what, PushesDropped):
            lost[event.what.reason] += event.what.count
    valid = {event.session for event in events if isinstance(event.what, NotificationRead)}
    ends = {event.session: "session" for event in events if isinstance(event.what, SessionClosed)}
    for event in events:
        if isinstance(event.what, VerdictReached) and event.what.verdict == "ignored":
            ends.setdefault(event.session, event.what.reason)
    became = Counter(ends.get(run, "nothing") for run in valid)
    return [
        Measured(
            f"of {sent:,} neither judged nor counted as lost",
            abs(sent - came - lost.total()),
            "",
            0,
        ),
        Measured("valid and judged, without an end", became.pop("nothing", 0), "", 0),
        *(Measured(f"valid: {end}", count, "") for end, count in became.items()),
        Measured("judged", came, ""),
        *(Measured(f"lost: {reason}", count, "") for reason, count in lost.items()),
    ]


if __name__ == "__main__":
    for measured in run():
        print(measured, flush=True)
