"""`handset check`: scripted scenarios against the built-in server, or against any server."""

import asyncio
import json
from pathlib import Path

from emulator.scenarios import reading, reports
from emulator.scenarios.builtin import BuiltIn
from emulator.scenarios.model import Scenario
from emulator.scenarios.running import Finding, Player
from emulator.server.misbehaviour import parse
from emulator.verbs.exits import Exit, Failure


def check(
    names: tuple[str, ...],
    server_url: str,
    profile: str,
    misbehave: tuple[str, ...],
    as_json: bool,
    junit: Path | None,
    pace: float | None = None,
) -> Exit:
    """Plays the scenarios of these names, or one of them on the screen at a `pace`. Exit 0 when all
    that apply came out as expected, else 1."""
    if not names:
        raise Failure(
            "which scenarios? all, list, or numbers, names and files: check RS-01 mine.toml"
        )
    try:
        if "list" in names:
            print("\n".join(reports.listed(reading.select(["all"]))))
            return Exit.MET
        scenarios = reading.select(names)
        misbehaves = parse(misbehave).names
    except reading.ScenarioError as wrong:
        raise Failure(str(wrong)) from wrong
    except ValueError as wrong:
        raise Failure(f"--misbehave: {wrong}") from wrong
    player = _player(server_url, profile, misbehaves)
    if pace is not None:
        return _show(player, scenarios, misbehaves, pace)
    report = None if junit is None else _writable(junit)
    findings = asyncio.run(_play(player, scenarios, quiet=as_json))
    if report is not None:
        report.write_text(reports.as_junit(findings), "utf-8")
    if as_json:
        print(json.dumps(reports.as_json(findings), ensure_ascii=False))
    else:
        print("\n".join((*reports.tolerated(misbehaves), reports.verdict(findings))))
    failed = any(finding.ended == "failed" for finding in findings)
    return Exit.EXPECTATION_FAILED if failed else Exit.MET


def _player(server_url: str, profile: str, misbehave: tuple[str, ...]) -> Player:
    if not server_url and not profile:
        return Player(lambda scenario: BuiltIn(scenario.given, misbehave))
    if misbehave:
        raise Failure(
            "--misbehave is for the built-in server; leave --server-url and --profile out"
        )
    from emulator.scenarios import foreign

    return foreign.player(profile or "built-in", server_url)


def _show(
    player: Player, scenarios: list[Scenario], misbehave: tuple[str, ...], pace: float
) -> Exit:
    if len(scenarios) != 1:
        raise Failure("--screen shows one scenario: check RS-01 --screen")
    (scenario,) = scenarios
    if why := player.hindrance(scenario):
        raise Failure(f"{scenario.number} does not apply to this server: {why}")
    from emulator.verbs.scenario import show

    return show(scenario, misbehave, pace, stage=player.stage, leave_out=player.leave_out)


async def _play(player: Player, scenarios: list[Scenario], *, quiet: bool) -> list[Finding]:
    findings = []
    async for finding in player.play(scenarios):
        findings.append(finding)
        if not quiet:
            print("\n".join((reports.line(finding), *reports.explained(finding))), flush=True)
    return findings


def _writable(path: Path) -> Path:
    """Found out before the scenarios run, not after."""
    try:
        path.touch()
    except OSError as wrong:
        raise Failure(f"--junit {path}: {wrong.strerror}") from wrong
    return path
