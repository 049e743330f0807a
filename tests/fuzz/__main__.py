"""`python -m tests.fuzz`: mutated inputs for every decoder and for both ends of a session.

Deterministic by seed: a failure names target, seed and index, and shows its octets; either runs it
again (`--seed S --only T --index I`, `--only T --input HEX|FILE`). Exit code 1 when something failed.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from tests.fuzz.targets import TARGETS
from tests.fuzz.work import Failure, Workers, jobs, make, run_one

MOST_SHOWN = 20


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=200_000, help="how many (200000)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--only", choices=list(TARGETS), help="one target instead of all")
    parser.add_argument("--minutes", type=float, default=0, help="stop after that time (never)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--index", type=int, help="that input only; with --only")
    parser.add_argument("--input", help="these octets only, hex or a file; with --only")
    given = parser.parse_args(words)
    if (given.input is not None or given.index is not None) and not given.only:
        parser.error("--input and --index need --only, which says what they are")
    if given.inputs < 1 or given.processes < 1:
        parser.error("--inputs and --processes: at least 1")
    return given


def _octets(text: str) -> bytes:
    """Hex, or a file of hex or raw octets."""
    path = Path(text)
    if len(text) < 256 and path.is_file():
        raw = path.read_bytes()
        try:
            return bytes.fromhex(raw.decode())
        except ValueError:
            return raw
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise SystemExit(f"--input: neither a file nor hex: {text[:60]}") from None


def _show(failure: Failure) -> None:
    again = f"--only {failure.target} --seed {failure.seed} --index {failure.index}"
    print(f"\nFAILED {failure.sentence}\n  python -m tests.fuzz {again}")
    print(f"  {len(failure.octets)} octets: {failure.octets.hex()}")
    print(failure.trace, flush=True)


def main(words: list[str] | None = None) -> int:
    given = _arguments(words)
    if given.input is not None or given.index is not None:
        octets = (
            make(given.only, given.seed, given.index)
            if given.input is None
            else _octets(given.input)
        )
        failure = run_one(
            given.only, octets, given.seed, -1 if given.index is None else given.index
        )
        if failure:
            _show(failure)
        print("failed" if failure else "holds")
        return 1 if failure else 0
    begun = time.monotonic()
    workers = Workers(given.seed, jobs(given.only, given.inputs), given.processes, given.minutes)
    # One line for each kind of failure: a bug is met thousands of times.
    kinds: dict[tuple[str, str], int] = {}
    for failure in workers:
        kind = (failure.target, failure.sentence[:60])
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] == 1 and len(kinds) <= MOST_SHOWN:
            _show(failure)
    for name, count in workers.counts.items():
        print(f"{name:14}{count:9,}")
    total = sum(workers.counts.values())
    seconds = time.monotonic() - begun
    early = " (stopped by --minutes)" if workers.stopped_early else ""
    print(f"{total:,} inputs of seed {given.seed} in {seconds:.0f} s{early}")
    for (name, sentence), count in kinds.items():
        print(f"  {count} x {name}: {sentence}")
    print("nothing failed" if not kinds else "FAILED")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
