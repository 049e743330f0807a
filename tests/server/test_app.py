"""The server on a real loopback port: sessions, lost replies, the control interface, its guard."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator.server.accounts import StateFile
from emulator.server.app import Server
from emulator.server.exchange import Fact, NoncesAre
from emulator.server.misbehaviour import parse
from emulator.wire import arrival
from emulator.wire.codec import XML, Codec
from emulator.wire.notification import Notification
from emulator.wire.syncml import Message
from tests.server.client import Client, Network, code, nonce_of, sync

DEVICE = "IMEI:490000000000017"


class Offline(Client):
    """A client whose messages are only made, for a test to post them."""

    def send(self) -> Message:
        return Message()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        yield client


def offline(server: Server, codec: Codec | None = None, **options: Any) -> Offline:
    return Offline(Network(server.state), device=DEVICE, codec=codec or XML, **options)


async def post(http: httpx.AsyncClient, client: Client) -> Message:
    """Posts what the client last said, and lets it hear the reply."""
    kind = client.codec.media_type
    reply = await http.post(client.url, content=client.octets, headers={"content-type": kind})
    assert (reply.status_code, reply.headers["content-type"]) == (200, kind)
    client.heard = client.codec.decode(reply.content)
    client.url = client.heard.header.resp_uri or client.url
    return client.heard


async def test_a_session_over_a_socket(
    server: Server, http: httpx.AsyncClient, codec: Codec
) -> None:
    facts: list[Fact] = []
    server.facts = facts.append
    made = server.notify(DEVICE, nonce="session-id")
    client = offline(server, codec, session_id=f"{made.session_id:X}")
    client.begin()
    package2 = await post(http, client)
    assert code(package2) == 212 and client.url.startswith(f"{server.url}?sid=")
    client.accept(sync())
    assert code(await post(http, client)) == 200
    account = server.state.accounts[DEVICE]
    assert account.client_nonce == nonce_of(package2)
    assert account.server_nonce in [f.server_nonce for f in facts if isinstance(f, NoncesAre)]


async def test_a_lost_reply_is_a_closed_connection(
    server: Server, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.misbehaviour = parse(["lose-reply:4"])
    client = offline(server)
    client.begin()
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            await post(http, client)
    assert server.state.accounts[DEVICE].client_nonce
    server.misbehaviour = parse([])
    assert code(await post(http, client)) == 212
    assert not [r for r in caplog.records if r.name.startswith("uvicorn") and r.levelno > 30]


async def test_what_is_not_syncml(server: Server, http: httpx.AsyncClient) -> None:
    kind = {"content-type": "application/vnd.syncml+xml"}
    reply = await http.post("/sync", content=b"<no", headers=kind)
    assert (reply.status_code, reply.text.count("\n")) == (400, 1)
    assert (await http.get("/sync")).status_code == 405
    assert (await http.post("/sync", content=bytes(5_000_000))).status_code == 413
    assert (await http.get("/")).status_code == 404


async def test_a_notification_goes_out_over_udp(server: Server, http: httpx.AsyncClient) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    class Listener(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            heard.put_nowait(data)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Listener, ("127.0.0.1", 0))
    try:
        port = transport.get_extra_info("sockname")[1]
        made = server.notify(DEVICE, target=("127.0.0.1", port), form="wsp")
        assert await asyncio.wait_for(heard.get(), 5) == made.datagram
        body = {"device_id": DEVICE, "nonce": "session-id", "target": f"127.0.0.1:{port}"}
        reply = (await http.post("/control/notify", json=body)).json()
        octets = await asyncio.wait_for(heard.get(), 5)
        assert octets.hex() == reply["hex"] == reply["datagram_hex"]
        content = arrival.read(octets).content
        assert isinstance(content, Notification) and content.session_id == reply["session_id"]
    finally:
        transport.close()


async def test_commits_are_on_the_disk_before_the_reply(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json")
    async with Server(keep=file.keep) as server, httpx.AsyncClient() as http:
        client = offline(server)
        client.begin()
        reply = await post(http, client)
        assert file.into(server.state).accounts[DEVICE].client_nonce == nonce_of(reply)


async def test_a_port_in_use_is_an_os_error(server: Server) -> None:
    with pytest.raises(OSError, match=f"127.0.0.1:{server.port}: "):
        await Server(port=server.port).start()


async def test_stopping_is_prompt_and_the_port_is_free_again(server: Server) -> None:
    async with httpx.AsyncClient() as http:
        await http.get(f"{server.url}")
        await asyncio.wait_for(server.stop(), 1)
        with pytest.raises(httpx.ConnectError):
            await http.get(server.url)
    again = Server(port=server.port)
    await again.start()
    await again.stop()
    await again.stop()


async def test_a_failure_inside_is_told_and_answered(
    server: Server, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "hear", lambda request: 1 / 0)
    assert (await http.post("/sync", content=b"")).status_code == 500
    assert "ZeroDivisionError" in str(server.told[-1].fact)


# The control interface


async def test_accounts(server: Server, http: httpx.AsyncClient) -> None:
    [account] = (await http.get("/control/accounts")).json()
    assert (account["device_id"], account["password"], account["server_secret"]) == (
        DEVICE,
        "***",
        "***",
    )
    assert account["items"] == {"contacts": 3}
    url = f"/control/accounts/{DEVICE}"
    changed = await http.patch(url, json={"client_nonce_hex": "0a0b", "password": "p"})
    assert changed.json()["client_nonce_hex"] == "0a0b"
    assert server.state.accounts[DEVICE].client_nonce == b"\x0a\x0b"
    assert (await http.get(f"{url}?secrets=1")).json()["password"] == "p"
    new = dict.fromkeys(("device_id", "user", "password", "server_id", "server_secret"), "x")
    assert (await http.post("/control/accounts", json=new)).json()["items"] == {"contacts": 0}
    assert (await http.post("/control/accounts", json=new)).status_code == 400
    assert (await http.patch(url, json={"nonce": ""})).status_code == 400
    assert (await http.patch(url, json={"server_nonce_hex": "0"})).status_code == 400
    assert (await http.get("/control/accounts/nobody")).status_code == 404


async def test_misbehaviour(server: Server, http: httpx.AsyncClient) -> None:
    names = [row["name"] for row in (await http.get("/control/misbehaviours")).json()]
    assert "endless-401" in names
    on = {"names": ["no-cred", "lose-reply:6"]}
    assert (await http.put("/control/misbehaviour", json=on)).json() == on
    assert server.misbehaviour == parse(on["names"])
    wrong = await http.put("/control/misbehaviour", json={"names": ["no-crd"]})
    assert wrong.status_code == 400 and "no-cred" in wrong.json()["error"]
    assert (await http.get("/control/misbehaviour")).json() == on


async def test_items(server: Server, http: httpx.AsyncClient) -> None:
    url = f"/control/items/{DEVICE}/contacts"
    assert [i["guid"] for i in (await http.get(url)).json()] == ["srv-1", "srv-2", "srv-3"]
    guid = (await http.post(url, json={"text": "BEGIN:VCARD\r\n"})).json()["guid"]
    assert (await http.put(f"{url}/srv-1", json={"text": "new"})).json() == {"guid": "srv-1"}
    assert (await http.delete(f"{url}/srv-2")).status_code == 200
    assert (await http.delete(f"{url}/srv-2")).status_code == 404
    held = {i["guid"]: i["text"] for i in (await http.get(url)).json()}
    assert (held["srv-1"], held[guid], len(held)) == ("new", "BEGIN:VCARD\r\n", 3)
    assert (await http.get(f"{url}2")).status_code == 404


async def test_facts_are_json_lines(server: Server, http: httpx.AsyncClient) -> None:
    client = offline(server)
    client.begin()
    await post(http, client)
    lines = (await http.get("/control/facts")).text.splitlines()
    facts = [json.loads(line) for line in lines]
    assert [f["seq"] for f in facts] == list(range(1, len(facts) + 1))
    last = [f for f in facts if f["fact"] == "nonces-are"][-1]
    assert last["client_nonce_hex"] == server.state.accounts[DEVICE].client_nonce.hex()
    later = (await http.get(f"/control/facts?since={len(facts) - 1}")).text.splitlines()
    assert later == lines[-1:]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "evil.example:80"}, 403),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"host": "localhost"}, 200),
        ({"host": "[::1]:9"}, 200),
    ],
)
async def test_the_control_interface_is_not_for_browsers(
    http: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await http.get("/control/accounts", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"device_id": "nobody"}, 404),
        ({"device_id": DEVICE, "target": "192.0.2.1:2948"}, 403),
        ({"device_id": DEVICE, "target": "localhost"}, 403),
        ({"device_id": DEVICE, "target": "localhost:x"}, 400),
        ({"device_id": DEVICE, "session_id": 70000}, 400),
        ({"device_id": DEVICE, "nonce": "xyz"}, 400),
        ({"device_id": DEVICE, "form": "sms"}, 400),
        ({"device_id": DEVICE, "nonce": "ffee", "form": "wsp", "ui_mode": 3}, 200),
    ],
)
async def test_notifications_that_are_asked_for(
    http: httpx.AsyncClient, body: dict[str, Any], status: int
) -> None:
    reply = await http.post("/control/notify", json=body)
    assert reply.status_code == status, reply.text


async def test_an_unknown_path_names_the_known_ones(http: httpx.AsyncClient) -> None:
    reply = await http.get("/control/nothing")
    assert reply.status_code == 404 and "GET /control/facts" in reply.json()["known"]
