"""`handset check` against a real SyncEvolution: what it does, what it does not do, what cannot be seen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop.device import command
from tests.interop.peers import SyncEvolution
from tests.interop.test_syncevolution import device_for

NOTIFIED = ("RS-01", "RS-24", "RS-35")
"""The whole flow; the same with a 401 first; a server that need not prove itself."""


def test_steps_1_to_4_are_judged_and_what_needs_its_inside_does_not_apply(
    syncevolution: Callable[..., SyncEvolution], tmp_path: Path
) -> None:
    device = device_for(syncevolution(), tmp_path)
    done = command("check", *NOTIFIED, "RS-37", "--profile", str(device.profile))
    lines = done.stdout.splitlines()
    assert lines[-1] == "✓ 1 passed, 0 failed, 3 not applicable", done.stdout + done.stderr
    assert done.returncode == 0
    (passed,) = (line for line in lines if " passed  " in line)
    assert passed.startswith("RS-35")
    assert done.stdout.count("steps 1 to 4 came as expected") == 2


@pytest.mark.thorough
def test_a_wrong_password_is_red_at_step_4(
    syncevolution: Callable[..., SyncEvolution], tmp_path: Path
) -> None:
    device = device_for(syncevolution(), tmp_path, password="wrong")
    done = command("check", "RS-01", "--profile", str(device.profile))
    assert done.returncode == 1
    assert "step 4 (status + Chal)" in done.stdout
