"""Which run has the lanes of the ladder, and what is said where that changes. No widget."""

from emulator.protocol.events import (
    Event,
    HandsetStarted,
    PeerSaid,
    SessionClosed,
    SessionOpened,
    VerdictReached,
)


class Holder:
    """The run at work has the lanes; what comes of others meanwhile is marked as theirs.

    A run takes them with its first event when none is at work, and with its session in any case.
    """

    def __init__(self) -> None:
        self.run = 0
        self._newest = 0
        self._at_work = False

    def take(self, event: Event) -> str:
        """Goes on by one event; returns what stands on a line before it, "" for no such line."""
        words = self._words(event)
        what = event.what
        if event.session == self.run:
            if isinstance(what, SessionClosed):
                self._at_work = False
            elif isinstance(what, VerdictReached):
                self._at_work = what.verdict not in ("ignored", "held")
        return words

    def is_aside(self, event: Event) -> bool:
        """Whether an event belongs to another run. The server's records tell of no run."""
        return event.session not in (0, self.run) and not isinstance(event.what, PeerSaid)

    def _words(self, event: Event) -> str:
        what, session = event.what, event.session
        if isinstance(what, HandsetStarted):
            again = self._newest > 0
            self.run, self._at_work = 0, False
            return "the handset starts anew" if again else ""
        if session > self._newest:
            self._newest = session
            if self._at_work and not isinstance(what, SessionOpened):
                return f"run {session}, during run {self.run}"
            self.run, self._at_work = session, True
            return f"run {session}"
        if session in (0, self.run) or isinstance(what, PeerSaid):
            return ""
        resumes = isinstance(what, VerdictReached) and not self._at_work
        if resumes or isinstance(what, SessionOpened):
            self.run, self._at_work = session, True
            return f"run {session} goes on"
        return ""
