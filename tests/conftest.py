"""Fixtures that several folders use."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.direct import Table


@pytest.fixture(autouse=True, scope="session")
def nobodys_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever runs the tests may have profiles and a theme of their own: they are not looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


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
