"""What came in on a bearer, in a line: pushes, SMS, and what was lost."""

from emulator.protocol.events import Octets, PushArrived, PushesDropped, SmsArrived

_LOST = {
    "queue": "too many waited to be judged",
    "rate": "one sender brought too many at once",
    "system": "they came faster than they could be read",
}


def push(what: PushArrived) -> str:
    of = f" in {what.parts} SMS" if what.parts > 1 else ""
    return f"{_way(what.bearer)}: {_size(what.octets)}{of}"


def sms(what: SmsArrived) -> str:
    name = f"SMS {what.number} of {what.total}" if what.total > 1 else "SMS"
    if not what.total:
        name = "an SMS that cannot be read"
    sender = f" from {what.address}" if what.address and what.form != "submit" else ""
    return f"{_way(what.bearer)}: {name}{sender}, {_size(what.octets)}"


def lost(what: PushesDropped) -> str:
    things = "delivery" if what.count == 1 else "deliveries"
    return f"{what.count:,} {things} on {what.bearer} lost: {_LOST[what.reason]}"


def _way(bearer: str) -> str:
    """The kind of a bearer: what its address begins with."""
    return bearer.partition(":")[0]


def _size(octets: Octets) -> str:
    return f"{len(octets.hex) // 2} octets"
