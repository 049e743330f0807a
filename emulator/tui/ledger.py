"""Every change of a nonce since the journal begins: which event, whose nonce, which slot. Pure.

Keeps a few numbers for each change and no values, so that any number of events may have passed;
value, reason and message are read from the event when somebody looks.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from emulator.eventlog import place
from emulator.protocol.events import (
    Challenged,
    Event,
    HandsetStarted,
    MessageReceived,
    MessageSent,
    NoncesHeld,
    NonceStored,
    NonceTried,
    NotificationRead,
    PeerNonces,
    PeerSaid,
    PushArrived,
    TransportLost,
)
from emulator.tui.book import SLOTS, Book, Slot

Side = Literal["handset", "DS server"]
SIDES: tuple[Side, ...] = ("handset", "DS server")
_NEAR = 16
"""Events before one of the server's records among which there is what it is about."""
_Source = MessageReceived | MessageSent | NotificationRead | PushArrived


class Entry(NamedTuple):
    """One change. `at` is the index of its event; `previous` the number of the change before it in the
    same slot of the same side, -1 for the first one."""

    at: int
    account: str
    side: Side
    slot: Slot
    previous: int


class Ledger:
    """Grows with the events. `take` wants each event once, with the book before and after it."""

    def __init__(self) -> None:
        self._indexes = array("L")
        self._kinds = bytearray()
        """Side and slot."""
        self._accounts = array("H")
        self._previous = array("l")
        self._names: list[str] = []
        self._last: dict[tuple[str, Side, Slot], int] = {}

    def __len__(self) -> int:
        return len(self._indexes)

    def __getitem__(self, number: int) -> Entry:
        side, slot = divmod(self._kinds[number], len(SLOTS))
        account = self._names[self._accounts[number]]
        return Entry(
            self._indexes[number], account, SIDES[side], SLOTS[slot], self._previous[number]
        )

    @property
    def accounts(self) -> int:
        """Of how many accounts a nonce is known."""
        return len(self._names)

    def take(self, index: int, event: Event, before: Book, after: Book) -> None:
        """Goes on by the event at that index."""
        if isinstance(event.what, HandsetStarted):
            self._last.clear()
            return
        if after is not before:
            for account, side, slot in _changed(event, before, after):
                self._add(index, account, side, slot)
        elif isinstance(event.what, NonceStored):  # the same nonce again, or the newest one twice
            self._add(index, event.what.account, "handset", event.what.slot)

    def _add(self, index: int, account: str, side: Side, slot: Slot) -> None:
        if account not in self._names:
            self._names.append(account)
        self._previous.append(self._last.get((account, side, slot), -1))
        self._last[account, side, slot] = len(self._indexes)
        self._indexes.append(index)
        self._kinds.append(SIDES.index(side) * len(SLOTS) + SLOTS.index(slot))
        self._accounts.append(self._names.index(account))

    def upto(self, index: int) -> int:
        """How many changes have happened with the event at that index."""
        return bisect_right(self._indexes, index)

    def of(self, index: int) -> range:
        """The numbers of the changes that the event at that index made."""
        return range(bisect_left(self._indexes, index), bisect_right(self._indexes, index))


def _changed(event: Event, before: Book, after: Book) -> Iterator[tuple[str, Side, Slot]]:
    stored = event.what if isinstance(event.what, NonceStored) else None
    for account, held in after.own.items():
        was = before.own.get(account)
        for slot in SLOTS:
            old, new = getattr(was, slot, None), getattr(held, slot)
            said = stored is not None and (stored.account, stored.slot) == (account, slot)
            # That there is no candidate is no change of it.
            if said or (new != old and (slot != "candidate" or new or old)):
                yield account, "handset", slot
    for account, told in after.peers.items():
        before_it = before.peers.get(account)
        for slot in SLOTS[:2]:
            new = getattr(told, slot)
            if new is not None and new != getattr(before_it, slot, None):
                yield account, "DS server", slot


def value(event: Event, slot: Slot) -> str:
    """The nonce that a change has put into a slot, hex."""
    what = event.what
    match what:
        case NonceStored() | NonceTried():
            return what.nonce
        case NoncesHeld():
            return getattr(what, slot) or ""
        case PeerNonces() if slot != "candidate":
            return getattr(what, slot) or ""
        case MessageSent() if what.cred is not None:
            return what.cred.nonce
        case _:
            return ""


def was(events: Sequence[Event], ledger: Ledger, entry: Entry) -> str | None:
    """The nonce that a change has replaced, None where nobody knows."""
    what = events[entry.at].what
    if isinstance(what, NonceStored):
        return what.previous
    if entry.previous < 0:
        return None
    return value(events[ledger[entry.previous].at], entry.slot)


def _nearby(events: Sequence[Event], index: int) -> Iterator[Event]:
    """What happened shortly before in the same run, newest first."""
    session = events[index].session
    for i in range(index - 1, max(index - _NEAR, 0) - 1, -1):
        if isinstance(events[i].what, HandsetStarted):
            return
        if events[i].session == session:
            yield events[i]


def source(events: Sequence[Event], entry: Entry) -> Event | None:
    """The message or the notification that a change comes from."""
    event = events[entry.at]
    if isinstance(event.what, MessageSent):
        return event
    if isinstance(event.what, PeerNonces):
        if entry.previous < 0 or not event.session:
            return None
        kind = (NonceStored,) if event.what.inferred else (MessageSent, TransportLost)
        near = next((e for e in _nearby(events, entry.at) if isinstance(e.what, kind)), None)
        if near is None or not isinstance(near.what, NonceStored):
            return near if near is not None and isinstance(near.what, MessageSent) else None
        event = near
    for _ in range(_NEAR):
        index = place(events, event) if not event.cause else event.cause - 1
        if not event.cause or not 0 <= index < len(events):
            return None
        event = events[index]
        if isinstance(event.what, _Source):
            return event
    return None


def reason(events: Sequence[Event], entry: Entry) -> str:
    """Why a nonce changed, in words."""
    what = events[entry.at].what
    match what:
        case NonceStored():
            return what.reason
        case NoncesHeld():
            return "in the store when the handset started"
        case NonceTried():
            return "seen when a notification was verified with it"
        case MessageSent():
            return "seen when a message was signed with it"
        case PeerNonces() if what.inferred:
            return "supposed: the handset has stored it"
        case PeerNonces() if entry.previous < 0:
            return "what the server held at first"
        case _:
            said = (e.what for e in _nearby(events, entry.at) if isinstance(e.what, PeerSaid))
            return next((s.sentence for s in said), "the server's own record")


def of_event(events: Sequence[Event], ledger: Ledger, event: Event) -> int:
    """The number of the change that an event has to do with, else of the last one before it.

    -1 when nothing has changed by then.
    """
    index = place(events, event)
    made = ledger.of(index)
    if made:
        return made[0]
    what = event.what
    first = ledger.upto(index)
    for number in range(first, min(first + _NEAR, len(ledger))):
        entry = ledger[number]
        later = events[entry.at]
        if later.session != event.session:
            continue
        if isinstance(what, Challenged) and value(later, entry.slot) == what.nonce:
            return number
        if isinstance(what, _Source) and _comes_from(events, entry, event):
            return number
    return first - 1


def _comes_from(events: Sequence[Event], entry: Entry, event: Event) -> bool:
    found = source(events, entry)
    return found is not None and found.seq == event.seq
