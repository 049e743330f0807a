"""Octets as a tree: every field lies where it is said to lie, and says what its octets say."""

from xml.sax.saxutils import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.exports import tree
from emulator.exports.text import MASKED
from emulator.exports.tree import Node, Tree
from emulator.protocol.events import Cut, Octets
from emulator.wire import notification, push, wbxml, xml
from emulator.wire.element import Document
from emulator.wire.notification import Sync
from emulator.wire.tokens import REWRITTEN
from tests.tui import recording
from tests.wire.material import documents, mutated
from tests.wire.messages import WBXML_MESSAGES, XML_MESSAGES

XML, WBXML = "application/vnd.syncml+xml", "application/vnd.syncml+wbxml"
MESSAGES = [(XML, octets) for octets in XML_MESSAGES.values()] + [
    (WBXML, octets) for octets in WBXML_MESSAGES.values()
]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def of(found: Tree, label: str, number: int = 0) -> Node:
    return [node for node in found.nodes if node.label == label][number]


def _holds(found: Tree, length: int) -> None:
    """Spans lie within the octets, children within their parents, and begin in order."""
    parents: list[Node] = []
    for node in found.nodes:
        del parents[node.depth :]
        assert len(parents) == node.depth
        if node.placed:
            assert 0 <= node.start <= node.end <= length
            assert all(0 <= a < b <= length for a, b in node.runs)
            around = [p for p in parents if p.placed]
            assert all(p.start <= node.start and node.end <= p.end for p in around)
        parents.append(node)


def _said(content_type: str, octets: bytes, node: Node) -> str:
    """What the octets of a value say."""
    raw = b"".join(octets[a:b] for a, b in node.runs).decode()
    if content_type == WBXML:
        return REWRITTEN.get(raw, raw)
    text = unescape(raw.replace("\r\n", "\n"), {"&quot;": '"', "&apos;": "'"})
    return text.replace("&#13;", "\r").replace("&#10;", "\n").replace("&#x0D;", "\r")


@pytest.mark.parametrize(("content_type", "octets"), MESSAGES)
def test_recorded_messages_are_told_octet_by_octet(content_type: str, octets: bytes) -> None:
    found = tree.of_message(Octets.of(octets), content_type)
    assert not found.remark and all(node.placed for node in found.nodes)
    _holds(found, len(octets))
    leaves = [n for n in found.nodes if n.value and n.label != "WBXML header"]
    assert len(leaves) > 5
    for node in leaves:
        assert node.value.strip() == _said(content_type, octets, node).strip()


@given(documents(), st.sampled_from([XML, WBXML]))
@settings(deadline=None, suppress_health_check=SLOW, max_examples=60)
def test_fields_lie_within_octets_and_parents(document: Document, content_type: str) -> None:
    octets = (xml if content_type == XML else wbxml).encode(document)
    found = tree.of_message(Octets.of(octets), content_type)
    assert found.nodes and all(node.placed for node in found.nodes)
    _holds(found, len(octets))


@given(mutated([octets for _, octets in MESSAGES]), st.sampled_from([XML, WBXML]))
@settings(deadline=None, suppress_health_check=SLOW, max_examples=60)
def test_any_octets_give_a_tree_or_a_remark(octets: bytes, content_type: str) -> None:
    found = tree.of_message(Octets.of(octets), content_type)
    assert found.nodes or found.remark
    _holds(found, len(octets))


SYNCS = st.lists(
    st.builds(Sync, st.integers(206, 210), st.integers(0, 0xFFFFFF), st.text(max_size=20)),
    max_size=3,
).map(tuple)


@given(
    st.binary(min_size=16, max_size=16), st.text(max_size=20), SYNCS, st.binary(max_size=4),
    st.sampled_from(["", "short", "text"]),
)  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_every_octet_of_a_push_belongs_to_a_field(
    digest: bytes, server: str, syncs: tuple[Sync, ...], vendor: bytes, wrapped: str
) -> None:
    trigger = notification.build_trigger(server, 0x4A7C, syncs, vendor=vendor)
    octets = digest + trigger
    if wrapped:
        octets = push.build(octets, text_headers=wrapped == "text")
    elif octets[1] == push.PUSH_PDU:
        return  # a digest that may be taken for a push
    found = tree.of_push(Octets.of(octets))
    _holds(found, len(octets))
    named = set()
    for node in found.nodes:
        if node.depth:
            named |= {n for a, b in node.lit for n in range(a, b)}
    # The second half of the octet with the number of syncs is for future use.
    assert named == set(range(len(octets)))
    assert of(found, "session id").value == "4A7C"
    assert of(found, "server id").value == server.encode().decode()


@given(st.binary(max_size=80))
def test_any_octets_are_a_push_or_not_understood(octets: bytes) -> None:
    found = tree.of_push(Octets.of(octets))
    assert found.nodes or found.remark
    _holds(found, len(octets))


def test_the_fields_of_an_octet_are_its_innermost_ones() -> None:
    found = tree.of_push(Octets(recording.PUSHED))
    assert [found.path(n) for n in found.owners(3)] == ["package #0 (DS)/digest"]
    assert [found.nodes[n].label for n in found.owners(17)] == [
        "version",
        "ui-mode",
        "initiator",
        "future use",
    ]
    assert found.nearest(22) == found.owners(22)[0]


def test_codes_are_explained_where_they_stand() -> None:
    message = recording._message("step4_package2_xml")
    found = tree.of_message(message, XML)
    status = next(n for n in found.nodes if n.value == "212")
    assert status.note == "authentication accepted for the whole session"
    asked = [n for n in found.nodes if found.path(found.nodes.index(n)).endswith("/Alert/Data")]
    assert [n.note for n in asked] == ["two-way sync"]
    assert of(found, "NextNonce").note.startswith("base64 of 16 octets: ")
    assert of(found, "Chal").about.startswith("challenge")
    notified = tree.of_push(Octets(recording.PUSHED))
    assert of(notified, "ui-mode").note == "the session starts without a word"


def test_what_was_cut_out_is_masked() -> None:
    octets = bytes(recording._message("step3_package1_xml"))
    start = octets.index(b"<Data>") + len(b"<Data>")
    end = octets.index(b"</Data>")
    masked = octets[:start] + bytes(end - start) + octets[end:]
    found = tree.of_message(Octets(masked.hex(), (Cut(start, end - start, "a/basic/1"),)), XML)
    assert [n.value for n in found.nodes if n.secret] == [MASKED]
    assert of(found, "Data").lit == ((start, end),)
    whole = Octets("00" * 9, (Cut(0, 9, "a/foreign/1"),))
    assert tree.of_message(whole, XML).remark.startswith("All of it is cut out")


def test_utf16_is_shown_without_places() -> None:
    octets = bytes(recording._message("step3_package1_xml")).decode().encode("utf-16")
    found = tree.of_message(Octets.of(octets), XML)
    assert "UTF-16" in found.remark
    assert of(found, "SessionID").value == "4A7C"
    assert not any(node.placed or node.lit for node in found.nodes)
    assert found.owners(0) == []


def test_what_is_not_understood_is_lit_from_the_octet_to_blame() -> None:
    found = tree.of_message(Octets.of(b"<SyncML><SyncHdr></SyncML>"), XML)
    assert found.nodes[0].label == "not understood" and found.nodes[0].placed
    assert "offset" in found.remark
    assert "text/html" in tree.of_message(Octets.of(b"<html>"), "text/html").remark


def test_an_alert_of_ds_11_is_opened_inside_its_push() -> None:
    inside = WBXML_MESSAGES["wbxml.ds11.san"]
    octets = push.build(inside, content_type=WBXML)
    found = tree.of_push(Octets.of(octets))
    node = of(found, "VerDTD")
    start, end = node.lit[0]
    assert octets[start:end] == b"1.1"
