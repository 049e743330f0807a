"""New profiles: the TOML reads back as what was said, is its owner's only, and never overwrites."""

import stat
import string
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.profiles import ProfileError, load, problems, writing
from emulator.profiles.writing import Draft

DRAFT = Draft(
    url="http://127.0.0.1:9000/sync",
    user="alice",
    password='won"der\\land\x7f',
    server_id="ds.example.com",
    server_secret={"env": "SERVER_SECRET"},
    device_id="IMEI:1",
    codec="xml",
    stores=(("contacts", "./contacts"), ("calendar", "./cal")),
    pin="ab" * 32,
)
TEXTS = st.text(st.characters(codec="utf-8"))
NAMES = st.text(string.ascii_letters + "é .\"'-_", min_size=1)
TABLES = st.recursive(
    st.dictionaries(NAMES, TEXTS), lambda inner: st.dictionaries(NAMES, TEXTS | inner)
)


@given(TABLES)
def test_what_is_written_reads_back(tables: writing.Tables) -> None:
    assert tomllib.loads(writing.toml(tables)) == tables


@given(st.dictionaries(st.sampled_from(["contacts", "calendar", "x"]), st.just("./y"), min_size=1))
def test_stores_read_back(pairs: dict[str, str]) -> None:
    assert writing.stores(writing.text_of_stores(pairs.items())) == tuple(pairs.items())


@pytest.mark.parametrize("text", ["a b", "=./x", "contacts=", "./contacts"])
def test_stores_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="NAME or NAME=URI is expected"):
        writing.stores(text)


def test_a_handset_works_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_SECRET", "s")
    path = tmp_path / "new" / "mine.toml"
    assert writing.drafted(DRAFT, path).accounts[0].password == DRAFT.password
    writing.write(DRAFT, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    profile = load(str(path))
    assert problems(profile) == []
    account = profile.accounts[0]
    assert (account.server_secret, account.policy.http.pin) == ("s", DRAFT.pin)
    assert (profile.device.id, profile.device.codec) == ("IMEI:1", "xml")
    assert [(s.name, s.server, s.type) for s in account.stores] == [
        ("contacts", "./contacts", "text/x-vcard"),
        ("calendar", "./cal", "text/x-vcalendar"),
    ]
    before = path.read_text()
    with pytest.raises(ProfileError, match="exists already"):
        writing.write(Draft(), path)
    assert path.read_text() == before


def test_the_servers_own_stores_are_left_to_its_profile() -> None:
    draft = Draft(url="http://h/", user="u", server="syncevolution")
    same = msgspec.structs.replace(draft, stores=(("contacts", "addressbook"),))
    assert writing.toml(writing.tables_of(draft)) == writing.toml(writing.tables_of(same))
    (store,) = writing.drafted(draft, Path("x.toml")).accounts[0].stores
    assert store.server == "addressbook"


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft(user="u"), "url is missing"),
        (Draft(url="http://h/"), "user is missing"),
        (Draft(url="http://me@h/", user="u"), "url holds a user name"),
        (Draft(url="http://h/", user="u", server="hord"), "did you mean 'horde'"),
    ],
)
def test_what_cannot_work_is_said(draft: Draft, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        writing.drafted(draft, Path("x.toml"))


@pytest.mark.parametrize(("name", "words"), [("a b", "letters"), ("", "letters"), ("horde", "sh")])
def test_names_that_cannot_be(name: str, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        writing.place(name)


def test_where_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert writing.place("mine") == tmp_path / "ds-handset" / "profiles" / "mine.toml"
    assert writing.place("./mine") == Path("mine")
    assert writing.suggested("https://Sync.Example.com:80/x") == "sync-example-com"
    assert writing.suggested("http://[::") == ""
    (tmp_path / "file").touch()
    with pytest.raises(ProfileError, match="cannot be written"):
        writing.write(DRAFT, tmp_path / "file" / "x.toml")
