"""SIGKILL at every point of a session: the next notification always leads to a session."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

NONCES_KEPT = 2
"""Commits of a session that change nonces: client nonce with candidate; candidate to stored."""


@pytest.mark.parametrize(
    ("scenario", "messages"), [("resync", 3), ("resync-401", 4), ("ordinary", 3)]
)
def test_after_sigkill_at_any_point_the_next_notification_leads_to_a_session(
    scenario, messages, tmp_path
):
    """The next notification is signed as an honest server signs: over the nonce that it holds, or
    over the SessionID while that is the one that lost step. In an ordinary session the device must
    be able to check it without the SessionID."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", scenario, str(tmp_path)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    deaths = [line["died"] for line in lines]
    # Every message: before it leaves, when it arrives, when it has been answered, when its reply is in.
    for point in ("before-Send", "request-arrived", "request-answered", "reply-received"):
        assert deaths.count(point) == messages, point
    # Every commit: before it and within it; after it is before what follows.
    assert deaths.count("before-Keep") == deaths.count("inside-Keep") >= NONCES_KEPT + 1
    assert deaths.count("before-End") == 1
    # Of the sweeps over the points, each has gone on until a session lived.
    assert deaths.count("") == 3
    for line in lines:
        _left_whole(line)
        _led_on(line, scenario)
    assert {line["restarted"] for line in lines} == {True, False}


def _left_whole(line):
    """No half-written store; the ledger tells how each nonce came to be; the journal is readable."""
    left = line["left"]
    assert left["integrity"] == "ok", line
    assert left["ledger_unbroken"], line
    assert left["ledger_says"] == left["nonces"], line
    assert left["journal"] >= 3, line
    # The nonce that the server holds is there, unless it is still the one that lost step.
    if line["signed"] == "stored":
        held = (left["nonces"].get("server"), left["nonces"].get("candidate"))
        assert line["server_held"] in held, line


def _led_on(line, scenario):
    following = line["next"]
    assert following["outcome"] == "synchronised", line
    assert (following["client"], following["server"]) == (line["client"], line["server"]), line
    expected = {"session-id": ["verified-session-id"]}.get(
        line["signed"], ["verified-stored", "verified-candidate"]
    )
    assert following["verdict"] in expected, line
    assert scenario != "ordinary" or line["signed"] == "stored"
    # No item is lost, and none is doubled on the device.
    assert len(set(following["items"])) == len(following["items"]), line
    assert any("N:Doe;Jane" in item for item in following["items"]), line
