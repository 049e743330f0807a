"""The exploration finds what it is for: a protocol broken on purpose, each time by its invariant."""

import functools

import pytest

from tests.model.explore import Report, explore
from tests.model.mutations import MUTATIONS, applied
from tests.model.world import Config


@functools.cache
def whole(config: Config) -> Report:
    return explore(config)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name.replace(" ", "-"))
def test_a_broken_rule_is_found(mutation):
    # Without the mutation the same bounds hold no violation: it is the mutation that is found.
    clean = whole(mutation.config)
    assert clean.broken is None, "\n".join([str(clean.broken), *clean.schedule])
    assert clean.complete
    with applied(mutation):
        report = explore(mutation.config)
    assert report.broken is not None
    assert report.broken.invariant == mutation.found_by, report.broken
    assert report.schedule
