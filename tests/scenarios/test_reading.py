"""Scenario files: what is shipped, how one is found, and what is said of a wrong one."""

import re
from pathlib import Path

import pytest

from emulator.scenarios import reading
from emulator.scenarios.model import Expect, When
from emulator.scenarios.reading import ScenarioError

RUN = '[[when]]\nnotify = "session-id"\n[when.expect]\noutcome = "synchronised"\n'
HEAD = 'number = "MY-01"\ntitle = "mine"\nclause = "mine"\n'

WRONG = {
    "not TOML": ("number =", "not TOML"),
    "a key of the top": (f'{HEAD}titel = "x"\n{RUN}', "titel is not known; did you mean 'title'?"),
    "a key of given": (
        f'{HEAD}[given]\nservernonce = "good"\n{RUN}',
        "given.servernonce is not known; did you mean 'server_nonce'?",
    ),
    "a key of expect": (
        f"{HEAD}{RUN}step = []\n",
        "when[0].expect.step is not known; did you mean 'steps'?",
    ),
    "a value": (
        f'{HEAD}[given]\nserver_nonce = "goood"\n{RUN}',
        "given.server_nonce: invalid enum value 'goood'; did you mean 'good'?",
    ),
    "an outcome": (
        HEAD + RUN.replace("synchronised", "synchronized"),
        "did you mean 'synchronised'?",
    ),
    "a nonce": (
        HEAD + RUN.replace("session-id", "sesion-id"),
        "when[0].notify = 'sesion-id' is not known; did you mean 'session-id'?",
    ),
    "an encoding": (
        HEAD + RUN.replace("session-id", "session-id:raw16"),
        "no such encoding; did you mean 'raw16_",
    ),
    "hex": (HEAD + RUN.replace("session-id", "hex:xy"), "hex digits are expected"),
    "a misbehaviour": (
        f'{HEAD}[given]\nmisbehave = ["no-cerd"]\n{RUN}',
        "no misbehaviour 'no-cerd'; did you mean 'no-cred'?",
    ),
    "a handset": (f'{HEAD}[given]\nhandset = "generic"\n{RUN}', "no such profile"),
    "a policy": (
        f"{HEAD}[given.profile.resync]\nenabeld = true\n{RUN}",
        "resync.enabeld is not known; did you mean 'enabled'?",
    ),
    "two things at once": (HEAD + RUN.replace("[when.e", 'sync = "contacts"\n[when.e'), "one of"),
    "a run without expect": (
        f'{HEAD}{RUN}[[when]]\nsync = "contacts"\n',
        "when[1]: expect is missing",
    ),
    "expect without a run": (
        HEAD + RUN.replace('notify = "session-id"', 'restart = "server"'),
        "expect without a run",
    ),
    "nothing expected": (f'{HEAD}[[when]]\nrestart = "server"\n', "could not fail"),
    "an id": (HEAD + RUN.replace("[when.e", "id = 70000\n[when.e"), "0 to 65535"),
    "meanwhile without a moment": (
        f'{HEAD}{RUN}[[when.meanwhile]]\ncut = "handset"\n',
        "before_message and after_reply",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_said_to_be_wrong_with_file_and_key(tmp_path: Path, case: str) -> None:
    path = tmp_path / "mine.toml"
    text, complaint = WRONG[case]
    path.write_text(text)
    with pytest.raises(ScenarioError, match=re.escape(complaint)) as raised:
        reading.read(path)
    assert "mine.toml" in str(raised.value)


def test_a_file_of_ones_own_needs_little(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + RUN)
    (scenario,) = reading.select([str(path)])
    assert scenario.given.server_nonce == "stale"
    assert scenario.when[0].expect is not None
    assert scenario.when[0].expect.remarks == ()


@pytest.mark.parametrize("name", ["RS-01", "rs-01", "six-steps", "rs-01-six-steps"])
def test_a_shipped_one_goes_by_number_and_by_name(name: str) -> None:
    assert [s.number for s in reading.select([name])] == ["RS-01"]


def test_none_is_played_twice() -> None:
    assert len(reading.select(["RS-01", "six-steps", "all"])) == len(reading.shipped())


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'six-steps'"):
        reading.select(["sixsteps"])


def test_the_shipped_ones_have_the_number_of_their_file_and_titles_of_their_own() -> None:
    scenarios = reading.select(["all"])
    assert [s.number for s in scenarios] == list(reading.shipped())
    assert len({s.title for s in scenarios}) == len(scenarios)


def test_every_step_and_every_decision_that_a_run_can_show_has_a_scenario() -> None:
    scenarios = reading.select(["all"])
    assert {s.step for s in scenarios} == {0, 1, 2, 3, 4, 5, 6}
    clauses = " ".join(s.clause for s in scenarios)
    decisions = {int(n) for n in re.findall(r"decision (\d+)", clauses)}
    assert decisions >= {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 14, 15, 17, 18}


def test_a_session_id_is_said_in_four_digits() -> None:
    when = When(notify="stored", id=0x70C, expect=Expect())
    assert when.words.endswith("signed with the server's stored nonce, SessionID 070C")
