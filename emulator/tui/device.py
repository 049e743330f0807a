"""What the phone itself shows: a pure fold over the events, and its results in its owner's words.

No protocol word stands here: an owner knows contacts, a server and a password.
"""

import msgspec

from emulator.protocol.events import (
    BearerFailed,
    BearerOpened,
    Event,
    HandsetStarted,
    ItemMoved,
    MessageReceived,
    MessageSent,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    PushArrived,
    SessionClosed,
    SessionOpened,
    StepMoved,
    VerdictReached,
)

OWNER_WORDS: dict[str, str] = {
    "synchronised": "Everything is up to date",
    "declined": "You declined. The server may ask again.",
    "auth-refused": "The server did not accept this phone's user name and password. Check them.",
    "server-not-authenticated": "The server could not prove that it is yours. Nothing was kept.",
    "peer-error": "The server gave an answer that this phone does not understand.",
    "transport": "The server could not be reached. Check the network and the address.",
    "timed-out": "The server took too long to answer. Try again.",
    "interrupted": "The synchronisation was broken off. Next time it starts over.",
}
"""What an outcome means to whoever carries the phone."""

IGNORED_WORDS: dict[str, str] = {
    "digest": "A message that says it is from your server is not genuine. Nothing was done.",
    "unknown-server": "A message from a server that this phone does not know. Nothing was done.",
    "replayed": "An old message came once more. Nothing was done.",
    "rate-limited": "Too many messages in a short time. Nothing was done.",
    "declined": "You declined. The server may ask again.",
    "duplicate": "The server asked for what is being done already.",
    "not-for-us": "A message for another program of the phone.",
    "transport-not-secure": "The connection is not safe enough for that. Nothing was done.",
}
"""The same for a notification that led to nothing, by its reason."""
IGNORED_OTHERWISE = "A message that this phone cannot use. Nothing was done."

AFTER_A_CUT = "The phone lost its power in the middle. What was not finished comes the next time."


class Progress(msgspec.Struct, frozen=True):
    """The running session, or the last one. Octets are those of the messages, both ways."""

    run: int = 0
    account: str = ""
    url: str = ""
    running: bool = False
    steps: int = 0
    """How far: the highest of the six steps that has passed."""
    messages: int = 0
    octets: int = 0
    sent: int = 0
    received: int = 0


class Told(msgspec.Struct, frozen=True):
    """The last result, in the owner's words."""

    words: str = ""
    good: bool = False


class Device(msgspec.Struct, frozen=True):
    """The phone as it stands. `arrived`: how many pushes came in on each bearer, open or not."""

    id: str = ""
    profile: str = ""
    servers: tuple[str, ...] = ()
    bearers: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    arrived: tuple[tuple[str, int], ...] = ()
    progress: Progress = Progress()
    question: str = ""
    notice: str = ""
    told: Told = Told()
    off: bool = False

    def count(self, address: str) -> int:
        """How many pushes came in on the bearer of that address."""
        return sum(n for name, n in self.arrived if address in (name, *_short(name, address)))


def _short(name: str, address: str) -> tuple[str, ...]:
    """A bearer may be named by its scheme alone."""
    return (address,) if address.startswith(f"{name}:") else ()


def fold(device: Device, event: Event) -> Device:
    """The phone after one more event."""
    what = event.what
    progress = device.progress
    if device.off and not isinstance(what, HandsetStarted):
        return device
    match what:
        case HandsetStarted():
            told = Told(AFTER_A_CUT) if device.off and device.progress.running else Told()
            return Device(what.device_id, what.profile, what.accounts, told=told)
        case PowerCut():
            return _with(device, off=True, bearers=(), broken=(), question="", notice="")
        case BearerOpened():
            kept = tuple(b for b in device.bearers if b != what.address)
            broken = tuple(b for b in device.broken if b != what.address)
            return _with(device, bearers=(*kept, what.address), broken=broken)
        case BearerFailed():
            kept = tuple(b for b in device.bearers if b != what.address)
            broken = tuple(b for b in device.broken if b != what.address)
            return _with(device, bearers=kept, broken=(*broken, what.address))
        case PushArrived():
            counts = dict(device.arrived)
            counts[what.bearer] = counts.get(what.bearer, 0) + 1
            return _with(device, arrived=tuple(counts.items()), notice="")
        case PersonAsked():
            return _with(device, **{"question" if what.needs_answer else "notice": what.text})
        case PersonAnswered():
            return _with(device, question="")
        case SessionOpened():
            begun = Progress(event.session, what.account, what.url, True)
            return _with(device, progress=begun, told=Told())
        case VerdictReached() if what.verdict == "ignored":
            words = IGNORED_WORDS.get(what.reason, IGNORED_OTHERWISE)
            return device if progress.running else _with(device, told=Told(words))
        case SessionClosed():
            told = _result(what)
            closed = progress
            if progress.run == event.session:
                closed = msgspec.structs.replace(progress, running=False)
            return _with(device, told=told, progress=closed, question="")
        case _ if event.session == progress.run and progress.running:
            return _with(device, progress=_further(progress, event))
        case _:
            return device


def _with(device: Device, **changes: object) -> Device:
    return msgspec.structs.replace(device, **changes)


def _further(progress: Progress, event: Event) -> Progress:
    what = event.what
    match what:
        case StepMoved() if what.state == "passed":
            return msgspec.structs.replace(progress, steps=max(progress.steps, what.step))
        case MessageSent() | MessageReceived():
            octets = progress.octets + len(what.octets.hex) // 2
            return msgspec.structs.replace(progress, messages=progress.messages + 1, octets=octets)
        case ItemMoved() if what.direction == "out":
            return msgspec.structs.replace(progress, sent=progress.sent + 1)
        case ItemMoved():
            return msgspec.structs.replace(progress, received=progress.received + 1)
        case _:
            return progress


def _result(what: SessionClosed) -> Told:
    words = OWNER_WORDS.get(what.outcome, what.sentence)
    if what.outcome != "synchronised":
        return Told(words)
    moved = f"{what.items_sent} sent, {what.items_received} received"
    return Told(f"{words}: {moved}.", True)
