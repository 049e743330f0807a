"""The command line as a whole: help, version, exit codes, and what it does not import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emulator import __version__, cli
from emulator.verbs.exits import Exit, Failure
from tests.interop.terminal import Terminal
from tests.verbs.command import PROGRAM, Handset, environment, in_process

VERBS = ("demo", "run", "push", "explain", "convert", "serve", "nonces", "digest", "profile")
HEAVY = ("textual", "httpx", "uvicorn", "starlette", "lxml", "cryptography", "asyncio", "sqlite3")


@pytest.fixture
def handset(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Handset:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return in_process(capsys)


def test_version(handset: Handset) -> None:
    assert handset("--version") == (0, f"ds-handset {__version__}\n", "")


def test_help_names_every_verb_and_the_way_in(handset: Handset) -> None:
    done = handset("--help")
    assert done.code == 0
    assert "handset demo" in done.out
    for verb in VERBS:
        assert f"\n  {verb} " in done.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(handset: Handset, verb: str) -> None:
    done = handset(verb, "--help")
    assert done.code == 0
    assert done.out.startswith("Usage: ")
    assert " ".join(done.out.split()).count("Options:") == 1


@pytest.mark.parametrize("arguments", [(), ("--ascii",), ("digest",), ("profile",)])
def test_nothing_said_is_answered_with_help(handset: Handset, arguments: tuple[str, ...]) -> None:
    done = handset(*arguments)
    assert done.code == 2
    assert "Usage: " in done.out + done.err


def test_nothing_said_in_a_terminal_opens_the_start_screen(tmp_path: Path) -> None:
    with Terminal(*PROGRAM, env={"XDG_CONFIG_HOME": str(tmp_path)}) as terminal:
        terminal.wait_for("What next?", "Watch the demo", "q quit")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored


def test_the_start_screen_takes_looks(tmp_path: Path) -> None:
    looks = ("--ascii", "--theme", "contrast")
    with Terminal(*PROGRAM, *looks, env={"XDG_CONFIG_HOME": str(tmp_path)}) as terminal:
        shown = terminal.wait_for("What next?", "Watch the demo", "q quit")
        assert shown.isascii()
        terminal.send("q")
        assert terminal.wait_for_end() == 0


BROKEN = """
from emulator import cli
from emulator.tui import start
class Secret:
    def __repr__(self): return "open " + "sesame"
def lines(self, width):
    password = Secret()
    raise RuntimeError("the top is broken")
start.Top.lines = lines
cli.main([])
"""


def test_a_fault_of_the_screen_is_no_success_and_tells_no_value(tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path)}
    with Terminal(sys.executable, "-c", BROKEN, columns=120, rows=60, env=env) as terminal:
        assert terminal.wait_for_end() == 1
        assert terminal.restored
        said = terminal.received.decode()
        assert "the top is broken" in said and "open sesame" not in said


def test_looks_before_a_verb_are_not_lost_without_a_word(handset: Handset) -> None:
    done = handset("--ascii", "demo")
    assert done.code == 2
    assert "write handset demo --..." in done.complaint


def test_a_verb_that_is_none(handset: Handset) -> None:
    done = handset("expalin")
    assert done.code == 2
    assert "Did you mean 'explain'?" in done.complaint


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (Failure("no"), 2, "handset: no\n"),
        (Failure("no", Exit.TRANSPORT), 3, "handset: no\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_how_a_verb_may_end(
    handset: Handset,
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    code: int,
    said: str,
) -> None:
    def verb(*_: object) -> None:
        raise raised

    monkeypatch.setattr("emulator.verbs.convert.convert", verb)
    done = handset("convert", "-")
    assert (done.code, done.out, done.err) == (code, "", said)


def test_a_fault_of_ours_stays_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def verb(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("emulator.verbs.convert.convert", verb)
    with pytest.raises(RuntimeError, match="a bug"):
        cli.main(["convert", "-"])


def test_a_reader_that_has_gone_is_no_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "profile", "list"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
        env=environment(tmp_path),
    )
    os.close(writing)
    assert done.stderr == ""


IMPORTED = """
import json, sys
from emulator.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (("--help",), ()),
        (("--version",), ()),
        (("digest", "md5", "--user", "a", "--password", "b", "--nonce-hex", ""), ()),
        (("digest", "basic", "--user", "a", "--password", "b"), ()),
        (("serve", "--help"), ()),
        (("profile", "list"), ("lxml",)),
    ],
)
def test_a_verb_imports_only_what_it_needs(
    tmp_path: Path, arguments: tuple[str, ...], allowed: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        env=environment(tmp_path),
    )
    assert done.stderr == ""
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    assert [name for name in HEAVY if name in modules and name not in allowed] == []
