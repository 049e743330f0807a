"""What became of one run, folded from its events: verdict, outcome, steps, nonces of both sides.

Reads events and nothing else; how it is said, and what exit code it gives, is the caller's.
"""

from collections.abc import Iterable, Sequence

import msgspec

from emulator.protocol.events import (
    Event,
    NoncesHeld,
    NonceStored,
    Outcome,
    PeerNonces,
    SessionClosed,
    StepMoved,
    StepState,
    VerdictReached,
)
from emulator.protocol.states import STEPS


class StepResult(msgspec.Struct, frozen=True):
    step: int
    state: StepState
    detail: str


class Items(msgspec.Struct, frozen=True):
    sent: int
    received: int


class Result(msgspec.Struct, frozen=True):
    """The JSON object of a run. `verdict` is null where no notification came."""

    verdict: str | None
    outcome: Outcome
    steps: tuple[StepResult, ...]
    messages: int
    items: Items
    nonces_agree: bool | None
    reason: str = ""
    sentence: str = ""


def fold(events: Sequence[Event], run: int) -> Result:
    """What became of that run; a run without an end counts as interrupted."""
    steps = {step.number: StepResult(step.number, "pending", "") for step in STEPS}
    verdict: VerdictReached | None = None
    closed: SessionClosed | None = None
    for event in events:
        what = event.what
        if event.session != run:
            continue
        if isinstance(what, StepMoved):
            steps[what.step] = StepResult(what.step, what.state, what.detail)
        elif isinstance(what, VerdictReached):
            verdict = what
        elif isinstance(what, SessionClosed):
            closed = what
    ignored = verdict is not None and verdict.verdict == "ignored"
    outcome: Outcome = "ignored" if ignored else "interrupted"
    sentence = verdict.sentence if verdict else "the run did not end"
    if closed is not None:
        outcome, sentence = closed.outcome, closed.sentence
    return Result(
        verdict=verdict.verdict if verdict else None,
        outcome=outcome,
        steps=tuple(steps.values()),
        messages=closed.messages if closed else 0,
        items=Items(closed.items_sent, closed.items_received) if closed else Items(0, 0),
        nonces_agree=nonces_agree(events),
        reason=verdict.reason if verdict else "",
        sentence=sentence,
    )


def nonces_agree(events: Iterable[Event]) -> bool | None:
    """Whether handset and server hold the same nonces at the end; None for a foreign server."""
    held: dict[str, str | None] = {}
    peer: PeerNonces | None = None
    for event in events:
        what = event.what
        if isinstance(what, NoncesHeld):
            held = {"client": what.client, "server": what.server}
        elif isinstance(what, NonceStored):
            held[what.slot] = what.nonce
        elif isinstance(what, PeerNonces) and not what.inferred:
            peer = what
    if peer is None or not held:
        return None
    return (held.get("client") or "", held.get("server") or "") == (peer.client, peer.server)


def kept_its_promise(result: Result) -> bool:
    """Whether a run that ended well left both sides with the same nonces, as far as we know."""
    return result.outcome != "synchronised" or result.nonces_agree is not False
