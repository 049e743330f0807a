"""How much one sender may bring."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol import flood
from emulator.protocol.flood import BURST, RATE


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 60)), max_size=12))
def test_never_more_than_a_burst_and_the_rate(pushes: list[tuple[float, int]]) -> None:
    bucket, at, let_in = None, 1000.0, 0
    for gap, count in pushes:
        at += gap
        for _ in range(count):
            bucket, allowed = flood.take(bucket, at)
            let_in += allowed
    came = sum(count for _, count in pushes)
    assert min(came, BURST) <= let_in <= BURST + (at - 1000.0) * RATE + 1e-6


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    bucket, _ = flood.take(None, 1000.0)
    for _ in range(int(BURST) - 1):
        bucket, allowed = flood.take(bucket, 10.0)
        assert allowed
    assert not flood.take(bucket, 10.0)[1]
    assert flood.take(bucket, 11.0)[1]
