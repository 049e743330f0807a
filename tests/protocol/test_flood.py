"""How much one sender may bring."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol import flood
from emulator.protocol.flood import BURST, RATE


@given(st.lists(st.floats(0, 5), max_size=400))
def test_never_more_than_a_burst_and_the_rate(gaps: list[float]) -> None:
    bucket, at, let_in = None, 1000.0, 0
    for gap in gaps:
        at += gap
        bucket, allowed = flood.take(bucket, at)
        let_in += allowed
    assert let_in <= BURST + (at - 1000.0) * RATE + 1e-6
    if len(gaps) <= BURST:
        assert let_in == len(gaps)


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    bucket, _ = flood.take(None, 1000.0)
    for _ in range(int(BURST) - 1):
        bucket, allowed = flood.take(bucket, 10.0)
        assert allowed
    assert not flood.take(bucket, 10.0)[1]
    assert flood.take(bucket, 11.0)[1]
