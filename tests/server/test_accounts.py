"""Accounts from a file, and commits that outlive the server."""

from pathlib import Path

import msgspec
import pytest

from emulator.server import accounts
from emulator.server.accounts import AccountsError, StateFile
from emulator.server.state import KeepAccount, kept

GOOD = """
[[account]]
device_id = "IMEI:1"
user = "bob"
password = "builder"
server_id = "ds.example.com"
server_secret = "s"
client_nonce_hex = "00ff"
contacts = ["one.vcf"]
"""


def write(folder: Path, text: str) -> Path:
    (folder / "one.vcf").write_bytes(b"BEGIN:VCARD\r\n")
    path = folder / "accounts.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_of_accounts(tmp_path: Path) -> None:
    state = accounts.load(write(tmp_path, GOOD))
    account = state.accounts["IMEI:1"]
    assert (account.user, account.client_nonce, account.scheme) == ("bob", b"\x00\xff", "md5")
    [item] = state.stores["IMEI:1"]["contacts"].items.values()
    assert item.octets == b"BEGIN:VCARD\r\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("password", "pasword"), "account 1: unknown key pasword; did you mean pass"),
        (GOOD.replace("account]]", "acount]]"), "unknown key acount; did you mean account"),
        (GOOD.replace("00ff", "00f"), "account 1: client_nonce_hex: hex digits wanted"),
        (GOOD.replace("one.vcf", "two.vcf"), "account 1: contacts: "),
        (GOOD.replace('"bob"', "1"), "user"),
        (GOOD + GOOD, "account 2: device_id: IMEI:1 is there twice"),
        ("[[account", "at end of document"),
        ('[[account]]\ndevice_id = "x"', "user"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(AccountsError) as wrong:
        accounts.load(path)
    assert str(wrong.value).startswith(str(path)) and words in str(wrong.value)


def test_the_demo_has_one_account_and_contacts_in_vcard_2_1() -> None:
    state = accounts.demo()
    [(device, account)] = state.accounts.items()
    assert (device, account.user, account.password) == (
        "IMEI:490000000000017",
        "alice",
        "wonderland",
    )
    items = state.stores[device]["contacts"].items.values()
    assert len(items) == len(accounts.CARDS)
    assert all(b"\r\nVERSION:2.1\r\n" in item.octets for item in items)
    assert all(item.octets.count(b"\n") == item.octets.count(b"\r\n") for item in items)


def test_a_state_file_goes_before_the_accounts_file(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "new" / "state.json")
    state = accounts.demo()
    assert file.into(state) == state
    [account] = state.accounts.values()
    changed = msgspec.structs.replace(account, client_nonce=b"\x00\x01\xff")
    file.keep(kept(state, [KeepAccount(changed)]))
    again = file.into(accounts.demo())
    assert again.accounts[account.device_id] == changed
    assert again.stores == state.stores
    assert [p.name for p in file.path.parent.iterdir()] == ["state.json"]
    file.path.write_text("{", "utf-8")
    with pytest.raises(AccountsError, match=r"state\.json"):
        file.into(state)
