"""What the screen plays: the contract between the screen and what runs behind it.

The screen reads `events` and asks for things; it never learns how they are done. What only some
decks can do is a protocol of its own: an action names the methods that it needs, and is not
offered where the deck has none of that name.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from emulator.protocol.events import Event

if TYPE_CHECKING:
    from emulator.protocol.digest import Working
    from emulator.protocol.keyring import Device, Keyring
    from emulator.pushing import Wanted
    from emulator.scenarios.expecting import Act, Flow
    from emulator.stepping import Stepper


class Deck(Protocol):
    """A handset at work, or a recording of one.

    `events` only ever grows, in the app's own event loop. `close` is safe at any time, also
    before `start` has returned and more than once.
    """

    @property
    def title(self) -> str:
        """ "demo", or the profile's name."""

    @property
    def subtitle(self) -> str:
        """What stands beside the title: the server's URL. May change once started."""

    @property
    def events(self) -> Sequence[Event]:
        """All that has happened so far. Asked thirty times a second: hand out the list itself."""

    @property
    def hint(self) -> str:
        """One sentence: what a person can do next, or ""."""

    async def start(self) -> None:
        """Brings everything up and returns; what fails arrives as an event."""

    async def close(self) -> None:
        """Takes everything down."""

    def workings(self, event: Event) -> Sequence[tuple[str, "Working", bytes]]:
        """(label, Working, octets that came) for each digest behind an event; empty when none."""

    def document(self, event: Event) -> str:
        """The decoded message as indented text, a notification as its fields; "" when none."""


@runtime_checkable
class Recorded(Protocol):
    """What has happened is read from where it was written down; one begins with the first event."""

    @property
    def progress(self) -> float:
        """How much has been read, 1.0 for all that is there."""


@runtime_checkable
class Notifies(Protocol):
    """Has a sender at hand."""

    async def notify(self) -> None:
        """Sends another notification."""


@runtime_checkable
class Reruns(Protocol):
    """Can begin once more."""

    async def rerun(self) -> None:
        """Runs again from the start state."""


@runtime_checkable
class Answers(Protocol):
    """Has a handset that asks its owner."""

    async def answer(self, accepted: bool) -> None:
        """The person's answer to the open question."""


@runtime_checkable
class Syncs(Protocol):
    """Has a handset whose person can start a sync."""

    @property
    def datastores(self) -> Mapping[str, Sequence[str]]:
        """The datastores of each account; none while there is no handset to ask."""

    async def sync(self, account: str, stores: tuple[str, ...], code: int) -> None:
        """Starts a sync of these datastores; `code` is the sync type, 200 to 205."""


@runtime_checkable
class Powered(Protocol):
    """Has a handset whose power can be cut."""

    async def power(self) -> None:
        """Cuts the power, as by SIGKILL; or, when it is off, starts the handset from its store."""


@runtime_checkable
class Spoils(Protocol):
    """Has a store whose server nonce can be made stale."""

    async def spoil(self) -> None:
        """Puts random octets in place of the stored server nonce, as after a lost update."""

    async def put_back(self) -> None:
        """Puts the nonce back that was there before."""


@runtime_checkable
class Steps(Protocol):
    """Lets a person stop its runs and go through them step by step."""

    @property
    def stepper(self) -> "Stepper":
        """Where the runs stop, and what waits."""


@runtime_checkable
class Owned(Protocol):
    """Knows its owner before any event tells."""

    @property
    def personal(self) -> Sequence[str]:
        """Device id and users: what is hidden when personal data is hidden."""


@runtime_checkable
class Misbehaves(Protocol):
    """Has a server of its own, which can be told to do things wrong."""

    @property
    def misbehaviour(self) -> tuple[str, ...]:
        """What it does wrong now, as names of the server's table."""

    async def misbehave(self, names: tuple[str, ...]) -> None:
        """It does this wrong from its next message on, and nothing else."""


@runtime_checkable
class Holds(Protocol):
    """Has a device with accounts."""

    def held(self) -> "tuple[Device, Keyring] | None":
        """The device, and its accounts as they are now; None while there is none yet."""


@runtime_checkable
class Notes(Protocol):
    """Keeps what people say about events, as events of its journal."""

    async def note(self, event: int, mark: bool, text: str) -> None:
        """The event of that seq is marked or not, and this is the comment on it, "" for none.

        Raises OSError when that cannot be kept.
        """


@runtime_checkable
class Expects(Protocol):
    """Plays a scenario."""

    def acts(self, upto: int) -> "Sequence[Act]":
        """What is expected, beside what has come with the first `upto` events."""

    def along(self) -> "Flow":
        """Says of each event in turn, from the first one on, what was expected there."""


@runtime_checkable
class Pushes(Protocol):
    """Has a sender that can be told what to send."""

    @property
    def proposal(self) -> "Wanted":
        """What the form for a notification begins with."""

    async def push(self, wanted: "Wanted") -> None:
        """Sends that notification. Raises ValueError, in words, for what cannot be made."""


class Awaited:
    """Stands in for a deck that is made after the first paint, which its imports would hold up.

    `captions`: whether a sentence says at first what happens at each step.
    """

    events: Sequence[Event] = ()
    hint = ""

    def __init__(
        self, title: str, subtitle: str, make: Callable[[], Deck], *, captions: bool = False
    ) -> None:
        self.title, self.subtitle, self.make, self.captions = title, subtitle, make, captions
