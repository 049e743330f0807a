"""A message edited by a person: what is not touched stays, octet for octet, and secrets stay hidden."""

import re
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import editing, journal
from emulator.editing import EditError
from emulator.exports import hiding
from emulator.protocol.events import Octets
from emulator.protocol.keyring import Account
from emulator.wire import build
from emulator.wire.codec import CODECS, Codec
from emulator.wire.syncml import Add, Cred, Item, Location, Message, Meta, Sync, SyncBody, SyncHdr

SECRET = b64encode(b"alice:open sesame")
BOTH = pytest.mark.parametrize("codec", CODECS.values(), ids=lambda c: c.name)


def message(data: str = "x", cred: Cred | None = None) -> Message:
    item = Item(source=Location("1"), data=(data,))
    add = Add(meta=Meta(type="text/x-vcard"), items=(item,))
    sync = Sync(target=Location("./contacts"), source=Location("./contacts"), commands=(add,))
    header = SyncHdr(
        "1.2", "SyncML/1.2", "4A7C", "1", Location("http://s/"), Location("IMEI:1"), cred=cred
    )
    return Message(header, SyncBody(build.number([sync]), True))


def basic() -> Cred:
    return Cred(Meta(format="b64", type="syncml:auth-basic"), (SECRET.decode(),))


@BOTH
@given(data=st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"))))
def test_what_is_not_touched_stays(codec: Codec, data: str) -> None:
    octets = codec.encode(message(data or "x"))
    shown = editing.as_xml(octets, codec.media_type)
    assert editing.from_xml(shown, shown.text, codec.media_type) == octets
    # An editor keeps lines, not the characters between them.
    kept = "\n".join(shown.text.splitlines())
    assert editing.from_xml(shown, kept, codec.media_type) == octets


@given(octets=st.binary())
def test_hex_of_any_octets_is_read_back(octets: bytes) -> None:
    shown = editing.as_hex(octets, "application/vnd.syncml+xml")
    assert editing.from_hex(shown, shown.text) == octets


@BOTH
def test_line_ends_inside_an_item_stay(codec: Codec) -> None:
    octets = codec.encode(message("BEGIN:VCARD\r\nN:Okafor;Adaeze\r\nEND:VCARD\r\n"))
    shown = editing.as_xml(octets, codec.media_type)
    assert editing.from_xml(shown, shown.text, codec.media_type) == octets


@BOTH
def test_each_element_has_a_line(codec: Codec) -> None:
    lines = editing.as_xml(codec.encode(message()), codec.media_type).text.split("\n")
    assert lines[2:5] == [
        "  <SyncHdr>",
        "    <VerDTD>1.2</VerDTD>",
        "    <VerProto>SyncML/1.2</VerProto>",
    ]
    assert lines[-3:] == ["    <Final/>", "  </SyncBody>", "</SyncML>"]


@BOTH
def test_secrets_are_placeholders_and_are_put_back(codec: Codec) -> None:
    octets = codec.encode(message(cred=basic()))
    shown = editing.as_xml(octets, codec.media_type)
    assert "<Data>{secret 1}</Data>" in shown.text and SECRET.decode() not in shown.text
    assert editing.from_xml(shown, shown.text, codec.media_type) == octets
    other = shown.text.replace("4A7C", "4A7D")
    changed = editing.from_xml(shown, other, codec.media_type)
    assert changed == octets.replace(b"4A7C", b"4A7D") and SECRET in changed
    pairs = editing.as_hex(octets, codec.media_type)
    assert pairs.text.split().count("**") == len(SECRET)
    assert editing.from_hex(pairs, pairs.text) == octets


@BOTH
def test_what_is_hidden_besides_is_a_placeholder_of_its_own(codec: Codec) -> None:
    def hide(octets: Octets, content_type: str) -> Octets:
        return hiding.message(octets, content_type, frozenset())

    octets = codec.encode(message("BEGIN:VCARD\r\nN:Okafor;Adaeze <&>\r\nEND:VCARD\r\n", basic()))
    shown = editing.as_xml(octets, codec.media_type, hide)
    assert "<Data>{secret 1}</Data>" in shown.text and "<Data>{hidden 2}</Data>" in shown.text
    assert "VCARD" not in shown.text and "Okafor" not in shown.text
    assert editing.from_xml(shown, shown.text, codec.media_type) == octets
    changed = editing.from_xml(shown, shown.text.replace("4A7C", "4A7D"), codec.media_type)
    assert changed == octets.replace(b"4A7C", b"4A7D")
    pairs = editing.as_hex(octets, codec.media_type, hide)
    assert b"Okafor".hex(" ").upper() not in " ".join(pairs.text.split())
    assert editing.from_hex(pairs, pairs.text) == octets


def test_a_placeholder_that_is_none_is_text() -> None:
    shown = editing.as_xml(CODECS["xml"].encode(message(cred=basic())), "")
    assert editing.as_typed(shown, "{secret 2} {secret 1} {secret 99999999999}") == (
        b"{secret 2} " + SECRET + b" {secret 99999999999}"
    )


@BOTH
def test_what_is_malformed_is_said_with_its_place(codec: Codec) -> None:
    shown = editing.as_xml(codec.encode(message()), codec.media_type)
    broken = shown.text.replace("<VerDTD>1.2</VerDTD>", "<VerDTD>1.2</VerDTB>")
    with pytest.raises(EditError, match=r"line 4, column [0-9]+: expected well-formed XML") as said:
        editing.from_xml(shown, broken, codec.media_type)
    assert said.value.line == 4


@pytest.mark.parametrize(
    ("text", "place"), [("00 0", (1, 4)), ("00\n 0G", (2, 2)), ("00 **", (1, 4)), ("000", (1, 1))]
)
def test_what_is_no_hex_is_said_with_its_place(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(EditError) as said:
        editing.from_hex(editing.Shown(""), text)
    assert (said.value.line, said.value.column) == place


@pytest.mark.parametrize("kind", ["syncml:auth-md5", "syncml:auth-basi"])
def test_a_secret_is_cut_out_of_a_journal_also_under_another_name(kind: str) -> None:
    account = Account("work", user="alice", password="open sesame")
    octets = CODECS["xml"].encode(message(cred=basic()))
    renamed = re.sub(b"syncml:auth-basic", kind.encode(), octets)
    kept = journal.cut(renamed, "application/vnd.syncml+xml", account)
    assert SECRET not in bytes(kept) and [c.secret for c in kept.cuts] == ["work/basic/1"]
    assert journal.restored(kept, {"work": account}) == renamed
