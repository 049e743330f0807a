"""What a test of a real peer needs on this machine: a skip with a reason, or under CI a failure."""

import os
import shutil
from pathlib import Path

import pytest


def need(*programs: str) -> None:
    """Skip when a program (a name or an absolute path) is absent; fail when peers are required."""
    absent = [p for p in programs if shutil.which(p) is None and not Path(p).is_absolute()]
    absent += [p for p in programs if Path(p).is_absolute() and not Path(p).exists()]
    if not absent:
        return
    reason = f"not on this machine: {', '.join(absent)}"
    if os.environ.get("HANDSET_INTEROP") == "required":
        pytest.fail(f"{reason} (HANDSET_INTEROP=required)", pytrace=False)
    pytest.skip(reason)
