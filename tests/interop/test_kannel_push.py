"""A notification goes through Kannel's push proxy gateway, and the session with a real server follows.

SyncEvolution never authenticates itself: what then becomes of the session is up to `server_auth`.
The built-in server does, and the resynchronisation comes to its end.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.protocol.events import (
    ItemMoved,
    MessageSent,
    NonceStored,
    NotificationRead,
    PushArrived,
    VerdictReached,
)
from tests.interop.built_in import DEVICE_ID, BuiltIn
from tests.interop.device import SERVER_ID, SERVER_SECRET, Device, Ran, card, command, named
from tests.interop.kannel import Kannel
from tests.interop.peers import SyncEvolution, loopback

Start = Callable[..., SyncEvolution]

DS_12 = "application/vnd.syncml.ds.notification"
DM = "application/vnd.syncml.notification"
CODECS = pytest.mark.parametrize(
    "handset", [pytest.param("generic-xml", marks=pytest.mark.thorough), "generic-wbxml"]
)
SESSION_ID = 0x4A7C


def printed(store: str) -> bytes:
    """What `handset push --print raw` prints for a server that lost its nonce."""
    credentials = ("--server-id", SERVER_ID, "--secret", SERVER_SECRET, "--nonce", "session-id")
    wanted = ("--session-id", hex(SESSION_ID), "--sync", f"206:text/x-vcard:{store}")
    done = command("push", "--print", "raw", *credentials, *wanted)
    assert done.returncode == 0, done.stderr
    return bytes.fromhex(done.stdout)


class Route:
    """The way of a notification: out of the gateway, to the handset's own address."""

    def __init__(self, kannel: Kannel, body: bytes, content_type: str = DS_12) -> None:
        self.address = loopback()
        self.listen = f"udp://{self.address}:2948"
        self._kannel, self._content_type, self._body = kannel, content_type, body

    def push(self) -> None:
        code = self._kannel.push(
            self.address,
            content_type=self._content_type,
            application_id="x-wap-application:push.syncml",
            body=self._body,
        )
        assert code == 1001


def device_for(server: SyncEvolution, folder: Path, handset: str, demand: str) -> Device:
    """A handset that the server knows; its stored server nonce is one that no sender has."""
    return Device(
        folder,
        handset=handset,
        server="generic",
        device={"id": server.device_id},
        account={
            "url": server.url,
            "server_id": SERVER_ID,
            "server_secret": SERVER_SECRET,
            "user": server.user,
            "password": server.password,
            "client_nonce_hex": "00112233",
            "server_nonce_hex": "0badc0de",
        },
        auth={"allow": ["md5"]},
        server_auth={"resync": demand},
        **{"stores.contacts": {"server": "./addressbook"}},
    )


def assert_verified_by_session_id(ran: Ran, kannel: Kannel, body: bytes) -> None:
    """The push came from the gateway as WSP, whole, and only its SessionID verified it."""
    (push,) = ran.of(PushArrived)
    assert push.sender.startswith(f"{kannel.wdp}:")
    assert bytes(push.octets).endswith(body)
    (read,) = ran.of(NotificationRead)
    assert (read.session_id, read.server_id) == (SESSION_ID, SERVER_ID)
    assert [read.layers[0], len(read.layers)] == ["wsp push", 2]
    (verdict,) = ran.of(VerdictReached)
    assert (verdict.verdict, verdict.encoding) == ("verified-session-id", "raw16_be")
    assert (ran.steps[1], ran.steps[2]) == ("failed", "passed")


@CODECS
def test_a_server_that_must_prove_itself_and_cannot_gets_nothing(
    kannel: Kannel, syncevolution: Start, tmp_path: Path, handset: str
) -> None:
    server = syncevolution()
    server.add_card("7", card("Ada", "3.0"))
    device = device_for(server, tmp_path, handset, "required")
    device.add("Grace")
    body = printed("./addressbook")
    route = Route(kannel, body)

    ran = device.pushed(route.listen, route.push)
    assert_verified_by_session_id(ran, kannel, body)
    assert ran.result.outcome == "server-not-authenticated"
    assert ran.code == 5
    assert "did not prove itself" in ran.result.sentence
    assert ran.steps[5] == "failed"
    # Nothing stored, nothing sent.
    assert device.nonces() == (bytes.fromhex("00112233"), bytes.fromhex("0badc0de"), None)
    assert ran.of(NonceStored) == []
    assert ran.of(ItemMoved) == []
    assert not any("Sync" in summary for summary in ran.sent)
    assert server.cards() == [card("Ada", "3.0")]
    assert [named(name, device.cards()) for name in ("Ada", "Grace")] == [0, 1]


@CODECS
def test_where_proof_is_optional_step_5_is_skipped_and_the_data_goes_over(
    kannel: Kannel, syncevolution: Start, tmp_path: Path, handset: str
) -> None:
    server = syncevolution()
    server.add_card("7", card("Ada", "3.0"))
    device = device_for(server, tmp_path, handset, "optional")
    device.add("Grace")
    body = printed("./addressbook")
    route = Route(kannel, body)

    ran = device.run("--listen", route.listen, "--once", push=route.push)
    assert_verified_by_session_id(ran, kannel, body)
    assert (ran.code, ran.result.outcome) == (0, "synchronised")
    assert list(ran.steps.values()) == ["failed", *3 * ["passed"], *2 * ["skipped"]]
    assert "no Cred" in ran.detail(5)
    kinds = [what.cred.nonce_kind for what in ran.of(MessageSent) if what.cred]
    assert kinds == ["stored", "challenge"]
    assert [named(name, server.cards()) for name in ("Ada", "Grace")] == [1, 1]
    assert [named(name, device.cards()) for name in ("Ada", "Grace")] == [1, 1]
    # A server that does not prove itself keeps the server nonce; the client nonce is a new one.
    client, own, candidate = device.nonces()
    assert client != bytes.fromhex("00112233")
    assert (own, candidate) == (bytes.fromhex("0badc0de"), None)


@CODECS
def test_with_a_server_that_proves_itself_the_nonces_agree_again(
    kannel: Kannel, tmp_path: Path, handset: str
) -> None:
    with BuiltIn() as server:
        server.change(client_nonce_hex="00112233", server_nonce_hex="c0ffee")
        device = Device(
            tmp_path,
            handset=handset,
            server="built-in",
            device={"id": DEVICE_ID},
            account={
                "url": server.url,
                "client_nonce_hex": "00112233",
                "server_nonce_hex": "0badc0de",
            },
        )
        device.add("Grace")
        body = printed("./contacts")
        route = Route(kannel, body)
        ran = device.pushed(route.listen, route.push)
        assert_verified_by_session_id(ran, kannel, body)
        assert (ran.code, ran.result.outcome) == (0, "synchronised")
        assert list(ran.steps.values()) == ["failed", *5 * ["passed"]]
        assert (ran.result.items.sent, ran.result.items.received) == (1, 3)
        client, own, candidate = device.nonces()
        assert (client, own) == server.nonces()
        assert candidate is None
        assert client != bytes.fromhex("00112233")
        assert own != bytes.fromhex("0badc0de")

        again = device.pushed(route.listen, route.push)
        assert (again.code, again.result.outcome, again.result.reason) == (5, "ignored", "replayed")
        assert again.of(MessageSent) == []


def test_under_the_content_type_of_device_management_it_is_not_for_the_account(
    kannel: Kannel, tmp_path: Path
) -> None:
    account = {"url": "http://127.0.0.1:9/sync", "server_id": SERVER_ID}
    account |= {"server_secret": SERVER_SECRET, "user": "u", "password": "p"}
    device = Device(tmp_path, server="generic", account=account)
    route = Route(kannel, printed("./contacts"), DM)
    ran = device.pushed(route.listen, route.push)
    assert (ran.code, ran.result.outcome, ran.result.reason) == (5, "ignored", "not-for-us")
    assert ran.of(MessageSent) == []
