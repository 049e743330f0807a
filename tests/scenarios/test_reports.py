"""Findings as text, JSON and JUnit."""

import re
from pathlib import Path
from xml.etree import ElementTree

from emulator.scenarios import reports
from emulator.scenarios.running import Finding
from tests.scenarios.test_running import found

GOLDEN = Path(__file__).parents[1] / "goldens" / "check-no-cred.txt"
_VALUES = [
    (re.compile(r"\b[0-9A-F]{8}…"), "NNNNNNNN…"),
    (re.compile(r"\b[0-9A-F]{4}\b"), "SSSS"),
    (re.compile(r"\d+\.\d\d s"), "T.TT s"),
]


def text(finding: Finding) -> str:
    whole = "\n".join((reports.line(finding), *reports.explained(finding), ""))
    for pattern, name in _VALUES:
        whole = pattern.sub(name, whole)
    return whole


async def test_a_failure_says_step_expected_came_clause_and_both_ladders() -> None:
    assert text(await found("RS-01", "no-cred", compare=True)) == GOLDEN.read_text()


async def test_no_line_is_wider_than_a_terminal() -> None:
    finding = await found("RS-01", "endless-401", compare=True)
    assert all(len(row) <= 79 for row in text(finding).splitlines())


async def test_the_verdict_counts_and_names_what_failed() -> None:
    passed, failed = await found("RS-03"), await found("RS-01", "no-cred")
    away = Finding(passed.scenario, "not-applicable", 0.0, "needs another server")
    assert reports.verdict([passed, away]) == "✓ 1 passed, 0 failed, 1 not applicable"
    both = reports.verdict([passed, failed])
    assert both == "✗ 1 passed, 1 failed (RS-01), 0 not applicable"
    assert reports.as_json([passed, failed])["verdict"] == both[2:]
    assert reports.explained(away) == ["       needs another server"]


async def test_junit_has_a_case_for_each_with_the_first_difference() -> None:
    passed, failed = await found("RS-03"), await found("RS-01", "no-cred")
    away = Finding(passed.scenario, "not-applicable", 0.0, "needs <another> server")
    suite = ElementTree.fromstring(reports.as_junit([passed, failed, away]).encode())
    assert {name: suite.get(name) for name in ("tests", "failures", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "skipped": "1",
    }
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message", "").startswith("step 5 (server proven): expected passed, came f")
    skipped = suite.find("testcase/skipped")
    assert skipped is not None and skipped.get("message") == "needs <another> server"


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert reports._xml("a\x00b\nc") == "a?b\nc"
