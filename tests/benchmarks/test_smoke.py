"""Each benchmark runs. What it measures is for `python -m tests.benchmarks`, not for a test run."""

import pytest

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
from tests.benchmarks.measure import Ratio


def test_a_ratio_is_that_of_the_medians() -> None:
    ratio = Ratio("x", [1.0, 3.0, 99.0], [2.0, 2.0, 0.1], target=1.5)
    assert ratio.value == 1.5
    assert ratio.met


@pytest.mark.parametrize("benchmark", [session_cpu, codecs, explain_ledger, startup, first_paint])
def test_a_benchmark_yields_a_ratio(benchmark: object) -> None:
    ratios = benchmark.run(rounds=1, warm_up=0)  # type: ignore[attr-defined]
    assert ratios and all(ratio.value > 0 for ratio in ratios)


@pytest.mark.thorough
def test_a_big_journal_is_measured() -> None:
    measured = big_journal.run(seconds=0.2, count=300)
    assert all(each.value > 0 for each in measured if each.limit)
    missed = big_journal.Measured("x", 3.0, "s", 2.0)
    assert not missed.met and "MISSED" in str(missed)


@pytest.mark.thorough
def test_the_way_of_a_notification_is_measured() -> None:
    ratios = latency.run(rounds=2, warm_up=0)
    assert len(ratios) == 4 and all(ratio.value > 0 for ratio in ratios)


@pytest.mark.thorough
def test_a_flood_is_measured_and_nothing_in_it_is_unaccounted_for() -> None:
    measured = {each.name: each for each in flood.run(rate=2000, seconds=1)}
    assert measured["of 2,000 neither judged nor counted as lost"].value == 0
    assert measured["valid and judged, without an end"].value == 0
    assert measured["judged"].value > 0
