"""A run's outcome for people and scripts: the last lines of a headless run, and its exit code."""

from emulator.outcome import Result, fold, kept_its_promise, nonces_agree
from emulator.protocol.states import STEPS
from emulator.verbs.exits import EXITS, Exit

__all__ = ["Result", "exit_code", "fold", "lines", "nonces_agree"]

_SAID_ALREADY = ("synchronised, ", "notification ignored: ", "authentication refused: ")
"""How sentences begin that say their outcome themselves."""


def lines(result: Result) -> list[str]:
    """The run for a person without a screen; the last line is the verdict in words."""
    titles = {step.number: step.title for step in STEPS}
    out = []
    for step in result.steps:
        words = f"{step.state:8}{step.detail}".rstrip()
        out.append(f"{step.step} {titles[step.step]:14} {words}")
    if result.nonces_agree is not None:
        out.append(f"  nonces of both sides {'agree' if result.nonces_agree else 'differ'}")
    words = result.sentence
    for said_already in _SAID_ALREADY:
        words = words.removeprefix(said_already)
    if not kept_its_promise(result):
        words += "; but the nonces of both sides differ"
    out.append(f"{result.outcome}: {words}")
    return out


def exit_code(result: Result) -> Exit:
    """Exit 1 is for a run that ended well by the handset's lights, while the server holds others."""
    return EXITS[result.outcome] if kept_its_promise(result) else Exit.EXPECTATION_FAILED
