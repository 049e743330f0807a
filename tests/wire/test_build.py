"""The parts of a message that need no decision."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import build, syncml
from emulator.wire.syncml import (
    Add,
    Alert,
    Anchor,
    Chal,
    Cred,
    Delete,
    Get,
    Item,
    Location,
    Map,
    MapItem,
    Message,
    Meta,
    Status,
    Sync,
    SyncBody,
    SyncHdr,
)

HEADER = SyncHdr(
    session_id="4A7C", msg_id="3", target=Location(uri="server"), source=Location(uri="device")
)


def _message(*commands: syncml.Command, cred: Cred | None = None, final: bool = False) -> Message:
    header = SyncHdr(session_id="1", msg_id="1", cred=cred)
    return Message(header=header, body=SyncBody(commands=commands, final=final))


@pytest.mark.parametrize(
    ("type_", "scheme"),
    [
        ("syncml:auth-md5", "md5"),
        (" SYNCML:AUTH-MD5 ", "md5"),
        ("syncml:auth-MAC", "mac"),
        ("syncml:auth-basic", "basic"),
        ("syncml:auth-x", "syncml:auth-x"),
        (None, ""),
    ],
)
def test_schemes_by_name(type_: str | None, scheme: str) -> None:
    assert build.scheme_of(Meta(type=type_)) == scheme


def test_no_meta_is_no_scheme() -> None:
    assert build.scheme_of(None) == ""


@pytest.mark.parametrize("octets", [b"", b"\0\xff nonce", b"SyncEvolution"])
def test_a_chal_carries_its_nonce_as_base64(octets: bytes) -> None:
    made = build.chal("md5", octets)
    assert made.meta is not None
    assert (made.meta.format, made.meta.type) == ("b64", "syncml:auth-md5")
    assert build.next_nonce(made) == octets


@pytest.mark.parametrize(
    ("meta", "nonce"),
    [
        (None, None),
        (Meta(format="b64"), None),
        (Meta(format="b64", next_nonce=""), b""),
        (Meta(format=" B64 ", next_nonce="YWJj"), b"abc"),
        (Meta(format="b64", next_nonce=" YW\n Jj "), b"abc"),
        (Meta(format="b64", next_nonce="not base64!"), b"not base64!"),
        (Meta(format="b64", next_nonce="é"), "é".encode()),
        (Meta(next_nonce="YWJj"), b"YWJj"),
        (Meta(format="chr", next_nonce="YWJj"), b"YWJj"),
    ],
)
def test_a_next_nonce_is_base64_where_the_format_says_so(
    meta: Meta | None, nonce: bytes | None
) -> None:
    assert build.next_nonce(Chal(meta=meta)) == nonce


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (("YWxpY2U6cHc=",), b"alice:pw"),
        (("YWxp", "Y2U6cHc="), b"alice:pw"),
        ((b"\x01\x02", b"\xff"), b"\x01\x02\xff"),
        ((), b""),
        (None, b""),
    ],
)
def test_the_value_of_a_cred(data: syncml.Content | None, value: bytes) -> None:
    assert build.cred_value(Cred(data=data)) == value


def test_a_cred_is_base64_text() -> None:
    made = build.cred("basic", build.b64(b"alice:pw"))
    assert made.meta == Meta(format="b64", type="syncml:auth-basic")
    assert build.cred_value(made) == b"alice:pw"


@given(st.binary(max_size=100))
def test_base64_there_and_back(octets: bytes) -> None:
    text = build.b64(octets)
    assert text == base64.b64encode(octets).decode()
    assert build.unbase64(text) == octets


def test_the_status_for_a_header() -> None:
    status = build.header_status(Message(header=HEADER), 212, build.chal("md5", b"n"))
    assert (status.msg_ref, status.cmd_ref, status.cmd, status.data) == ("3", "0", "SyncHdr", "212")
    assert (status.target_refs, status.source_refs) == (("server",), ("device",))
    assert status.chal is not None


@pytest.mark.parametrize(
    ("command", "targets", "sources"),
    [
        (build.alert(200, "./card", "./contacts"), ("./card",), ("./contacts",)),
        (Sync(target=Location(uri="t"), source=Location(uri="s")), ("t",), ("s",)),
        (Map(target=Location(uri="t"), items=(MapItem(),)), ("t",), ()),
        (
            Add(items=(Item(source=Location(uri="1")), Item(source=Location(uri="2")))),
            (),
            ("1", "2"),
        ),
        (Get(), (), ()),
    ],
)
def test_the_status_for_a_command_repeats_its_addresses(
    command: syncml.Command, targets: tuple[str, ...], sources: tuple[str, ...]
) -> None:
    status = build.status(Message(header=HEADER), command, 200)
    assert (status.msg_ref, status.cmd, status.data) == ("3", command.name, "200")
    assert (status.target_refs, status.source_refs) == (targets, sources)


@pytest.mark.parametrize(
    ("command", "wanted"), [(Get(), True), (Get(no_resp=True), False), (Status(), False)]
)
def test_what_is_to_be_answered(command: syncml.Command, wanted: bool) -> None:
    assert build.wants_status(command) is wanted


def test_an_alert_with_anchors() -> None:
    made = build.alert(201, "./card", "./contacts", Anchor(last="1", next="2"))
    assert made.code == 201
    assert made.items[0].meta == Meta(anchor=Anchor(last="1", next="2"))


def test_the_next_anchor_is_given_back_in_a_status() -> None:
    data = build.anchor_item("11").data
    assert data is not None
    assert syncml.read(Anchor, data[0]) == Anchor(next="11")  # type: ignore[arg-type]


def test_commands_are_numbered_in_document_order() -> None:
    numbered = build.number((Status(), Sync(commands=(Add(), Delete())), Alert()), 4)
    inner = numbered[1]
    assert isinstance(inner, Sync)
    assert [c.cmd_id for c in numbered] == ["4", "5", "8"]
    assert [c.cmd_id for c in inner.commands] == ["6", "7"]


@pytest.mark.parametrize(
    ("sizes", "room", "at_least", "count"),
    [
        ([], 10, 1, 0),
        ([5, 5], 10, 1, 2),
        ([5, 6], 10, 1, 1),
        ([11], 10, 1, 1),
        ([11, 1], 10, 1, 1),
        ([11, 1], 10, 2, 2),
        ([11, 1], 10, 0, 0),
    ],
)
def test_how_many_parts_fit(sizes: list[int], room: int, at_least: int, count: int) -> None:
    assert build.fitting(sizes, room, at_least) == count


def test_a_message_in_a_few_words() -> None:
    message = _message(
        Status(cmd_ref="0", data="212", chal=Chal()),
        Status(cmd_ref="1", data="200"),
        Status(cmd_ref="2", data="200"),
        build.alert(200, "a", "b"),
        Sync(commands=(Add(),)),
        Map(items=(MapItem(), MapItem())),
        Get(),
        cred=build.cred("md5", ""),
        final=True,
    )
    assert build.summary(message) == (
        "Cred, 212 + Chal, 2 Status, Alert 200, Sync (1), Map (2), Get, Final"
    )


def test_the_summary_of_nothing_is_empty() -> None:
    assert build.summary(_message()) == ""
