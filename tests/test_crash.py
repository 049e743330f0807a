"""SIGKILL at every point of a session: the next notification always leads to a session."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("scenario", ["resync", "ordinary"])
def test_after_sigkill_at_any_point_the_next_notification_leads_to_a_session(scenario, tmp_path):
    """In "ordinary" the next notification is signed with whatever nonce the server then holds: the
    device must be able to check it, be it the stored one or the candidate, without the SessionID."""
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
    deaths = [line for line in lines if line["died"]]
    # Every commit, every message and the end were hit.
    assert len(deaths) >= 8
    assert not lines[-1]["died"]
    for line in lines:
        following = line["next"]
        assert following["outcome"] == "synchronised", line
        assert (following["client"], following["server"]) == (line["client"], line["server"]), line
        if scenario == "ordinary":
            assert following["verdict"] in ("verified-stored", "verified-candidate"), line
        # No item is lost, and none is doubled on the device.
        assert len(set(following["items"])) == len(following["items"]), line
