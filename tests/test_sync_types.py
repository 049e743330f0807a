"""Each sync type with the built-in server: what is on the phone and at the server afterwards."""

import pytest

from tests.direct import DEVICE_ID, STORED

ON_PHONE, AT_SERVER = "Phone", "Server"


def card(name):
    return f"BEGIN:VCARD\r\nVERSION:2.1\r\nN:{name};X\r\nEND:VCARD\r\n".encode()


def names(contents):
    lines = (line for octets in contents for line in octets.decode().splitlines())
    return sorted(line[2:].partition(";")[0] for line in lines if line.startswith("N:"))


def on_phone(both):
    (snapshot,) = both.store.load("account", ["contacts"])
    return names(item.octets for item in snapshot.items if item.state != "deleted")


def at_server(both):
    return names(i.octets for i in both.service.state.stores[DEVICE_ID]["contacts"].items.values())


async def synchronised(both, code):
    both.handset.sync(code=code)
    await both.handset.idle()
    assert both.events[-1].outcome == "synchronised", both.events[-1]


@pytest.mark.parametrize(
    ("code", "phone", "server"),
    [
        (200, {ON_PHONE, AT_SERVER}, {ON_PHONE, AT_SERVER}),
        (201, {ON_PHONE, AT_SERVER}, {ON_PHONE, AT_SERVER}),
        (202, {ON_PHONE}, {ON_PHONE, AT_SERVER}),
        (203, {ON_PHONE}, {ON_PHONE}),
        (204, {ON_PHONE, AT_SERVER}, {AT_SERVER}),
        (205, {AT_SERVER}, {AT_SERVER}),
    ],
)
async def test_what_each_side_has_after(table, code, phone, server):
    """Both have synchronised before; then each side has got an item that the other does not know."""
    both = table(server_nonce=STORED)
    await synchronised(both, 200)
    before = set(on_phone(both))
    assert before == set(at_server(both)) and before
    both.store.add_item("account", "contacts", "text/x-vcard", card(ON_PHONE))
    both.service.put_item(DEVICE_ID, "contacts", card(AT_SERVER), "text/x-vcard")
    await synchronised(both, code)
    assert on_phone(both) == sorted(before | phone)
    assert at_server(both) == sorted(before | server)
    # Nothing is left behind that would undo it: a two-way sync brings both to the same.
    await synchronised(both, 200)
    assert on_phone(both) == at_server(both)


async def test_a_code_that_is_no_sync_type_is_refused(table):
    both = table()
    with pytest.raises(ValueError, match="199 is no sync type; 200 to 205 are"):
        both.handset.sync(code=199)
    assert not both.handset.busy
