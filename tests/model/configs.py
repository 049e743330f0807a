"""The configurations that are explored: data, with why each is there."""

from tests.model.world import Config

CONFIGS: tuple[Config, ...] = (
    Config("resync", "the server has lost step; two notifications, two faults"),
)
QUICK: tuple[Config, ...] = (
    Config("quick", "one notification of each kind, one fault", faults=1, notes=1, replays=1),
)
