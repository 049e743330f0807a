"""The configurations that are explored: data, with why each is there."""

from tests.model.world import Config

# "never-chal" is left out, since it breaks I8 behind any handset's back: to a server that never issues
# a client nonce, package 1 of a new session is the old one, octet for octet, and its late messages
# belong to it.
WRONG_SERVER = ("no-cred", "wrong-cred", "forget-client-nonce")

CONFIGS: tuple[Config, ...] = (
    Config(
        "resync",
        "the server has lost step; two notifications, two faults of wire and power",
        kinds=("lose", "again", "cut-handset", "cut-server"),
        signed=("stored", "session-id", "wrong"),
    ),
    Config(
        "late",
        "as that, where what comes late are the replies",
        kinds=("lose", "late"),
        signed=("stored", "session-id", "wrong"),
    ),
    Config(
        "in-step",
        "nonces agree at first, or the client's does not: the candidate through faults",
        notes=2,
        replays=0,
        kinds=("lose", "cut-handset", "cut-server", "stop"),
        signed=("stored", "session-id", "behind"),
        stale_server=(False,),
        stale_client=(False, True),
    ),
    Config(
        "impostor",
        "the server proves itself badly or not at all, and must whenever a session starts",
        notes=1,
        replays=1,
        syncs=1,
        kinds=("lose", "cut-handset", "stop"),
        misbehaviour=WRONG_SERVER,
        stale_server=(True, False),
        ordinary="required",
    ),
    Config(
        "optional",
        "as that, but outside of a resynchronisation it need not",
        notes=1,
        replays=0,
        syncs=1,
        kinds=("lose", "cut-server"),
        misbehaviour=(*WRONG_SERVER, "forget-server-nonce"),
        stale_server=(True, False),
    ),
    Config(
        "items",
        "an item on each side, that goes and comes while messages are lost and repeated",
        notes=1,
        replays=1,
        syncs=1,
        kinds=("lose", "again", "cut-handset", "cut-server"),
        signed=("stored", "session-id"),
        stale_server=(True, False),
        items=True,
    ),
)
QUICK: tuple[Config, ...] = (
    Config("quick", "one notification of each kind, one fault", faults=1, notes=1, replays=1),
    Config(
        "quick-impostor",
        "a server that proves itself badly",
        faults=1,
        notes=1,
        replays=0,
        kinds=("stop", "again", "late"),
        misbehaviour=WRONG_SERVER,
        stale_server=(True, False),
        stale_client=(True, False),
        ordinary="required",
        items=True,
    ),
)
