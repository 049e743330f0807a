"""What the pictures show, as a table: each from a real run, one against software nobody here wrote."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec

from emulator import profiles
from emulator.bench import Bench
from emulator.journal import Journal
from emulator.live import Live
from emulator.protocol.events import Event, NonceTried, VerdictReached
from emulator.tui.deck import Deck
from emulator.tui.run import Known
from tests.interop.device import card
from tests.interop.peers import SyncEvolution
from tests.pictures.drawing import Until, run_closed

PACE = 0.5
"""Seconds that a run takes: the times in the ladder look like those of a real server."""

Select = Callable[[Event], bool]


class Scene(msgspec.Struct, frozen=True):
    """One picture: `deck` gives what plays, and takes down what is behind it. Then what is waited for,
    which event is selected, and which keys are pressed."""

    name: str
    size: tuple[int, int]
    deck: Callable[[], AbstractContextManager[Deck]]
    until: Until = run_closed
    select: Select | None = None
    keys: Sequence[str] = ()
    peers: Sequence[str] = ()
    """Programs without which there is no such picture."""


@contextmanager
def demo() -> Iterator[Deck]:
    yield Bench(pace=PACE)


@contextmanager
def refused() -> Iterator[Deck]:
    """The server hashes the SessionID as decimal text: the digest is refused, with its near miss."""
    yield Bench(pace=PACE, misbehave=("sign-with:dec_text",))


@contextmanager
def stepping() -> Iterator[Deck]:
    yield Bench(pace=PACE, breakpoints=("chal",))


@contextmanager
def syncevolution() -> Iterator[Deck]:
    """A person with a phone of their own; the server has three cards."""
    with SyncEvolution() as server, tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(("Ada Lovelace", "Grace Hopper", "Mary Jackson")):
            server.add_card(str(number), card(name, "3.0"))
        path = Path(folder) / "syncevolution.toml"
        path.write_text(_profile(server), encoding="utf-8")
        profile = profiles.load(str(path))
        yield Live(profile, Path(folder) / "state", Journal(time.time), sync=("contacts",))


def _profile(server: SyncEvolution) -> str:
    return f"""server = "syncevolution"
device.id = "{server.device_id}"
[account]
url = "{server.url}"
server_id = "sc-server-01"
server_secret = ""
user = "{server.user}"
password = "{server.password}"
"""


def _verified(event: Event) -> bool:
    return isinstance(event.what, NonceTried)


def _judged(event: Event) -> bool:
    return isinstance(event.what, VerdictReached)


def _waits(known: Known) -> bool:
    return known.paused is not None


LOW, WIDE, VAST = (80, 24), (120, 40), (200, 60)
SCENES: tuple[Scene, ...] = (
    Scene("demo-80x24", LOW, demo),
    Scene("demo-120x40", WIDE, demo, select=_verified),
    Scene("demo-200x60", VAST, demo, select=_verified),
    Scene("refused-120x40", WIDE, refused, select=_judged),
    Scene("nonces-120x40", WIDE, demo, keys=("l",)),
    Scene("step-120x40", WIDE, stepping, until=_waits),
    Scene("syncevolution-120x40", WIDE, syncevolution, peers=("syncevo-http-server",)),
)
