"""A DS 1.1 alert with credentials: right, wrong, and a password that no journal may hold."""

import pytest

from emulator.protocol.events import (
    PushArrived,
    Remarked,
    ServerCredJudged,
    SessionOpened,
    VerdictReached,
)
from emulator.wire import build, push
from emulator.wire.codec import WBXML
from emulator.wire.syncml import Alert, Cred, Item, Location, Message, SyncBody, SyncHdr
from tests.direct import STORED, profile
from tests.protocol.flow import md5

SERVER_ID, SECRET = "ds.example.com", profile().accounts[0].server_secret
BASIC = f"{SERVER_ID}:{SECRET}".encode()


def alert(cred: Cred | None) -> bytes:
    """A push with an alert for the contacts."""
    header = SyncHdr(
        ver_dtd="1.1",
        ver_proto="SyncML/1.1",
        session_id="1",
        msg_id="1",
        source=Location(SERVER_ID),
        cred=cred,
    )
    item = Item(source=Location("./contacts"))
    command = Alert(cmd_id="1", data="206", items=(item,))
    octets = WBXML.encode(Message(header=header, body=SyncBody(commands=(command,), final=True)))
    return push.build(octets, content_type="application/vnd.syncml+wbxml")


def md5_over(nonce: bytes, secret: str = SECRET) -> Cred:
    return build.cred("md5", md5(SERVER_ID, secret, nonce))


@pytest.mark.parametrize(
    ("cred", "matched"),
    [(md5_over(STORED), "stored"), (build.cred("basic", BASIC), "stored")],
    ids=["md5", "basic"],
)
async def test_a_right_cred_is_proof_and_the_profile_still_decides(table, cred, matched):
    both = table(with_profile=profile(notification={"san11": "start"}))
    await both.push(alert(cred))
    await both.handset.idle()
    (judged,) = both.of(ServerCredJudged)[:1]
    assert judged.matched == matched
    assert "alert-without-digest" not in [remarked.id for remarked in both.of(Remarked)]
    assert [opened.session_kind for opened in both.of(SessionOpened)] == ["client-initiated"]


@pytest.mark.parametrize(
    "cred",
    [md5_over(b"another"), md5_over(STORED, "wrong"), build.cred("basic", BASIC + b"!")],
    ids=["nonce", "secret", "basic"],
)
async def test_a_wrong_cred_is_never_taken(table, cred):
    both = table(with_profile=profile(notification={"san11": "start"}))
    await both.push(alert(cred))
    (verdict,) = both.of(VerdictReached)
    assert (verdict.verdict, verdict.reason) == ("ignored", "digest")
    assert "does not verify" in verdict.sentence
    assert both.of(SessionOpened) == []


async def test_the_servers_password_is_cut_out_of_the_journal(table):
    both = table()
    octets = alert(build.cred("basic", BASIC))
    secret = BASIC  # as octets in WBXML
    assert secret in octets
    await both.push(octets)
    (came,) = both.of(PushArrived)
    (gap,) = came.octets.cuts
    assert octets[gap.offset : gap.offset + gap.length] == secret
    assert bytes(came.octets) == octets.replace(secret, bytes(len(secret)))
    said = repr(both.journal.events)
    assert SECRET not in said and secret.hex() not in said
