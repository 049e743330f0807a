"""All tests of the screen run with the clock of `clock.py`."""

import pytest

from tests.tui import clock


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.quicken(monkeypatch)
