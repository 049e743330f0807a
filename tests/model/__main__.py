"""`python -m tests.model [NAME...]`: walks the configurations and says how many states it saw.

Exit code 1 when an invariant breaks, with the shortest schedule that leads there.
"""

import sys
from concurrent.futures import ProcessPoolExecutor

from tests.model.configs import CONFIGS
from tests.model.explore import Report, explore


def show(report: Report) -> None:
    config = report.config
    print(
        f"{config.name:10} {report.states:8,} states {report.transitions:10,} transitions  "
        f"depth {report.depth:3}  {report.honest:6,} honest continuations  "
        f"{report.seconds:6.1f} s  {config.title}",
        flush=True,
    )
    if report.broken is None:
        return
    print(f"\n{report.broken.invariant} is violated: {report.broken.found}")
    for number, label in enumerate(report.schedule, 1):
        print(f"  {number:3}  {label}")


def main(names: list[str]) -> int:
    chosen = [c for c in CONFIGS if not names or c.name in names]
    if not chosen:
        print(f"one of {', '.join(c.name for c in CONFIGS)}", file=sys.stderr)
        return 2
    reports = []
    with ProcessPoolExecutor(2) as pool:
        for report in pool.map(explore, chosen):
            show(report)
            reports.append(report)
    states = sum(r.states for r in reports)
    broken = [r for r in reports if r.broken]
    verdict = f"{len(broken)} configurations violate an invariant" if broken else "no violation"
    print(f"{states:,} distinct states in {len(reports)} configurations: {verdict}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
