"""Fixtures that several folders use."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.direct import Table


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Callable[..., Table]]:
    """Makes tables with a handset and the built-in server; closes them in the end."""
    made: list[Table] = []

    def make(**options: Any) -> Table:
        made.append(Table(tmp_path / f"state-{len(made)}", **options))
        return made[-1]

    yield make
    for each in made:
        each.close()
