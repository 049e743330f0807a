"""Scenarios on their table: all green against the honest server, red with the right reason else."""

import pytest

from emulator.scenarios import reading
from emulator.scenarios.builtin import BuiltIn
from emulator.scenarios.model import Scenario
from emulator.scenarios.reports import TOLERATED
from emulator.scenarios.running import Finding, Player
from emulator.server.misbehaviour import TABLE

ALL = [
    f"{name}:{value}" if value else name
    for name, row in TABLE.items()
    for value in row.values or ("",)
]
REASONS: dict[str, tuple[str, int, str]] = {
    "forget-client-nonce": ("RS-01", 4, "401, 212"),
    "forget-server-nonce": ("RS-01", 6, "differ: the server nonce"),
    "no-cred": ("RS-01", 5, "no Cred in answer to our challenge"),
    "wrong-cred": ("RS-01", 5, "its Cred does not verify"),
    "never-chal": ("RS-01", 4, "kept"),
    "endless-401": ("RS-01", 4, "401 again"),
    "sign-with:hex_text_upper": ("RS-01", 2, "hex_text_upper"),
    "sign-with:hex_text_upper_4": ("RS-01", 2, "hex_text_upper"),
    "lose-reply:4": ("RS-01", 3, "no SyncML answer"),
    "lose-reply:6": ("RS-01", 6, "no SyncML answer"),
    "ignore-session-id": ("RS-01", 5, "remark server-cred-wrong"),
    "wrong-server-id": ("RS-01", 5, "its Cred does not verify"),
    "wrong-nonce-in-chal": ("RS-01", 4, "differ: the client nonce"),
    "chal-without-nonce": ("RS-01", 4, "kept"),
    "chal-type:basic": ("RS-01", 4, "kept"),
    "chal-type:mac": ("RS-01", 3, "remark chal-type-differs"),
    "refuse-with-407": ("RS-24", 4, "407, 212"),
    "200-for-212": ("RS-01", 4, "200"),
    "other-session-id": ("RS-01", 3, "remark session-id-changed"),
    "no-header-status": ("RS-01", 4, "no Status for our SyncHdr"),
    "no-final": ("RS-01", 6, "remark no-final"),
    "resp-uri-changes": ("RS-01", 6, "remark resp-uri-changed"),
    "endless-222": ("RS-01", 6, "remark endless-222"),
    "duplicate-reply": ("RS-01", 6, "remark duplicate-reply"),
    "http:500": ("RS-01", 3, "HTTP status 500"),
    "http:302": ("RS-01", 3, "HTTP status 302"),
    "http:401": ("RS-01", 3, "HTTP status 401"),
    "http:empty": ("RS-01", 3, "HTTP status 200, but"),
    "http:html": ("RS-01", 3, "an HTML page"),
    "slow": ("RS-01", 3, "no response within"),
    "truncated-body": ("RS-01", 3, "the wbxml message is broken"),
    "connection-reset": ("RS-01", 3, "no SyncML answer"),
    "other-encoding": ("RS-01", 3, "a reply in xml to a session in wbxml"),
}
"""Misbehaviour -> scenario, the step that it is red at, and what came there."""
UNREADABLE = [name for name in ALL if name.startswith("sign-with:") and name not in REASONS]
UNREADABLE.remove("sign-with:raw16_be")


async def found(number: str, *misbehave: str, compare: bool = False) -> Finding:
    (scenario,) = reading.select([number])
    return await player(*misbehave, compare=compare).one(scenario)


def player(*misbehave: str, compare: bool = False) -> Player:
    return Player(lambda scenario: BuiltIn(scenario.given, misbehave), compare=compare)


async def test_all_are_green_against_the_honest_server() -> None:
    findings = [f async for f in player(compare=True).play(reading.select(["all"]))]
    red = {f.scenario.number: f.misses for f in findings if f.ended != "passed"}
    assert red == {}
    assert [f.scenario.number for f in findings] == list(reading.shipped())


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.thorough) if n == "slow" else n for n in REASONS]
)
async def test_each_misbehaviour_is_red_at_its_step_and_says_what_came(name: str) -> None:
    number, step, came = REASONS[name]
    finding = await found(number, name)
    assert finding.ended == "failed"
    assert finding.act == 1
    fitting = [miss for miss in finding.misses if miss.step == step and came in miss.came]
    assert fitting, finding.misses
    assert all(miss.clause for miss in finding.misses)


@pytest.mark.parametrize("name", UNREADABLE)
async def test_an_encoding_that_is_not_accepted_is_red_at_step_2(name: str) -> None:
    finding = await found("RS-01", name)
    assert finding.misses[0].step == 2
    assert "neither the stored nonce nor the SessionID" in finding.misses[0].came


@pytest.mark.parametrize("name", TOLERATED)
async def test_what_is_no_mistake_turns_nothing_red(name: str) -> None:
    assert (await found("RS-01", name)).ended == "passed"


def test_every_misbehaviour_has_its_reason() -> None:
    assert {*REASONS, *UNREADABLE, *TOLERATED} == set(ALL)


async def test_what_failed_is_held_beside_an_honest_run() -> None:
    finding = await found("RS-01", "no-cred", compare=True)
    assert finding.expected
    assert any("≠" in row for row in finding.ladder)
    assert not (await found("RS-01", "no-cred")).expected


async def test_a_scenario_that_an_honest_server_fails_too_shows_its_own_ladder() -> None:
    (scenario,) = reading.select(["RS-33"])
    wrong = scenario.__class__(
        **{
            **{name: getattr(scenario, name) for name in Scenario.__struct_fields__},
            "when": (reading.select(["RS-01"])[0].when),
        }
    )
    finding = await player(compare=True).one(wrong)
    assert finding.ended == "failed"
    assert finding.expected == ()
    assert "handset" in finding.ladder[0]
