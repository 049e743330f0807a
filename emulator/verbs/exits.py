"""Exit codes, one table; the README has the same."""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # msgspec takes longer to import than most verbs take to run.
    from emulator.protocol.events import Outcome


class Exit(IntEnum):
    """Why the process ended."""

    MET = 0
    EXPECTATION_FAILED = 1
    USAGE = 2
    TRANSPORT = 3
    PEER = 4
    REFUSED = 5
    TIMED_OUT = 6
    INTERRUPTED = 130


EXITS: "dict[Outcome, Exit]" = {
    "synchronised": Exit.MET,
    "ignored": Exit.REFUSED,
    "declined": Exit.REFUSED,
    "auth-refused": Exit.REFUSED,
    "server-not-authenticated": Exit.REFUSED,
    "peer-error": Exit.PEER,
    "transport": Exit.TRANSPORT,
    "timed-out": Exit.TIMED_OUT,
    "interrupted": Exit.INTERRUPTED,
}


class Failure(Exception):
    """A verb cannot go on: the text goes to stderr, the code is the process's."""

    def __init__(self, text: str, code: Exit = Exit.USAGE) -> None:
        self.code = code
        super().__init__(text)
