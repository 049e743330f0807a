"""`python -m tests.benchmarks`: every ratio and measure, printed; exit code 1 when a target is missed."""

import os
import sys

from tests.benchmarks import (
    big_journal,
    codecs,
    explain_ledger,
    first_paint,
    flood,
    latency,
    session_cpu,
    startup,
)

ALL = (session_cpu, codecs, explain_ledger, startup, first_paint, latency, flood, big_journal)


def main() -> int:
    # Installed packages have their bytecode; without this ours would be compiled at every start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    missed = 0
    for benchmark in ALL:
        for ratio in benchmark.run():
            print(ratio, flush=True)
            missed += not ratio.met
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
