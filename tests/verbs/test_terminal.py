"""What is settled before a deck comes up."""

import sys

import pytest

from emulator.verbs import terminal
from emulator.verbs.exits import Failure


def test_without_a_terminal_there_is_no_screen(monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    assert not terminal.on_screen(headless=False)


def test_a_journal_that_exists_is_a_failure(tmp_path):
    path = tmp_path / "journal"
    path.write_text("old")
    with pytest.raises(Failure, match="never overwritten"):
        terminal.journal(path, lambda: 0.0)
    assert path.read_text() == "old"
