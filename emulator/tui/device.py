"""The handset as its owner holds it: identity, bearers, what its display is about. A fold over events.

Knows no widget and no width; the words for the owner are in `owner.py`.
"""

import msgspec

from emulator.protocol.events import (
    BearerFailed,
    BearerOpened,
    ChangesCounted,
    Event,
    HandsetStarted,
    ItemMoved,
    Login,
    MessageReceived,
    MessageSent,
    PersonAnswered,
    PersonAsked,
    PowerCut,
    PushArrived,
    PushesDropped,
    Remarked,
    SessionClosed,
    SessionOpened,
    StepMoved,
    TransportLost,
    VerdictReached,
)
from emulator.protocol.states import STEPS


class Bearer(msgspec.Struct, frozen=True):
    """An address, how many pushes came in on it, why it does not listen ("" when it does), and how
    many deliveries were lost on it because there were too many."""

    address: str
    came: int = 0
    trouble: str = ""
    lost: int = 0


class Progress(msgspec.Struct, frozen=True):
    """The session that runs, or has run last. No number shrinks while it runs.

    `server` is its id, or the host of its URL; `step` the furthest of the six, 0 in a session that
    has none; `announced` is (direction, datastore, changes that side will send); `clues` are what
    may explain its end, newest first.
    """

    run: int = 0
    server: str = ""
    step: int = 0
    sent: int = 0
    received: int = 0
    announced: tuple[tuple[str, str, int], ...] = ()
    octets_out: int = 0
    octets_in: int = 0
    messages: int = 0
    clues: tuple[str, ...] = ()

    @property
    def out_of(self) -> int:
        """How many changes this side has announced."""
        return sum(total for way, _, total in self.announced if way == "out")

    @property
    def in_of(self) -> int:
        """How many changes the server has announced."""
        return sum(total for way, _, total in self.announced if way == "in")

    @property
    def share(self) -> float:
        """How much of what is to be moved has been moved, 0 to 1; by steps while nothing is known."""
        whole = max(self.out_of, self.sent) + max(self.in_of, self.received)
        if not whole:
            return max(self.step - 1, 0) / len(STEPS)
        return min((self.sent + self.received) / whole, 1.0)


class Ended(msgspec.Struct, frozen=True):
    """How the last run ended: its outcome, the clues, what was moved."""

    outcome: str
    clues: tuple[str, ...] = ()
    sent: int = 0
    received: int = 0


class Device(msgspec.Struct, frozen=True):
    """All that the face shows. `running` says whether a session is at work."""

    profile: str = ""
    device_id: str = ""
    manufacturer: str = ""
    model: str = ""
    servers: tuple[str, ...] = ()
    logins: tuple[Login, ...] = ()
    bearers: tuple[Bearer, ...] = ()
    off: bool = False
    running: bool = False
    progress: Progress = Progress()
    question: str = ""
    notice: str = ""
    last: Ended | None = None

    @property
    def started(self) -> bool:
        return bool(self.device_id)


def fold(device: Device, event: Event) -> Device:
    """The handset after one more event."""
    what = event.what
    if device.off and not isinstance(what, HandsetStarted):
        return device
    match what:
        case HandsetStarted():
            return _start(device, what)
        case PowerCut():
            last = Ended("interrupted", ("power",)) if device.running else None
            return msgspec.structs.replace(
                device, off=True, running=False, question="", notice="", bearers=(), last=last
            )
        case BearerOpened():
            return _bearer(device, what.address, "")
        case BearerFailed():
            return _bearer(device, what.address, what.reason)
        case PushArrived():
            bearers = _counted(device.bearers, what.bearer, came=1)
            return msgspec.structs.replace(device, bearers=bearers, notice="")
        case PushesDropped():
            bearers = _counted(device.bearers, what.bearer, lost=what.count)
            return msgspec.structs.replace(device, bearers=bearers)
        case PersonAsked(needs_answer=True):
            return msgspec.structs.replace(device, question=what.text, notice="")
        case PersonAsked():
            return msgspec.structs.replace(device, notice=what.text)
        case PersonAnswered():
            return msgspec.structs.replace(device, question="")
        case VerdictReached(verdict="ignored") if what.reason not in ("duplicate", "declined"):
            if device.running or device.question:
                return device
            return msgspec.structs.replace(device, last=Ended("ignored", (what.reason,)))
        case SessionOpened():
            progress = Progress(event.session, _server(device, what))
            return msgspec.structs.replace(device, running=True, progress=progress, question="")
        case SessionClosed():
            return _closed(device, event, what)
        case _:
            if device.running and event.session == device.progress.run:
                return msgspec.structs.replace(device, progress=_moved(device.progress, event))
            return device


def _server(device: Device, what: SessionOpened) -> str:
    ids = (login.server_id for login in device.logins if login.account == what.account)
    return next(ids, "") or what.url.partition("://")[2].partition("/")[0] or what.account


def _start(before: Device, what: HandsetStarted) -> Device:
    """A handset that starts knows nothing of what the one before it was told, but its own store."""
    return Device(
        profile=what.profile,
        device_id=what.device_id,
        manufacturer=what.manufacturer,
        model=what.model,
        servers=what.accounts,
        logins=what.logins,
        last=before.last if before.off else None,
    )


def _bearer(device: Device, address: str, trouble: str) -> Device:
    """A bearer listens, or has failed; what came in on it before is still counted."""
    known = [bearer.address for bearer in device.bearers]
    if address in known:
        bearers = tuple(
            msgspec.structs.replace(b, trouble=trouble) if b.address == address else b
            for b in device.bearers
        )
    else:
        bearers = (*device.bearers, Bearer(address, 0, trouble))
    return msgspec.structs.replace(device, bearers=bearers)


def _counted(
    bearers: tuple[Bearer, ...], name: str, came: int = 0, lost: int = 0
) -> tuple[Bearer, ...]:
    """So many more on the bearer that is called so, or whose address has it as its scheme."""
    fits = [b.address == name or b.address.startswith(f"{name}:") for b in bearers]
    if True not in fits:
        return (*bearers, Bearer(name, came, "", lost))
    place = fits.index(True)
    before = bearers[place]
    bearer = msgspec.structs.replace(before, came=before.came + came, lost=before.lost + lost)
    return (*bearers[:place], bearer, *bearers[place + 1 :])


def _closed(device: Device, event: Event, what: SessionClosed) -> Device:
    progress = device.progress
    own = progress.run == event.session
    if device.running and not own:
        return device  # another run ends that never had a session
    ended = Ended(what.outcome, progress.clues if own else (), what.items_sent, what.items_received)
    return msgspec.structs.replace(device, running=False, question="", notice="", last=ended)


def _announced(progress: Progress, what: ChangesCounted) -> Progress:
    """What a side says again about a datastore is not added to what it has said."""
    said = {(way, store): total for way, store, total in progress.announced}
    key = (what.direction, what.store)
    said[key] = max(what.total, said.get(key, 0))
    announced = tuple((*key, total) for key, total in said.items())
    return msgspec.structs.replace(progress, announced=announced)


def _moved(progress: Progress, event: Event) -> Progress:
    what = event.what
    match what:
        case StepMoved() if what.state != "skipped":
            step = max(progress.step, min(what.step, len(STEPS)))
            progress = msgspec.structs.replace(progress, step=step)
        case MessageSent():
            return msgspec.structs.replace(
                progress,
                messages=progress.messages + 1,
                octets_out=progress.octets_out + len(what.octets.hex) // 2,
            )
        case MessageReceived():
            octets = progress.octets_in + len(what.octets.hex) // 2
            progress = msgspec.structs.replace(progress, octets_in=octets)
        case ChangesCounted():
            return _announced(progress, what)
        case ItemMoved(direction="out"):
            return msgspec.structs.replace(progress, sent=progress.sent + 1)
        case ItemMoved():
            return msgspec.structs.replace(progress, received=progress.received + 1)
        case _:
            pass
    clue = _clue(event)
    if not clue or clue in progress.clues:
        return progress
    return msgspec.structs.replace(progress, clues=(clue, *progress.clues))


def _clue(event: Event) -> str:
    """What an event may say about why the session ends as it does."""
    what = event.what
    match what:
        case StepMoved(state="failed"):
            return f"step-{what.step}"
        case Remarked():
            return what.id
        case MessageReceived() if what.http_status >= 500:
            return "http-5xx"
        case MessageReceived() if what.http_status != 200:
            return f"http-{what.http_status}"
        case MessageReceived() if what.code >= 402:
            return f"status-{what.code}"
        case TransportLost():
            if "certificate" in what.reason:
                return "certificate"
            return "no-time" if what.reason.startswith("no response within") else "unreachable"
        case _:
            return ""
