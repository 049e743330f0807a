"""What is kept of an exchange: first lines, headers, phases; and that no secret is."""

from pathlib import Path

import pytest

from emulator.bearers.http import HttpClient
from emulator.protocol.effects import Lost
from emulator.protocol.events import HttpExchanged
from emulator.protocol.policy import Http
from tests.bearers.peers import certificate, response, server_tls, serving

XML = "application/vnd.syncml+xml"
OK = response(
    b"<SyncML/>",
    "200 OK",
    f"Content-Type: {XML}",
    "Set-Cookie: sid=eaten",
    "X-Syncml-Hmac: mac=kept",
)


async def exchanged(client: HttpClient, url: str) -> HttpExchanged:
    answer = await client.post(url, XML, b"message", (("x-syncml-hmac", "mac=ours"),))
    assert answer.exchange is not None
    return answer.exchange


async def test_first_lines_headers_and_phases_are_kept() -> None:
    async with serving(lambda asked: OK) as peer, HttpClient(Http(timeout=10)) as client:
        url = f"http://127.0.0.1:{peer.port}/sync?sid=7"
        kept, again = await exchanged(client, url), await exchanged(client, url)
    assert (kept.request, kept.response) == ("POST /sync?sid=7 HTTP/1.1", "HTTP/1.1 200 OK")
    assert ("x-syncml-hmac", "mac=ours") in kept.request_headers
    assert ("X-Syncml-Hmac", "mac=kept") in kept.response_headers
    assert (kept.sent, kept.received, kept.tls) == (7, 9, "")
    assert [name for name, _, _ in kept.phases] == ["connect", "send", "wait", "receive"]
    times = [time for _, begin, end in kept.phases for time in (begin, end)]
    assert times == sorted(times) and times[0] >= 0
    assert [name for name, _, _ in again.phases] == ["send", "wait", "receive"]


async def test_credentials_and_cookies_are_cut_out() -> None:
    async with serving(lambda asked: OK) as peer, HttpClient(Http(timeout=10)) as client:
        url = f"http://alice:hidden@127.0.0.1:{peer.port}/"
        await exchanged(client, url)
        kept = await exchanged(client, url)
    secret = {
        name.lower()
        for name, value in (*kept.request_headers, *kept.response_headers)
        if value == "(secret)"
    }
    assert secret == {"authorization", "cookie", "set-cookie"}
    assert not any(word in repr(kept) for word in ("hidden", "eaten", "YWxpY2U6"))
    assert "sid=eaten" in peer.asked[1].headers["cookie"]


async def test_the_kind_of_tls_is_kept(tmp_path: Path) -> None:
    own = certificate(tmp_path, "localhost")
    settings = Http(timeout=10, ca_file=str(own.file))
    async with serving(lambda asked: OK, server_tls(own)) as peer, HttpClient(settings) as client:
        kept = await exchanged(client, f"https://127.0.0.1:{peer.port}/")
    assert kept.tls.startswith("TLSv1.")
    assert [name for name, _, _ in kept.phases][:2] == ["connect", "tls"]


@pytest.mark.parametrize(
    ("answer", "unfinished"), [(b"", "wait"), (response(b"", length=9), "receive")]
)
async def test_how_far_a_lost_exchange_came_is_kept(answer: bytes, unfinished: str) -> None:
    async with serving(lambda asked: answer) as peer, HttpClient(Http(timeout=1)) as client:
        lost = await client.post(f"http://127.0.0.1:{peer.port}/", XML, b"message")
    assert isinstance(lost, Lost) and lost.exchange is not None
    assert [name for name, _, end in lost.exchange.phases if end < 0] == [unfinished]
    assert bool(lost.exchange.response) == (unfinished == "receive")


async def test_nothing_is_kept_where_nothing_could_leave() -> None:
    async with HttpClient(Http(timeout=1, proxy="nonsense")) as client:
        lost = await client.post("http://127.0.0.1:1/", XML, b"")
    assert isinstance(lost, Lost) and lost.exchange is None


async def test_an_unreachable_server_is_named_without_the_password() -> None:
    async with HttpClient(Http(timeout=5)) as client:
        lost = await client.post("http://alice:hidden@127.0.0.1:1/", XML, b"")
    assert isinstance(lost, Lost)
    assert "127.0.0.1:1" in lost.reason and "hidden" not in repr(lost)
