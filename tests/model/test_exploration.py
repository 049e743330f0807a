"""The exploration in small, for every run of the tests; `python -m tests.model` is the whole of it."""

import pytest

from tests.model.configs import QUICK
from tests.model.explore import explore


@pytest.mark.parametrize("config", QUICK, ids=lambda config: config.name)
def test_every_schedule_of_a_small_world_holds_every_invariant(config):
    report = explore(config)
    assert report.broken is None, "\n".join([str(report.broken), *report.schedule])
    assert report.complete
    assert report.states > 300
