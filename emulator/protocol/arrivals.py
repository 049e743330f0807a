"""What a verified notification does while sessions run: start, wait, or count. Decision 15.

A value and two functions: the conductor asks `admit` for each verdict and `next_waiting` after each
session. Never drops a verdict silently: one that a newer one replaces is returned.
"""

from typing import Literal

import msgspec

from emulator.protocol.verdict import Verdict


class Waiting(msgspec.Struct, frozen=True):
    """A verdict that waits for the end of a session, and the run (journal session) it belongs to."""

    verdict: Verdict
    run: int
    secret: str
    """The server secret under which it was verified: if it has changed, it is judged again."""


class Arrivals(msgspec.Struct, frozen=True):
    """`running` names the account whose session runs, `opened_by` the id that opened it (-1: none)."""

    running: str = ""
    opened_by: int = -1
    waiting: tuple[Waiting, ...] = ()


Admission = Literal["start", "duplicate", "held"]


def admit(
    arrivals: Arrivals, verdict: Verdict, run: int, secret: str
) -> tuple[Arrivals, Admission]:
    """What happens with a notification that names an account.

    The id that opened the running session of the same account is counted and starts nothing, also
    when the replay guard has already used it up. Another id of that account is held, newest only;
    other accounts wait in order.
    """
    same = arrivals.running == verdict.account and bool(arrivals.running)
    if (
        same
        and verdict.notification.session_id == arrivals.opened_by
        and (verdict.verified or verdict.reason in ("replayed", "rate-limited"))
    ):
        return arrivals, "duplicate"
    if not verdict.verified or not arrivals.running:
        return arrivals, "start"
    new = Waiting(verdict, run, secret)
    if any(w.verdict.account == verdict.account for w in arrivals.waiting):
        waiting = tuple(
            new if w.verdict.account == verdict.account else w for w in arrivals.waiting
        )
    else:
        waiting = (*arrivals.waiting, new)
    return msgspec.structs.replace(arrivals, waiting=waiting), "held"


def started(arrivals: Arrivals, account: str, verdict: Verdict | None) -> Arrivals:
    """A session of `account` runs now."""
    opened_by = -1 if verdict is None else verdict.notification.session_id
    return msgspec.structs.replace(arrivals, running=account, opened_by=opened_by)


def next_waiting(arrivals: Arrivals) -> tuple[Arrivals, Waiting | None]:
    """The session has ended: what starts next, if anything waits."""
    first, *rest = arrivals.waiting or (None,)
    return Arrivals(waiting=tuple(w for w in rest if w is not None)), first
