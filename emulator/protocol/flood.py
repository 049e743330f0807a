"""How much one sender may bring: a burst, then so many a second. Pure; time is an input."""

import msgspec

BURST = 100.0
RATE = 20.0
"""Deliveries a second."""


class Bucket(msgspec.Struct, frozen=True):
    """What a sender may still bring: `left` of it at the time `at`."""

    left: float
    at: float


def take(bucket: Bucket | None, at: float) -> tuple[Bucket, bool]:
    """One more delivery of a sender (None: its first), and whether it is let in."""
    if bucket is None:
        return Bucket(BURST - 1, at), True
    left = min(BURST, bucket.left + max(at - bucket.at, 0.0) * RATE)
    if left < 1:
        return Bucket(left, at), False
    return Bucket(left - 1, at), True
