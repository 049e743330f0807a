"""The main screen: puts the widgets over one deck together and carries events to them, thirty times a second.

Owns no knowledge of its own: what is known is folded in `run.py`, what can be done is in
`actions`. Nothing that talks to a network is imported here; the deck starts after the first paint.
"""

import gc
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import ClassVar

from textual import events as input_events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.geometry import Size

from emulator.protocol.events import Event
from emulator.tui.actions import ACTIONS, bindings, needs
from emulator.tui.deck import Awaited, Deck, Expects, Owned, Recorded
from emulator.tui.evidence import Evidence
from emulator.tui.face import Face
from emulator.tui.ladder import Ladder, Lanes
from emulator.tui.nonces import Nonces
from emulator.tui.noting import Noting
from emulator.tui.overlays import Overlays
from emulator.tui.panes import Side
from emulator.tui.run import Known, fold
from emulator.tui.status import Footer, Verdict
from emulator.tui.steps import Steps
from emulator.tui.veil import Veil, behind

WIDE = 110
"""Columns from which on the detail stands beside the ladder."""
VAST = 150
"""Columns from which on the phone stands beside the ladder too."""
LOW = 34
"""Lines below which an open detail takes the place of the nonces."""
FLAT = 18
"""Lines below which the nonces take one line, and the hint none."""
SLICE = 0.003
"""Seconds of folding in one go, so that a long journal does not stop the keys."""
PAUSE = 0.006
"""Seconds that are left to everything else before there is more of that."""
STEP = 50
"""Events between two looks at the clock."""
GARBAGE = (4_000, 20, 50)
"""When Python looks for garbage: little at a time, for a key waits for it, and seldom at what stays."""
IDLE = 15
"""Pictures without news after which all widgets are asked all the same."""


class Main(Evidence, Noting, Overlays, inherit_bindings=False):
    """One deck, from its start until the screen is left; all keys are in the action table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("everywhere", "question")

    def __init__(
        self, deck: Deck | Awaited, veil: Veil | None = None, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.deck = deck
        self.veil = veil or Veil()
        """What hides personal data. Panes have the deck behind it."""
        self.captions = isinstance(deck, Awaited) and deck.captions
        self.known = Known()
        self.read = 0
        """How many of the deck's events are on the screen."""
        self.ready = False
        """Whether the first picture has been on the screen and all widgets are there."""
        self.paused = False
        """Whether the screen stands still; the deck goes on."""
        self._idle = 0
        self._loading = True
        """Whether there has been more to read than was read, ever since the start."""
        self._took = False
        """Whether the last picture had news."""
        self._working = False
        self._news: tuple[object, ...] = ()
        self._steps = Steps(id="steps")
        self._face = Face(id="face")
        self._ladder = Ladder(id="ladder")
        self._side = Side(id="side")
        self._nonces = Nonces(id="nonces")
        self._lanes = Lanes(id="lanes")
        self._verdict = Verdict(id="verdict")
        self._footer = Footer(id="footer")

    def compose(self) -> ComposeResult:
        self._classify(self.size)
        yield self._steps
        with Container(id="middle"):
            yield self._face
            with Vertical(id="left"):
                yield self._lanes
                yield self._ladder
            yield self._side
        yield self._nonces
        yield self._verdict
        yield self._footer

    def on_mount(self) -> None:
        self._project()
        self._ladder.focus()
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """Runs when the first picture is on the screen; what it did not need is made now."""
        if isinstance(self.deck, Awaited):
            self.deck = self.deck.make()
        gc.enable()
        gc.set_threshold(*GARBAGE)
        gc.freeze()
        self._footer.without = {action.id for action in ACTIONS if not self._can(action.needs)}
        if isinstance(self.deck, Recorded):
            self._ladder.follow(False)
        expects = isinstance(self.deck, Expects)
        if isinstance(self.deck, Expects):
            self._ladder.beside.along = self.deck.along().take
        first = "expected" if expects else "detail"
        await self._side.open(first, behind(self.deck, self.veil))
        self.ready = True
        self.set_interval(1 / 30, self._pump)
        self._do(self.deck.start())
        self.set_timer(0.5, self.prepare_filter)

    async def on_unmount(self) -> None:
        if not isinstance(self.deck, Awaited):
            await self.deck.close()

    def on_resize(self, event: input_events.Resize) -> None:
        self._classify(event.size)
        self.call_after_refresh(self.one_phone)
        self.call_after_refresh(self._show_selected)

    def _classify(self, size: Size) -> None:
        self.set_class(size.width >= WIDE, "-wide")
        self.set_class(size.width >= VAST, "-vast")
        self.set_class(size.height < LOW, "-low")
        self._nonces.folded = size.height < FLAT

    def _pump(self) -> None:
        """Takes what is new in the deck. The only place where events reach the screen."""
        events = self.deck.events
        if self._took:
            # Of a stream every second picture is enough: following it moves all lines each time.
            self._took = False
            return
        before = self.read
        self._work()
        self._took = self.read > before
        if self._loading and self._share == 1:
            self._loading = False
            # What a long journal left in memory stays: to look through it for garbage stops the keys.
            gc.freeze()
        news = (
            self.read,
            self.paused,
            len(events),
            self._note,
            self.deck.subtitle,
            self.deck.hint,
            self.focused,
        )
        self._idle += 1
        if news != self._news or self._idle > IDLE:
            self._news, self._idle = news, 0
            self._project()

    def _work(self) -> None:
        """Reads and searches for a moment; with much to do also between two pictures."""
        events = self.deck.events
        if self.read < len(events) and not self.paused:
            self._take(events)
        self.find()
        behind = self.read < len(events) and not self.paused
        if (behind or self.searching) and not self._working:
            self._working = True
            self.set_timer(PAUSE, self._work_on)

    def _work_on(self) -> None:
        self._working = False
        self._work()

    def _take(self, events: Sequence[Event]) -> None:
        """Folds and lays out what is new, for a moment; the rest is there at the next picture."""
        end, known, index = perf_counter() + SLICE, self.known, self.read
        while index < len(events):
            for event in events[index : index + STEP]:
                self.veil.learn(event)
                before, known = known.book, fold(known, event)
                self.ledger.take(index, event, before, known.book)
                index += 1
            if perf_counter() > end:
                break
        self.known, self.read = known, index
        self._ladder.take(self._shown, index)

    @property
    def _share(self) -> float:
        """How much of what is to be read is on the screen."""
        share = self.deck.progress if isinstance(self.deck, Recorded) else 1.0
        if self.read < len(self.deck.events) and not self.paused:
            share *= self.read / len(self.deck.events)
        return share

    @property
    def _note(self) -> str:
        """How far reading is, as long as that is worth a word; what a search has found."""
        share = self._share
        return f"reading {int(100 * share)} %" if share < 1 else self.found_note

    async def renew(self) -> None:
        """Shows everything anew: the veil was drawn, or taken away."""
        if isinstance(self.deck, Owned):
            self.veil.owned(self.deck.personal)
        if self.ready:
            self._ladder.renew(self._shown)
            assert not isinstance(self.deck, Awaited)
            await self._side.renew(behind(self.deck, self.veil))
            self._show_selected()
            self._project()

    def _project(self) -> None:
        """Gives every widget what it shows; each repaints only when that has changed."""
        self._ladder.keep_following()
        steps, verdict, footer = self._steps, self._verdict, self._footer
        known = self.veil.known(self.known)
        verdict.known = footer.known = self._face.known = known
        steps.run, steps.hidden = self.looked_at(), self.veil.enabled
        self._nonces.book, self._nonces.account = known.book, steps.run.account
        steps.title, steps.subtitle = self.deck.title, self.deck.subtitle
        verdict.hint = "" if self._nonces.folded else self.deck.hint
        verdict.caption = self._caption()
        self._lanes.times = self._ladder.times
        self._lanes.active = self.detail_open and self._ladder.has_focus
        self._lanes.update()
        if self._side.shown is not None and self.detail_open:
            self._side.shown.upto = self.read
            self._side.shown.project(known)
        footer.following, footer.behind = self._ladder.following, self._ladder.behind
        footer.note, footer.typing = self._note, self.typing
        footer.detail, footer.from_start = self.detail_open, self.from_start
        footer.paused, footer.waiting = self.paused, len(self.deck.events) - self.read
        for widget in (steps, self._face, self._nonces, verdict, footer):
            widget.update()

    def _caption(self) -> str:
        if not (self.captions and self.ready):
            return ""
        from emulator.tui.captions import caption_at

        return caption_at(self.deck.events, self._ladder.selected)

    def action_captions(self) -> None:
        self.captions = not self.captions
        self._project()

    def _can(self, names: Iterable[str]) -> bool:
        return all(hasattr(self.deck, name) for name in names)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What the deck cannot do, or what has nothing to act on now, is no action."""
        if not self._can(needs(action)) or not self.may(action):
            return False
        if action == "copy" and self.known.question:
            return parameters[0] is True  # `y` is the answer
        if action in ("filter", "match"):
            return self.may_find(action)
        return self.from_start if action == "back" else True

    def select_last(self, wanted: Callable[[Event], bool]) -> None:
        """Selects the newest event that is `wanted`."""
        self._ladder.select_last(wanted)

    def action_follow(self) -> None:
        self._ladder.follow(not self._ladder.following)

    def action_pause(self) -> None:
        self.paused = not self.paused
        self._pump()

    def action_times(self) -> None:
        self._ladder.turn_times()
        self._project()
