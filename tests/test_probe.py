"""The first try at a server: what each kind of server makes it say, and that no data moves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from emulator import probe
from emulator.answers import Answer, fold
from emulator.bearers.certificate import read
from emulator.probe import Tried
from emulator.profiles import writing
from emulator.profiles.writing import Draft
from emulator.protocol.events import Event, Failed
from emulator.server.app import Server
from tests.bearers.peers import Asked, certificate, response, server_tls, serving

PLAIN = "Content-Type: text/plain"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


def _draft(url: str, **changes: object) -> Draft:
    draft = Draft(url=url, user="alice", password="wonderland", server_id="ds.example.com")
    return msgspec.structs.replace(draft, **changes)


async def _tried(draft: Draft, patience: float = 5.0) -> Tried:
    return await probe.attempt(writing.drafted(draft, Path("mine.toml")), patience)


async def _answer(draft: Draft) -> Answer:
    return (await _tried(draft)).answer


async def test_a_server_that_knows_us_and_no_item_moves(server: Server) -> None:
    before = server.state
    answer = await _answer(_draft(server.url))
    assert (answer.kind, answer.good, answer.advice) == ("accepted", True, "")
    assert answer.sentence == "It answered package 1 (auth-md5) with Status 212."
    assert all("Sync" not in line for line in answer.seen)
    again = await _answer(_draft(server.url))
    assert "212, after 1 challenge" in again.sentence
    assert [line.split(",")[0] for line in again.seen] == [
        "sent      Cred",
        "received  Cred",
        "sent      Cred",
        "received  Cred",
    ]
    assert server.state.stores == before.stores


async def test_the_nonce_that_it_leaves_opens_the_next_session_at_once(server: Server) -> None:
    tried = await _tried(_draft(server.url))
    again = await _answer(_draft(server.url, client_nonce=tried.client_nonce))
    assert again.sentence == "It answered package 1 (auth-md5) with Status 212."


@pytest.mark.parametrize(
    ("changes", "kind", "words", "advice"),
    [
        ({"password": "no"}, "credentials", "401 again", "Look at user and password"),
        ({"server": "horde"}, "credentials", "asks for md5", "as generic does"),
        (
            {"stores": (("contacts", "./contacts"), ("calendar", "./nope"))},
            "stores",
            "Not taken: calendar: 404, it has no such datastore",
            "Correct the URI",
        ),
    ],
)
async def test_what_it_refuses(
    server: Server, changes: dict[str, object], kind: str, words: str, advice: str
) -> None:
    answer = await _answer(_draft(server.url, **changes))
    assert answer.kind == kind
    assert words in answer.sentence
    assert advice in answer.advice
    assert answer.good == (kind == "stores")


async def test_a_path_where_no_service_is(server: Server) -> None:
    answer = await _answer(_draft(server.url + "x"))
    assert answer.kind == "http"
    assert "HTTP status 404" in answer.sentence
    assert "path of the URL" in answer.advice


@pytest.mark.parametrize(
    ("octets", "kind", "words", "advice"),
    [
        (response(b"<html></html>"), "not-syncml", "an HTML page", "not the one for browsers"),
        (response(b"hello", "200 OK", PLAIN), "not-syncml", "text/plain", "given"),
        (response(b"", "401 No"), "http", "a password of its own", "switched off for this URL"),
        (response(b"", "302 Found"), "http", "a redirect", "that it leads to"),
        (response(b"", "500 Oh"), "failed", "has failed", "this device id?"),
        (b"", "unreachable", "closed the connection", ""),
        (None, "unreachable", "no response within 0.2 s", ""),
        (
            response(b"<SyncML>", "200 OK", "Content-Type: application/vnd.syncml+xml"),
            "server",
            "broken",
            "log",
        ),
    ],
)
async def test_what_is_no_server_of_ours(
    octets: bytes | None, kind: str, words: str, advice: str
) -> None:
    def answer(asked: Asked) -> bytes | None:
        return octets

    async with serving(answer) as peer:
        url = f"http://127.0.0.1:{peer.port}/"
        tried = await _tried(_draft(url, codec="xml"), 0.2)
    assert (tried.answer.kind, tried.certificate) == (kind, None)
    assert words in tried.answer.sentence
    assert advice in tried.answer.advice
    assert len(peer.asked) == 1


async def test_nobody_there(unused_tcp_port: int) -> None:
    answer = await _answer(_draft(f"http://127.0.0.1:{unused_tcp_port}/"))
    assert answer.kind == "unreachable"
    assert "refuses the connection" in answer.sentence


async def test_a_self_signed_certificate_is_shown_and_can_be_pinned(tmp_path: Path) -> None:
    own = certificate(tmp_path, "server")
    shown = read(own.file.read_text())
    async with serving(lambda asked: response(b"", "404 No"), server_tls(own)) as peer:
        url = f"https://127.0.0.1:{peer.port}/"
        tried = await _tried(_draft(url))
        assert tried.answer.kind == "certificate"
        assert "pin it" in tried.answer.advice
        assert tried.certificate == shown
        assert tried.certificate is not None
        assert tried.certificate.self_signed
        assert tried.certificate.subject == "CN=server"
        pinned = await _tried(_draft(url, pin=tried.certificate.sha256))
        assert (pinned.answer.kind, pinned.certificate) == ("http", None)
        other = await _tried(_draft(url, pin="00" * 32))
        assert (other.answer.kind, other.certificate) == ("certificate", tried.certificate)


async def test_a_try_that_is_given_up_leaves_nothing_behind() -> None:
    came = asyncio.Event()
    async with serving(lambda asked: came.set()) as peer:
        task = asyncio.create_task(_tried(_draft(f"http://127.0.0.1:{peer.port}/")))
        await came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_what_is_ours_is_said_as_such() -> None:
    failed = Event(seq=1, at=0.0, what=Failed("the disk is full"))
    assert fold([failed]) == Answer("ours", "the disk is full")
    assert fold([]).kind == "ours"
