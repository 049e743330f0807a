"""The real peers are up and are what their notes say, before any test of ours leans on them."""

import re
import socket
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from tests.interop.kannel import Kannel
from tests.interop.peers import SyncEvolution, dissect_udp, loopback

Start = Callable[..., SyncEvolution]

# The smallest package 1 that SyncEvolution takes: no DevInf, one Alert, no Cred.
PACKAGE_1 = """<?xml version="1.0" encoding="UTF-8"?>
<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>SyncML/1.2</VerProto>
<SessionID>1</SessionID><MsgID>1</MsgID><Target><LocURI>{url}</LocURI></Target>
<Source><LocURI>{device}</LocURI><LocName>{user}</LocName></Source>{cred}
<Meta><MaxMsgSize xmlns="syncml:metinf">65536</MaxMsgSize></Meta></SyncHdr>
<SyncBody><Alert><CmdID>1</CmdID><Data>201</Data><Item><Target><LocURI>addressbook</LocURI></Target>
<Source><LocURI>./contacts</LocURI></Source><Meta><Anchor xmlns="syncml:metinf"><Next>1</Next>
</Anchor></Meta></Item></Alert><Final/></SyncBody></SyncML>"""

BASIC = """<Cred><Meta><Format xmlns="syncml:metinf">b64</Format>
<Type xmlns="syncml:metinf">syncml:auth-basic</Type></Meta><Data>dGVzdHVzZXI6dGVzdHBhc3M=</Data>
</Cred>"""  # testuser:testpass


PACKAGE_3 = """<?xml version="1.0" encoding="UTF-8"?>
<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>SyncML/1.2</VerProto>
<SessionID>1</SessionID><MsgID>2</MsgID><Target><LocURI>{url}</LocURI></Target>
<Source><LocURI>{device}</LocURI></Source></SyncHdr><SyncBody>
<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data>
</Status><Status><CmdID>2</CmdID><MsgRef>1</MsgRef><CmdRef>{alert}</CmdRef><Cmd>Alert</Cmd>
<Data>200</Data></Status><Sync><CmdID>3</CmdID><Target><LocURI>addressbook</LocURI></Target>
<Source><LocURI>./contacts</LocURI></Source></Sync><Final/></SyncBody></SyncML>"""


def post(server: SyncEvolution, device: str, cred: str = "") -> str:
    """Package 1 of a session, and the answer."""
    body = PACKAGE_1.format(url=server.url, device=device, user=server.user, cred=cred)
    return post_body(server.url, body)


def post_body(url: str, body: str) -> str:
    kind = {"Content-Type": "application/vnd.syncml+xml"}
    request = urllib.request.Request(url, body.encode(), kind)
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.headers.get_content_type() == kind["Content-Type"]
        answer: str = response.read().decode()
    return answer


def status_of_header(answer: str) -> str:
    found = re.search(r"<Status>(?:(?!</Status>).)*<Cmd>SyncHdr</Cmd>.*?</Status>", answer, re.S)
    assert found, answer
    return found[0]


def test_syncevolution_asks_who_is_there(syncevolution: Start) -> None:
    server = syncevolution()
    status = status_of_header(post(server, server.device_id))
    assert "<Data>407</Data>" in status
    assert re.search(r"<Chal>.*syncml:auth-md5.*<NextNonce[^>]*>[^<]+</NextNonce>", status)


def test_syncevolution_lets_its_device_in(syncevolution: Start) -> None:
    server = syncevolution()
    answer = post(server, server.device_id, BASIC)
    status = status_of_header(answer)
    assert "<Data>212</Data>" in status
    assert re.search(r"<Chal>.*syncml:auth-md5.*<NextNonce[^>]*>[^<]+</NextNonce>", status)
    assert f"<RespURI>{server.url}?sessionid=" in answer


def test_syncevolution_hands_out_its_cards(syncevolution: Start) -> None:
    server = syncevolution()
    server.add_card("7", "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ada;;;;\r\nFN:Ada\r\nEND:VCARD\r\n")
    answer = post(server, server.device_id, BASIC)
    respond_to = re.search(r"<RespURI>(.*?)</RespURI>", answer)
    alert = re.search(r"<Alert><CmdID>(\d+)</CmdID><Data>201</Data>", answer)
    assert respond_to and alert, answer
    body = PACKAGE_3.format(url=server.url, device=server.device_id, alert=alert[1])
    answer = post_body(respond_to[1], body)
    assert re.search(r"<Add>.*<LocURI>7</LocURI>.*FN:Ada", answer, re.S), answer


@pytest.mark.thorough
def test_syncevolution_does_not_know_every_device(syncevolution: Start) -> None:
    server = syncevolution()
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(server, "IMEI:000000000000000")
    with refused.value as response:  # closes it
        assert response.code == 500
        assert response.headers.get_content_type() == "text/html"


@pytest.mark.thorough
def test_two_syncevolutions_at_once(syncevolution: Start) -> None:
    one, two = syncevolution(), syncevolution(device_id="IMEI:1", user="u", password="p")
    one.add_card("0", "BEGIN:VCARD\r\nVERSION:3.0\r\nN:One;;;;\r\nFN:One\r\nEND:VCARD\r\n")
    assert len(one.cards()) == 1
    assert two.cards() == []
    assert one.url != two.url
    assert "<Data>407</Data>" in status_of_header(post(two, "IMEI:1"))
    assert "<Data>407</Data>" in status_of_header(post(one, one.device_id))


@pytest.mark.thorough
def test_syncevolution_leaves_nothing_behind() -> None:
    with SyncEvolution() as server:
        post(server, server.device_id)
        folder = server.data
        url = server.url
    assert not folder.exists()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)


@pytest.mark.parametrize(
    ("content_type", "application_id", "headers"),
    [
        (
            "application/vnd.syncml.ds.notification",
            "x-wap-application:push.syncml",
            b"\x2dapplication/vnd.syncml.ds.notification\0\xaf\x85\x8d\xa8\xc3\x93",
        ),
        (
            "application/vnd.syncml.notification",
            "x-wap-application:push.syncml",
            b"\x2aapplication/vnd.syncml.notification\0\xaf\x85\x8d\xa8\xc3\x93",
        ),
        (
            "application/vnd.syncml.dm.notification",
            "x-wap-application:syncml.dm",
            b"\x07\xd8\xaf\x87\x8d\xa8\xc3\x93",
        ),
    ],
    ids=["ds-as-text", "ds-1.1-as-text", "dm-in-short"],
)
def test_kannel_pushes(
    kannel: Kannel, content_type: str, application_id: str, headers: bytes
) -> None:
    body = bytes(range(0x80, 0xA4)) + b"\x00\r\n\xff"  # octets that a careless gateway would change
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handset:
        handset.bind((loopback(), 2948))
        handset.settimeout(30)
        address = handset.getsockname()[0]
        code = kannel.push(
            address, content_type=content_type, application_id=application_id, body=body
        )
        assert code == 1001
        datagram, sender = handset.recvfrom(4096)
    assert sender == (kannel.wdp, 9200)
    assert datagram[1:2] == b"\x06"  # push; the octet before it is a number that counts up
    assert datagram[2:] == headers + body
    assert "PDU Type: Push (0x06)" in dissect_udp([datagram])[0]


def test_tshark_knows_the_push_of_a_notification() -> None:
    short = bytes.fromhex("010603C4AF87") + bytes(24)
    text = b"\x02\x06\x2dapplication/vnd.syncml.ds.notification\0\xaf\x85" + bytes(24)
    first, second = dissect_udp([short, text])
    assert "PDU Type: Push (0x06)" in first
    assert "Content-Type: application/vnd.syncml.notification" in first
    assert re.search(r"X-Wap-Application-Id: .*syncml\.dm", first, re.I)
    assert "Content-Type: application/vnd.syncml.ds.notification" in second
    assert re.search(r"X-Wap-Application-Id: .*push\.syncml", second, re.I)
