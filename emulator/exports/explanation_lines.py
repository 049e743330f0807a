"""An explanation as lines: the answer, verdict and near misses; its evidence, layers and Workings."""

from collections.abc import Iterator

from emulator.exports.text import MASKED, Line, Span, clean
from emulator.protocol.explanation import Explanation
from emulator.protocol.verdict import REASONS, Attempt
from emulator.wire.arrival import Layer

_HINT = "not verified: give a profile, or server id and secret, to check the digest"


def lines(
    found: Explanation, secrets: bool = False, hint: str = _HINT, masked: str = MASKED
) -> list[Line]:
    """All of it, with the answer at the end, where a terminal leaves it in sight."""
    head, *misses = answer(found, hint)
    return [*evidence(found, secrets, masked), *misses, head]


def answer(found: Explanation, hint: str = _HINT) -> list[Line]:
    """The verdict, and below it each near miss: why it is the verdict. `hint` is what is said where
    no secret was given."""
    verdict = found.verdict
    if verdict is None:
        return [_no_verdict(found, hint)]
    words = clean(verdict.sentence.removeprefix("notification ignored: "))
    tone = "good" if verdict.verified else "bad"
    head = (Span(f"{verdict.verdict}: {words}", tone),)
    return [head, *((Span(f"near miss: {m.meaning}", "warn"),) for m in verdict.near_misses)]


def evidence(found: Explanation, secrets: bool = False, masked: str = MASKED) -> list[Line]:
    """What the verdict rests on. Secret steps of a Working stand as `masked` unless asked for."""
    out: list[Line] = [line for layer in found.layers for line in _layer(layer)]
    if (verdict := found.verdict) is not None:
        for attempt in verdict.attempts:
            out += [(), *_attempt(attempt, verdict.notification.digest, secrets, masked)]
        out += [(), *((Span(f"note: {clean(note)}", "note"),) for note in found.notes)]
    return out


def _no_verdict(found: Explanation, hint: str) -> Line:
    if not found.reason:
        return (Span(hint, "note"),)
    words = REASONS[found.reason]
    detail = "" if found.why == words else f": {clean(found.why)}"
    return (Span(f"ignored: {words}{detail}", "bad"),)


def _layer(layer: Layer) -> Iterator[Line]:
    yield (Span(f"{layer.name}, from octet {layer.offset}", "strong"),)
    width = max((len(name) for name, _ in layer.fields), default=0)
    for name, value in layer.fields:
        yield Span(f"  {name:<{width}}  ", "dim"), Span(clean(str(value)))


def _attempt(attempt: Attempt, received: bytes, secrets: bool, masked: str) -> Iterator[Line]:
    name = attempt.nonce_kind + (f" as {attempt.encoding}" if attempt.encoding else "")
    yield (Span(f"tried: {name}, nonce {attempt.nonce.hex() or '(empty)'}", "strong"),)
    width = max(len(step.name) for step in attempt.working.steps)
    for step in attempt.working.steps:
        hidden = step.secret and not secrets
        value = masked if hidden else step.readable
        yield Span(f"  {step.name:<{width}}  ", "dim"), Span(value)
    sign, tone = ("==", "good") if attempt.matched else ("!=", "bad")
    # Right below each other: the eye compares them.
    yield Span("  expected     "), Span(attempt.working.octets.hex(), tone)
    yield Span(f"  received  {sign} "), Span(received.hex(), tone)
