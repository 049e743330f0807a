"""What a DS 1.1 alert says: from which server, for which datastores."""

import pytest

from emulator.protocol import san11
from emulator.protocol.keyring import Account, Keyring
from emulator.wire.syncml import Alert, Command, Item, Location, Message, SyncBody, SyncHdr

KEYRING = Keyring(
    (
        Account("manage", server_id="sync", protocol="dm"),
        Account("nameless", url="http://other/"),
        Account("work", server_id="sync", url="http://sync/"),
    )
)


def alert(source: Location | None, *commands: Command) -> Message:
    header = SyncHdr(
        ver_dtd="1.1", ver_proto="SyncML/1.1", session_id="1", msg_id="1", source=source
    )
    return Message(header=header, body=SyncBody(commands=commands))


@pytest.mark.parametrize(
    ("source", "account"),
    [
        (Location("sync"), "work"),
        (Location("http://sync/"), "work"),
        (Location("x", "sync"), "work"),
        (Location("http://other/"), "nameless"),
        (Location("elsewhere"), None),
        (Location(""), None),
        (None, None),
    ],
)
def test_the_account_is_the_ds_account_of_the_server_that_it_names(source, account):
    found = san11.account_of(alert(source), KEYRING)
    assert (found.name if found else None) == account


def test_each_item_of_an_alert_206_to_210_asks_for_a_datastore():
    items = (Item(source=Location("Contacts")), Item(), Item(source=Location("Calendar")))
    message = alert(
        Location("sync"),
        Alert(cmd_id="1", data="206", items=items),
        Alert(cmd_id="2", data="210", items=(Item(source=Location("Notes")),)),
        Alert(cmd_id="3", data="200", items=(Item(source=Location("Tasks")),)),
    )
    assert san11.syncs(message) == ((206, "Contacts"), (206, "Calendar"), (210, "Notes"))
