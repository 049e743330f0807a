"""What the handset makes of each misbehaviour of the built-in server: one table, both ends direct.

Each row ends with one honest resync, after which both sides hold the same nonces.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from emulator.bearers.http import HttpClient
from emulator.protocol.effects import Lost, Reply
from emulator.protocol.events import Remarked
from emulator.protocol.policy import Http
from emulator.protocol.remarks import REMARKS
from emulator.server.app import Server
from emulator.server.digest import SESSION_ID
from emulator.server.misbehaviour import HONEST, TABLE, parse
from emulator.verbs.exits import Exit
from emulator.verbs.result import exit_code, lines
from tests.direct import CLIENT, DEVICE_ID, Table, profile

OLD = bytes(16)
"""A client nonce that the server holds while the handset holds another: step 4 starts with a refusal."""
LETTER = {"passed": "p", "failed": "F", "skipped": "s", "pending": "-"}
OK, DIFFER, TRANSPORT, PEER, REFUSED = (
    Exit.MET,
    Exit.EXPECTATION_FAILED,
    Exit.TRANSPORT,
    Exit.PEER,
    Exit.REFUSED,
)


class Row(msgspec.Struct, frozen=True):
    """What comes of a resync: exit code, the six steps, whether each nonce is the same on both sides
    afterwards, ids of remarks, and words of the last line. `stale`: the client nonce is stale too."""

    name: str
    code: Exit
    steps: str
    client: bool
    server: bool
    remarks: set[str] = set()
    words: str = ""
    stale: bool = False


# fmt: off
ROWS = (
    Row("forget-client-nonce", OK, "Fppppp", True, True),
    Row("forget-server-nonce", DIFFER, "Fppppp", True, False, words="nonces of both sides differ"),
    Row("no-cred", REFUSED, "FpppF-", False, False, {"server-cred-missing"}, "it sent no Cred in answer"),
    Row("wrong-cred", REFUSED, "FpppF-", False, False, {"server-cred-wrong"}, "its Cred does not verify"),
    Row("never-chal", OK, "Fppppp", True, True, {"no-new-client-nonce"}),
    Row("endless-401", REFUSED, "FppF--", True, False, words="401 again"),
    Row("lose-reply:4", TRANSPORT, "FpF---", False, False, words="connection closed"),
    Row("lose-reply:6", TRANSPORT, "FppppF", True, False, words="connection closed"),
    Row("ignore-session-id", OK, "Fppppp", True, True, {"server-cred-wrong"}),
    Row("wrong-server-id", REFUSED, "FpppF-", False, False,
        {"server-cred-wrong", "server-name-differs"}, "it calls itself not-ds.example.com"),
    Row("wrong-nonce-in-chal", DIFFER, "Fppppp", False, True, words="nonces of both sides differ"),
    Row("wrong-nonce-in-chal", REFUSED, "FppF--", False, False, set(), "another nonce than it sent", True),
    Row("chal-without-nonce", OK, "Fppppp", True, True, {"no-new-client-nonce"}),
    Row("chal-without-nonce", DIFFER, "Fppppp", False, True,
        {"no-new-client-nonce", "challenge-without-nonce"}, stale=True),
    Row("chal-type:basic", OK, "Fppppp", True, True, {"chal-type-differs", "no-new-client-nonce"}),
    Row("chal-type:basic", REFUSED, "FppF--", False, False, {"downgrade"}, "asks for basic", True),
    Row("chal-type:mac", OK, "Fppppp", True, True, {"chal-type-differs"}),
    Row("chal-type:mac", REFUSED, "FppF--", False, False, {"downgrade"}, "asks for mac", True),
    Row("refuse-with-407", OK, "Fppppp", True, True),
    Row("refuse-with-407", OK, "Fppppp", True, True, {"wrong-refusal"}, stale=True),
    Row("200-for-212", OK, "Fppppp", True, True, {"accepted-once"}),
    Row("other-session-id", OK, "Fppppp", True, True, {"session-id-changed"}),
    Row("no-header-status", PEER, "FppF--", False, False, {"no-header-status"}, "no Status for our SyncHdr"),
    Row("no-final", PEER, "Fppppp", True, True, {"no-final"}, "sends no Final"),
    Row("no-resp-uri", OK, "Fppppp", True, True),
    Row("resp-uri-changes", OK, "Fppppp", True, True, {"resp-uri-changed"}),
    Row("endless-222", PEER, "Fppppp", True, True, {"endless-222"}, "(Alert 222) without end"),
    Row("duplicate-reply", OK, "Fppppp", True, True, {"duplicate-reply"}),
    Row("duplicate-reply", OK, "Fppppp", True, True, {"duplicate-reply"}, stale=True),
    Row("http:500", TRANSPORT, "FpF---", True, False, {"not-syncml"}, "the server has failed"),
    Row("http:302", TRANSPORT, "FpF---", True, False, {"not-syncml"}, "a redirect"),
    Row("http:401", TRANSPORT, "FpF---", True, False, {"not-syncml"}, "a password of its own"),
    Row("http:empty", TRANSPORT, "FpF---", True, False, {"not-syncml"}, "an empty body"),
    Row("http:html", TRANSPORT, "FpF---", True, False, {"not-syncml"}, "an HTML page"),
    Row("slow", TRANSPORT, "FpF---", False, False, words="no response within"),
    Row("truncated-body", PEER, "FpF---", False, False, {"broken-message"}, "message is broken"),
    Row("connection-reset", TRANSPORT, "FpF---", True, False, words="connection closed"),
    Row("other-encoding", PEER, "FpF---", False, False, {"broken-message"}, "in wbxml to a session in xml"),
)
# fmt: on


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name + ("-stale" if row.stale else ""))
async def test_what_comes_of_it(row: Row, tmp_path: Path) -> None:
    table = Table(tmp_path, misbehave=(row.name,), client_nonce=OLD if row.stale else CLIENT)
    result = await table.notify()
    theirs, ours = table.service.account(DEVICE_ID), table.account
    same = (ours.client_nonce == theirs.client_nonce, ours.server_nonce == theirs.server_nonce)
    result = msgspec.structs.replace(result, nonces_agree=table.agree)
    assert "".join(LETTER[step.state] for step in result.steps) == row.steps
    assert (exit_code(result), same) == (row.code, (row.client, row.server))
    assert {what.id for what in table.of(Remarked)} == row.remarks
    assert row.words in lines(result)[-1]
    table.service.misbehaviour = HONEST
    assert (await table.notify()).outcome == "synchronised"
    assert table.agree
    # The ordinary notification after it needs no SessionID.
    assert (await table.notify("stored")).verdict == "verified-stored"
    table.close()


@pytest.mark.parametrize("encoding", sorted(SESSION_ID))
async def test_a_server_that_reads_the_session_id_otherwise(encoding: str, tmp_path: Path) -> None:
    table = Table(tmp_path, misbehave=(f"sign-with:{encoding}",))
    known = encoding in table.profile.accounts[0].policy.resync.encodings
    # Its hex text has a letter, and fewer than four digits: every encoding differs.
    result = await table.notify(session_id=0x0A7C)
    assert result.outcome == ("synchronised" if known else "ignored")
    assert table.agree is known
    table.service.misbehaviour = HONEST
    assert known or (await table.notify()).outcome == "synchronised"
    assert table.agree
    table.close()


async def test_a_duplicate_reply_to_a_repeated_message_too_is_the_servers_mistake(
    tmp_path: Path,
) -> None:
    impatient = profile(http={"resend": 0})
    table = Table(tmp_path, misbehave=("duplicate-reply",), with_profile=impatient)
    result = await table.notify()
    assert result.outcome == "peer-error"
    assert "its previous reply once more, also to" in result.sentence
    table.close()


def test_the_table_is_complete() -> None:
    names = {
        f"{name}:{value}" if value else name
        for name, row in TABLE.items()
        if name != "sign-with"
        for value in row.values or ("",)
    }
    assert {row.name for row in ROWS} == names
    assert all(row.remarks <= REMARKS.keys() for row in ROWS)


# Over real sockets


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


async def _post(server: Server) -> Reply | Lost:
    async with HttpClient(Http()) as client:
        return await client.post(server.url, "application/vnd.syncml+xml", b"<SyncML/>")


@pytest.mark.parametrize(
    ("value", "status", "kind"),
    [
        ("500", 500, "text/html; charset=utf-8"),
        ("302", 302, "text/html; charset=utf-8"),
        ("401", 401, "text/html; charset=utf-8"),
        ("empty", 200, "application/vnd.syncml+xml"),
        ("html", 200, "text/html; charset=utf-8"),
    ],
)
async def test_answers_of_http(server: Server, value: str, status: int, kind: str) -> None:
    server.misbehaviour = parse([f"http:{value}"])
    reply = await _post(server)
    assert isinstance(reply, Reply)
    assert (reply.status, reply.content_type) == (status, kind)
    assert bool(reply.octets) is (value in ("500", "html"))


async def test_a_connection_that_is_reset(server: Server) -> None:
    server.misbehaviour = parse(["connection-reset"])
    reply = await _post(server)
    assert isinstance(reply, Lost)
    assert "closed the connection without a response" in reply.reason
