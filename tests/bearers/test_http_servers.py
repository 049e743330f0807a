"""The bearers that are HTTP servers: the SMSC's GET, OTA-HTTP push, a plain POST."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from emulator.bearers import httpd
from emulator.bearers.httpd import MAX_CONNECTIONS, HttpBearer
from emulator.bearers.ota_http import OtaHttp
from emulator.bearers.smsc_http import SmscHttp
from emulator.wire.limits import MAX_DATAGRAM
from emulator.wire.received import Posted, Received, ShortMessage

DS = "application/vnd.syncml.ds.notification"
KANNEL = (
    "username=nork&password=z0rK&to=%2B358401234567&text=%03%06%00%CE+x&udh=%06%05%04%0B%84%23%F0"
    "&from=12345&coding=1&smsc=HTTPK&validity=24"
)


@asynccontextmanager
async def opened(
    kind: Callable[..., HttpBearer],
    refused: list[str] | None = None,
) -> AsyncIterator[tuple[HttpBearer, httpx.AsyncClient, list[Received]]]:
    received: list[Received] = []
    refused = [] if refused is None else refused
    bearer = kind("127.0.0.1", 0, received.append, refused.append)
    await bearer.open()
    url = bearer.address.replace("smsc-http", "http")
    try:
        async with httpx.AsyncClient(base_url=url) as client:
            yield bearer, client, received
    finally:
        bearer.close()
        await bearer.closed()


async def test_what_kannels_http_link_asks() -> None:
    async with opened(SmscHttp) as (bearer, client, received):
        answer = await client.get(f"/kannel?{KANNEL}")
    assert (answer.status_code, answer.text) == (202, "0: Accepted for delivery")
    header = bytes.fromhex("0605040b8423f0")
    message = ShortMessage("12345", "+358401234567", header, b"\x03\x06\x00\xce x", 4)
    assert [each.content for each in received] == [message]
    assert received[0].bearer == bearer.address


@pytest.mark.parametrize(
    ("query", "words"), [("udh=%00", "text= is missing"), ("text=x&coding=7", "0, 1 or 2")]
)
async def test_what_is_no_sms(query: str, words: str) -> None:
    refused: list[str] = []
    async with opened(SmscHttp, refused) as (bearer, client, received):
        answer = await client.get(f"/?{query}")
    assert answer.status_code == 400 and words in answer.text and received == []
    assert len(refused) == 1 and words in refused[0] and refused[0].startswith(bearer.address)


async def test_ota_http_push() -> None:
    headers = {"Content-Type": DS, "X-Wap-Application-Id": "x-wap-application:push.syncml"}
    async with opened(OtaHttp) as (_, client, received):
        answer = await client.post("/", content=b"\x01\x02", headers=headers)
    assert answer.status_code == 204 and answer.headers["X-Wap-Push-Status"] == "400 Accepted"
    (one,) = received
    assert isinstance(one.content, Posted) and one.content.body == b"\x01\x02"
    assert ("x-wap-application-id", "x-wap-application:push.syncml") in one.content.headers


async def test_what_a_sender_proves_itself_with_is_not_kept() -> None:
    headers = {"Content-Type": DS, "Authorization": "Basic c2VjcmV0", "Cookie": "id=secret"}
    async with opened(OtaHttp) as (_, client, received):
        await client.post("/", content=b"x", headers=headers)
    assert isinstance(received[0].content, Posted)
    assert "c2VjcmV0" not in str(received[0].content.headers)
    assert dict(received[0].content.headers)["cookie"] == "(secret)"


async def test_a_plain_post() -> None:
    async with opened(OtaHttp) as (_, client, received):
        answer = await client.post("/any", content=b"x", headers={"Content-Type": DS})
    assert answer.status_code == 202 and len(received) == 1


async def test_what_is_not_taken() -> None:
    refused: list[str] = []
    async with opened(OtaHttp, refused) as (bearer, client, received):
        assert (await client.get("/")).status_code == 405
        assert (await client.post("/", content=bytes(MAX_DATAGRAM + 1))).status_code == 413
        reader, writer = await asyncio.open_connection("127.0.0.1", bearer.port)
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde")
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        writer.close()
    assert received == []
    words = ("GET where POST is expected", "at most 65535 octets", "Invalid HTTP request")
    assert all(word in why for word, why in zip(words, refused, strict=True))


async def test_who_connects_and_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(httpd, "SILENCE", 0.05)
    async with opened(OtaHttp) as (bearer, _, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", bearer.port)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


async def test_more_connections_than_there_is_room_for_are_turned_away() -> None:
    refused: list[str] = []
    async with opened(OtaHttp, refused) as (bearer, client, received):
        silent = [
            await asyncio.open_connection("127.0.0.1", bearer.port)
            for _ in range(MAX_CONNECTIONS + 1)
        ]
        assert await silent[-1][0].read() == b""
        for _, writer in silent:
            writer.close()
            await writer.wait_closed()
        assert (await client.post("/", content=b"x")).status_code == 202
    assert len(received) == 1 and len(refused) == 1
    assert f"more than {MAX_CONNECTIONS} connections" in refused[0]


@pytest.mark.parametrize("kind", [SmscHttp, OtaHttp])
async def test_a_port_in_use(kind: Callable[..., HttpBearer]) -> None:
    refused: list[str] = []
    async with opened(kind) as (bearer, _, _):
        with pytest.raises(OSError, match="in use"):
            await kind("127.0.0.1", bearer.port, lambda received: None, refused.append).open()
