"""What a scenario expects beside what has come so far: each act's table, and the flow line by line.

Pure folds over the events of a journal in which the scenario is played. Before an act is judged only
what cannot change any more counts as met, and nothing as not met: that is `judging`'s to say.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from emulator.protocol.events import (
    ActBegan,
    ActJudged,
    Challenged,
    Event,
    MessageReceived,
    MessageSent,
    Miss,
    ServerCredJudged,
    VerdictReached,
)
from emulator.protocol.states import STEPS
from emulator.scenarios.judging import ORDER, Seen, seen, words
from emulator.scenarios.model import Expect, Scenario, When

State = Literal["waiting", "running", "met", "not met", "not played"]

_FINAL = frozenset(
    [
        "verdict",
        "encoding",
        "session",
        "near_misses",
        "creds",
        "codes",
        "proofs",
        "challenges",
        "alerts",
    ]
)
"""What stays once it is as expected; all else may still change before the run has ended."""
_NOTHING_YET = ("none", "interrupted")
"""What a run counts as before there is anything to say."""
_ENDED = ("passed", "failed", "skipped")

_NAMES = {
    "verdict": "verdict",
    "near_misses": "near miss",
    "creds": "our Creds over",
    "codes": "Statuses for SyncHdr",
    "proofs": "server's Creds over",
    "challenges": "our Chals, in",
    "alerts": "Alerts of package 1",
    "nonces": "nonces of both sides",
    "asked": "the owner is asked",
}
"""The keys of `Expect` in few words."""


class Row(msgspec.Struct, frozen=True):
    """One expectation: what it is about, what should come, what came, and why that is wrong."""

    name: str
    state: State
    expected: str
    came: str = ""
    clause: str = ""


class Act(msgspec.Struct, frozen=True):
    """One act: what happens, and what is expected of its run; no rows when none comes of it."""

    number: int
    words: str
    state: State
    rows: tuple[Row, ...] = ()


class _Play(NamedTuple):
    """Where the newest play of the scenario stands. `base`: the last run before it."""

    base: int
    begun: int
    judged: dict[int, tuple[Miss, ...]]


def acts(
    scenario: Scenario, events: Sequence[Event], leave_out: frozenset[str] = frozenset()
) -> tuple[Act, ...]:
    """All acts of the scenario's newest play; keys to `leave_out` are not looked at."""
    play = _play(events)
    stopped = any(play.judged.values())
    out = []
    run = play.base
    for number, act in enumerate(scenario.when, 1):
        run += act.expect is not None
        state: State = "waiting" if number > play.begun else "running"
        misses = play.judged.get(number)
        if misses is not None:
            state = "not met" if misses else "met"
        elif state == "waiting" and stopped:
            state = "not played"
        elif act.expect is None and number < play.begun:
            state = "met"
        came = seen(events, run) if state in ("running", "met", "not met") else None
        rows = _rows(act, came, misses, leave_out) if act.expect else ()
        out.append(Act(number, act.words, state, rows))
    return tuple(out)


def _play(events: Sequence[Event]) -> _Play:
    base = newest = begun = 0
    judged: dict[int, tuple[Miss, ...]] = {}
    for event in events:
        if isinstance(event.what, ActBegan):
            begun = event.what.number
            if begun == 1:
                base, judged = newest, {}
        elif isinstance(event.what, ActJudged):
            judged[event.what.number] = event.what.misses
        newest = max(newest, event.session)
    return _Play(base, begun, judged)


def _rows(
    act: When, came: Seen | None, misses: Sequence[Miss] | None, leave_out: frozenset[str]
) -> tuple[Row, ...]:
    """`came` is None for an act that has not begun, or will not be played."""
    assert act.expect is not None
    out = []
    for key in ORDER:
        wanted = getattr(act.expect, key)
        if wanted is None or key in leave_out:
            continue
        if key == "steps":
            out += [_step(n, wanted[n - 1], came, misses) for n in range(1, len(STEPS) + 1)]
        elif key == "remarks":
            out += _remarks(wanted, misses)
        else:
            out.append(_row(key, wanted, came, misses))
    if misses and not any(row.state == "not met" for row in out):
        out += [_missed(miss.about, miss) for miss in misses]
    return tuple(out)


def _missed(name: str, miss: Miss) -> Row:
    return Row(name, "not met", miss.expected, miss.came, miss.clause)


def _step(number: int, wanted: str, came: Seen | None, misses: Sequence[Miss] | None) -> Row:
    name = f"{number} {STEPS[number - 1].title}"
    for miss in misses or ():
        if miss.about == "steps" and miss.step == number:
            return _missed(name, miss)
    now = came.steps[number - 1] if came else "pending"
    met = misses is not None or (now == wanted and now in _ENDED)
    return Row(name, "met" if met else "waiting", wanted, "" if now == "pending" else now)


def _row(key: str, wanted: object, came: Seen | None, misses: Sequence[Miss] | None) -> Row:
    name = _NAMES.get(key, key.replace("_", " "))
    for miss in misses or ():
        if miss.about == key:
            return _missed(name, miss)
    now = getattr(came, key) if came else None
    met = misses is not None or (key in _FINAL and bool(now) and now == wanted)
    told = "" if not now or now in _NOTHING_YET else words(now)
    return Row(name, "met" if met else "waiting", words(wanted), told)


def _remarks(wanted: Sequence[str], misses: Sequence[Miss] | None) -> list[Row]:
    missed = [_missed("remark", miss) for miss in misses or () if miss.about == "remarks"]
    if missed or not wanted:
        return missed
    return [Row("remarks", "waiting" if misses is None else "met", words(tuple(wanted)))]


class Beside(NamedTuple):
    """What was expected where an event stands in the flow."""

    met: bool
    expected: str


class Flow:
    """Goes along the events of a play, each once and in order, and says what was expected there."""

    def __init__(self, scenario: Scenario) -> None:
        self._expects = [act.expect for act in scenario.when if act.expect]
        self._newest = self._base = 0
        self._counts: dict[tuple[int, str], int] = {}
        """How many of a key's values a run has had."""
        self._accepted: set[int] = set()
        """Runs in which a Status has accepted us: those after it are the server's business."""

    def take(self, event: Event) -> Beside | None:
        """None where nothing is expected."""
        if isinstance(event.what, ActBegan) and event.what.number == 1:
            self._base = self._newest
        self._newest = max(self._newest, event.session)
        place = event.session - self._base - 1
        found = _of_flow(event)
        if found is None or not 0 <= place < len(self._expects):
            return None
        wanted = self._wanted(self._expects[place], event.session, *found)
        return None if wanted is None else Beside(wanted == found[1], words(wanted))

    def _wanted(self, expect: Expect, run: int, key: str, value: object) -> object:
        values = getattr(expect, key)
        if not isinstance(values, tuple):
            return values
        if key == "codes":
            if run in self._accepted:
                return None
            if value in (200, 212):
                self._accepted.add(run)
        count = self._counts.get((run, key), 0)
        self._counts[run, key] = count + 1
        return values[count] if count < len(values) else "none"


def _of_flow(event: Event) -> tuple[str, object] | None:
    """The key of `Expect` that an event gives a value of, and that value."""
    match event.what:
        case VerdictReached() as what if what.verdict != "held":
            return "verdict", what.verdict
        case MessageSent() as what if what.cred is not None:
            return "creds", what.cred.nonce_kind
        case MessageReceived() as what if not what.problem:
            return "codes", what.code
        case ServerCredJudged() as what if what.counts:
            return "proofs", what.matched
        case Challenged() as what if what.by == "client":
            return "challenges", what.code
    return None
