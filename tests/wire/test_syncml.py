"""SyncML messages as values: a recorded session, every command, and back to the tree."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from emulator.wire import syncml, wbxml, xml
from emulator.wire.element import DEVINF, METINF, SYNCML, Document, Element
from emulator.wire.schema import Missing
from emulator.wire.syncml import (
    Add,
    Alert,
    Atomic,
    Command,
    Copy,
    Delete,
    Exec,
    Get,
    Item,
    Location,
    Map,
    Message,
    Move,
    Put,
    Replace,
    Results,
    Search,
    Sequence,
    Status,
    Sync,
    SyncBody,
    SyncHdr,
    from_document,
    number,
    to_document,
)
from tests.wire.material import VECTORS
from tests.wire.messages import XML_MESSAGES, messages

SESSION = {
    key.removesuffix("_xml"): from_document(xml.decode(text.encode()))
    for key, text in VECTORS["ds.session"]["intermediates"].items()
    if key.endswith("_xml")
}
COMMANDS = (
    Status, Results, Alert, Get, Put, Add, Replace, Delete, Copy, Move, Exec,
    Map, Search, Sync, Atomic, Sequence,
)  # fmt: skip


def test_package_1() -> None:
    message = SESSION["package1"]
    header = message.header
    assert (header.ver_dtd, header.ver_proto) == ("1.2", "SyncML/1.2")
    assert (header.session_id, header.msg_id) == ("1", "1")
    assert header.source == Location(uri="IMEI:493005100592800", name="alice")
    assert header.cred is not None
    assert header.cred.meta is not None
    assert header.cred.meta.type == "syncml:auth-md5"
    assert syncml.text(header.cred.data) == "N3yGZ0U1G/Q/GfMf4f2H1w=="
    assert header.meta is not None
    assert header.meta.max_msg_size == "16384"
    alert, put, get = message.commands
    assert isinstance(alert, Alert)
    assert alert.code == 200
    item = alert.items[0]
    assert (item.target_uri, item.source_uri) == ("./card", "./contacts")
    assert item.meta is not None
    assert item.meta.anchor == syncml.Anchor(last="10", next="11")
    assert isinstance(put, Put)
    assert put.items[0].data is not None
    assert isinstance(put.items[0].data[0], Element)
    assert put.items[0].data[0].ns == DEVINF
    assert isinstance(get, Get)
    assert message.final
    assert message.header_status() is None


def test_package_2() -> None:
    message = SESSION["package2"]
    assert message.header.resp_uri == "http://ds.example.com/sync?sid=77"
    status = message.header_status()
    assert status is not None
    assert (status.code, status.for_header, status.cmd) == (212, True, "SyncHdr")
    assert status.chal is not None
    assert status.chal.meta is not None
    assert status.chal.meta.next_nonce == "Y2xpZW50LW5vbmNlLTAwMQ=="
    others = [c for c in message.commands if isinstance(c, Status) and c is not status]
    assert all(not c.for_header for c in others)


@pytest.mark.parametrize("name", SESSION)
def test_nothing_of_the_session_is_unknown(name: str) -> None:
    assert SESSION[name].remarks == ()


@pytest.mark.parametrize("name", XML_MESSAGES)
def test_typed_and_back(name: str) -> None:
    message = from_document(xml.decode(XML_MESSAGES[name]))
    again = to_document(message)
    assert again.dialect == f"SyncML {message.header.ver_dtd}"
    bare = msgspec.structs.replace(message, remarks=())
    assert msgspec.structs.replace(from_document(again), remarks=()) == bare


@pytest.mark.parametrize("name", SESSION)
def test_messages_in_the_order_of_the_dtd_keep_their_tree(name: str) -> None:
    document = xml.decode(VECTORS["ds.session"]["intermediates"][f"{name}_xml"].encode())
    assert to_document(SESSION[name]) == document


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_class(command: type[Any]) -> None:
    root = _message(Element(SYNCML, command.TAG, (Element(SYNCML, "CmdID", ("7",)),)))
    (found,) = from_document(root).commands
    assert type(found) is command
    assert (found.cmd_id, found.name) == ("7", command.TAG)


def test_commands_keep_their_order_at_every_depth() -> None:
    inner = (Add(cmd_id="2"), Delete(cmd_id="3"), Add(cmd_id="4"))
    body = SyncBody(
        commands=(Alert(), Sync(commands=(Sequence(commands=inner), *inner)), Status(), Alert())
    )
    message = Message(header=SyncHdr(session_id="1", msg_id="1"), body=body)
    assert from_document(to_document(message)).commands == body.commands


@given(messages())
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=40)
def test_any_message_through_tree_and_both_encodings(message: Message) -> None:
    document = to_document(message)
    assert from_document(document) == message
    for codec in (xml, wbxml):
        assert from_document(codec.decode(codec.encode(document))) == message


def test_unknown_elements_are_remarked_with_their_path() -> None:
    strange = Element(SYNCML, "Strange")
    add = Element(SYNCML, "Add", (Element(SYNCML, "Item", (strange,)),))
    message = from_document(_message(Element(SYNCML, "Sync", (add,)), strange))
    assert [sentence.split(":")[0] for _, sentence in message.remarks] == [
        "SyncML/SyncBody/Sync/Add/Item/Strange",
        "SyncML/SyncBody/Strange",
    ]
    assert {id_ for id_, _ in message.remarks} == {"unknown-element"}


def test_remarks_of_the_decoder_come_first() -> None:
    document = msgspec.structs.replace(_message(), remarks=(("odd", "it is odd"),))
    assert from_document(document).remarks == (("odd", "it is odd"),)


@pytest.mark.parametrize("tag", ["VerDTD", "SessionID", "MsgID"])
def test_a_header_needs_its_identities(tag: str) -> None:
    header = tuple(e for e in _HEADER if e.tag != tag)
    with pytest.raises(Missing) as caught:
        from_document(_document(Element(SYNCML, "SyncHdr", header), Element(SYNCML, "SyncBody")))
    assert (caught.value.path, caught.value.tag) == (("SyncML", "SyncHdr"), tag)


@pytest.mark.parametrize("tag", ["SyncHdr", "SyncBody"])
def test_a_message_has_header_and_body(tag: str) -> None:
    parts = (Element(SYNCML, "SyncHdr", _HEADER), Element(SYNCML, "SyncBody"))
    with pytest.raises(Missing, match=f"SyncML: {tag} is missing"):
        from_document(_document(*(part for part in parts if part.tag != tag)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200", 200),
        (" 0212\n", 212),
        ("", 0),
        (None, 0),
        ("two", 0),
        ("-1", 0),
        ("2²", 0),
        ("٣", 0),
        ("9" * 5000, 0),
    ],
)
def test_numbers_are_decimal_digits_or_nothing(text: str | None, expected: int) -> None:
    assert number(text) == expected


def test_a_status_for_the_header_is_known_by_its_reference_or_name() -> None:
    assert Status(cmd_ref=" 0 ").for_header
    assert Status(cmd="SyncHdr").for_header
    assert not Status(cmd_ref="1", cmd="Sync").for_header


def test_a_version_that_we_do_not_know_is_written_in_the_newest() -> None:
    message = Message(header=SyncHdr(ver_dtd="7.3", session_id="1", msg_id="1"))
    assert to_document(message).dialect == "SyncML 1.2"


def test_data_as_text_and_as_octets() -> None:
    inside = Element(METINF, "Anchor")
    assert syncml.text(("a", inside, "b")) == "ab"
    assert syncml.octets(("é", inside, b"\xff")) == b"\xc3\xa9\xff"
    assert (syncml.text(None), syncml.octets(None)) == ("", b"")


def test_an_item_without_addresses_has_empty_ones() -> None:
    assert (Item().target_uri, Item().source_uri) == ("", "")


def _typed(body: str) -> tuple[Command, ...]:
    text = (
        "<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
        f"<SessionID>1</SessionID><MsgID>1</MsgID></SyncHdr><SyncBody>{body}<Final/></SyncBody></SyncML>"
    )
    document = xml.decode(text.encode())
    message = from_document(document)
    assert message.remarks == ()
    # Written in the order of the DTD, so that tree, typed value and both encodings agree.
    assert to_document(message) == document
    for codec in (xml, wbxml):
        assert from_document(codec.decode(codec.encode(document))) == message
    return message.commands


DM_SESSION = {
    key: from_document(xml.decode(text.encode()))
    for key, text in VECTORS["dm.session"]["intermediates"].items()
    if key.endswith("_xml")
}


def test_a_device_management_session() -> None:
    assert all(message.remarks == () for message in DM_SESSION.values())
    alert, replace = DM_SESSION["package1_xml"].commands
    assert isinstance(alert, Alert)
    assert isinstance(replace, Replace)
    assert (alert.code, alert.items) == (1201, ())
    assert [item.source_uri for item in replace.items][:2] == ["./DevInfo/DevId", "./DevInfo/Man"]
    *_, replace = DM_SESSION["package2_xml"].commands
    assert isinstance(replace, Replace)
    (item,) = replace.items
    assert item.target_uri == "./DSAcc/1/AppAuth/Srv/AAuthSecret"
    assert item.meta is not None
    assert (item.meta.format, syncml.text(item.data)) == ("chr", "srv-secret-2")
    statuses = [c for c in DM_SESSION["package3_xml"].commands if isinstance(c, Status)]
    assert [(s.cmd, s.code) for s in statuses] == [("SyncHdr", 212), ("Replace", 200)]


META = "<Meta><Format xmlns='syncml:metinf'>chr</Format></Meta>"
LEAF = f"<Item><Target><LocURI>./a</LocURI></Target>{META}<Data>1</Data></Item>"
NODE = "<Item><Target><LocURI>./a</LocURI></Target></Item>"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f"<Add><CmdID>1</CmdID>{LEAF}</Add>", Add),
        (f"<Replace><CmdID>1</CmdID>{LEAF}{LEAF}</Replace>", Replace),
        (f"<Delete><CmdID>1</CmdID><NoResp/><Archive/><SftDel/>{NODE}</Delete>", Delete),
        (
            "<Copy><CmdID>1</CmdID><Item><Target><LocURI>./b</LocURI></Target>"
            "<Source><LocURI>./a</LocURI></Source></Item></Copy>",
            Copy,
        ),
        (f"<Exec><CmdID>1</CmdID><Correlator>c</Correlator>{NODE}</Exec>", Exec),
        (f"<Get><CmdID>1</CmdID>{NODE}</Get>", Get),
        (f"<Atomic><CmdID>1</CmdID><Replace><CmdID>2</CmdID>{LEAF}</Replace></Atomic>", Atomic),
        (
            f"<Sequence><CmdID>1</CmdID><Atomic><CmdID>2</CmdID><Sequence><CmdID>3</CmdID>"
            f"<Exec><CmdID>4</CmdID>{NODE}</Exec></Sequence></Atomic><Get><CmdID>5</CmdID>{NODE}</Get>"
            "</Sequence>",
            Sequence,
        ),
        (
            "<Sequence><CmdID>1</CmdID><Sync><CmdID>2</CmdID><Move><CmdID>3</CmdID><Item>"
            "<Source><LocURI>1</LocURI></Source><SourceParent><LocURI>9</LocURI></SourceParent>"
            "<TargetParent><LocURI>8</LocURI></TargetParent></Item></Move></Sync></Sequence>",
            Sequence,
        ),
        (
            "<Alert><CmdID>1</CmdID><Data>1226</Data><Correlator>c</Correlator><Item><Source>"
            "<LocURI>./FwUpd</LocURI></Source><Meta><Format xmlns='syncml:metinf'>xml</Format>"
            "<Type xmlns='syncml:metinf'>x</Type><Mark xmlns='syncml:metinf'>critical</Mark></Meta>"
            "<Data>2</Data></Item></Alert>",
            Alert,
        ),
        (
            "<Results><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>2</CmdRef><Item><Source>"
            "<LocURI>./a</LocURI></Source><Meta><Format xmlns='syncml:metinf'>node</Format></Meta>"
            "<Data>b/c</Data></Item></Results>",
            Results,
        ),
        (
            "<Search><CmdID>1</CmdID><NoResp/><NoResults/><Target><LocURI>t</LocURI></Target>"
            "<Source><LocURI>s</LocURI></Source><Source><LocURI>r</LocURI></Source><Lang>en</Lang>"
            "<Meta><Type xmlns='syncml:metinf'>x</Type></Meta><Data>q</Data></Search>",
            Search,
        ),
        (
            "<Get><CmdID>1</CmdID><Item><Target><LocURI>./c</LocURI><Filter><Meta>"
            "<Type xmlns='syncml:metinf'>x</Type></Meta><Field><Item><Data>f</Data></Item></Field>"
            "<Record><Item><Data>r</Data></Item></Record><FilterType>INCLUSIVE</FilterType></Filter>"
            "</Target></Item></Get>",
            Get,
        ),
        (
            "<Sync><CmdID>1</CmdID><NumberOfChanges>1</NumberOfChanges><Replace><CmdID>2</CmdID>"
            "<Item><Source><LocURI>1</LocURI></Source><Data>x</Data><MoreData/></Item></Replace></Sync>",
            Sync,
        ),
    ],
)  # fmt: skip
def test_every_command_in_the_order_of_the_dtd(body: str, kind: type[Command]) -> None:
    (command,) = _typed(body)
    assert type(command) is kind


_HEADER = tuple(
    Element(SYNCML, tag, (text,))
    for tag, text in (("VerDTD", "1.2"), ("SessionID", "1"), ("MsgID", "1"))
)


def _document(*parts: Element) -> Document:
    return Document(Element(SYNCML, "SyncML", parts), "SyncML 1.2")


def _message(*commands: Element) -> Document:
    body = Element(SYNCML, "SyncBody", commands)
    return _document(Element(SYNCML, "SyncHdr", _HEADER), body)
