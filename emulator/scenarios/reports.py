"""Findings for people, for programs (JSON) and for build servers (JUnit XML)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from emulator.exports.text import BAD, BAR, GOOD, RIGHT, clean, clip, wrap
from emulator.protocol.events import Miss
from emulator.protocol.states import STEPS
from emulator.scenarios.model import Scenario
from emulator.scenarios.running import Finding

WIDTH = 79
BESIDES = 4
"""Differences besides the first one that are shown: most of them follow from it."""
_TELLING = ("remarks", "outcome")
"""Those that are shown first."""
_ABOUT = {
    "steps": "",
    "codes": "Statuses for our SyncHdr",
    "creds": "nonces that our Creds were made with",
    "proofs": "nonces that the server's Creds verified with",
    "challenges": "our codes with a Chal",
    "nonces": "nonces of both sides",
    "alerts": "alert codes of package 1",
}
_SAID = {"passed": "passed", "failed": "FAILED", "not-applicable": "n/a"}
_TITLES = {step.number: step.title for step in STEPS}


def line(finding: Finding) -> str:
    """The scenario in one line, or two where its title is long."""
    took = f"{finding.seconds:6.2f} s" if finding.seconds else " " * 8
    scenario = finding.scenario
    first, *rest = wrap(scenario.title, WIDTH - 24)
    head = f"{scenario.number:7}{_SAID[finding.ended]:7}{took}  {first}"
    return "\n".join((head, *(f"{'':24}{row}" for row in rest)))


def explained(finding: Finding) -> list[str]:
    """What follows that line: why it failed, or why it does not apply."""
    if finding.ended != "failed":
        rows = wrap(finding.reason, WIDTH - 7) if finding.reason else []
        return [f"{'':7}{row}" for row in rows]
    out = _field("when", f"{finding.act}. {finding.when}" if finding.when else "it begins")
    first, *others = finding.misses
    out += [f"{BAD} {_where(first)}"]
    out += _field("expected", first.expected)
    out += _field("came", first.came)
    out += _field("clause", first.clause)
    if finding.scenario.clause != first.clause:
        out += _field("about", finding.scenario.clause)
    shown = sorted(others, key=lambda miss: miss.about not in _TELLING)[:BESIDES]
    for miss in shown:
        out += _field("besides", told(miss))
    if more := len(others) - len(shown):
        out += _field("", f"and {more} more that differ")
    if finding.came:
        out += ["", *finding.ladder]
    return [f"  {BAR} {row}".rstrip() for row in out]


def _field(name: str, text: str) -> list[str]:
    rows = wrap(text, WIDTH - 15, 6)
    return [f"{name if n == 0 else '':9}{row}" for n, row in enumerate(rows)]


def _where(miss: Miss) -> str:
    about = _ABOUT.get(miss.about, miss.about.replace("_", " "))
    step = f"step {miss.step} ({_TITLES[miss.step]})" if miss.step else ""
    return ", ".join(filter(None, (step, about)))


def told(miss: Miss) -> str:
    """A difference in one line."""
    return f"{_where(miss)}: expected {miss.expected}, came {miss.came}"


TOLERATED = {
    "no-resp-uri": "legal: RespURI is optional (SyncML RepPro); the account's URL is used",
    "sign-with:raw16_be": "no mistake: the field as transmitted is what is tried first (decision 1)",
}
"""Misbehaviours that turn nothing red, and why."""


def tolerated(misbehave: Sequence[str]) -> list[str]:
    """What is to be said of misbehaviours that no scenario holds against the server."""
    return [f"{name}: {TOLERATED[name]}" for name in misbehave if name in TOLERATED]


def verdict(findings: Sequence[Finding]) -> str:
    """All of it in one line: the last one of the text."""
    count = Counter(finding.ended for finding in findings)
    failed = [finding.scenario.number for finding in findings if finding.ended == "failed"]
    names = f" ({clip(', '.join(failed), 60)})" if failed else ""
    mark = BAD if failed else GOOD
    return (
        f"{mark} {count['passed']} passed, {count['failed']} failed{names}, "
        f"{count['not-applicable']} not applicable"
    )


def listed(scenarios: Sequence[Scenario]) -> list[str]:
    """The scenarios for `check list`: number, title, and the clause below it."""
    out = []
    for scenario in scenarios:
        out.append(f"{scenario.number:7}{clean(scenario.title)}")
        out += (f"{'':7}{row}" for row in wrap(f"{RIGHT} {scenario.clause}", WIDTH - 7))
    return out


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The JSON document of `--json`."""
    count = Counter(finding.ended for finding in findings)
    return {
        "passed": count["passed"],
        "failed": count["failed"],
        "not_applicable": count["not-applicable"],
        "verdict": verdict(findings)[2:],
        "scenarios": [_object(finding) for finding in findings],
    }


def _object(finding: Finding) -> dict[str, Any]:
    scenario = finding.scenario
    return {
        "number": scenario.number,
        "title": scenario.title,
        "step": scenario.step,
        "clause": scenario.clause,
        "ended": finding.ended,
        "seconds": round(finding.seconds, 3),
        "reason": finding.reason,
        "act": finding.act,
        "when": finding.when,
        "differences": [
            {
                "about": miss.about,
                "step": miss.step,
                "expected": miss.expected,
                "came": miss.came,
                "clause": miss.clause,
            }
            for miss in finding.misses
        ],
        "ladder": finding.ladder if finding.ended == "failed" else [],
    }


def as_junit(findings: Sequence[Finding], name: str = "handset check") -> str:
    """JUnit XML, as build servers read it."""
    count = Counter(finding.ended for finding in findings)
    total = sum(finding.seconds for finding in findings)
    rows = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<testsuite name={quoteattr(name)} tests={quoteattr(str(len(findings)))} "
        f'failures="{count["failed"]}" errors="0" skipped="{count["not-applicable"]}" '
        f'time="{total:.3f}">',
    ]
    for finding in findings:
        rows += _case(finding)
    return "\n".join([*rows, "</testsuite>", ""])


def _case(finding: Finding) -> list[str]:
    scenario = finding.scenario
    title = quoteattr(_xml(f"{scenario.number} {scenario.title}"))
    head = f'  <testcase classname="handset.check" name={title} time="{finding.seconds:.3f}"'
    if finding.ended == "passed":
        return [f"{head}/>"]
    if finding.ended == "not-applicable":
        return [
            f"{head}>",
            f"    <skipped message={quoteattr(_xml(finding.reason))}/>",
            "  </testcase>",
        ]
    first = finding.misses[0]
    message = told(first)
    text = escape(_xml("\n".join(explained(finding))))
    return [
        f"{head}>",
        f"    <failure message={quoteattr(_xml(message))}>{text}</failure>",
        "  </testcase>",
    ]


def _xml(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
