"""The sheet of what to enter at a server: secrets are marked as such, and masked unless asked for."""

from emulator.enrolment import rows
from emulator.protocol.keyring import Account, Datastore, Device

ACCOUNT = Account(
    "a",
    server_id="ds.example.com",
    server_secret="srv-secret",
    user="alice",
    password="wonderland",
    stores=(Datastore("contacts", "./c"),),
    client_nonce=b"",
    server_nonce=b"\x01\xff",
)


def test_the_sheet_of_an_account() -> None:
    shown = {row.label: row.shown(False, "***") for row in rows(Device("IMEI:1"), ACCOUNT)}
    assert shown == {
        "device id": "IMEI:1",
        "server id": "ds.example.com",
        "user": "alice",
        "password": "***",
        "server secret": "***",
        "client nonce": "(empty)",
        "server nonce": "01ff",
        "encoding": "wbxml",
        "store contacts": "./c (text/x-vcard)",
    }
    asked = {row.label: row.shown(True, "***") for row in rows(Device(), ACCOUNT)}
    assert (asked["password"], asked["server secret"]) == ("wonderland", "srv-secret")


def test_what_is_not_there_is_no_secret() -> None:
    shown = {row.label: row.shown(False, "***") for row in rows(Device(), Account("a"))}
    assert (shown["password"], shown["client nonce"]) == ("-", "-")
