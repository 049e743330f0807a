"""What came of a run, beside what a scenario expects of it; each difference with its step and clause.

Reads events and nothing else. `Seen` has a field for every key of `Expect`, under the same name.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from emulator.outcome import fold, nonces_that_differ
from emulator.protocol.events import (
    Challenged,
    Event,
    MessageReceived,
    MessageSent,
    Miss,
    NoncesHeld,
    NonceStored,
    PersonAsked,
    Remarked,
    ServerCredJudged,
    SessionOpened,
    StepMoved,
    VerdictReached,
)
from emulator.protocol.states import STEPS
from emulator.scenarios.model import Expect, Moved
from emulator.wire.codec import by_media_type
from emulator.wire.errors import WireError
from emulator.wire.syncml import Alert, number


class Seen(msgspec.Struct, frozen=True):
    """A run, in the words of `Expect`. `details` says of each step why; `at_step` is the last that
    moved; `remark_steps` the step at which each remark was made; `differing` the nonces that differ."""

    session: str
    verdict: str
    reason: str
    encoding: str
    near_misses: tuple[str, ...]
    outcome: str
    sentence: str
    steps: tuple[str, ...]
    details: tuple[str, ...]
    messages: int
    codes: tuple[int, ...]
    creds: tuple[str, ...]
    proofs: tuple[str, ...]
    challenges: tuple[int, ...]
    client_nonce: str
    server_nonce: str
    candidate: str
    nonces: str | None
    items: Moved
    asked: bool
    alerts: tuple[int, ...]
    remarks: tuple[str, ...]
    remark_steps: tuple[int, ...]
    remark_words: tuple[str, ...]
    at_step: int
    differing: tuple[str, ...]


def seen(events: Sequence[Event], run: int) -> Seen:
    """That run; nonces are those at the end of `events`."""
    result = fold(events, run)
    whats: list[Any] = [event.what for event in events if event.session == run]

    def of(kind: type) -> list[Any]:
        return [what for what in whats if isinstance(what, kind)]

    verdict = (of(VerdictReached) or [None])[-1]
    opened = of(SessionOpened)
    stored = {what.slot for what in of(NonceStored) if what.nonce}
    differ = nonces_that_differ(events)
    remarks = _remarks(whats)
    first_sent = of(MessageSent)
    return Seen(
        session=opened[0].session_kind if opened else "none",
        verdict=result.verdict or "none",
        reason=result.reason,
        encoding=verdict.encoding if verdict else "",
        near_misses=tuple(miss.id for miss in verdict.near_misses) if verdict else (),
        outcome=result.outcome,
        sentence=result.sentence,
        steps=tuple(step.state for step in result.steps),
        details=tuple(step.detail for step in result.steps),
        messages=result.messages,
        codes=_until_accepted([w.code for w in of(MessageReceived) if not w.problem]),
        creds=tuple(what.cred.nonce_kind for what in first_sent if what.cred),
        proofs=tuple(what.matched for what in of(ServerCredJudged) if what.counts),
        challenges=tuple(what.code for what in of(Challenged) if what.by == "client"),
        client_nonce="new" if "client" in stored else "kept",
        server_nonce="new" if "server" in stored else "kept",
        candidate="waits" if _candidate(events) else "none",
        nonces=None if differ is None else "differ" if differ else "agree",
        differing=differ or (),
        items=Moved(result.items.sent, result.items.received),
        asked=any(what.needs_answer for what in of(PersonAsked)),
        alerts=_alerts(first_sent[0]) if first_sent else (),
        remarks=tuple(what.id for _, what in remarks),
        remark_steps=tuple(step for step, _ in remarks),
        remark_words=tuple(what.sentence for _, what in remarks),
        at_step=_last_step(whats),
    )


def _until_accepted(codes: Sequence[int]) -> tuple[int, ...]:
    """The Statuses up to the first that accepts us; how many more come is the server's business."""
    ends = next((n for n, code in enumerate(codes, 1) if code in (200, 212)), len(codes))
    return tuple(codes[:ends])


def _remarks(whats: Sequence[Any]) -> list[tuple[int, Remarked]]:
    """Each remark with the step at which it was made, 0 outside; the same one counts once."""
    step = 0
    found: dict[str, tuple[int, Remarked]] = {}
    for what in whats:
        if isinstance(what, StepMoved):
            step = what.step
        elif isinstance(what, Remarked):
            found.setdefault(what.id, (step, what))
    return list(found.values())


def _last_step(whats: Sequence[Any]) -> int:
    moved = [what for what in whats if isinstance(what, StepMoved)]
    running = [what.step for what in moved if what.state != "skipped"]
    return running[-1] if running else 0


def _candidate(events: Sequence[Event]) -> bool:
    held = ""
    for event in events:
        what = event.what
        if isinstance(what, NoncesHeld):
            held = what.candidate or ""
        elif isinstance(what, NonceStored) and what.slot == "candidate":
            held = what.nonce
        elif isinstance(what, NonceStored) and what.slot == "server" and what.nonce == held:
            held = ""
    return bool(held)


def _alerts(sent: MessageSent) -> tuple[int, ...]:
    """The codes of the Alerts in a message of ours."""
    codec = by_media_type(sent.content_type)
    try:
        message = codec.decode(bytes(sent.octets)) if codec else None
    except WireError:
        message = None
    commands = message.commands if message else ()
    return tuple(number(command.data) for command in commands if isinstance(command, Alert))


_STEP_OF = {
    "verdict": 2,
    "reason": 2,
    "encoding": 2,
    "near_misses": 2,
    "session": 2,
    "asked": 2,
    "creds": 3,
    "alerts": 3,
    "codes": 4,
    "client_nonce": 4,
    "proofs": 5,
    "challenges": 5,
    "candidate": 5,
    "server_nonce": 6,
    "nonces": 6,
}
"""The step that a key of `Expect` is about; the others go by where the run stood."""

_LAST = ("messages", "items", "outcome", "remarks")
ORDER = ("steps", *_STEP_OF, *_LAST)


def judge(
    expect: Expect, came: Seen, clause: str, *, leave_out: frozenset[str] = frozenset()
) -> tuple[Miss, ...]:
    """Every difference, the steps first. `clause` is the scenario's."""
    misses: list[Miss] = []
    for key in ORDER:
        wanted, got = getattr(expect, key), getattr(came, key)
        if wanted is None or got is None or key in leave_out:
            continue
        if key == "steps":
            misses += _steps(wanted, came)
        elif key == "remarks":
            misses += _remarked(wanted, came, clause)
        elif wanted != got:
            step = _step(key, came) or _first_step(misses) or came.at_step
            misses.append(Miss(key, step, words(wanted), _came(key, came), clause_of(step, clause)))
    return tuple(misses)


def _steps(wanted: Sequence[str], came: Seen) -> list[Miss]:
    return [
        Miss(
            "steps",
            step,
            expected,
            f"{state}: {detail}" if detail else state,
            clause_of(step, ""),
        )
        for step, (expected, state, detail) in enumerate(
            zip(wanted, came.steps, came.details, strict=True), 1
        )
        if expected != state
    ]


def _remarked(wanted: Sequence[str], came: Seen, clause: str) -> list[Miss]:
    misses = [
        Miss("remarks", step, "no such remark", f"remark {id_}: {said}", clause_of(step, clause))
        for id_, step, said in zip(came.remarks, came.remark_steps, came.remark_words, strict=True)
        if id_ not in wanted
    ]
    misses += [
        Miss("remarks", came.at_step, f"remark {id_}", "no such remark", clause)
        for id_ in wanted
        if id_ not in came.remarks
    ]
    return misses


def _step(key: str, came: Seen) -> int:
    if key == "nonces" and "client" in came.differing:
        return 4
    return _STEP_OF.get(key, 0)


def _first_step(misses: Sequence[Miss]) -> int:
    return misses[0].step if misses else 0


def _came(key: str, came: Seen) -> str:
    value = words(getattr(came, key))
    if key == "nonces" and came.differing:
        return f"{value}: the {' and the '.join(came.differing)} nonce"
    if key in ("outcome", "verdict", "reason", "session"):
        return f"{value or 'none'}: {came.sentence}" if came.sentence else value
    return value


def clause_of(step: int, otherwise: str) -> str:
    """Where the change request says so."""
    known = {s.number: s for s in STEPS}
    if step not in known:
        return otherwise
    return f"change request 5.1, step {step}: {known[step].clause}"


def words(value: object) -> str:
    """A value of `Expect` or `Seen` for people."""
    if isinstance(value, Moved):
        return f"{value.sent} sent, {value.received} received"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
