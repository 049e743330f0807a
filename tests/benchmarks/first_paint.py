"""First meaningful paint of `handset demo` in a real terminal, against a bare Textual application.

From the start of the process to the first octets that hold the titles of the six steps (the label).
"""

import sys
import time
from pathlib import Path

from tests.benchmarks.measure import Ratio, in_turn
from tests.interop.device import HANDSET
from tests.interop.terminal import Terminal

TARGET = 1.3
TITLE = "stored nonce"  # of step 1; the bare application shows the same words
BARE = Path(__file__).with_name("bare_app.py")


def _painted(*command: str, quit_with: str) -> float:
    with Terminal(*command) as terminal:
        terminal.wait_for_octets(TITLE.encode())
        spent = time.perf_counter() - terminal.started
        terminal.send(quit_with)
        terminal.wait_for_end()
    return spent


def demo() -> float:
    return _painted(HANDSET, "demo", quit_with="q")


def bare() -> float:
    return _painted(sys.executable, str(BARE), quit_with="\x11")


def run(rounds: int = 10, warm_up: int = 1) -> list[Ratio]:
    ours, yardstick = in_turn(demo, bare, rounds=rounds, warm_up=warm_up)
    return [
        Ratio("First paint of handset demo / a bare Textual application", ours, yardstick, TARGET)
    ]
