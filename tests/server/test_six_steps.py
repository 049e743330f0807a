"""The server's side of the six steps, with the numbers of the vector `resync.flow`."""

from typing import Any

import msgspec
import pytest

from emulator.server.exchange import Lost, NoncesAre
from emulator.server.misbehaviour import parse
from emulator.server.sender import make_notification, remembered
from emulator.server.state import Account, KeepAccount, KeepOutstanding, ServerState, kept
from emulator.wire import build
from emulator.wire.codec import Codec
from emulator.wire.syncml import Status
from tests.server.client import (
    DEVICE,
    NEW_SERVER_NONCE,
    Client,
    Network,
    alert,
    alerts,
    b64,
    code,
    codes,
    cred_of,
    delete,
    has_chal,
    md5,
    nonce_of,
    notification_digest,
    sync,
)

SERVER = ("ds.example.com", "srv-secret-1")
NEW_CLIENT_NONCE = bytes.fromhex("a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8")


def notified(network: Network, **options: Any) -> bytes:
    """A notification of session 4A7C has gone out, signed with the SessionID unless told otherwise."""
    account = network.state.accounts[DEVICE]
    made = make_notification(account, 0x4A7C, **{"nonce": "session-id", **options})
    network.state = kept(network.state, [remembered(network.state, made)])
    return made.octets


def handset(network: Network, **options: Any) -> Client:
    nonce = network.state.accounts[DEVICE].client_nonce
    return Client(network, **{"session_id": "4A7C", "nonce": nonce, **options})


def test_the_whole_flow(network: Network, codec: Codec, vectors: dict[str, Any]) -> None:
    flow = vectors["resync.flow"]["intermediates"]
    network.entropy = lambda n: NEW_CLIENT_NONCE + bytes(7) + bytes([n]) + bytes(16)
    assert notified(network).hex() == flow["step1_2_resync_notification_hex"]

    client = handset(network, codec=codec)
    assert client.cred == flow["step3_client_cred"]
    package2 = client.begin()
    assert code(package2) == 212
    assert nonce_of(package2) == NEW_CLIENT_NONCE
    assert cred_of(package2) == flow["step4_server_cred"]
    assert package2.header.source and package2.header.source.name == "ds.example.com"
    assert client.url == "http://ds.example.com/sync?sid=0000000000000001"
    assert codes(package2, "Alert") == [508] and alerts(package2) == [201]
    kept_account = network.answers[-1].commits[0]
    assert isinstance(kept_account, KeepAccount)
    assert kept_account.account.client_nonce == NEW_CLIENT_NONCE

    package4 = client.accept(sync())
    assert (code(package4), has_chal(package4)) == (200, False)
    assert package4.header.cred is None
    account = network.state.accounts[DEVICE]
    assert account.server_nonce == NEW_SERVER_NONCE
    assert account.client_nonce == NEW_CLIENT_NONCE
    assert NoncesAre(DEVICE, NEW_CLIENT_NONCE, NEW_SERVER_NONCE) in network.answers[-1].facts
    assert KeepOutstanding(()) in network.answers[-1].commits

    made = make_notification(account, 0x4A7D)
    assert made.octets.hex() == vectors["resync.flow"]["output"]["next_notification_hex"]
    assert md5("alice", "wonderland", NEW_CLIENT_NONCE) == flow["step3_again_client_cred"]


def test_step_4_wrong_cred_is_401_and_the_retry_passes(network: Network, codec: Codec) -> None:
    notified(network)
    client = handset(network, codec=codec, nonce=b"stale")
    first = client.begin()
    assert (code(first), codes(first, "Alert"), alerts(first)) == (401, [401], [])
    assert cred_of(first) == md5(*SERVER, b"\x4a\x7c")
    assert first.header.resp_uri is None and first.final
    assert network.answers[-1].commits == ()
    client.take_nonce()
    second = client.say(alert(), code=200, cred=client.cred)
    assert (code(second), second.header.msg_id) == (212, "2")
    assert nonce_of(second) != nonce_of(first)
    assert cred_of(second) == md5(*SERVER, b"\x4a\x7c")
    assert len(network.state.sessions) == 1


def test_step_4_the_stored_nonce_does_not_answer_a_challenge(network: Network) -> None:
    client = handset(network)
    stored = client.cred
    assert code(client.say(alert())) == 407
    assert code(client.say(alert(), code=200, cred=stored)) == 401
    client.take_nonce()
    assert code(client.say(alert(), code=200, cred=client.cred)) == 212


def test_step_4_every_command_of_a_refused_message_is_refused(network: Network) -> None:
    client = handset(network)
    reply = client.say(alert(), sync(delete("1")))
    assert (code(reply), codes(reply, "Alert")) == (407, [407])
    assert (codes(reply, "Sync"), codes(reply, "Delete")) == ([407], [407])


def test_step_5_a_missing_cred_is_asked_for_and_sent_over_the_nonce_of_the_chal(
    network: Network, vectors: dict[str, Any]
) -> None:
    challenged = vectors["resync.flow"]["intermediates"]["no_server_cred"]
    nonce = bytes.fromhex(challenged["challenge_nonce_hex"])
    notified(network)
    network.misbehaviour = parse(["no-cred"])
    client = handset(network)
    package2 = client.begin()
    assert cred_of(package2) is None
    network.misbehaviour = parse([])
    again = client.say(code=407, chal=build.chal("md5", nonce))
    assert cred_of(again) == challenged["server_cred_over_challenge"]
    assert again.header.msg_id == "2" and again.final
    assert code(again) == 200 and nonce_of(again) == nonce_of(package2)
    assert alerts(again) == alerts(package2) and codes(again, "Alert") == codes(package2, "Alert")
    package4 = client.accept(sync())
    assert codes(package4, "Sync") == [200] and package4.header.cred is None
    assert network.state.accounts[DEVICE].server_nonce == NEW_SERVER_NONCE


def test_step_5_without_a_notification_the_stored_server_nonce_signs(
    network: Network, account: Account
) -> None:
    assert cred_of(handset(network).begin()) == md5(*SERVER, account.server_nonce)


@pytest.mark.parametrize("options", [{"nonce": "stored"}, {"nonce": b"other"}])
def test_step_5_a_notification_not_signed_with_the_session_id(
    network: Network, account: Account, options: dict[str, Any]
) -> None:
    notified(network, **options)
    assert cred_of(handset(network).begin()) == md5(*SERVER, account.server_nonce)


@pytest.mark.parametrize("text", ["4A7C", "4a7c", "004A7C", "19068"])
def test_the_session_is_recognised_by_its_id(network: Network, text: str) -> None:
    notified(network, encoding="dec_text")
    client = handset(network, session_id=text)
    assert cred_of(client.begin()) == md5(*SERVER, b"19068")


def test_200_instead_of_212_wants_a_cred_in_the_next_message_too(network: Network) -> None:
    notified(network)
    client = handset(network)
    client.begin()
    package4 = client.say(sync(), code=200, chal=build.chal("md5", NEW_SERVER_NONCE))
    assert cred_of(package4) == md5(*SERVER, NEW_SERVER_NONCE)


def test_a_verdict_without_chal_keeps_the_server_nonce(network: Network, account: Account) -> None:
    client = handset(network)
    client.begin()
    client.say(sync(), code=200)
    assert network.state.accounts[DEVICE].server_nonce == account.server_nonce


def test_401_without_chal_ends_it(network: Network) -> None:
    client = handset(network)
    client.begin()
    reply = client.say(code=401)
    assert [type(c) for c in reply.commands] == [Status]
    assert "without a Chal" in network.said[-1]


def test_a_repeat_gets_the_identical_reply(network: Network, codec: Codec) -> None:
    client = handset(network, codec=codec)
    client.begin()
    first = network.answers[-1]
    client.url = client.base  # the reply got lost: the client knows no RespURI
    client.send()
    again = network.answers[-1]
    assert again.reply == first.reply and again.commits == ()
    assert again.state == first.state
    package4 = client.accept(sync())
    assert client.send() == package4


def test_a_server_that_lost_the_session_accepts_the_repeated_chal(network: Network) -> None:
    client = handset(network)
    client.begin()
    client.take_nonce()
    network.state = msgspec.structs.replace(network.state, sessions={})
    lost = client.accept(sync())
    assert (code(lost), codes(lost, "Sync")) == (407, [407])
    client.url = client.base
    client.nonce = nonce_of(lost)
    again = client.accept(cred=client.cred)
    assert code(again) == 212
    assert network.state.accounts[DEVICE].server_nonce == NEW_SERVER_NONCE


def test_a_late_message_of_a_session_that_broke_off_brings_no_nonce(network: Network) -> None:
    """The same notification opens a second session; then package 3 of the first one arrives."""
    first = handset(network)
    first.begin()
    second = handset(network)
    second.begin()
    late = first.accept(sync())
    assert code(late) == 407
    assert network.state.accounts[DEVICE].server_nonce != NEW_SERVER_NONCE
    assert code(second.accept(sync())) == 200
    assert network.state.accounts[DEVICE].server_nonce == NEW_SERVER_NONCE


# Misbehaviour


def test_forget_client_nonce(network: Network, account: Account) -> None:
    network.misbehaviour = parse(["forget-client-nonce"])
    client = handset(network)
    first = client.begin()
    assert code(first) == 401
    assert network.state.accounts[DEVICE].client_nonce != account.client_nonce
    client.take_nonce()
    assert code(client.say(alert(), code=200, cred=client.cred)) == 212


def test_forget_server_nonce(network: Network, account: Account) -> None:
    network.misbehaviour = parse(["forget-server-nonce"])
    client = handset(network)
    client.begin()
    assert code(client.accept(sync())) == 200
    assert network.state.accounts[DEVICE].server_nonce == account.server_nonce
    assert any("forgotten" in said for said in network.said)


def test_no_cred_and_wrong_cred(network: Network) -> None:
    network.misbehaviour = parse(["no-cred"])
    assert cred_of(handset(network).begin()) is None
    network.misbehaviour = parse(["wrong-cred"])
    notified(network)
    client = handset(network)
    assert cred_of(client.begin()) not in (None, md5(*SERVER, b"\x4a\x7c"))
    again = client.say(code=401, chal=build.chal("md5", b"n"))
    assert cred_of(again) not in (None, md5(*SERVER, b"n"))


def test_never_chal(network: Network, account: Account) -> None:
    network.misbehaviour = parse(["never-chal"])
    reply = handset(network).begin()
    assert (code(reply), has_chal(reply)) == (212, False)
    assert network.state.accounts[DEVICE].client_nonce == account.client_nonce


def test_endless_401(network: Network) -> None:
    network.misbehaviour = parse(["endless-401"])
    client = handset(network)
    assert code(client.begin()) == 401
    for _ in range(5):
        client.take_nonce()
        assert code(client.say(alert(), code=200, cred=client.cred)) == 401


def test_sign_with_another_encoding(network: Network, vectors: dict[str, Any]) -> None:
    expected = vectors["resync.flow"]["output"]["server_cred_per_encoding"]
    for encoding, cred in expected.items():
        notified(network)
        network.misbehaviour = parse([f"sign-with:{encoding}"])
        assert cred_of(handset(network).begin()) == cred


def test_lose_the_reply_of_step_4(network: Network, account: Account) -> None:
    notified(network)
    network.misbehaviour = parse(["lose-reply:4"])
    client = handset(network, nonce=b"stale")
    assert code(client.begin()) == 401
    client.take_nonce()
    with pytest.raises(AssertionError, match="lost"):
        client.say(alert(), code=200, cred=client.cred)
    assert network.state.accounts[DEVICE].client_nonce != account.client_nonce
    assert isinstance(client.post(client.octets), Lost)
    network.misbehaviour = parse([])
    client.take_nonce()
    assert code(client.send()) == 212


def test_lose_the_reply_of_step_6(network: Network) -> None:
    network.misbehaviour = parse(["lose-reply:6"])
    client = handset(network)
    client.begin()
    with pytest.raises(AssertionError, match="lost"):
        client.accept(sync())
    assert isinstance(client.post(client.octets), Lost)
    account = network.state.accounts[DEVICE]
    assert account.server_nonce == NEW_SERVER_NONCE
    assert make_notification(account, 1).octets[:16] == notification_digest(
        *SERVER, NEW_SERVER_NONCE, make_notification(account, 1).octets[16:]
    )


# Other schemes, versions, devices


def test_basic(network: Network, account: Account) -> None:
    change(network, msgspec.structs.replace(account, scheme="basic"))
    client = handset(network)
    wrong = client.begin()
    assert code(wrong) == 401
    status = wrong.header_status()
    assert status and status.chal and build.scheme_of(status.chal.meta) == "basic"
    assert build.next_nonce(status.chal) is None
    right = client.say(alert(), code=200, cred=b64(b"alice:wonderland"), scheme="basic")
    assert (code(right), has_chal(right)) == (212, False)
    assert cred_of(right) == b64(b"ds.example.com:srv-secret-1")
    client.accept(sync())
    assert network.state.accounts[DEVICE].server_nonce == NEW_SERVER_NONCE


def test_transport_layer_security_only(network: Network, account: Account) -> None:
    change(network, msgspec.structs.replace(account, scheme="none"))
    client = handset(network)
    reply = client.say(alert())
    assert (code(reply), has_chal(reply), cred_of(reply)) == (200, False, None)
    client.accept(sync())
    assert network.state.accounts[DEVICE].server_nonce == NEW_SERVER_NONCE


def test_a_server_that_does_not_authenticate_itself(network: Network, account: Account) -> None:
    change(network, msgspec.structs.replace(account, authenticates=False))
    assert cred_of(handset(network).begin()) is None


def change(network: Network, account: Account) -> None:
    network.state = kept(network.state, [KeepAccount(account)])


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_each_version_is_answered_in_kind(network: Network, codec: Codec, version: str) -> None:
    client = handset(network, codec=codec, version=version)
    reply = client.say(alert(), cred=client.cred)
    assert (code(reply), reply.header.ver_dtd) == (401 if version == "1.0" else 212, version)
    assert reply.header.ver_proto == f"SyncML/{version}"


def test_version_fall_back(network: Network) -> None:
    network.state = msgspec.structs.replace(network.state, versions=("1.1",))
    client = handset(network)
    assert code(client.begin()) == 505
    assert network.state.sessions == {}
    client.version = "1.1"
    reply = client.begin()
    assert (code(reply), reply.header.msg_id) == (212, "2")


def test_an_unknown_device_is_404(network: Network) -> None:
    client = handset(network, device="IMEI:1")
    reply = client.begin()
    assert (code(reply), codes(reply, "Alert"), reply.header.cred) == (404, [404], None)


@pytest.mark.parametrize(
    ("path", "content_type", "octets", "status"),
    [
        ("/sync", "application/vnd.syncml+xml", b"<SyncML>", 400),
        ("/sync?sid=1", "application/vnd.syncml+wbxml", b"\x02", 400),
        ("/sync", "text/plain", b"", 415),
        ("/other", "application/vnd.syncml+xml", b"", 404),
    ],
)
def test_what_is_not_syncml_is_an_http_error(
    network: Network, path: str, content_type: str, octets: bytes, status: int
) -> None:
    reply = network.post(path, content_type, octets)
    assert not isinstance(reply, Lost)
    assert reply.status == status and reply.octets.count(b"\n") == 1


def test_several_devices_at_once(state: ServerState, account: Account) -> None:
    devices = [f"IMEI:{n}" for n in range(4)]
    accounts = [
        msgspec.structs.replace(account, device_id=d, client_nonce=d.encode()) for d in devices
    ]
    network = Network(kept(state, [KeepAccount(a) for a in accounts]))
    clients = [handset(network, device=d, nonce=d.encode()) for d in devices]
    assert [code(c.begin()) for c in clients] == [212] * 4
    assert len({c.url for c in clients}) == 4
    assert [code(c.accept(sync())) for c in reversed(clients)] == [200] * 4
    nonces = {network.state.accounts[d].client_nonce for d in devices}
    assert len(nonces) == 4


def test_idle_sessions_are_forgotten(network: Network, account: Account) -> None:
    client = handset(network)
    client.begin()
    network.at += 3600
    other = Client(network, device="IMEI:0")
    other.say(alert())
    assert network.state.sessions == {}


def test_commits_are_all_that_a_restart_needs(network: Network, state: ServerState) -> None:
    notified(network)
    before = network.state
    client = handset(network, nonce=b"stale")
    client.begin()
    client.take_nonce()
    client.say(alert(201), code=200, cred=client.cred)
    client.accept(sync())
    client.say(code=200)
    durable = kept(before, [c for a in network.answers for c in a.commits])
    assert durable == msgspec.structs.replace(network.state, sessions={})
