"""Profiles: layers, where each value came from, and errors that say what to write instead."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from emulator.profiles import (
    Profile,
    ProfileError,
    load,
    places,
    problems,
    shipped,
    shown,
    unheard,
)
from emulator.protocol.policy import Policy

ACCOUNT = """
[account]
url = "http://127.0.0.1:9000/sync"
server_id = "ds.example.com"
server_secret = "srv-secret"
user = "alice"
password = "wonderland"
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writing(text: str, name: str = "mine.toml") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return writing


def _settings(profile: Profile, secrets: bool = False) -> dict[str, tuple[str, str]]:
    return {key: (value, origin) for key, value, origin in shown(profile, secrets)}


# The shipped ones


@pytest.mark.parametrize("name", [n for names in shipped().values() for n in names])
def test_shipped_profiles_load_and_describe_themselves(name: str) -> None:
    profile = load(name)
    assert profile.description
    assert profile.name == name


@pytest.mark.parametrize("name", shipped()["servers"])
@pytest.mark.parametrize("handset", shipped()["handsets"])
def test_any_handset_with_any_server_needs_only_an_account(
    write: Write, name: str, handset: str
) -> None:
    text = f'handset = "{handset}"\nserver = "{name}"\n{ACCOUNT}'
    assert problems(load(str(write(text)))) == []


def test_the_built_in_server_needs_nothing_more() -> None:
    assert problems(load("built-in")) == []


@pytest.mark.parametrize("name", ["generic", "syncevolution", "generic-xml"])
def test_others_say_what_is_missing(name: str) -> None:
    assert problems(load(name)) == [
        "[account] is missing: url, server_id, user and password of a DS account"
    ]


def test_what_the_shipped_profiles_are_for() -> None:
    assert load("generic-xml").device.codec == "xml"
    assert load("generic-wbxml").device.codec == "wbxml"
    assert not load("no-resync").policy.resync.enabled
    rules = load("syncevolution").policy
    assert rules.notification.identity == "user"
    assert rules.notification.constant_nonces == ("SyncEvolution",)
    assert rules.server_auth.resync == "optional"


# Layers


def test_a_file_with_an_account_is_a_whole_profile(write: Write) -> None:
    profile = load(str(write(ACCOUNT)))
    (account,) = profile.accounts
    assert (account.name, account.user, account.server_id) == (
        "account",
        "alice",
        "ds.example.com",
    )
    assert (profile.name, profile.device.codec) == ("mine", "wbxml")
    assert [store.name for store in account.stores] == ["contacts"]
    assert (account.client_nonce, account.server_nonce) == (None, None)
    assert problems(profile) == []


def test_nothing_said_is_the_policy_of_the_design(write: Write) -> None:
    assert load(str(write(ACCOUNT))).policy == Policy()


def test_the_file_wins_over_the_server_over_the_handset(write: Write) -> None:
    write('[device]\ncodec = "xml"\nmodel = "H"\n[auth]\nretries = 1\n', "h.toml")
    write('[device]\nmodel = "S"\n[auth]\nretries = 2\nscheme = "basic"\n', "s.toml")
    own = f'handset = "h.toml"\nserver = "s.toml"\n[auth]\nretries = 3\n{ACCOUNT}'
    settings = _settings(load(str(write(own))))
    assert settings["device.codec"] == ("xml", "handset h.toml")
    assert settings["device.model"] == ("S", "server s.toml")
    assert settings["auth.scheme"] == ("basic", "server s.toml")
    assert settings["auth.retries"] == ("3", "mine.toml")
    assert settings["auth.first"] == ("md5", "default")


def test_the_command_line_wins_over_all(write: Write) -> None:
    path = str(write(ACCOUNT))
    profile = load(path, {"account.url": "http://other/"}, handset="generic-xml")
    assert profile.accounts[0].url == "http://other/"
    assert profile.device.codec == "xml"
    assert _settings(profile)["accounts.account.url"] == ("http://other/", "command line")


def test_a_handset_of_the_command_line_counts_from_where_one_is(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write('[device]\nmodel = "H"\n', "h.toml")
    monkeypatch.chdir(tmp_path)
    assert load("built-in", handset="h.toml").device.model == "H"


def test_datastores_of_the_file_replace_those_below_but_are_filled_in(write: Write) -> None:
    text = f'{ACCOUNT}[stores.contacts]\nversion = "3.0"\n'
    (store,) = load(str(write(text))).accounts[0].stores
    assert (store.server, store.version) == ("./contacts", "3.0")
    text = f'{ACCOUNT}[stores.calendar]\nserver = "./cal"\ntype = "text/x-vcalendar"\n'
    assert [s.name for s in load(str(write(text))).accounts[0].stores] == ["calendar"]


def test_several_accounts_keep_their_order_and_dm_has_no_datastores(write: Write) -> None:
    text = "".join(
        f'[accounts.{name}]\nurl = "http://{name}/"\nserver_id = "{name}"\n'
        f'user = "u"\nserver_secret = "s"\nprotocol = "{protocol}"\n'
        for name, protocol in (("work", "ds"), ("manage", "dm"), ("home", "ds"))
    )
    profile = load(str(write(text)), {"account.url": "http://all/"})
    assert [(a.name, a.protocol) for a in profile.accounts] == [
        ("work", "ds"),
        ("manage", "dm"),
        ("home", "ds"),
    ]
    assert profile.accounts[0].stores
    assert profile.accounts[1].stores == ()
    assert {a.url for a in profile.accounts} == {"http://all/"}
    assert problems(profile) == []


@pytest.mark.parametrize(("text", "nonce"), [('""', b""), ('"00ff"', b"\0\xff")])
def test_nonces_are_hex_and_may_be_empty(write: Write, text: str, nonce: bytes) -> None:
    profile = load(str(write(f"{ACCOUNT}client_nonce_hex = {text}\n")))
    assert profile.accounts[0].client_nonce == nonce
    assert profile.accounts[0].server_nonce is None


def test_a_file_of_windows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'description = "Größe"\n{ACCOUNT}', encoding="utf-8-sig", newline="\r\n")
    assert load(str(path)).description == "Größe"


# Secrets


def test_a_secret_may_come_from_the_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNC_PASSWORD", "from-env")
    text = ACCOUNT.replace('"wonderland"', '{env = "SYNC_PASSWORD"}')
    assert load(str(write(text))).accounts[0].password == "from-env"


def test_a_secret_may_come_from_a_file_beside_the_profile(write: Write) -> None:
    write("from-file\n", "secret.txt")
    text = ACCOUNT.replace('"srv-secret"', '{file = "secret.txt"}')
    assert load(str(write(text))).accounts[0].server_secret == "from-file"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ('{env = "NOT_THERE_1"}', "account.password: the environment has no NOT_THERE_1"),
        ('{file = "not-there"}', "account.password: not-there cannot be read: "),
        ('{envv = "X"}', 'account.password: text, {env = "NAME"} or {file = "PATH"} is expected'),
        ('{env = "A", file = "B"}', "is expected"),
        ("{env = 5}", "is expected"),
    ],
)
def test_a_reference_that_leads_nowhere(write: Write, reference: str, said: str) -> None:
    path = write(ACCOUNT.replace('"wonderland"', reference))
    with pytest.raises(ProfileError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)


def test_secrets_are_masked_unless_asked_for(write: Write) -> None:
    text = f'{ACCOUNT}[http]\nproxy = "http://me:proxy-pw@proxy:3128"\n'
    profile = load(str(write(text)))
    masked, whole = _settings(profile), _settings(profile, secrets=True)
    assert masked["accounts.account.password"] == ("(secret)", "mine.toml")
    assert masked["accounts.account.server_secret"][0] == "(secret)"
    assert masked["http.proxy"][0] == "http://(secret)@proxy:3128"
    assert whole["accounts.account.password"][0] == "wonderland"
    assert whole["http.proxy"][0] == "http://me:proxy-pw@proxy:3128"


def test_every_key_of_the_policy_is_shown(write: Write) -> None:
    keys = {key for key, _, _ in shown(load(str(write(ACCOUNT))))}
    for table in msgspec.structs.fields(Policy):
        for field in msgspec.structs.fields(table.type):
            assert f"{table.name}.{field.name}" in keys


# Errors


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[auht]\n", "[auht] is not known; did you mean 'auth'?"),
        ("[zzz]\n", "[zzz] is not known; one of account, accounts, alert, auth, "),
        ("[auth]\nshceme = 'md5'\n", "auth.shceme is not known; did you mean 'scheme'?"),
        ("[auth]\nq = 1\n", "auth.q is not known; one of allow, first, retries, scheme"),
        (
            "[auth]\nscheme = 'md6'\n",
            "auth.scheme = 'md6': one of basic, mac, md5, none expected; did you mean 'md5'?",
        ),
        (
            "[auth]\nallow = ['md5', 'x']\n",
            "auth.allow = ['md5', 'x']: a list of one of basic, mac, md5, none",
        ),
        ("[auth]\nretries = 'x'\n", "auth.retries = 'x': a whole number is expected"),
        ("[auth]\nretries = 1.5\n", "auth.retries = 1.5: a whole number is expected"),
        ("[resync]\nenabled = 'yes'\n", "resync.enabled = 'yes': true or false is expected"),
        ("[http]\ntimeout = 'x'\n", "http.timeout = 'x': a number is expected"),
        ("[auth]\nretries = -1\n", "auth.retries = -1: 0 or more is expected"),
        ("[http]\ntimeout = 0\n", "http.timeout = 0: a number above 0 is expected"),
        ("[http]\ntimeout = nan\n", "http.timeout = nan: a number above 0 is expected"),
        ("[device]\nmax_msg_size = -1\n", "device.max_msg_size = -1: a number above 0 is"),
        ("[http]\nproxy = 5\n", "http.proxy = 5: text in quotes is expected"),
        ("[device]\ncodec = 'wbxm'\n", "device.codec = 'wbxm': one of wbxml, xml expected; did"),
        ("[device]\nidd = 'x'\n", "device.idd is not known; did you mean 'id'?"),
        ("auth = 5\n", "auth: a table is expected"),
        ("handset = 5\n", "handset: text in quotes is expected"),
        ("handset = 'generic-xm'\n", "handset = 'generic-xm': no such profile; did you mean"),
        ("server = 'zzz'\n", "server = 'zzz': no such profile; one of built-in, generic, "),
        ("[account]\nulr = 'x'\n", "account.ulr is not known; did you mean 'url'?"),
        ("[account]\nurl = 5\n", "account.url = 5: text in quotes is expected"),
        ("[account]\npassword = 12345\n", "account.password: text in quotes is expected"),
        (
            "[account]\nclient_nonce_hex = 'xyz'\n",
            "account.client_nonce_hex = 'xyz': hex digits are expected",
        ),
        ("[accounts.a]\nclient_nonce_hex = '0'\n", "accounts.a.client_nonce_hex = '0': hex"),
        ("accounts = 1\n", "accounts: a table [accounts.NAME] for each is expected"),
        ("[accounts]\nurl = 'x'\n", "accounts.url: a table is expected"),
        ("[account]\n[accounts.a]\n", "[account] and [accounts.NAME] exclude each other"),
        ("[stores.notes]\n", "stores.notes.server is missing: the datastore's URI"),
        ("[stores.notes]\nservr = 'x'\n", "stores.notes.servr is not known; did you mean"),
        ("= nonsense", "not TOML: "),
        ("a = 1\na = 2\n", "not TOML: "),
    ],
)
def test_an_error_says_file_key_and_what_is_allowed(write: Write, text: str, said: str) -> None:
    path = write(text)
    with pytest.raises(ProfileError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}: {said}")


def test_an_error_names_the_layer_it_is_in(write: Write) -> None:
    layer = write("[auth]\nq = 1\n", "h.toml")
    with pytest.raises(ProfileError) as caught:
        load(str(write('handset = "h.toml"\n' + ACCOUNT)))
    assert str(caught.value).startswith(f"{layer}: auth.q is not known")


def test_a_wrong_secret_is_not_shown(write: Write) -> None:
    with pytest.raises(ProfileError) as caught:
        load(str(write("[account]\nserver_secret = [112233]\n")))
    assert "112233" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bilt-in", "no such file, and no profile of that name; did you mean 'built-in'?"),
        ("zzz.toml", "no such file, and no profile of that name; one of built-in, "),
        ("", "no such file, and no profile of that name"),
    ],
)
def test_a_profile_that_is_not_there(name: str, said: str) -> None:
    with pytest.raises(ProfileError) as caught:
        load(name)
    assert str(caught.value).startswith(f"{name}: {said}")


def test_octets_that_are_no_text_are_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="not TOML"):
        load(str(path))


# Problems


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"http://127.0.0.1:9000/sync"', '"127.0.0.1:9000"', "url is missing, or not http://"),
        ('"ds.example.com"', '""', "server_id is missing: no notification can name this account"),
        ('"srv-secret"', '""', "server_secret is missing: no notification can be checked"),
        ('"alice"', '""', "user is missing"),
    ],
)
def test_what_would_keep_a_handset_from_working(
    write: Write, old: str, new: str, said: str
) -> None:
    found = problems(load(str(write(ACCOUNT.replace(old, new)))))
    assert [problem for problem in found if problem.startswith(f"account account: {said}")]


def test_a_sync_that_the_person_starts_needs_no_server_secret(write: Write) -> None:
    text = ACCOUNT.replace('"srv-secret"', '""').replace('"ds.example.com"', '""')
    assert problems(load(str(write(text))), notifications=False) == []


@pytest.mark.parametrize(
    ("old", "more", "lacks"),
    [
        ("none of it", "", ""),
        ('"ds.example.com"', "", "server id"),
        ('"srv-secret"', "", "server secret"),
        ('"wonderland"', '[notification]\nidentity = "user"\n', "password"),
    ],
)
def test_what_no_notification_comes_without(write: Write, old: str, more: str, lacks: str) -> None:
    assert unheard(load(str(write(ACCOUNT.replace(old, '""') + more)))) == lacks


def test_what_one_of_two_accounts_lacks_is_said_of_that_one(write: Write) -> None:
    one = ACCOUNT.replace("account", "accounts.one")
    two = ACCOUNT.replace("account", "accounts.two").replace('"ds.example.com"', '""')
    assert unheard(load(str(write(one + two)))) == "server id in account two"


def test_an_account_without_a_datastore_is_a_problem(write: Write) -> None:
    empty = write("", "empty.toml")
    text = f'server = "{empty.name}"\n{ACCOUNT}'
    assert problems(load(str(write(text)))) == [
        "account account: no datastore; add [stores.contacts] with server = ..."
    ]


def test_without_credentials_a_user_is_not_needed(write: Write) -> None:
    text = ACCOUNT.replace('"alice"', '""') + '[auth]\nscheme = "none"\n'
    assert problems(load(str(write(text)))) == []


def test_shipped_profiles_lie_where_they_are_looked_for() -> None:
    assert {path.parent.parent for kind in shipped().values() for path in kind.values()} <= set(
        places.FOLDERS
    )


def test_the_users_own_profiles_have_names_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert places.own() == {}
    folder = places.own_folder()
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(ACCOUNT)
    (folder / "generic.toml").write_text(ACCOUNT)
    assert load("mine").path == str(folder / "mine.toml")
    assert load("generic").path == str(shipped()["servers"]["generic"])
    with pytest.raises(ProfileError, match="did you mean 'mine'"):
        load("mien")
