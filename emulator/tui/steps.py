"""The strip of the six steps: number, state in mark and word, title; two lines that fit 80 columns."""

from collections.abc import Sequence

from emulator.exports.text import (
    BAD,
    GOOD,
    PENDING,
    RUNNING,
    SKIPPED,
    THIN,
    Line,
    Span,
    both_ends,
    clean,
    fit,
)
from emulator.protocol.states import STEPS
from emulator.tui.block import Block
from emulator.tui.run import RunLook

MARKS = {
    "pending": PENDING,
    "running": RUNNING,
    "passed": GOOD,
    "failed": BAD,
    "skipped": SKIPPED,
}
_TONES = {
    "pending": "dim",
    "running": "key",
    "passed": "good",
    "failed": "bad",
    "skipped": "dim",
}


def tone_of(run: RunLook, number: int) -> str:
    """The tone of a step. Step 1 failing is what the flow is for: amber, unless step 2 fails too."""
    state = run.steps[number - 1].state
    if number == 1 and state == "failed" and run.steps[1].state != "failed":
        return "warn"
    return _TONES[state]


def state_words(run: RunLook, number: int, room: int = 99) -> str:
    """The state of a step in at most so many cells. What is pending in a run that is over stays so."""
    state = run.steps[number - 1].state
    if state != "pending" or not run.outcome:
        return state
    return "not reached" if room >= len("not reached") else "not run"


def _heading(run: RunLook, number: int, room: int) -> str:
    """At most `room` cells."""
    return f"{number} {MARKS[run.steps[number - 1].state]} {state_words(run, number, room - 4)}"


def step_lines(run: RunLook, width: int) -> list[Line]:
    """Two lines: `1 ✗ failed ── 2 ✓ passed ...` and the titles beneath; or one of marks."""
    # 12 cells leave room for a line between two steps; nothing follows the last one.
    least = [max(len(step.title), 12) for step in STEPS[:-1]] + [len("6 > running")]
    spare = width - 2 - sum(least) - (len(STEPS) - 1)
    if spare < 0:
        return [_marks(run, width)]
    columns = [size + spare // len(STEPS) for size in least]
    heads = [_heading(run, number, size) for number, size in enumerate(columns, 1)]
    upper: list[Span] = [Span(" ")]
    lower: list[Span] = [Span(" ")]
    for index, (step, head, size) in enumerate(zip(STEPS, heads, columns, strict=True)):
        tone = tone_of(run, index + 1)
        last = index == len(STEPS) - 1
        gap = size + 1 - len(head)
        tail = f" {THIN * (gap - 2)} " if gap > 2 and not last else " " * gap
        call = f"screen.clause({index + 1})"
        upper += [Span(head, tone, call), Span(tail, "lane", call)]
        state = run.steps[index].state
        word = "dim" if state == "pending" else "plain"
        lower.append(Span(fit(step.title, size) + " ", word, call))
    return [tuple(upper), tuple(lower)]


def _marks(run: RunLook, width: int) -> Line:
    """Number and mark of each step, where there is no room for words."""
    size = max((width - 1) // len(STEPS), 4)
    spans: list[Span] = [Span(" ")]
    for number, step in enumerate(run.steps, 1):
        head = f"{number} {MARKS[step.state]}"
        gap = size - len(head) if number < len(STEPS) else 0
        tail = f" {THIN * (gap - 2)} " if gap > 2 else " " * gap
        call = f"screen.clause({number})"
        spans += [Span(head, tone_of(run, number), call), Span(tail, "lane", call)]
    return tuple(spans)


def title_line(title: str, subtitle: str, run: RunLook, width: int, hidden: bool = False) -> Line:
    """What this is, and how much has happened in the run."""
    left = [Span(" handset ", "active"), Span(f" {clean(title)}", "strong")]
    if hidden:
        left += [Span(" "), Span(" hidden ", "ask", "app.hide")]
    if subtitle:
        left.append(Span(f"  {clean(subtitle)}", "dim"))
    words = []
    if run.number:
        words.append(f"run {run.number}")
        words.append(f"{run.messages} message{'' if run.messages == 1 else 's'} sent")
        if width >= 100:
            words.append(f"items {run.sent} out, {run.received} in")
    return both_ends(left, [Span(" · ".join(words) + " ", "dim")], width)


class Steps(Block):
    """The two top bars: title and steps of the run that the person looks at."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.run = RunLook(0)
        self.title = self.subtitle = ""
        self.hidden = False
        """Whether personal data is hidden."""

    def lines(self, width: int) -> Sequence[Line]:
        title = title_line(self.title, self.subtitle, self.run, width, self.hidden)
        return [title, *step_lines(self.run, width)]
