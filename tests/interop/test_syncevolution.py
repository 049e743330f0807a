"""Our handset with a real SyncEvolution: stale nonces, encodings, schemes, versions, refusals, data."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.protocol.events import Challenged, ItemMoved, MessageReceived, MessageSent
from tests.interop.device import SERVER_ID, SERVER_SECRET, Device, Ran, card, command, named
from tests.interop.peers import SyncEvolution

Start = Callable[..., SyncEvolution]

CODECS = pytest.mark.parametrize("handset", ["generic-xml", "generic-wbxml"])
SCHEMES = pytest.mark.parametrize("scheme", ["md5", "basic"])


def device_for(
    server: SyncEvolution,
    folder: Path,
    handset: str = "generic-wbxml",
    *,
    device_id: str = "",
    password: str = "",
    version: str = "1.2",
    scheme: str = "md5",
    **account: str,
) -> Device:
    """A handset that the server knows, unless told otherwise."""
    return Device(
        folder,
        handset=handset,
        device={"id": device_id or server.device_id, "version": version},
        account={
            "url": server.url,
            "server_id": SERVER_ID,
            "server_secret": SERVER_SECRET,
            "user": server.user,
            "password": password or server.password,
            **account,
        },
        auth={"scheme": scheme},
    )


def media_types(ran: Ran) -> set[str]:
    """The content types of everything that went over, both ways."""
    sent = {what.content_type for what in ran.of(MessageSent)}
    return sent | {what.content_type.partition(";")[0] for what in ran.of(MessageReceived)}


@CODECS
def test_a_stale_client_nonce_costs_one_401_and_the_next_session_none(
    syncevolution: Start, tmp_path: Path, handset: str
) -> None:
    server = syncevolution()
    server.add_card("7", card("Ada", "3.0"))
    device = device_for(server, tmp_path, handset, client_nonce_hex="00112233")
    device.add("Grace")

    first = device.sync()
    assert first.result.outcome == "synchronised"
    assert media_types(first) == {f"application/vnd.syncml+{handset.removeprefix('generic-')}"}
    assert first.codes == [401, 212, 200, 200]
    refused, accepted = first.of(Challenged)
    assert (refused.code, accepted.code) == (401, 212)
    again = first.of(MessageSent)[1]
    assert again.msg_id == 2
    assert again.cred and (again.cred.nonce, again.cred.nonce_kind) == (refused.nonce, "challenge")
    assert device.nonces()[0] == bytes.fromhex(accepted.nonce)
    assert [named(name, server.cards()) for name in ("Ada", "Grace")] == [1, 1]
    assert [named(name, device.cards()) for name in ("Ada", "Grace")] == [1, 1]

    second = device.sync()
    assert second.codes == [212, 200, 200]
    cred = second.of(MessageSent)[0].cred
    assert cred and (cred.nonce, cred.nonce_kind) == (accepted.nonce, "stored")
    assert (second.result.items.sent, second.result.items.received) == (0, 0)


@pytest.mark.thorough
def test_a_tester_makes_the_client_nonce_stale_and_sees_the_401(
    syncevolution: Start, tmp_path: Path
) -> None:
    server = syncevolution()
    device = device_for(server, tmp_path)
    folder = ("--state", str(device.state))
    assert device.run("--sync", "contacts").codes[0] == 212  # the first nonce of all is empty

    stale = command("nonces", str(device.profile), "stale", "--slot", "client", *folder)
    assert stale.returncode == 0, stale.stderr
    ran = device.run("--sync", "contacts")
    assert ran.code == 0
    assert ran.codes[:2] == [401, 212]
    assert ran.result.outcome == "synchronised"
    assert ran.steps == {n: "passed" if n in (3, 4) else "skipped" for n in range(1, 7)}

    shown = command("nonces", str(device.profile), "--json", *folder)
    fresh = ran.of(Challenged)[-1].nonce
    assert fresh in shown.stdout
    assert device.run("--sync", "contacts").codes[0] == 212


@CODECS
@SCHEMES
def test_either_scheme_in_either_encoding_is_accepted_at_once(
    syncevolution: Start, tmp_path: Path, handset: str, scheme: str
) -> None:
    ran = device_for(syncevolution(), tmp_path, handset, scheme=scheme).sync()
    assert ran.codes[0] == 212
    cred = ran.of(MessageSent)[0].cred
    assert cred and cred.scheme == scheme
    assert ran.result.outcome == "synchronised"


@CODECS
@pytest.mark.parametrize("version", ["1.1", "1.0"])
@pytest.mark.thorough
def test_an_older_syncml_takes_cards_both_ways(
    syncevolution: Start, tmp_path: Path, handset: str, version: str
) -> None:
    server = syncevolution()
    server.add_card("7", card("Ada", "3.0"))
    device = device_for(server, tmp_path, handset, version=version)
    device.add("Grace")
    ran = device.sync()
    assert ran.result.outcome == "synchronised", ran.result
    assert named("Grace", server.cards()) == 1
    assert named("Ada", device.cards()) == 1
    # The new nonce signs the next session, by the formula of that version.
    assert device.sync().codes[0] == 212


@SCHEMES
@pytest.mark.thorough
def test_a_wrong_password_is_refused(syncevolution: Start, tmp_path: Path, scheme: str) -> None:
    device = device_for(syncevolution(), tmp_path, scheme=scheme, password="wrong")
    ran = device.run("--sync", "contacts")
    assert ran.code == 5
    assert ran.result.outcome == "auth-refused"
    assert set(ran.codes) == {401}
    assert ran.steps[4] == "failed"
    assert device.nonces()[0] is None


def test_a_device_that_the_server_does_not_know_gets_no_syncml_answer(
    syncevolution: Start, tmp_path: Path
) -> None:
    device = device_for(syncevolution(), tmp_path, device_id="IMEI:000000000000000")
    ran = device.run("--sync", "contacts")
    assert ran.code == 3
    assert ran.result.outcome == "transport"
    assert {what.http_status for what in ran.of(MessageReceived)} == {500}
    assert "500" in ran.result.sentence


@pytest.mark.thorough
def test_later_rounds_bring_what_is_new_and_nothing_twice(
    syncevolution: Start, tmp_path: Path
) -> None:
    server = syncevolution()
    server.add_card("7", card("Ada", "3.0"))
    device = device_for(server, tmp_path)
    device.add("Grace")
    assert device.sync().result.items.received == 1

    device.add("Barbara")
    server.add_card("later", card("Edsger", "3.0"))
    second = device.sync()
    assert "Alert 200" in second.sent[0]
    moved = {(what.direction, what.action, what.status) for what in second.of(ItemMoved)}
    assert moved == {("out", "add", 201), ("in", "add", 201)}
    assert any("Map (1)" in summary for summary in second.sent)

    third = device.sync()
    assert third.of(ItemMoved) == []
    names = ("Ada", "Grace", "Barbara", "Edsger")
    assert [named(name, server.cards()) for name in names] == [1, 1, 1, 1]
    assert [named(name, device.cards()) for name in names] == [1, 1, 1, 1]


@pytest.mark.thorough
@CODECS
def test_a_thousand_contacts_go_up_and_the_next_session_has_nothing_to_do(
    syncevolution: Start, tmp_path: Path, handset: str
) -> None:
    """It answers package 3 in several messages that bring nothing but Statuses."""
    server = syncevolution()
    device = device_for(server, tmp_path, handset)
    device.add_many(1000)
    first = device.sync()
    assert (first.result.outcome, first.result.items.sent) == ("synchronised", 1000)
    assert len(server.cards()) == 1000
    second = device.sync()
    assert "Alert 200" in second.sent[0]
    assert second.result.outcome == "synchronised"
    assert second.of(ItemMoved) == []


def test_the_server_names_a_mapped_card_by_our_number(syncevolution: Start, tmp_path: Path) -> None:
    server = syncevolution()
    server.add_card("7", card("Ada", "3.0"))
    device = device_for(server, tmp_path)
    (added,) = device.sync().of(ItemMoved)
    server.add_card("7", card("Augusta", "3.0"))
    (changed,) = device.sync().of(ItemMoved)
    assert (changed.direction, changed.action, changed.luid) == ("in", "replace", added.luid)
    assert [named(name, device.cards()) for name in ("Ada", "Augusta")] == [0, 1]
