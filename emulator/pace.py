"""The pace of a run on the screen: it dwells before what a person should see come.

Knows which effects those are, and nothing of who plays.
"""

import asyncio

from emulator.protocol.effects import Effect, Record
from emulator.protocol.events import (
    MessageReceived,
    MessageSent,
    NonceStored,
    NonceTried,
    SessionClosed,
    VerdictReached,
)

_SEEN = (NonceTried, VerdictReached, MessageSent, MessageReceived, NonceStored, SessionClosed)
_A_RUN = 18
"""How many events of those kinds a run has, about; its time is shared among them."""


async def dwell(effect: Effect, pace: float) -> None:
    """Waits its share of `pace`, the seconds that a run takes on the screen."""
    if pace and isinstance(effect, Record) and isinstance(effect.what, _SEEN):
        await asyncio.sleep(pace / _A_RUN)
