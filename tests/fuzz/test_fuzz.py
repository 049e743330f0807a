"""A slice of the fuzz command, the same at each run; every input that ever failed; and that it finds."""

import os

import pytest

from emulator.protocol import serverauth
from emulator.server import authentication
from emulator.wire import wbxmlreader
from emulator.wire.errors import WireError
from tests.fuzz import corpus
from tests.fuzz.__main__ import main
from tests.fuzz.targets import TARGETS, Target
from tests.fuzz.work import CPU, make, run_one

SLICE = {
    "notification": 600,
    "wsp": 600,
    "sms": 400,
    "xml": 250,
    "wbxml": 250,
    "cp": 300,
    "reply": 60,
    "request": 60,
}


@pytest.mark.parametrize("target", TARGETS)
def test_mutated_inputs(target: str) -> None:
    for index in range(SLICE[target]):
        failure = run_one(target, make(target, 7, index), 7, index)
        assert failure is None, f"{failure.index}: {failure.sentence}\n{failure.octets.hex()}"


@pytest.mark.parametrize("name", corpus.regressions())
def test_what_once_failed(name: str) -> None:
    target = name.partition("-")[0]
    failure = run_one(target, corpus.regressions()[name])
    assert failure is None, failure.trace


@pytest.mark.parametrize("target", ["notification", "wsp", "sms", "xml", "wbxml", "cp"])
def test_the_corpus_itself_holds(target: str) -> None:
    for octets in corpus.seeds(target):
        failure = run_one(target, octets)
        assert failure is None, f"{failure.sentence}\n{octets!r}"


def test_an_input_is_made_of_seed_and_index_alone() -> None:
    for target in TARGETS:
        assert make(target, 3, 11) == make(target, 3, 11)
        assert len({make(target, 3, index) for index in range(20)}) > 10


def test_a_failure_is_named_and_can_be_run_again(monkeypatch, capsys) -> None:
    def broken(octets: bytes) -> None:
        if len(octets) > 300:
            raise IndexError("off by one")
        raise WireError(0, "less")

    assert main(["--only", "cp", "--index", "5", "--seed", "2"]) == 0
    monkeypatch.setitem(TARGETS, "cp", Target("cp", 1, make_long, broken))
    assert main(["--only", "cp", "--inputs", "3", "--processes", "1"]) == 1
    said = capsys.readouterr().out
    assert "IndexError: off by one" in said
    assert "--only cp --seed 1 --index 0" in said
    assert (b"\x03" * 400).hex() in said
    assert "3 x cp" in said


def make_long(seed: int, index: int) -> bytes:
    return b"\x03" * 400


def test_what_goes_on_for_ever_is_ended(monkeypatch) -> None:
    def endless(octets: bytes) -> None:
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.work.CPU", 0.05)
    monkeypatch.setitem(TARGETS, "cp", Target("cp", 1, make_long, endless))
    failure = run_one("cp", b"x")
    assert failure is not None
    assert failure.sentence.startswith("Hang")
    assert CPU > 0.05


def test_a_process_that_dies_is_named(monkeypatch, capfd) -> None:
    monkeypatch.setitem(TARGETS, "cp", Target("cp", 1, make_long, lambda octets: os._exit(9)))
    assert main(["--only", "cp", "--inputs", "2", "--processes", "1"]) == 1
    assert "the process died, exit status 9" in capfd.readouterr().out


def _failures(target: str, count: int) -> list[str]:
    found = (run_one(target, make(target, 7, index)) for index in range(count))
    return [failure.sentence for failure in found if failure]


def test_a_handset_that_believes_anyone_is_found(monkeypatch) -> None:
    monkeypatch.setattr(serverauth, "judge", lambda turn, message, counts=True: "session-id")
    assert any("from an unauthenticated peer" in said for said in _failures("reply", 40))


def test_a_server_that_believes_anyone_is_found(monkeypatch) -> None:
    monkeypatch.setattr(authentication, "_verified", lambda *_: "nothing at all")
    assert any("stored from nobody" in said for said in _failures("request", 60))


def test_a_decoder_with_a_slip_is_found(monkeypatch) -> None:
    monkeypatch.setattr(wbxmlreader, "_opaque", lambda octets: octets.decode())
    assert any(said.startswith("UnicodeDecodeError") for said in _failures("wbxml", 300))


def test_an_input_that_takes_much_memory_is_named(monkeypatch, capfd) -> None:
    monkeypatch.setitem(
        TARGETS,
        "cp",
        Target("cp", 1, make_long, lambda octets: bytearray(len(octets) << 22) and None),
    )
    assert main(["--only", "cp", "--inputs", "1", "--processes", "1"]) == 1
    assert "MemoryError" in capfd.readouterr().out
