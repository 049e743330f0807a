"""Start of `handset --help` and `handset digest`, whole processes, against bare Python with typer.

Aim of the issue: at most 1.5 times `python -c "import typer"`.
"""

import subprocess
import sys
import time
from collections.abc import Callable

from tests.benchmarks.measure import Ratio, in_turn
from tests.interop.device import HANDSET

TARGET = 1.5
DIGEST = (
    "digest",
    "md5",
    "--user",
    "Bruce2",
    "--password",
    "OhBehave",
    "--nonce-hex",
    "4e6f6e6365",
)


def _process(*command: str) -> Callable[[], float]:
    def timed() -> float:
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begun

    return timed


def run(rounds: int = 20, warm_up: int = 2) -> list[Ratio]:
    typer, help_, digest = in_turn(
        _process(sys.executable, "-c", "import typer"),
        _process(HANDSET, "--help"),
        _process(HANDSET, *DIGEST),
        rounds=rounds,
        warm_up=warm_up,
    )
    return [
        Ratio("Start of handset --help / Python importing typer", help_, typer, TARGET),
        Ratio("Start of handset digest / Python importing typer", digest, typer, TARGET),
    ]
