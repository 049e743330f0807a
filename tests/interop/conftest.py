"""Real peers as fixtures. A peer that is absent skips the test, or fails it in CI (`need`)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.interop.horde import Horde
from tests.interop.kannel import Kannel
from tests.interop.peers import SyncEvolution


@pytest.fixture
def syncevolution() -> Iterator[Callable[..., SyncEvolution]]:
    """Starts servers: `syncevolution(device_id=..., user=..., password=...)`, each with its own data.

    A server runs one session at a time, so a test has its own; a second device needs a second one.
    """
    with ExitStack() as running:

        def start(**options: str | int) -> SyncEvolution:
            return running.enter_context(SyncEvolution(**options))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def horde() -> Iterator[Horde]:
    """Horde_SyncMl with one user and no cards; it is up in a tenth of a second."""
    with Horde() as running:
        yield running


@pytest.fixture(scope="session")
def kannel() -> Iterator[Kannel]:
    """Kannel's push proxy gateway, one a worker.

    It needs no xdist_group: its ports are on an address of its own, and so are the handset's where a
    test takes `peers.loopback()` for it and not 127.0.0.1, whose port 2948 is there only once.
    """
    with Kannel() as running:
        yield running
