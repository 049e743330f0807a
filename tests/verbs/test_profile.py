"""`handset profile list|show|check`."""

from pathlib import Path

import pytest

from emulator.profiles import shipped
from tests.verbs.command import Handset


def test_list_names_the_shipped_ones_and_says_what_they_are(handset: Handset) -> None:
    done = handset("profile", "list")
    assert done.code == 0
    for kind, names in shipped().items():
        assert kind in done.out.splitlines()
        for name in names:
            assert f"  {name}" in done.out
    assert "SyncEvolution 2.0" in done.out


def test_show_says_where_each_value_came_from(handset: Handset, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('handset = "generic-xml"\n[account]\nurl = "http://h/"\npassword = "pw-1"\n')
    done = handset("profile", "show", path)
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines()}
    assert rows["device.codec"] == ["xml", "handset", "generic-xml"]
    assert rows["accounts.account.url"] == ["http://h/", "mine.toml"]
    assert rows["auth.scheme"] == ["md5", "default"]
    assert rows["accounts.account.password"] == ["(secret)", "mine.toml"]
    assert "pw-1" in handset("profile", "show", path, "--show-secrets").out


def test_check_says_good(handset: Handset) -> None:
    assert handset("profile", "check", "built-in") == (0, "built-in: good\n", "")


def test_check_says_all_that_is_missing(handset: Handset, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[account]\n")
    done = handset("profile", "check", path)
    assert done.code == 2
    lines = done.complaint.splitlines()
    assert len(lines) == 4
    assert lines[0].endswith("account account: url is missing, or not http:// or https://")


@pytest.mark.parametrize("verb", ["show", "check"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[auht]\n", "[auht] is not known; did you mean 'auth'?"),
        ("[auth]\nscheme = 'md6'\n", "auth.scheme = 'md6': one of basic, mac, md5, none expected"),
        ("[account]\npassword = {env = 'NOT_THERE_1'}\n", "the environment has no NOT_THERE_1"),
        ("nonsense", "not TOML"),
    ],
)
def test_a_wrong_profile_is_usage(
    handset: Handset, tmp_path: Path, verb: str, text: str, said: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    done = handset("profile", verb, path)
    assert done.code == 2
    assert done.complaint.startswith(f"handset: {path}: ")
    assert said in done.complaint


def test_a_profile_that_is_not_there(handset: Handset) -> None:
    done = handset("profile", "check", "bilt-in")
    assert (done.code, done.complaint.endswith("did you mean 'built-in'?")) == (2, True)
