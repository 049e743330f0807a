"""What a benchmark is: two things done in turn in one run, and the ratio of their medians, or of another
percentile."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Ratio:
    """Seconds of ours and of the yardstick, run by run; `target` is the largest ratio allowed, if any; `note` says more."""

    name: str
    ours: list[float]
    yardstick: list[float]
    target: float | None = None
    note: str = ""
    percentile: int = 50

    @property
    def times(self) -> tuple[float, float]:
        return self._of(self.ours), self._of(self.yardstick)

    def _of(self, seconds: list[float]) -> float:
        if len(seconds) == 1:
            return seconds[0]
        return quantiles(seconds, n=100, method="inclusive")[self.percentile - 1]

    @property
    def value(self) -> float:
        ours, yardstick = self.times
        return ours / yardstick

    @property
    def met(self) -> bool:
        return self.target is None or self.value <= self.target

    def __str__(self) -> str:
        times = " / ".join(f"{1000 * t:.1f} ms" for t in self.times)
        said = "" if self.target is None else f", target {self.target}"
        said += "" if self.target is None else " met" if self.met else " MISSED"
        note = f"; {self.note}" if self.note else ""
        return f"{self.name}: {times} = {self.value:.2f}{said} ({len(self.ours)} pairs){note}"


def in_turn(*doings: Callable[[], float], rounds: int, warm_up: int) -> list[list[float]]:
    """All of them, one after the other, `rounds` times; the seconds of each. The warm-up is left out."""
    measured = [[do() for do in doings] for _ in range(warm_up + rounds)][warm_up:]
    return [list(column) for column in zip(*measured, strict=True)]
