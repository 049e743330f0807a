"""Fixtures of the verbs' tests."""

from pathlib import Path

import pytest

from tests.verbs.command import Handset, in_process


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """State of the user for this test alone."""
    place = tmp_path / "home"
    monkeypatch.setenv("XDG_STATE_HOME", str(place))
    return place


@pytest.fixture
def handset(capsys: pytest.CaptureFixture[str]) -> Handset:
    return in_process(capsys)
