"""Puts the parts of long SMS together: any order, doubled, interleaved, never complete. Pure.

The state is a value, time is an input; memory is bounded whatever comes [3GPP TS 23.040, 9.2.3.24.1].
"""

import msgspec

from emulator.wire.smsreader import Sms
from emulator.wire.udh import Ports

PATIENCE = 300.0
"""Seconds after its last part in which the next one must come."""
MAX_PENDING = 64
"""Messages that wait for parts at one time; the oldest goes when there is one more."""

Key = tuple[str, int, int, int, Ports | None]
"""Sender ("" where it is not known), reference and its bits, number of parts, ports."""


class Pending(msgspec.Struct, frozen=True):
    """A message of which parts are missing. `parts`: (number, payload) in the order of arrival."""

    key: Key
    at: float
    parts: tuple[tuple[int, bytes], ...] = ()

    @property
    def total(self) -> int:
        return self.key[3]

    @property
    def missing(self) -> tuple[int, ...]:
        have = {number for number, _ in self.parts}
        return tuple(number for number in range(1, self.total + 1) if number not in have)


class Whole(msgspec.Struct, frozen=True):
    """All of a message is there. `sender` is "" where nobody said it."""

    sender: str
    ports: Ports | None
    payload: bytes
    parts: int


class Taken(msgspec.Struct, frozen=True):
    """What an SMS has led to: the whole message or nothing yet; what was given up, oldest first.

    `again`: this part had come before, and replaces that one. `begins`: the payload of the first part
    and of those that follow it, b"" as long as that has not come.
    """

    whole: Whole | None = None
    given_up: tuple[Pending, ...] = ()
    again: bool = False
    begins: bytes = b""


State = tuple[Pending, ...]
"""What waits, the longest untouched first."""


def take(state: State, sms: Sms, at: float) -> tuple[State, Taken]:
    """One more SMS at the time `at` (seconds)."""
    state, given_up = expired(state, at)
    ports = sms.header.ports if sms.header else None
    part = sms.header.part if sms.header else None
    # In a submit there is no sender: it is on its way from one.
    sender = sms.address if sms.kind == "deliver" else ""
    if part is None:
        return state, Taken(Whole(sender, ports, sms.payload, 1), given_up, False, sms.payload)
    key: Key = (sender, part.reference, part.bits, part.total, ports)
    before = _waiting(state, key, part.number) or Pending(key, at)
    key = (sender or before.key[0], *key[1:])
    rest = tuple(each for each in state if each is not before)
    kept = tuple(each for each in before.parts if each[0] != part.number)
    now = Pending(key, at, (*kept, (part.number, sms.payload)))
    again = len(kept) != len(before.parts)
    if not now.missing:
        payload = b"".join(octets for _, octets in sorted(now.parts))
        return rest, Taken(Whole(key[0], ports, payload, part.total), given_up, again, payload)
    if len(rest) >= MAX_PENDING:
        given_up, rest = (*given_up, rest[0]), rest[1:]
    first = now.missing[0]
    begins = b"".join(octets for number, octets in sorted(now.parts) if number < first)
    return (*rest, now), Taken(None, given_up, again, begins)


def _waiting(state: State, key: Key, number: int) -> Pending | None:
    """The message of which this is a part. Links that name no sender may bring parts of the same
    one as links that do: there a part that is still missing fits."""
    for each in state:
        if each.key == key:
            return each
    for each in state:
        if each.key[1:] == key[1:] and "" in (each.key[0], key[0]) and number in each.missing:
            return each
    return None


def expired(state: State, at: float) -> tuple[State, tuple[Pending, ...]]:
    """What waits still at that time, and what has waited too long."""
    late = tuple(each for each in state if at - each.at > PATIENCE)
    return tuple(each for each in state if each not in late), late
