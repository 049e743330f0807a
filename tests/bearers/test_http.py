"""HTTP on loopback: what comes back, what is never followed, and TLS as profiles configure it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from emulator.bearers.http import HttpClient, normal
from emulator.protocol.effects import Lost, Reply
from emulator.protocol.policy import Http
from tests.bearers.peers import (
    Asked,
    Certificate,
    certificate,
    response,
    server_tls,
    serving,
)

XML = "application/vnd.syncml+xml"
OK = response(b"<SyncML/>", "200 OK", f"Content-Type: {XML}")


async def _post(url: str, settings: Http | None = None, octets: bytes = b"message") -> Reply | Lost:
    async with HttpClient(settings or Http(timeout=10)) as client:
        return await client.post(url, XML, octets)


async def _lost(url: str, settings: Http | None = None) -> str:
    answer = await _post(url, settings)
    assert isinstance(answer, Lost)
    return answer.reason


async def test_a_message_goes_out_and_its_answer_comes_back() -> None:
    async with serving(lambda asked: OK) as peer:
        answer = await _post(f"http://127.0.0.1:{peer.port}/sync?sid=7")
    assert isinstance(answer, Reply)
    assert (answer.status, answer.content_type, answer.octets) == (200, XML, b"<SyncML/>")
    assert answer.elapsed > 0
    (asked,) = peer.asked
    assert asked.line == "POST /sync?sid=7 HTTP/1.1"
    assert asked.body == b"message"
    assert asked.headers["content-type"] == XML
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["accept"] == f"{XML}, application/vnd.syncml+wbxml"
    assert asked.headers["user-agent"].startswith("ds-handset/")


@pytest.mark.parametrize("status", ["401 Unauthorized", "404 Not Found", "500 Oops", "204 Empty"])
async def test_any_status_is_an_answer(status: str) -> None:
    body = b"" if status.startswith("204") else b"<html>"
    async with serving(lambda asked: response(body, status)) as peer:
        answer = await _post(f"http://127.0.0.1:{peer.port}/")
    assert isinstance(answer, Reply)
    assert (str(answer.status), answer.octets) == (status[:3], body)


async def test_a_redirect_is_not_followed() -> None:
    moved = response(b"", "302 Found", "Location: /elsewhere")
    async with serving(lambda asked: moved) as peer:
        answer = await _post(f"http://127.0.0.1:{peer.port}/")
    assert isinstance(answer, Reply)
    assert answer.status == 302
    assert len(peer.asked) == 1


async def test_a_compressed_body_is_left_as_it_came() -> None:
    packed = response(b"\x1f\x8b\x08raw", "200 OK", "Content-Encoding: gzip")
    async with serving(lambda asked: packed) as peer:
        answer = await _post(f"http://127.0.0.1:{peer.port}/")
    assert isinstance(answer, Reply)
    assert answer.octets == b"\x1f\x8b\x08raw"


@pytest.mark.parametrize(("size", "fits"), [(100, True), (101, False)])
async def test_a_response_has_a_size_limit(size: int, fits: bool) -> None:
    async with serving(lambda asked: response(bytes(size))) as peer:
        answer = await _post(f"http://127.0.0.1:{peer.port}/", Http(max_response=100))
    assert isinstance(answer, Reply if fits else Lost)
    if isinstance(answer, Lost):
        assert answer.reason == "the response is larger than 100 octets"


async def test_no_response_in_time() -> None:
    async with serving(lambda asked: None) as peer:
        reason = await _lost(f"http://127.0.0.1:{peer.port}/", Http(timeout=0.1))
    assert reason == "no response within 0.1 s"


async def test_a_body_that_does_not_end_counts_into_the_time() -> None:
    async with serving(lambda asked: response(b"x", length=5)) as peer:
        reason = await _lost(f"http://127.0.0.1:{peer.port}/", Http(timeout=0.1))
    assert reason == "no response within 0.1 s"


@pytest.mark.parametrize("octets", [b"", b"\x00\x01no http\r\n\r\n"])
async def test_a_connection_closed_without_a_response(octets: bytes) -> None:
    async with serving(lambda asked: octets) as peer:
        reason = await _lost(f"http://127.0.0.1:{peer.port}/")
    assert f"127.0.0.1:{peer.port}" in reason


async def test_a_hang_up_is_said_in_words() -> None:
    async with serving(lambda asked: b"") as peer:
        reason = await _lost(f"http://127.0.0.1:{peer.port}/")
    assert reason == f"127.0.0.1:{peer.port} closed the connection without a response"


async def test_no_server_at_all(unused_tcp_port: int) -> None:
    reason = await _lost(f"http://127.0.0.1:{unused_tcp_port}/")
    assert reason.startswith(f"no server answers at 127.0.0.1:{unused_tcp_port} (")


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://127.0.0.1/", "http://", "http://[::1", "http://127.0.0.1:x/"]
)
async def test_a_url_that_is_none_is_lost_and_said(url: str) -> None:
    assert await _lost(url)


async def test_cookies_last_for_the_session_and_no_longer() -> None:
    def answer(asked: Asked) -> bytes:
        return response(b"", "200 OK", "Set-Cookie: JSESSIONID=abc; Path=/")

    async with serving(answer) as peer:
        url = f"http://127.0.0.1:{peer.port}/sync"
        async with HttpClient(Http()) as client:
            for _ in range(2):
                await client.post(url, XML, b"")
        await _post(url)
    assert [asked.headers.get("cookie") for asked in peer.asked] == [None, "JSESSIONID=abc", None]


async def test_a_message_for_the_proxy_goes_to_the_proxy() -> None:
    async with serving(lambda asked: OK) as proxy:
        settings = Http(proxy=f"http://127.0.0.1:{proxy.port}")
        answer = await _post("http://ds.example.com/sync", settings)
    assert isinstance(answer, Reply)
    assert proxy.asked[0].line == "POST http://ds.example.com/sync HTTP/1.1"


@pytest.mark.parametrize(
    "proxy", ["nonsense", "ftp://u:secret@127.0.0.1:1", "socks5://127.0.0.1", "http://[::1"]
)
async def test_a_proxy_that_is_none_is_said_without_its_password(proxy: str) -> None:
    reason = await _lost("http://127.0.0.1/", Http(proxy=proxy))
    assert reason == "http.proxy cannot be used: http://HOST:PORT is expected"


async def test_a_proxy_that_is_not_there_is_said(unused_tcp_port: int) -> None:
    settings = Http(proxy=f"http://u:secret@127.0.0.1:{unused_tcp_port}")
    reason = await _lost("http://ds.example.com/", settings)
    assert reason.startswith("no server answers at ds.example.com through http.proxy (")
    assert "secret" not in reason


async def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    async with serving(lambda asked: OK) as peer:
        assert isinstance(await _post(f"http://127.0.0.1:{peer.port}/"), Reply)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"), "server")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"), "other")


async def test_a_self_signed_certificate_is_refused_with_what_to_do(own: Certificate) -> None:
    async with serving(lambda asked: OK, server_tls(own)) as peer:
        reason = await _lost(f"https://127.0.0.1:{peer.port}/")
    assert reason.startswith(f"the certificate of 127.0.0.1:{peer.port} was refused (self")
    assert reason.endswith("set http.ca_file, or pin it with http.pin")
    assert peer.asked == []


async def test_a_ca_file_is_trusted(own: Certificate) -> None:
    async with serving(lambda asked: OK, server_tls(own)) as peer:
        answer = await _post(f"https://127.0.0.1:{peer.port}/", Http(ca_file=str(own.file)))
    assert isinstance(answer, Reply)


async def test_a_ca_file_of_another_is_not(own: Certificate, other: Certificate) -> None:
    async with serving(lambda asked: OK, server_tls(own)) as peer:
        reason = await _lost(f"https://127.0.0.1:{peer.port}/", Http(ca_file=str(other.file)))
    assert "was refused" in reason


async def test_a_certificate_for_another_name_is_refused(own: Certificate) -> None:
    async with serving(lambda asked: OK, server_tls(own)) as peer:
        reason = await _lost(f"https://localhost:{peer.port}/", Http(ca_file=str(own.file)))
    assert "was refused" in reason
    assert "localhost" in reason


@pytest.mark.parametrize("form", ["{}", "SHA256:{}", "sha256:{colons}", "{upper}"])
async def test_the_pinned_certificate_is_trusted(own: Certificate, form: str) -> None:
    colons = ":".join(own.pin[at : at + 2] for at in range(0, 64, 2)).upper()
    pin = form.format(own.pin, colons=colons, upper=own.pin.upper())
    assert normal(pin) == own.pin
    async with (
        serving(lambda asked: OK, server_tls(own)) as peer,
        HttpClient(Http(pin=pin)) as client,
    ):
        for _ in range(2):
            answer = await client.post(f"https://localhost:{peer.port}/", XML, b"")
            assert isinstance(answer, Reply)


async def test_another_certificate_than_the_pinned_one_is_refused(
    own: Certificate, other: Certificate
) -> None:
    async with serving(lambda asked: OK, server_tls(own)) as peer:
        reason = await _lost(f"https://127.0.0.1:{peer.port}/", Http(pin=other.pin))
    assert reason.endswith(f"is not the pinned one; its SHA-256 is {own.pin}")
    assert peer.asked == []


async def test_a_pinned_certificate_may_have_expired(tmp_path: Path) -> None:
    """Nobody renews the certificate of an old test server; the pin says which one is meant."""
    old = certificate(tmp_path, "old", age=timedelta(days=3))
    async with serving(lambda asked: OK, server_tls(old)) as peer:
        url = f"https://127.0.0.1:{peer.port}/"
        assert isinstance(await _post(url, Http(pin=old.pin)), Reply)
        assert "expired" in await _lost(url, Http(ca_file=str(old.file)))


async def test_a_client_certificate_is_shown(own: Certificate, other: Certificate) -> None:
    settings = Http(ca_file=str(own.file), client_cert=str(other.file), client_key=str(other.key))
    async with serving(lambda asked: OK, server_tls(own, clients=other)) as peer:
        answer = await _post(f"https://127.0.0.1:{peer.port}/", settings)
    assert isinstance(answer, Reply)
    assert peer.subject == ((("commonName", "other"),),)


async def test_without_its_client_certificate_the_server_hangs_up(
    own: Certificate, other: Certificate
) -> None:
    async with serving(lambda asked: OK, server_tls(own, clients=other)) as peer:
        reason = await _lost(f"https://127.0.0.1:{peer.port}/", Http(ca_file=str(own.file)))
    assert reason
    assert peer.asked == []


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"ca_file": "nowhere.pem"}, "http.ca_file"),
        ({"client_cert": "nowhere.pem"}, "http.client_cert"),
    ],
)
async def test_tls_files_that_cannot_be_read_are_named(
    settings: dict[str, str], named: str
) -> None:
    reason = await _lost("https://127.0.0.1:1/", Http(**settings))
    assert named in reason
    assert "nowhere.pem" in reason


async def test_tls_towards_a_server_without_it(own: Certificate) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(response(b"", "400 Bad Request"))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        place = "{}:{}".format(*server.sockets[0].getsockname())
        for settings in (Http(), Http(pin=own.pin)):
            reason = await _lost(f"https://{place}/", settings)
            assert reason.startswith(f"no TLS connection to {place}: [SSL: ")


async def test_a_session_may_be_given_up() -> None:
    arrived = asyncio.Event()

    def answer(asked: Asked) -> None:
        arrived.set()

    async with serving(answer) as peer:
        task = asyncio.create_task(_post(f"http://127.0.0.1:{peer.port}/"))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
