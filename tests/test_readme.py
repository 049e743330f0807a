"""The README shows what is: its tables are the program's, its commands exist."""

import os
import re
from pathlib import Path

import pytest
from typer.main import get_command

from emulator.cli import app
from emulator.server.misbehaviour import TABLE
from emulator.starts import SCENARIOS
from emulator.tui.actions import markdown
from emulator.verbs.exits import Exit

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_keys_are_those_of_the_action_table():
    if os.environ.get("HANDSET_GOLDENS") == "write":
        before, _, rest = README.partition("| key | what it does")
        (ROOT / "README.md").write_text(before + markdown() + rest[rest.index("\n</details>") :])
        return
    assert markdown().strip() in README


def test_the_exit_codes_are_those_of_the_enum():
    rows = {int(code) for code in re.findall(r"^\| (\d+) \| \w", README, re.MULTILINE)}
    assert rows == {int(code) for code in Exit}


@pytest.mark.parametrize("command", ["handset demo", "pytest"])
def test_two_lines_do_everything_each_in_a_block_of_its_own(command):
    line = f"python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/{command}"
    assert f"```sh\n{line}\n```" in README


def test_every_verb_is_in_the_table():
    verbs = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^\| `(\w+)", README, re.MULTILINE))
    assert verbs <= named


def test_scenarios_are_named():
    assert {f"`{name}`" for name in SCENARIOS if name != "resync"} <= set(
        re.findall(r"`[\w-]+`", README)
    )


def test_pictures_are_there():
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file()


def test_misbehaviours_are_listed_by_the_command_that_the_readme_names():
    assert "handset serve --misbehave list" in README
    assert TABLE
