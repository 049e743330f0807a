"""Packages 1 to 6: anchors, slow and two-way sync in both directions, Map, DevInf, splitting."""

import msgspec
import pytest

from emulator.server import accounts
from emulator.server.datastore import Desk
from emulator.server.exchange import NoncesAre
from emulator.server.state import KeepStore, Store, kept
from emulator.wire import build, devinf
from emulator.wire.codec import Codec
from emulator.wire.syncml import Alert, Get, Item, Location, Message, Meta, Put, Results, Sync
from tests.server.client import (
    DEVICE,
    NEXT,
    Client,
    Network,
    add,
    alert,
    alerts,
    changes,
    code,
    codes,
    confirmed,
    delete,
    maps,
    nonce_of,
    replace,
    sync,
)

MAJA, CHIDI, REIKO = (accounts.vcard(*card).decode() for card in accounts.CARDS)


def contacts(network: Network) -> Store:
    return network.state.stores[DEVICE]["contacts"]


def texts(network: Network) -> list[str]:
    return sorted(item.octets.decode() for item in contacts(network).items.values())


def has(network: Network, *cards: str) -> None:
    """The server's contacts are these, and no device knows them."""
    store = accounts.store(card.encode() for card in cards)
    network.state = kept(network.state, [KeepStore(DEVICE, store)])


def handset(network: Network, **options: object) -> Client:
    return Client(network, nonce=network.state.accounts[DEVICE].client_nonce, **options)  # type: ignore[arg-type]


def synchronised(network: Network, *changes_up: object, number: int = 1) -> Message:
    """A whole session of that number in which the client maps every Add as "n" + its GUID."""
    client = handset(network, session_id=str(number))
    package2 = client.begin(alert(200, last=str(number - 1), next=str(number)))
    package4 = client.say(sync(*changes_up), code=200)  # type: ignore[arg-type]
    mine = [(guid, f"n-{guid}") for kind, guid, _ in changes(package4) if kind == "Add"]
    final = client.say(*confirmed(package4), *([maps(*mine)] if mine else []), code=200)
    assert final.final and codes(final, "Map") == [200] * bool(mine)
    assert alerts(package2) == [201 if number == 1 else 200]
    return package4


def test_a_first_session_is_slow_and_brings_both_sides_together(
    network: Network, codec: Codec
) -> None:
    has(network, MAJA, CHIDI)
    client = handset(network, codec=codec)
    package2 = client.begin(alert(200, last=None))
    assert codes(package2, "Alert") == [508] and alerts(package2) == [201]
    package4 = client.say(sync(add("1", MAJA), replace("2", REIKO)), code=200)
    assert codes(package4, "Sync") == [200]
    assert (codes(package4, "Add"), codes(package4, "Replace")) == ([200], [201])
    assert changes(package4) == [("Add", "srv-2", CHIDI)]
    assert texts(network) == sorted([MAJA, CHIDI, REIKO])
    package6 = client.say(*confirmed(package4), maps(("srv-2", "3")), code=200)
    assert codes(package6, "Map") == [200] and package6.final
    assert {m.luid for m in contacts(network).mapped.values()} == {"1", "2", "3"}
    assert isinstance(network.answers[-1].facts[-1], NoncesAre)

    client = handset(network, codec=codec, session_id="2")
    package2 = client.begin(alert(200, last="11", next="12"))
    assert codes(package2, "Alert") == [200] and alerts(package2) == [200]
    assert changes(client.say(sync(), code=200)) == []


def test_two_way_sends_only_what_changed_in_both_directions(network: Network) -> None:
    has(network, MAJA, CHIDI)
    assert len(changes(synchronised(network))) == 2
    assert changes(synchronised(network, number=2)) == []

    package4 = synchronised(network, add("9", REIKO), replace("n-srv-1", "new"), number=3)
    assert codes(package4, "Add") == [201] and codes(package4, "Replace") == [200]
    assert changes(package4) == []
    package4 = synchronised(network, delete("n-srv-2"), delete("unknown"), number=4)
    assert codes(package4, "Delete") == [200, 211] and changes(package4) == []
    assert texts(network) == sorted([REIKO, "new"])

    desk = Desk(contacts(network))
    desk.put("srv-1", "text/x-vcard", b"newer")
    guid = desk.put("", "text/x-vcard", b"fresh")
    [reiko] = [g for g, i in desk.store.items.items() if i.octets == REIKO.encode()]
    desk.remove(reiko)
    network.state = kept(network.state, [KeepStore(DEVICE, desk.store)])
    expected = [("Delete", "9", ""), ("Replace", "n-srv-1", "newer"), ("Add", guid, "fresh")]
    assert changes(synchronised(network, number=5)) == expected
    assert changes(synchronised(network, number=6)) == []


def test_a_conflict_is_won_by_the_client(network: Network) -> None:
    has(network, MAJA)
    synchronised(network)
    desk = Desk(contacts(network))
    desk.put("srv-1", "text/x-vcard", b"server's")
    network.state = kept(network.state, [KeepStore(DEVICE, desk.store)])
    package4 = synchronised(network, replace("n-srv-1", "client's"), number=2)
    assert codes(package4, "Replace") == [208] and changes(package4) == []


def test_changes_without_a_status_are_sent_again(network: Network) -> None:
    has(network, MAJA)
    client = handset(network)
    client.begin()
    assert len(changes(client.say(sync(), code=200))) == 1
    client = handset(network, session_id="2")
    client.begin(alert(200, last="11", next="12"))
    assert len(changes(client.say(sync(), code=200))) == 1


def test_a_map_may_come_in_the_next_session(network: Network) -> None:
    has(network, MAJA)
    client = handset(network)
    client.begin()
    client.say(sync(), code=200)
    client = handset(network, session_id="2")
    reply = client.begin(maps(("srv-1", "7")), alert(200, last="11", next="12"))
    assert codes(reply, "Map") == [200]
    assert changes(client.say(sync(), code=200)) == []


def test_an_interrupted_slow_sync_is_slow_again(network: Network) -> None:
    synchronised(network)
    client = handset(network, session_id="2")
    client.begin(alert(201, next="2"))
    client.say(sync(add("1", MAJA)), code=200, final=False)
    client = handset(network, session_id="3")
    assert alerts(client.begin(alert(200, last="1", next="3"))) == [201]


@pytest.mark.parametrize(
    ("wanted", "agreed"),
    [(206, 200), (207, 202), (208, 203), (209, 204), (210, 205), (200, 200), (201, 201)],
)
def test_server_alerted_codes_are_taken_as_the_plain_ones(
    network: Network, wanted: int, agreed: int
) -> None:
    synchronised(network)
    reply = handset(network, session_id="2").begin(alert(wanted, last="1"))
    assert alerts(reply) == [agreed] and codes(reply, "Alert") == [200]


@pytest.mark.parametrize(("wanted", "instead"), [(200, 201), (202, 203), (204, 205), (225, 201)])
def test_anchors_that_do_not_match(network: Network, wanted: int, instead: int) -> None:
    synchronised(network)
    reply = handset(network, session_id="2").begin(alert(wanted, last="0"))
    assert alerts(reply) == [instead] and codes(reply, "Alert") == [508]


def test_one_way_and_refresh(network: Network) -> None:
    has(network, MAJA)
    client = handset(network)
    client.begin(alert(203, next="1"))
    assert changes(client.say(sync(add("1", REIKO)), code=200)) == []
    assert texts(network) == [REIKO]
    client = handset(network, session_id="2")
    client.begin(alert(205, last="1", next="2"))
    [(kind, _, text)] = changes(client.say(sync(), code=200))
    assert (kind, text) == ("Add", REIKO)


def test_unknown_datastores_are_404_and_the_chal_is_kept_all_the_same(network: Network) -> None:
    client = handset(network)
    reply = client.begin(alert(store="./nothing"), alert(store="contacts"))
    assert codes(reply, "Alert") == [404, 508] and alerts(reply) == [201]
    client = handset(network, session_id="2")
    assert alerts(client.begin(alert(store="./nothing"))) == []
    end = client.accept()
    assert code(end) == 200 and end.final
    assert any("has ended" in said for said in network.said)


def test_a_sync_without_its_alert(network: Network) -> None:
    client = handset(network)
    client.begin(alert(store="./nothing"))
    reply = client.say(sync(add("1", MAJA)), sync(store="./x"), code=200)
    assert codes(reply, "Sync") == [412, 404] and codes(reply, "Add") == [412]


# Device information


def information(version: str = "1.2") -> Item:
    info = devinf.DevInf(ver_dtd=version, manufacturer="Example", model="Emu", device_id=DEVICE)
    return Item(source=Location(devinf.location(version)), data=(devinf.to_element(info),))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_device_information_is_exchanged(network: Network, codec: Codec, version: str) -> None:
    client = handset(network, codec=codec, version=version)
    here = Item(target=Location(devinf.location(version)))
    meta = Meta(type=devinf.MEDIA_TYPE)
    reply = client.begin(
        alert(), Put(meta=meta, items=(information(version),)), Get(meta=meta, items=(here,))
    )
    assert codes(reply, "Put") == [200] and codes(reply, "Get") == [200]
    [results] = [c for c in reply.commands if isinstance(c, Results)]
    assert (results.msg_ref, results.cmd_ref) == ("1", "3")
    [element] = results.items[0].data or ()
    assert not isinstance(element, str | bytes)
    assert [s.source_ref for s in devinf.from_element(element).stores] == ["./contacts"]
    assert not [c for c in reply.commands if isinstance(c, Get)]
    assert network.state.accounts[DEVICE].device == "Example Emu"


def test_a_device_that_has_not_told_is_asked_once(network: Network) -> None:
    client = handset(network)
    [get] = [c for c in client.begin().commands if isinstance(c, Get)]
    results = Results(
        msg_ref="1", cmd_ref=get.cmd_id, meta=Meta(type=devinf.MEDIA_TYPE), items=(information(),)
    )
    reply = client.say(results, sync(), code=200)
    assert codes(reply, "Results") == [200]
    other = handset(network, session_id="2").begin()
    assert not [c for c in other.commands if isinstance(c, Get)]


def test_other_gets_and_commands(network: Network) -> None:
    client = handset(network)
    reply = client.begin(
        Get(items=(Item(target=Location("./devinf99")),)),
        build.alert(224, "a", "b"),
        build.alert(100, "a", "b"),
        add("1", MAJA),
    )
    assert codes(reply, "Get") == [404]
    assert codes(reply, "Alert") == [406, 200] and codes(reply, "Add") == [406]


# Splitting


def test_a_package_of_the_client_in_several_messages(network: Network, codec: Codec) -> None:
    client = handset(network, codec=codec)
    reply = client.say(alert(), cred=client.cred, final=False)
    assert (code(reply), codes(reply, "Alert"), alerts(reply)) == (212, [508], [222])
    assert not reply.final
    reply = client.accept(NEXT)
    assert alerts(reply) == [201] and reply.final
    reply = client.say(sync(add("1", MAJA)), code=200, final=False)
    assert codes(reply, "Add") == [201] and alerts(reply) == [222]
    reply = client.say(sync(add("2", REIKO)), code=200)
    assert codes(reply, "Add") == [201] and reply.final
    assert [type(c) for c in reply.commands][-1] is Sync
    assert texts(network) == sorted([MAJA, REIKO])


@pytest.mark.parametrize("room", [1500, 3000])
def test_a_package_of_the_server_in_several_messages(
    network: Network, codec: Codec, room: int
) -> None:
    cards = [accounts.vcard("Family", f"Given {n}", str(n)).decode() for n in range(40)]
    has(network, *cards)
    client = handset(network, codec=codec, room=room)
    reply = client.begin()
    while not reply.final:
        reply = client.say(NEXT, code=200, final=False)
    reply = client.accept(sync())
    heard, numbers, messages = changes(reply), counts(reply), 1
    while not reply.final:
        reply = client.say(*confirmed(reply), NEXT, code=200, final=False)
        heard += changes(reply)
        numbers += counts(reply)
        messages += 1
    assert messages > 1
    assert [text for _, _, text in heard] == cards
    assert numbers == ["40"]
    client.say(*confirmed(reply), maps(*((guid, guid) for _, guid, _ in heard)), code=200)
    assert len(contacts(network).mapped) == 40


def counts(message: Message) -> list[str]:
    syncs = [c for c in message.commands if isinstance(c, Sync)]
    return [s.number_of_changes for s in syncs if s.number_of_changes]


def test_a_split_package_2_is_repeated_from_its_start(network: Network) -> None:
    here = Item(target=Location("./devinf12"))
    client = handset(network, room=2000)
    reply = client.begin(alert(), Get(meta=Meta(type=devinf.MEDIA_TYPE), items=(here,)))
    assert not reply.final
    issued = nonce_of(reply)
    reply = client.say(code=407, chal=build.chal("md5", b"n"))
    assert nonce_of(reply) == issued
    heard = list(reply.commands)
    while not reply.final:
        reply = client.say(NEXT, code=212, final=False)
        heard += reply.commands
    assert [c.code for c in heard if isinstance(c, Alert)] == [201]
    assert len([c for c in heard if isinstance(c, Results)]) == 1
    assert codes(client.accept(sync()), "Sync") == [200]


def test_a_message_longer_than_the_servers_limit(network: Network) -> None:
    network.state = msgspec.structs.replace(network.state, max_msg_size=3000)
    client = handset(network)
    client.begin()
    reply = client.say(sync(add("1", "x" * 3000)), code=200)
    assert (code(reply), codes(reply, "Sync"), codes(reply, "Add")) == (413, [413], [413])
    assert texts(network) == []


def test_an_item_in_chunks(network: Network, codec: Codec) -> None:
    client = handset(network, codec=codec)
    client.begin()
    whole = add("1", MAJA)
    item = msgspec.structs.replace(whole.items[0], data=(MAJA[:20],), more_data=True)
    first = msgspec.structs.replace(whole, items=(item,))
    reply = client.say(sync(first), code=200, final=False)
    assert codes(reply, "Add") == [213] and alerts(reply) == [222]
    reply = client.say(sync(add("1", MAJA[20:])), code=200)
    assert codes(reply, "Add") == [201] and texts(network) == [MAJA]


def test_items_that_are_no_text_travel_in_base64(network: Network, codec: Codec) -> None:
    has(network)
    desk = Desk(contacts(network))
    desk.put("", "image/png", b"\x89PNG\x00\xff")
    network.state = kept(network.state, [KeepStore(DEVICE, desk.store)])
    client = handset(network, codec=codec)
    client.begin()
    assert [text for _, _, text in changes(client.say(sync(), code=200))] == ["iVBORwD/"]
