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
) -> tuple[Arrivals, Admission, Waiting | None]:
    """What happens with a notification that names an account, and which held one it takes the place of.

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
        return arrivals, "duplicate", None
    if not verdict.verified or not arrivals.running:
        return arrivals, "start", None
    new = Waiting(verdict, run, secret)
    old = next((w for w in arrivals.waiting if w.verdict.account == verdict.account), None)
    if old is None:
        waiting = (*arrivals.waiting, new)
    else:
        waiting = tuple(new if w is old else w for w in arrivals.waiting)
    return msgspec.structs.replace(arrivals, waiting=waiting), "held", old


def started(arrivals: Arrivals, account: str, verdict: Verdict | None) -> Arrivals:
    """A session of `account` runs now."""
    opened_by = -1 if verdict is None else verdict.notification.session_id
    return msgspec.structs.replace(arrivals, running=account, opened_by=opened_by)


def ended(arrivals: Arrivals) -> Arrivals:
    """No session runs; what waits still does."""
    return Arrivals(waiting=arrivals.waiting)


def next_waiting(arrivals: Arrivals) -> tuple[Arrivals, Waiting | None]:
    """The session has ended: what starts next, if anything waits."""
    first, *rest = arrivals.waiting or (None,)
    return Arrivals(waiting=tuple(w for w in rest if w is not None)), first
