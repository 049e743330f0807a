"""Data inside a session: sync types, anchors, changes both ways, Map, splitting."""

import msgspec
import pytest

from emulator.protocol.effects import (
    DropItem,
    ItemSynced,
    MapsSent,
    PutItem,
    SetAnchors,
    StoredItem,
)
from emulator.protocol.events import ChangesCounted, ItemMoved
from emulator.protocol.keyring import Datastore, Device
from emulator.wire import build, devinf
from emulator.wire.codec import XML
from emulator.wire.syncml import (
    Add,
    Copy,
    Delete,
    Get,
    Item,
    Location,
    Map,
    Meta,
    Put,
    Replace,
    Results,
    Status,
    Sync,
    text,
)
from tests.protocol.flow import (
    DEFAULT_NONCE,
    SERVER_NONCE,
    Talk,
    accept,
    account,
    alerts,
    ok,
    over,
    reply,
    server_alert,
)

CARD = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe;Jane\r\nEND:VCARD\r\n"


def item(luid, state="synced", guid="", map_due=False, octets=CARD):
    return StoredItem(luid, "text/x-vcard", octets, state, guid, map_due)


def at_package_3(*items, anchors=("10", "90"), alert=None, nonce=DEFAULT_NONCE, **fields):
    """A session whose package 3 has left."""
    talk = Talk(items=items, anchors=anchors, **fields)
    message = accept(talk, cred=over(nonce))
    if alert is not None:
        commands = tuple(alert if c.name == "Alert" else c for c in message.commands)
        body = msgspec.structs.replace(message.body, commands=commands)
        message = msgspec.structs.replace(message, body=body)
    return talk.hears(message)


def syncs(talk):
    return [c for c in talk.last.commands if isinstance(c, Sync)]


def changes(talk):
    return [(type(c).__name__, c.items[0].source_uri) for s in syncs(talk) for c in s.commands]


def down(*commands, uri="./contacts"):
    return Sync(target=Location(uri), source=Location("./contacts"), commands=commands)


def add(guid, data="BEGIN:VCARD\r\nEND:VCARD\r\n"):
    return Add(meta=Meta(type="text/x-vcard"), items=(Item(source=Location(guid), data=(data,)),))


# Package 1


def test_two_way_sync_with_anchors_slow_sync_without():
    alert = alerts(Talk().last)[0]
    anchor = alert.items[0].meta.anchor
    assert (alert.code, anchor.last, anchor.next) == (200, "10", "1001")
    first = alerts(Talk(anchors=("", "")).last)[0]
    assert (first.code, first.items[0].meta.anchor.last) == (201, None)


def test_device_information_is_put_and_asked_for():
    last = Talk().last
    put = next(c for c in last.commands if isinstance(c, Put))
    assert put.items[0].source_uri == "./devinf12"
    info = devinf.from_element(put.items[0].data[0])
    assert info.device_id == "IMEI:493005100592800"
    assert [s.source_ref for s in info.stores] == ["./contacts"]
    assert any(type(c) is Get and c.items[0].target_uri == "./devinf12" for c in last.commands)


def test_a_session_that_the_person_starts_names_its_datastores():
    stores = (Datastore("contacts", "./contacts"), Datastore("calendar", "./calendar"))
    talk = Talk(account(stores=stores), signed=None)
    assert len(alerts(talk.last)) == 2


@pytest.mark.parametrize(
    ("code", "sent", "first"),
    [
        (200, ["Add", "Delete"], 201),
        (201, ["Add", "Add"], 201),
        (202, ["Add", "Delete"], 203),
        (203, ["Add", "Add"], 203),
        (204, [], 205),
        (205, [], 205),
    ],
)
def test_the_sync_type_that_the_person_chose(code, sent, first):
    """Its Alert; what goes out; and what becomes of it where there are no anchors."""
    items = (item("1"), item("2", "added"), item("3", "deleted"))
    talk = Talk(items=items, signed=None, code=code)
    assert [alert.code for alert in alerts(talk.last)] == [code]
    never = Talk(items=items, signed=None, code=code, anchors=("", ""))
    assert [alert.code for alert in alerts(never.last)] == [first]
    talk = at_package_3(
        *items, alert=server_alert(code), nonce=SERVER_NONCE, signed=None, code=code
    )
    assert [kind for kind, _ in changes(talk)] == sent


def test_after_a_refresh_from_the_client_the_server_has_nothing_left_to_delete():
    items = (item("1"), item("3", "deleted"))
    talk = at_package_3(*items, alert=server_alert(203), nonce=SERVER_NONCE, signed=None, code=203)
    talk.hears(ok_all(talk))
    assert talk.outcome == "synchronised"
    assert [c.luid for c in talk.changes if isinstance(c, DropItem)] == ["3"]


# Package 3


def test_only_changes_go_out_in_a_two_way_sync():
    talk = at_package_3(item("1"), item("2", "added"), item("3", "changed"), item("4", "deleted"))
    assert changes(talk) == [("Add", "2"), ("Replace", "3"), ("Delete", "4")]
    assert syncs(talk)[0].number_of_changes == "3"


def test_everything_but_deletions_goes_out_in_a_slow_sync():
    talk = at_package_3(item("1"), item("2", "deleted"), anchors=("", ""), alert=server_alert(201))
    assert changes(talk) == [("Add", "1")]


def test_an_empty_sync_is_sent_when_there_is_nothing():
    talk = at_package_3(item("1"))
    assert [s.commands for s in syncs(talk)] == [()]
    assert talk.last.final


def test_the_servers_alert_201_turns_the_sync_slow():
    talk = at_package_3(item("1"), alert=server_alert(201))
    assert changes(talk) == [("Add", "1")]


def test_508_alone_turns_the_sync_slow_too():
    talk = Talk(items=(item("1"),))
    status = build.status(talk.last, alerts(talk.last)[0], 508)
    talk.hears(reply(talk, 212, status, cred=over(DEFAULT_NONCE)))
    assert changes(talk) == [("Add", "1")]


def test_the_servers_anchor_is_given_back():
    talk = at_package_3()
    status = next(c for c in talk.last.commands if isinstance(c, Status) and c.cmd == "Alert")
    anchor = status.items[0].data[0]
    assert [(e.tag, e.text) for e in anchor.elements()] == [("Next", "91")]


def test_a_get_of_device_information_is_answered_with_results():
    talk = Talk()
    wanted = Get(items=(Item(target=Location("./devinf12")),))
    talk.hears(reply(talk, 212, wanted, server_alert(), cred=over(DEFAULT_NONCE)))
    assert [c.cmd_ref for c in talk.last.commands if isinstance(c, Results)] == ["2"]


def test_taken_changes_are_marked_in_the_store():
    talk = at_package_3(item("2", "added"), item("4", "deleted"))
    talk.hears(ok_all(talk))
    kinds = [
        (type(c).__name__, c.luid) for c in talk.changes if isinstance(c, ItemSynced | DropItem)
    ]
    assert kinds == [("ItemSynced", "2"), ("DropItem", "4")]
    assert talk.closed.items_sent == 2


def ok_all(talk, *commands, code=201, **fields):
    """Success for every command of the last message, those inside a Sync included."""
    inner = [c for s in syncs(talk) for c in s.commands]
    statuses = [build.status(talk.last, c, code) for c in inner]
    return ok(talk, *statuses, *commands, **fields)


def test_a_refused_item_stays_to_be_sent_and_is_remarked():
    talk = at_package_3(item("2", "added"))
    talk.hears(ok_all(talk, code=500))
    assert not [c for c in talk.changes if isinstance(c, ItemSynced)]
    assert "item-refused" in talk.remarks


# Splitting


@pytest.mark.parametrize(("count", "limit"), [(1, 2000), (7, 2000), (40, 2000), (300, 30_000)])
def test_package_3_is_split_to_the_peers_max_msg_size(count, limit):
    items = tuple(item(str(n), "added") for n in range(1, count + 1))
    talk = Talk(items=items)
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), max_msg_size=limit))
    seen = []
    for _ in range(count + 1):
        seen += [c.items[0].source_uri for s in syncs(talk) for c in s.commands]
        assert len(XML.encode(talk.last)) <= limit
        if talk.last.final:
            break
        talk.hears(ok_all(talk, build.alert(222, "a", "b"), final=False, max_msg_size=limit))
    assert seen == [str(n) for n in range(1, count + 1)]
    talk.hears(ok_all(talk))
    assert talk.closed.items_sent == count
    assert talk.events(ChangesCounted) == [ChangesCounted("out", "contacts", 200, count)]


def test_an_item_larger_than_the_limit_goes_out_alone_rather_than_never():
    big = item("1", "added", octets=b"x" * 5000)
    talk = Talk(items=(big, item("2", "added")))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), max_msg_size=2000))
    assert changes(talk) == [("Add", "1")]
    assert not talk.last.final


def test_the_number_of_changes_stands_in_the_first_part_only():
    items = tuple(item(str(n), "added") for n in range(1, 20))
    talk = Talk(items=items)
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), max_msg_size=2000))
    assert syncs(talk)[0].number_of_changes == "19"
    talk.hears(ok_all(talk, final=False))
    assert syncs(talk)[0].number_of_changes is None


def test_a_server_package_in_several_messages_is_asked_for_with_222():
    talk = at_package_3()
    talk.hears(ok(talk, down(add("g1")), final=False))
    assert [a.code for a in alerts(talk.last)] == [222]
    assert not talk.last.final
    talk.hears(ok(talk, down(add("g2"))))
    maps = [c for c in talk.last.commands if isinstance(c, Map)]
    assert [(m.target.uri, m.source.uri) for m in maps[0].items] == [("g1", "100"), ("g2", "101")]


def test_maps_are_split_to_the_peers_max_msg_size():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), max_msg_size=4000))
    guids = [f"guid-{n:040}" for n in range(60)]
    # The Statuses for the Adds leave no room for all Maps beside them.
    quiet = [msgspec.structs.replace(add(guid), no_resp=True) for guid in guids]
    talk.hears(ok(talk, down(*quiet), max_msg_size=4000))
    mapped = []
    while talk.outcome == "":
        assert len(XML.encode(talk.last)) <= 4000
        found = [c for c in talk.last.commands if isinstance(c, Map)]
        mapped += [item.target.uri for each in found for item in each.items]
        talk.hears(ok(talk, final=talk.last.final, max_msg_size=4000))
    assert mapped == guids
    assert talk.outcome == "synchronised"
    sent = [luid for c in talk.changes if isinstance(c, MapsSent) for luid in c.luids]
    assert len(sent) == len(guids)


def test_statuses_for_our_changes_may_take_as_many_messages_as_they_need():
    """A server that keeps to our MaxMsgSize answers a large package 3 in several messages."""
    talk = at_package_3(*(item(str(n), "added") for n in range(1, 9)))
    inner = [c for s in syncs(talk) for c in s.commands]
    last = talk.last
    for number, command in enumerate(inner, 1):
        done = number == len(inner)
        talk.hears(reply(talk, 200, build.status(last, command, 201), final=done))
    assert (talk.outcome, talk.closed.items_sent) == ("synchronised", len(inner))


@pytest.mark.parametrize("kind", ["Alert", "Put", "Get"])
def test_a_status_for_any_of_our_commands_is_progress_once(kind):
    talk = Talk(signed=SERVER_NONCE)
    first = talk.last
    command = next(c for c in first.commands if c.name == kind)
    talk.hears(reply(talk, 212, cred=over(SERVER_NONCE), final=False))
    talk.hears(reply(talk, 200, final=False))
    answered = build.status(first, command, 200)
    talk.hears(reply(talk, 200, answered, final=False))
    for _ in range(2):
        assert talk.outcome == ""
        talk.hears(reply(talk, 200, answered, final=False))
    assert talk.outcome == ""
    talk.hears(reply(talk, 200, answered, final=False))
    assert (talk.outcome, "no-final" in talk.remarks) == ("peer-error", True)


# Package 4 and 5


def test_added_items_are_stored_and_mapped():
    talk = at_package_3()
    talk.hears(ok(talk, down(add("g1", "A\r\nB"))))
    assert PutItem("account", "contacts", "100", "text/x-vcard", b"A\r\nB", "g1") in talk.changes
    statuses = {c.cmd: c.code for c in talk.last.commands if isinstance(c, Status)}
    assert statuses["Add"] == 201
    talk.hears(ok(talk))
    assert MapsSent("account", "contacts", ("100",)) in talk.changes
    assert talk.outcome == "synchronised"
    assert talk.closed.items_received == 1


def test_a_vcard_gets_its_cr_back_that_an_xml_reader_took():
    talk = at_package_3()
    talk.hears(ok(talk, down(add("g1", "BEGIN:VCARD\nEND:VCARD\n"))))
    put = next(c for c in talk.changes if isinstance(c, PutItem))
    assert put.octets == b"BEGIN:VCARD\r\nEND:VCARD\r\n"


def chunk(guid, data, more):
    command = add(guid, data)
    items = (msgspec.structs.replace(command.items[0], more_data=more),)
    return msgspec.structs.replace(command, items=items)


def test_a_large_object_is_put_together_and_stored_once():
    talk = at_package_3()
    talk.hears(ok(talk, down(chunk("g1", "BEGIN:VCARD\r\nNOTE:01", True)), final=False))
    codes = [c.code for c in talk.last.commands if isinstance(c, Status) and c.cmd == "Add"]
    assert codes == [213]
    assert not [c for c in talk.changes if isinstance(c, PutItem)]
    talk.hears(ok(talk, down(chunk("g1", "23\r\nEND:VCARD\r\n", False))))
    put = [c for c in talk.changes if isinstance(c, PutItem)]
    assert [p.octets for p in put] == [b"BEGIN:VCARD\r\nNOTE:0123\r\nEND:VCARD\r\n"]
    assert talk.state.items_received == 1


def test_an_item_beyond_our_max_obj_size_is_refused():
    talk = at_package_3(device=Device(codec="xml", max_obj_size=10))
    talk.hears(ok(talk, down(chunk("g1", "12345678", True), chunk("g1", "90123", False))))
    codes = [c.code for c in talk.last.commands if isinstance(c, Status) and c.cmd == "Add"]
    assert codes == [213, 416]
    assert "item-too-large" in talk.remarks
    assert not [c for c in talk.changes if isinstance(c, PutItem)]


def test_a_command_that_a_handset_does_not_carry_out_is_refused_and_remarked():
    talk = at_package_3()
    copied = Copy(items=(Item(source=Location("g1"), target=Location("g2")),))
    talk.hears(ok(talk, down(copied)))
    codes = [c.code for c in talk.last.commands if isinstance(c, Status) and c.cmd == "Copy"]
    assert codes == [406]
    assert "command-unsupported" in talk.remarks


def test_a_last_anchor_that_the_server_did_not_give_us_is_remarked():
    assert "anchor-differs" not in at_package_3(alert=server_alert(200, last="90")).remarks
    talk = at_package_3(alert=server_alert(200, last="89"))
    assert "anchor-differs" in talk.remarks


def test_half_a_large_object_is_dropped_when_another_item_comes():
    talk = at_package_3()
    talk.hears(ok(talk, down(chunk("g1", "half", True), add("g2", "whole"))))
    put = [c for c in talk.changes if isinstance(c, PutItem)]
    assert [(p.guid, p.octets) for p in put] == [("g2", b"whole")]
    assert "chunk-missing" in talk.remarks


def test_an_add_whose_map_got_lost_is_not_doubled():
    talk = at_package_3(item("7", guid="g1", map_due=True))
    talk.hears(ok(talk, down(add("g1"))))
    put = [c for c in talk.changes if isinstance(c, PutItem)]
    assert [c.luid for c in put] == ["7"]
    maps = [c for c in talk.last.commands if isinstance(c, Map)]
    assert [(m.target.uri, m.source.uri) for m in maps[0].items] == [("g1", "7")]


def test_an_unsent_map_is_sent_in_the_next_session():
    talk = at_package_3(item("7", guid="g1", map_due=True))
    talk.hears(ok(talk))
    assert [c for c in talk.last.commands if isinstance(c, Map)]


def test_replace_and_delete_by_luid():
    talk = at_package_3(item("3"), item("4"))
    replace = Replace(items=(Item(target=Location("3"), data=("new",)),))
    delete = Delete(items=(Item(target=Location("4")),))
    gone = Delete(items=(Item(target=Location("99")),))
    talk.hears(ok(talk, down(replace, delete, gone)))
    assert [c.octets for c in talk.changes if isinstance(c, PutItem)] == [b"new"]
    assert [c.luid for c in talk.changes if isinstance(c, DropItem)] == ["4"]
    codes = [c.code for c in talk.last.commands if isinstance(c, Status) and c.cmd == "Delete"]
    assert codes == [200, 211]


def test_a_refresh_from_the_server_empties_the_store_first():
    from emulator.wire.notification import Sync as Wanted

    talk = at_package_3(
        item("1"), item("2"), alert=server_alert(205), syncs=(Wanted(210, 7, "./contacts"),)
    )
    assert changes(talk) == []
    talk.hears(ok(talk, down(add("g1"))))
    kinds = [type(c).__name__ for c in talk.changes if isinstance(c, DropItem | PutItem)]
    assert kinds == ["DropItem", "DropItem", "PutItem"]


def test_a_sync_for_an_unknown_datastore_is_refused():
    talk = at_package_3()
    unknown = Sync(target=Location("./x"), source=Location("./y"), commands=(add("g1"),))
    talk.hears(ok(talk, unknown))
    codes = {c.cmd: c.code for c in talk.last.commands if isinstance(c, Status)}
    assert (codes["Sync"], codes["Add"]) == (404, 404)


def test_no_resp_is_respected():
    talk = at_package_3()
    quiet = msgspec.structs.replace(add("g1"), no_resp=True)
    talk.hears(ok(talk, down(quiet)))
    assert "Add" not in [c.cmd for c in talk.last.commands if isinstance(c, Status)]


def test_items_are_events():
    talk = at_package_3(item("2", "added"))
    talk.hears(ok_all(talk, down(add("g1"))))
    moved = [(m.direction, m.action, m.luid, m.guid) for m in talk.events(ItemMoved)]
    assert moved == [("out", "add", "2", ""), ("in", "add", "100", "g1")]


@pytest.mark.parametrize(("announced", "counted"), [("7", [7]), (None, []), ("many", [])])
def test_how_many_changes_each_side_announces_are_events(announced, counted):
    talk = at_package_3(item("2", "added"), item("3", "added"))
    sync = msgspec.structs.replace(down(add("g1")), number_of_changes=announced)
    talk.hears(ok_all(talk, sync))
    said = talk.events(ChangesCounted)
    assert said[0] == ChangesCounted("out", "contacts", 200, 2)
    assert said[1:] == [ChangesCounted("in", "contacts", 200, total) for total in counted]


# The end


def test_anchors_move_only_when_the_session_ended_well():
    talk = at_package_3()
    assert not [c for c in talk.changes if isinstance(c, SetAnchors)]
    talk.hears(ok(talk))
    assert [c for c in talk.changes if isinstance(c, SetAnchors)] == [
        SetAnchors("account", "contacts", "1001", "91")
    ]


def test_package_5_is_left_out_when_there_is_nothing_to_say():
    talk = at_package_3()
    sent = len(talk.sent)
    talk.hears(ok(talk))
    assert (len(talk.sent), talk.outcome) == (sent, "synchronised")


def test_binary_items_go_out_as_they_are():
    talk = at_package_3(item("1", "added", octets=CARD))
    command = syncs(talk)[0].commands[0]
    assert text(command.items[0].data).encode() == CARD


def test_a_wbxml_device_sends_wbxml():
    talk = Talk(device=Device(codec="wbxml"))
    from emulator.protocol.effects import Send

    send = next(e for e in talk.effects if isinstance(e, Send))
    assert send.content_type == "application/vnd.syncml+wbxml"
    assert send.octets.startswith(b"\x02\xa4\x01\x6a\x00")
