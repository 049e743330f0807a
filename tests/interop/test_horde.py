"""Our handset with a real Horde_SyncMl: auth-basic, three versions, data both ways, its deviations."""

from pathlib import Path

import pytest

from emulator.protocol.events import Challenged, ItemMoved, MessageReceived, MessageSent, Remarked
from tests.interop.device import Device, Ran, card, named
from tests.interop.horde import Horde

FIRST, SECOND = "IMEI:490000000000017", "IMEI:490000000000025"

VERSIONS = pytest.mark.parametrize("version", ["1.2", "1.1"])


def device_for(
    server: Horde,
    folder: Path,
    handset: str = "generic-xml",
    *,
    device_id: str = FIRST,
    password: str = "",
    **device: str,
) -> Device:
    """A handset with the profile for Horde; the server takes every device of its user."""
    folder.mkdir(exist_ok=True)
    return Device(
        folder,
        handset=handset,
        server="horde",
        device={"id": device_id, **device},
        account={
            "url": server.url,
            "server_id": "horde.example.com",
            "user": server.user,
            "password": password or server.password,
        },
    )


def moved(ran: Ran) -> set[tuple[str, str, int]]:
    """Each item that went over: direction, action, Status."""
    return {(what.direction, what.action, what.status) for what in ran.of(ItemMoved)}


def remarks(ran: Ran) -> list[str]:
    """The remarks in order; those of the wire under the id of the deviation."""
    found = []
    for what in ran.of(Remarked):
        _, _, deviation = what.sentence.partition(": ")
        found.append(deviation.partition(":")[0] if what.id == "wire" else what.id)
    return found


def exchanged(ran: Ran) -> list[str]:
    """What the server's messages were, as they came."""
    return [bytes.fromhex(what.octets.hex).decode() for what in ran.of(MessageReceived)]


@VERSIONS
def test_a_slow_sync_takes_cards_both_ways_and_the_next_one_is_two_way(
    horde: Horde, tmp_path: Path, version: str
) -> None:
    ada = horde.add_card(card("Ada"))
    device = device_for(horde, tmp_path, version=version)
    luid = device.add("Grace")

    first = device.run("--sync", "contacts")
    assert first.code == 0
    assert first.result.outcome == "synchronised"
    assert first.codes == [212, 200, 200]
    assert "Alert 201" in first.sent[0]
    assert "Map (1)" in first.sent[2]
    assert f"<VerProto>SyncML/{version}</VerProto>" in exchanged(first)[0]
    assert moved(first) == {("out", "add", 201), ("in", "add", 201)}
    assert [named(name, list(horde.cards().values())) for name in ("Ada", "Grace")] == [1, 1]
    assert [named(name, device.cards()) for name in ("Ada", "Grace")] == [1, 1]
    # Both have the same map and the same anchors.
    (added,) = (what for what in first.of(ItemMoved) if what.direction == "in")
    (grace,) = horde.cards().keys() - {ada}
    assert horde.mapped(FIRST) == {ada: added.luid, grace: luid}
    assert horde.anchors(FIRST) == device.anchors()

    second = device.run("--sync", "contacts")
    assert second.code == 0
    assert second.codes == [212, 200, 200]
    assert "Alert 200" in second.sent[0]
    assert "Alert 200" in second.of(MessageReceived)[0].summary
    assert second.of(ItemMoved) == []
    assert horde.anchors(FIRST) == device.anchors()


@VERSIONS
def test_changes_and_deletions_of_both_sides_in_one_two_way_sync(
    horde: Horde, tmp_path: Path, version: str
) -> None:
    ada, edsger = (horde.add_card(card(name)) for name in ("Ada", "Edsger"))
    device = device_for(horde, tmp_path, version=version)
    grace, barbara = (device.add(name) for name in ("Grace", "Barbara"))
    assert device.sync().result.items.received == 2

    device.change(grace, "Admiral Grace")
    device.remove(barbara)
    device.add("Margaret")
    horde.change_card(ada, card("Augusta Ada"))
    horde.remove_card(edsger)
    horde.add_card(card("Tony"))
    ran = device.sync()

    assert ran.result.outcome == "synchronised"
    assert "Alert 200" in ran.sent[0]
    out = {("out", "replace", 200), ("out", "delete", 200), ("out", "add", 201)}
    assert moved(ran) == out | {("in", "replace", 200), ("in", "delete", 200), ("in", "add", 201)}
    # It sends what is new a second time, as a Replace of nothing: no second copy of Tony.
    assert remarks(ran).count("item-unnamed") == 1
    for cards in (device.cards(), list(horde.cards().values())):
        assert len(cards) == 4
        for name in ("Admiral Grace", "Margaret", "Augusta Ada", "Tony"):
            assert named(name, cards) == 1, name


def test_what_one_device_sends_reaches_another_and_so_do_change_and_deletion(
    horde: Horde, tmp_path: Path
) -> None:
    one = device_for(horde, tmp_path / "one", device_id=FIRST)
    other = device_for(horde, tmp_path / "other", device_id=SECOND)
    luid = one.add("Grace")
    one.sync()
    (added,) = other.sync().of(ItemMoved)
    assert (added.direction, added.action, added.status) == ("in", "add", 201)
    assert named("Grace", other.cards()) == 1

    one.change(luid, "Admiral Grace")
    one.sync()
    # The server names it by the LUID of our Map: it was taken in.
    (changed,) = other.sync().of(ItemMoved)
    assert (changed.direction, changed.action, changed.luid) == ("in", "replace", added.luid)
    assert named("Admiral Grace", other.cards()) == 1

    one.remove(luid)
    one.sync()
    (gone,) = other.sync().of(ItemMoved)
    assert (gone.direction, gone.action, gone.luid) == ("in", "delete", added.luid)
    assert other.cards() == one.cards() == []


def test_markup_and_umlauts_arrive_as_they_left(horde: Horde, tmp_path: Path) -> None:
    name = "Zoë & <Søn> ]] > 50%"
    horde.add_card(card(name))
    device = device_for(horde, tmp_path)
    device.add("Tom & <Jerry>")
    ran = device.sync()
    assert "<![CDATA[BEGIN:VCARD" in exchanged(ran)[1]
    assert named(name, device.cards()) == 1
    assert named("Tom & <Jerry>", list(horde.cards().values())) == 1


def test_a_wrong_password_is_refused(horde: Horde, tmp_path: Path) -> None:
    device = device_for(horde, tmp_path, password="wrong")
    device.add("Grace")
    ran = device.run("--sync", "contacts")
    assert ran.code == 5
    assert ran.result.outcome == "auth-refused"
    assert set(ran.codes) == {401}
    assert ran.steps[4] == "failed"
    assert {(what.code, what.scheme) for what in ran.of(Challenged)} == {(401, "basic")}
    assert (horde.cards(), horde.anchors(FIRST), device.anchors()) == ({}, None, ("", ""))
    # Its Put and Get are answered all the same, as if nothing were wrong.
    assert remarks(ran).count("carried-out-unauthenticated") == 1


def test_what_it_does_otherwise_is_remarked_once_a_session(horde: Horde, tmp_path: Path) -> None:
    horde.add_card(card("Ada"))
    ran = device_for(horde, tmp_path).sync()
    assert sorted(remarks(ran)) == [
        "basic-over-http",
        "cdata",
        "namespace-variant",
        "server-does-not-authenticate",
    ]
    assert ran.result.outcome == "synchronised"
    assert ran.steps == {n: "passed" if n in (3, 4) else "skipped" for n in range(1, 7)}


def test_in_syncml_1_0_it_leaves_the_namespace_out(horde: Horde, tmp_path: Path) -> None:
    horde.add_card(card("Ada"))
    device = device_for(horde, tmp_path, version="1.0")
    ran = device.sync()
    assert ran.result.outcome == "synchronised"
    assert "namespace-missing" in remarks(ran)
    assert named("Ada", device.cards()) == 1
    assert "Alert 200" in device.sync().sent[0]


def test_it_asks_for_device_information_until_it_reads_a_manufacturer(
    horde: Horde, tmp_path: Path
) -> None:
    device = device_for(horde, tmp_path, manufacturer="")
    device.add("Grace")
    ran = device.sync()
    # In every message, the last one included, although it was put and comes as Results again.
    assert all("Get" in what.summary for what in ran.of(MessageReceived))
    assert all("Results" in what.summary for what in ran.of(MessageSent)[1:])
    assert remarks(ran).count("devinf-asked-again") == 1
    assert ran.result.outcome == "synchronised"
    assert "Alert 200" in device.sync().sent[0]


def test_wbxml_works_in_1_2_and_is_beyond_it_in_1_1(horde: Horde, tmp_path: Path) -> None:
    horde.add_card(card("Ada"))
    newer = device_for(horde, tmp_path / "newer", "generic-wbxml")
    assert newer.sync().result.outcome == "synchronised"
    assert named("Ada", newer.cards()) == 1

    older = device_for(horde, tmp_path / "older", "generic-wbxml", device_id=SECOND, version="1.1")
    ran = older.sync()
    assert (ran.code, ran.result.outcome) == (3, "transport")
    assert {what.http_status for what in ran.of(MessageReceived)} == {500}
    assert "Unable to find dtd for syncml:syncml1.11.2" in horde.logs()
