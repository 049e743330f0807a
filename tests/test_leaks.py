"""No secret of whatever is pushed reaches journal, exports or screen; a package #0 is kept to the octet."""

from collections.abc import Sequence

import msgspec
import pytest

from emulator.exports import ladder
from emulator.exports.text import plain
from emulator.intake import Intake
from emulator.protocol import inspection
from emulator.protocol.events import Event, PushArrived, SmsArrived, VerdictReached
from emulator.tui.describe import describe
from emulator.tui.views.subject import subject
from emulator.wire import gsm7, push, sms, udh, wbxml, xml
from emulator.wire.codec import WBXML, XML
from emulator.wire.element import PROV, Document, Element
from emulator.wire.received import Content, Datagram, Pdu, Posted, ShortMessage
from emulator.wire.syncml import (
    Alert,
    Cred,
    Item,
    Location,
    Message,
    Meta,
    Replace,
    SyncBody,
    SyncHdr,
)
from tests.arrivals import (
    BASIC,
    BEARERS,
    ONE_PDU,
    PASSWORD,
    PORTS,
    contents,
    leaked,
    parts,
    received,
    wrapped,
)
from tests.protocol.flow import package0
from tests.tui.views.test_choice import VIEWS, seen

CLEAR = f"mgr:{PASSWORD}"


def message(cred: Cred | None, command: Alert | Replace) -> Message:
    header = SyncHdr(
        ver_dtd="1.1",
        ver_proto="SyncML/1.1",
        session_id="1",
        msg_id="1",
        source=Location("ds.example.com"),
        cred=cred,
    )
    return Message(header=header, body=SyncBody(commands=(command,), final=True))


def alert(data: str | bytes, form: str) -> Message:
    meta = Meta(format=form, type="syncml:auth-basic")
    command = Alert(cmd_id="1", data="206", items=(Item(source=Location("./contacts")),))
    return message(Cred(meta, (data,)), command)


def _object() -> Message:
    """A bootstrap's management object."""
    target = Location("./SyncML/DMAcc/x/ServerPW")
    return message(None, Replace(cmd_id="1", items=(Item(target=target, data=(PASSWORD,)),)))


_parm = Element(PROV, "parm", (), (("name", "PXAUTH-PW"), ("value", PASSWORD)))
_access = Element(PROV, "characteristic", (_parm,), (("type", "PXLOGICAL"),))
PROVISIONING = Document(Element(PROV, "wap-provisioningdoc", (_access,)), "OMA CP 1.0")

CONTENTS: dict[str, tuple[str, bytes]] = {
    "alert in XML, clear": (XML.media_type, XML.encode(alert(CLEAR, "chr"))),
    "alert in XML, base64": (XML.media_type, XML.encode(alert(BASIC, "b64"))),
    "alert in WBXML, clear": (WBXML.media_type, WBXML.encode(alert(CLEAR, "chr"))),
    "alert in WBXML, base64": (WBXML.media_type, WBXML.encode(alert(BASIC, "b64"))),
    "alert in WBXML, opaque": (WBXML.media_type, WBXML.encode(alert(CLEAR.encode(), "bin"))),
    "alert that breaks off": (XML.media_type, XML.encode(alert(CLEAR, "chr"))[:-40]),
    "alert that breaks in its password": (
        XML.media_type,
        XML.encode(alert(CLEAR, "chr")).replace(b"mgr:", f"m<{PASSWORD}&{PASSWORD};".encode()),
    ),
    "message that is no alert": (XML.media_type, XML.encode(_object())),
    "bootstrap in XML": (XML.others[0], XML.encode(_object())),
    "bootstrap in WBXML": (WBXML.others[0], WBXML.encode(_object())),
    "provisioning in WBXML": (push.PROVISIONING, wbxml.encode(PROVISIONING)),
    "provisioning in XML": ("text/vnd.wap.connectivity-xml", xml.encode(PROVISIONING)),
    "a type of somebody's own": ("application/x-settings", f"{BASIC} {CLEAR}".encode()),
    "a form": ("application/x-www-form-urlencoded", f"password={PASSWORD}&u={BASIC}".encode()),
}


async def bring(both, given: Sequence[Content]) -> Sequence[Event]:
    """The journal's events after these deliveries."""
    intake = Intake(both.journal, both.handset.arrive, lambda: 1000.0)
    intake.start()
    for content in given:
        await intake.take(received(content))
    await intake.settled()
    await both.handset.idle()
    intake.stop()
    return both.journal.events[:]


def shown(events: Sequence[Event]) -> str:
    """All that anybody gets to see of events: lines of the journal, the ladder, each view of each."""
    texts = [msgspec.json.encode(event).decode() for event in events]
    texts += ladder.whole(events, 120)
    for event in events:
        texts += [part for part in describe(event) if isinstance(part, str)]
        texts.append(inspection.document(event))
        texts += [node.value for node in subject(events, event).tree.nodes]
        for view in VIEWS:
            texts += [plain(line) for line in seen(view, event, 80, list(events))]
    return "\n".join(texts)


CASES = [
    pytest.param(bearer, name, id=f"{name}, {bearer}")
    for bearer in BEARERS
    for name, (_, body) in CONTENTS.items()
    if bearer not in ("pdu", "submit") or len(body) <= ONE_PDU
]


@pytest.mark.parametrize(("bearer", "name"), CASES)
async def test_no_secret_of_a_push_is_seen(table, bearer: str, name: str) -> None:
    both = table()
    events = await bring(both, contents(bearer, *CONTENTS[name]))
    came = [e.what for e in events if isinstance(e.what, PushArrived)]
    assert len(came) == 1 and came[0].octets.cuts
    assert any(isinstance(e.what, VerdictReached) for e in events) or both.ended
    assert leaked(shown(events)) == []


NOTE = package0(b"wrong").octets + bytes(100)
KEPT = {
    "package #0": (push.DS_NOTIFICATION, NOTE),
    "DM notification": (push.DM_NOTIFICATION, NOTE),
    "service indication": ("application/vnd.wap.sic", b"\x02\x05\x6a\x00" + bytes(90)),
}


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("bearer", BEARERS)
async def test_what_has_no_secrets_is_kept_to_the_octet(table, bearer: str, name: str) -> None:
    given = contents(bearer, *KEPT[name])
    events = await bring(table(), given)
    (came,) = [e.what for e in events if isinstance(e.what, PushArrived)]
    body = KEPT[name][1]
    assert came.octets.cuts == ()
    assert bytes(came.octets) == (body if bearer == "post" else wrapped(KEPT[name][0], body))
    arrived = [e.what for e in events if isinstance(e.what, SmsArrived)]
    assert len(arrived) == (0 if bearer in ("udp", "post") else len(given))
    late = False
    for what, content in zip(arrived, given, strict=False):
        late = late or what.number == 1
        whole = content.octets if isinstance(content, Pdu) else content.header + content.data
        assert (what.octets.cuts == ()) == late
        assert not late or bytes(what.octets) == whole


async def test_a_bare_package_0_is_kept_by_sms_in_parts_too(table) -> None:
    given = [Pdu(sms.deliver(data)) for data in parts(NOTE, 3)]
    events = await bring(table(), given)
    octets = [bytes(e.what.octets) for e in events if isinstance(e.what, SmsArrived)]
    assert octets == [pdu.octets for pdu in given]
    (came,) = [e.what for e in events if isinstance(e.what, PushArrived)]
    assert bytes(came.octets) == NOTE


@pytest.mark.parametrize("form", ["deliver", "submit", "message"])
async def test_an_alert_in_one_sms_loses_its_secret_and_nothing_else(table, form: str) -> None:
    data = udh.build(PORTS) + wrapped(*CONTENTS["alert in WBXML, base64"])
    content = {
        "deliver": Pdu(sms.deliver(data)),
        "submit": Pdu(sms.submit(data)),
        "message": ShortMessage("1", "2", data[:7], data[7:], 4),
    }[form]
    events = await bring(table(), [content])
    (came,) = [e.what for e in events if isinstance(e.what, SmsArrived)]
    whole = content.octets if isinstance(content, Pdu) else data
    secret = BASIC.encode()
    (gap,) = came.octets.cuts
    assert (came.form, gap.why) == (form, "")
    assert whole[gap.offset : gap.offset + gap.length] == secret
    assert bytes(came.octets) == whole.replace(secret, bytes(len(secret)))


def _text(words: str, coding: int, header: bytes = b"") -> bytes:
    """An SMS-DELIVER from 447700900999 with a text, after a header if there is one."""
    head = sms.deliver(b"")
    start = bytearray(head[:-1])
    start[1 + head[0]] = 0x44 if header else 0x04
    start[-8] = coding
    filled = -(-len(header) * 8 // 7)
    if coding == 0x00:
        septets = gsm7.septets(words)
        data = header + gsm7.packed(septets, filled * 7 - len(header) * 8)
        return bytes(start) + bytes([filled + len(septets)]) + data
    data = header + words.encode("utf-16-be" if coding == 0x08 else "latin-1")
    return bytes(start) + bytes([len(data)]) + data


@pytest.mark.parametrize("coding", [0x00, 0x04, 0x08], ids=["7-bit", "8-bit", "UCS2"])
@pytest.mark.parametrize("header", [b"", udh.build(udh.Ports(16000, 0))], ids=["plain", "port"])
async def test_a_text_for_the_owner_is_gone_as_a_whole(table, coding: int, header: bytes) -> None:
    words = f"your password is {PASSWORD}"
    pdu = _text(words, coding, header)
    events = await bring(table(), [Pdu(pdu)])
    came = next(e.what for e in events if isinstance(e.what, SmsArrived))
    (gap,) = came.octets.cuts
    size = -(-7 * len(words) // 8) if coding == 0x00 else len(words) * (2 if coding == 0x08 else 1)
    assert gap.offset + gap.length == len(pdu) and gap.length in (size, size + 1)
    assert bytes(came.octets) == pdu[: gap.offset] + bytes(gap.length)
    text = shown(events)
    assert leaked(text, (PASSWORD.encode(), PASSWORD.encode("utf-16-be"))) == []
    assert pdu[-8:].hex() not in text and "may be a text for the owner" in text


BARE = [name for name in CONTENTS if name.startswith(("alert in", "provisioning"))]


@pytest.mark.parametrize("name", BARE)
async def test_a_document_that_nothing_wraps_is_known_by_its_beginning(table, name: str) -> None:
    body = CONTENTS[name][1]
    events = await bring(table(), [Datagram(body), Posted((), body)])
    came = [e.what for e in events if isinstance(e.what, PushArrived)]
    assert len(came) == 2 and all(what.octets.cuts for what in came)
    assert leaked(shown(events)) == []


async def test_a_push_whose_headers_are_damaged_is_judged_by_its_type(table) -> None:
    octets = bytearray(wrapped(*CONTENTS["provisioning in WBXML"]))
    octets[4] = 0x01  # a shift of the code page, which cannot be read
    events = await bring(table(), [Datagram(bytes(octets))])
    assert [e.what.reason for e in events if isinstance(e.what, VerdictReached)] == ["malformed"]
    (came,) = [e.what for e in events if isinstance(e.what, PushArrived)]
    assert bytes(came.octets)[:4] == octets[:4]
    assert leaked(shown(events)) == []


async def test_octets_that_say_nothing_stay_for_who_looks_for_the_fault(table) -> None:
    octets = b"\x01\x02\x03" * 5
    events = await bring(table(), [Datagram(octets), Pdu(b"\x07\x91\x44")])
    came = [e.what for e in events if isinstance(e.what, PushArrived | SmsArrived)]
    assert [bytes(what.octets) for what in came] == [octets, *[b"\x07\x91\x44"] * 2]
    assert not any(what.octets.cuts for what in came)


async def test_the_cut_says_why_in_tree_and_hex(table) -> None:
    events = await bring(table(), contents("pdu", *CONTENTS["provisioning in WBXML"]))
    why = f"content of type {push.PROVISIONING} may hold secrets"
    told = [e for e in events if isinstance(e.what, PushArrived | SmsArrived)]
    assert len(told) == 2
    for event in told:
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
        assert why in subject(events, event).tree.remark
        assert any(why in plain(line) for line in seen("hex", event, 160, list(events)))
        assert why in inspection.document(event)
