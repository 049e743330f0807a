"""`handset demo` headless: the six steps, their JSON, and exit codes of scenarios."""

from pathlib import Path

import pytest

from emulator.breakpoints import BREAKPOINTS
from emulator.journal import read
from emulator.protocol.events import SessionClosed
from emulator.starts import SCENARIOS
from tests.verbs.command import Handset


def test_the_resynchronisation_in_words(handset: Handset) -> None:
    done = handset("demo", "--headless")
    assert (done.code, done.err) == (0, "")
    states = [line[17:].split()[0] for line in done.out.splitlines()[:6]]
    assert states == ["failed", *["passed"] * 5]
    assert "  nonces of both sides agree" in done.out.splitlines()
    assert done.last.startswith("synchronised: ")


def test_a_demo_that_leaves_different_nonces_has_not_met_its_expectation(handset: Handset) -> None:
    done = handset("demo", "--headless", "--misbehave", "forget-server-nonce")
    assert done.code == 1
    assert done.last.endswith("; but the nonces of both sides differ")


def test_the_resynchronisation_as_json(handset: Handset) -> None:
    done = handset("demo", "--headless", "--json")
    found = done.json
    assert done.code == 0
    assert (found["verdict"], found["outcome"]) == ("verified-session-id", "synchronised")
    states = [step["state"] for step in found["steps"]]
    assert states == ["failed", "passed", "passed", "passed", "passed", "passed"]
    assert found["nonces_agree"] is True
    assert found["items"]["sent"] > 0
    assert found["messages"] > 2


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
@pytest.mark.parametrize("phone", ["generic-xml", "no-resync"])
def test_scenarios_with_other_handsets(handset: Handset, scenario: str, phone: str) -> None:
    done = handset("demo", "--json", "--scenario", scenario, "--handset", phone)
    stale = scenario != "ordinary"
    ignored = scenario == "wrong-nonce" or (stale and phone == "no-resync")
    assert done.json["outcome"] == ("ignored" if ignored else "synchronised")
    assert done.code == (5 if ignored else 0)


@pytest.mark.parametrize(
    ("misbehaviour", "outcome", "code"),
    [
        ("forget-client-nonce", "synchronised", 0),
        ("no-cred", "server-not-authenticated", 5),
        ("wrong-cred", "server-not-authenticated", 5),
        ("endless-401", "auth-refused", 5),
        ("sign-with:dec_text", "ignored", 5),
        ("sign-with:hex_text_upper", "synchronised", 0),
    ],
)
def test_misbehaviour_by_name(handset: Handset, misbehaviour: str, outcome: str, code: int) -> None:
    done = handset("demo", "--json", "--misbehave", misbehaviour)
    assert (done.json["outcome"], done.code) == (outcome, code)


def test_the_journal_has_the_run(handset: Handset, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    assert handset("demo", "--headless", "--journal", path).code == 0
    closed = [event.what for event in read(path) if isinstance(event.what, SessionClosed)]
    assert [what.outcome for what in closed] == ["synchronised"]
    before = path.read_bytes()
    done = handset("demo", "--headless", "--journal", path)
    assert done.code == 2
    assert done.complaint == f"handset: {path}: exists already; a journal is never overwritten"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "nope"), "--scenario nope: one of resync, ordinary, "),
        (("--misbehave", "nope"), "--misbehave: no misbehaviour 'nope'"),
        (("--misbehave", "sign-with:nope"), "--misbehave: "),
        (("--handset", "generic-xm"), "did you mean 'generic-xml'?"),
        (("--break", "sned"), "--break: no breakpoint 'sned'; did you mean 'send'?"),
        (("--break", "send"), "--break: only on the screen"),
        (("--pace", "x"), "Invalid value for '--pace'"),
        (("--journal", "/nowhere/j"), "/nowhere/j: cannot be written: No such file"),
    ],
)
def test_bad_input_is_usage(handset: Handset, arguments: tuple[str, ...], said: str) -> None:
    done = handset("demo", "--headless", *arguments)
    assert done.code == 2
    assert said in done.complaint


def test_nothing_of_the_demo_stays(handset: Handset, tmp_path: Path, home: Path) -> None:
    handset("demo", "--headless")
    assert not home.exists()


@pytest.mark.parametrize("verb", ["demo", "run"])
def test_the_breakpoints_are_listed(handset: Handset, verb: str) -> None:
    done = handset(verb, "--break", "list")
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()] == [p.id for p in BREAKPOINTS]


def test_a_scenario_of_check_without_a_screen_is_checked(handset: Handset) -> None:
    done = handset("demo", "--headless", "--scenario", "rs-03")
    assert (done.code, done.last) == (0, "✓ 1 passed, 0 failed, 0 not applicable")
    done = handset("demo", "--json", "--scenario", "RS-01", "--misbehave", "no-cred")
    assert (done.code, done.json["failed"]) == (1, 1)


def test_which_scenarios_there_are(handset: Handset) -> None:
    done = handset("demo", "--scenario", "list")
    assert done.code == 0
    assert "resync       the server lost" in done.out and "RS-01  The SessionID" in done.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("RS-99",), "--scenario RS-99: one of resync, ordinary"),
        (("all",), "--scenario all: one of resync, ordinary"),
        (("RS-01", "--handset", "generic-xml"), "RS-01 says itself"),
        (("RS-01", "--misbehave", "nonsense"), "--misbehave: "),
        (("RS-01", "--headless", "--journal", "x.journal"), "only when it is on the screen"),
    ],
)
def test_a_scenario_that_cannot_be_played_is_said(
    handset: Handset, arguments: tuple[str, ...], complaint: str
) -> None:
    done = handset("demo", "--scenario", *arguments)
    assert done.code == 2 and complaint in done.complaint
