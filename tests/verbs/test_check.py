"""`handset check` as scripts call it, against the built-in server and against one in another process."""

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.verbs.command import Handset
from tests.verbs.served import serving

MINE = """\
number = "MY-01"
title = "my own"
clause = "my own"
[given]
server_nonce = "good"
[[when]]
notify = "stored"
[when.expect]
outcome = "{outcome}"
"""


def test_what_is_met_ends_with_0_and_the_verdict(handset: Handset) -> None:
    done = handset("check", "RS-03", "rs-17")
    assert done.code == 0
    assert done.out.splitlines()[0].startswith("RS-03  passed")
    assert done.last == "✓ 2 passed, 0 failed, 0 not applicable"


def test_a_misbehaving_server_ends_with_1_and_names_the_scenario(handset: Handset) -> None:
    done = handset("check", "RS-01", "RS-03", "--misbehave", "no-cred")
    assert done.code == 1
    assert "✗ step 5 (server proven)" in done.out
    assert done.last == "✗ 1 passed, 1 failed (RS-01), 0 not applicable"


def test_what_is_legal_is_said_to_be(handset: Handset) -> None:
    done = handset("check", "RS-01", "--misbehave", "no-resp-uri")
    assert done.code == 0
    assert "no-resp-uri: legal" in done.out


def test_a_file_of_ones_own(handset: Handset, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE.format(outcome="synchronised"))
    assert handset("check", path).code == 0
    path.write_text(MINE.format(outcome="ignored"))
    done = handset("check", path)
    assert done.code == 1
    assert "expected ignored" in done.out


def test_json_and_junit(handset: Handset, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    done = handset("check", "RS-01", "--misbehave", "endless-401", "--json", "--junit", report)
    assert done.code == 1
    document = json.loads(done.out)
    assert (document["passed"], document["failed"]) == (0, 1)
    (scenario,) = document["scenarios"]
    first = scenario["differences"][0]
    assert (scenario["number"], scenario["ended"], first["step"]) == ("RS-01", "failed", 4)
    assert scenario["ladder"]
    assert ElementTree.parse(report).getroot().get("failures") == "1"


def test_the_list_has_them_all(handset: Handset) -> None:
    done = handset("check", "list")
    assert "RS-01  The SessionID verifies" in done.out
    assert done.code == 0


def test_what_is_not_there_or_wrong_is_usage(handset: Handset, tmp_path: Path) -> None:
    assert "which scenarios?" in handset("check").complaint
    assert "did you mean 'rs-01'" in handset("check", "RS-01x").complaint
    assert "did you mean 'no-cred'" in handset("check", "all", "--misbehave", "no-crd").complaint
    nowhere = tmp_path / "no" / "report.xml"
    assert "--junit" in handset("check", "RS-03", "--junit", nowhere).complaint
    url = "http://127.0.0.1:1/sync"
    done = handset("check", "RS-03", "--server-url", url, "--misbehave", "no-cred")
    assert "built-in server" in done.complaint
    assert handset("check", "RS-03", "--profile", "nobodys").code == 2


def test_a_foreign_server_passes_what_can_be_seen_and_the_rest_does_not_apply(
    handset: Handset, tmp_path: Path
) -> None:
    with serving(tmp_path / "home") as served:
        chosen = ("RS-02", "RS-01", "RS-03", "RS-37", "RS-24", "RS-35")
        done = handset("check", *chosen, "--server-url", served.url)
    assert done.code == 0, done.out
    assert done.last == "✓ 1 passed, 0 failed, 5 not applicable"
    assert "not looked at: nonces" in done.out
    assert "no message reaches the server" in done.out
    assert "needs a server that misbehaves to order" in done.out
    assert "which did not send it, signed" in done.out


def test_a_foreign_server_that_misbehaves_is_red_at_step_4(
    handset: Handset, tmp_path: Path
) -> None:
    with serving(tmp_path / "home") as served:
        served.control.put("misbehaviour", json={"names": ["endless-401"]})
        done = handset("check", "RS-02", "RS-01", "--server-url", served.url)
    assert done.code == 1
    assert "step 4 (status + Chal)" in done.out


def test_a_foreign_server_that_is_not_there_is_red(handset: Handset) -> None:
    done = handset("check", "RS-01", "--server-url", "http://127.0.0.1:1/sync")
    assert done.code == 1
    assert "no SyncML answer" in done.out


def test_the_screen_wants_one_scenario_and_a_terminal(handset: Handset) -> None:
    done = handset("check", "RS-01", "RS-02", "--screen")
    assert done.code == 2 and "--screen shows one scenario" in done.complaint
    done = handset("check", "RS-01", "--screen")
    assert done.code == 2 and "needs a terminal" in done.complaint
    done = handset("check", "RS-51", "--screen", "--profile", "built-in")
    assert done.code == 2 and "does not apply to this server" in done.complaint
