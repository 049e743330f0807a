"""The lines at the bottom: what is wrong, what is asked, the last verdict, what to do next, the keys."""

from collections.abc import Container, Sequence

from emulator.exports.text import (
    ASKED,
    BAD,
    GOOD,
    PENDING,
    RUNNING,
    THIN,
    Line,
    Span,
    clip,
    width_of,
    wrap,
)
from emulator.tui.actions import ACTIONS, key_word
from emulator.tui.block import Block
from emulator.tui.keyline import key_of
from emulator.tui.nonces import differ_words
from emulator.tui.paused import paused_lines
from emulator.tui.run import Known

KEYS = "+ allow   - decline"


def verdict_lines(known: Known, hint: str, width: int, caption: str = "") -> list[Line]:
    """Troubles first, then the open question, the verdict, the caption or else the hint."""
    lines: list[Line] = []
    for _, sentence in known.troubles[-3:]:
        lines += _told(f"{BAD} {sentence}", "alarm", width, 3)
    if known.question:
        lines += _question(known.question, width)
    elif known.notice:
        lines += _told(known.notice, "note", width, 2)
    lines += paused_lines(known, width)
    lines += _of_run(known, width)
    aside = known.aside
    if aside.number and aside.number != known.shown:
        mark, tone = (BAD, "bad") if aside.ignored else (THIN, "note")
        lines += _told(f"run {aside.number}: {mark} {aside.sentence}", tone, width, 2)
    if known.question or known.failed or known.paused or known.off:
        return lines
    return lines + (_told(caption, "strong", width, 2) or _told(hint, "plain", width, 2))


def _of_run(known: Known, width: int) -> list[Line]:
    """How far the shown run is, or what became of it; before any, what the handset waits for."""
    run = known.run
    if known.off:
        where = " in mid-session" if run.outcome == "interrupted" else ""
        return _told(f"{BAD} the power was cut{where}; P switches it on", "bad", width, 1)
    if run.outcome:
        good = run.outcome == "synchronised"
        text = run.sentence or run.outcome
        differing = known.left.of(run.account).differing
        if good and differing:
            good, text = False, f"{text}; but {differ_words(differing)}"
        return _told(f"{GOOD if good else BAD} {text}", "good" if good else "bad", width, 3)
    if known.question or known.paused_run == known.shown != 0:
        return []
    if run.number:
        number = max(range(1, 7), key=lambda n: run.steps[n - 1].seq)
        step = run.steps[number - 1]
        detail = f": {step.detail}" if step.detail else ""
        text = "a session opens" if run.opened else "a notification came"
        if step.seq:
            text = f"step {number} of 6 {step.state}{detail}"
        return _told(f"{RUNNING} {text}", "key", width, 1)
    if known.failed:
        return []
    if known.bearers:
        return _told(f"{RUNNING} waiting for a notification", "dim", width, 1)
    if known.started and known.troubles:
        return _told(f"{PENDING} nothing listens, so no notification can come", "dim", width, 2)
    return _told(f"{RUNNING} starting", "dim", width, 1) if not known.started else []


def _question(text: str, width: int) -> list[Line]:
    """The question; its keys are never cut off."""
    rows = wrap(f"{ASKED} {text}", width - 2, 2)
    if len(rows[-1]) + 3 + len(KEYS) <= width - 2:
        rows[-1] += f"   {KEYS}"
    else:
        rows.append(clip(KEYS, width - 2))
    return [(Span(" "), Span(row, "ask")) for row in rows]


def _told(text: str, tone: str, width: int, most: int) -> list[Line]:
    return [(Span(" "), Span(row, tone)) for row in wrap(text, width - 2, most) if row]


def follow_text(following: bool, behind: int) -> str:
    return "following" if following else f"+{behind} below" if behind else "not following"


def footer_line(
    known: Known,
    following: bool,
    behind: int,
    detail: bool,
    width: int,
    from_start: bool = False,
    waiting: int | None = None,
    note: str = "",
    without: Container[str] = (),
) -> Line:
    """The keys that matter now, most needed first; help and quit always. While the screen is paused,
    so many events are waiting. `without` are the actions that this deck cannot do."""
    tone, call = ("active" if following else "ask"), "screen.follow"
    words = " · ".join(filter(None, (note, follow_text(following, behind))))
    state = Span(f" {words} ", tone, call)
    if waiting is not None:
        state = Span(f" paused +{waiting} ", "ask", "screen.pause")
    room = width - width_of((state,)) - 1
    shown: list[Line] = []
    lasting = ("back", "help", "quit") if from_start else ("help", "quit")
    always = [key_of(a.id) for a in ACTIONS if a.id in lasting]
    room -= sum(width_of(key) for key in always)
    wanted = ["notify", "rerun", "detail", "clause", "follow", "ledger", "pause", "step", "filter"]
    wanted += ["digest"]
    if detail:
        wanted = ["detail", "digest", "hex", "tree", "switch", "clause", "ledger", "notify", "step"]
    wanted = ["expected", *wanted]
    if known.question:
        wanted = ["accept", "decline", *(name for name in wanted if name != "notify")]
    if known.off:
        wanted = ["power", *(name for name in wanted if name != "notify")]
    for name in wanted:
        if name in without:
            continue
        key = key_of(name)
        if width_of(key) <= room:
            shown.append(key)
            room -= width_of(key)
    keys = tuple(span for key in (*shown, *always) for span in key)
    gap = width - width_of(keys) - width_of((state,))
    return (*keys, Span(" " * max(gap, 0), "bar"), state)


class Verdict(Block):
    """Troubles, question, verdict and hint."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known()
        self.hint = self.caption = ""

    def lines(self, width: int) -> Sequence[Line]:
        return verdict_lines(self.known, self.hint, width, self.caption)


def _filter_keys(note: str, width: int) -> Line:
    keys = [
        span
        for action in ACTIONS
        if action.where == "filter"
        for span in (
            Span(f" {key_word(action.keys[0])}", "barkey"),
            Span(f" {action.title.lower()} ", "bar"),
        )
    ]
    state = [Span(f" {note} ", "ask")] if note else []
    gap = width - width_of((*keys, *state))
    return (*keys, Span(" " * max(gap, 0), "bar"), *state)


class Footer(Block):
    """The keys, and whether the ladder follows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known()
        self.following, self.behind, self.detail = True, 0, False
        self.from_start = False
        self.note = ""
        """What stands before it: how far something long is."""
        self.without: Container[str] = ("expected",)
        """The actions that the deck cannot do."""
        self.paused, self.waiting = False, 0
        self.typing = False
        """Whether keys are text for the filter, so that only those of its bar do something."""

    def lines(self, width: int) -> Sequence[Line]:
        if self.typing:
            return [_filter_keys(self.note, width)]
        waiting = self.waiting if self.paused else None
        state = self.following, self.behind, self.detail
        return [
            footer_line(
                self.known, *state, width, self.from_start, waiting, self.note, self.without
            )
        ]
