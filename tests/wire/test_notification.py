"""Package #0: the vectors, each field's place, and what does not fit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import notification
from emulator.wire.errors import WireError
from emulator.wire.notification import DIGEST_LENGTH, Notification, Sync, build_trigger, parse
from tests.wire.material import VECTORS, mutated
from tests.wire.pushes import NOTIFICATIONS, SAN, TRIGGER_CHOICES, TRIGGERS, xxd

DIGEST = bytes(range(16))


def _fields(octets: bytes) -> dict[str, str]:
    return {span.name: span.value for span in parse(octets).spans}


def test_the_two_syncs_of_the_worked_example() -> None:
    read = parse(NOTIFICATIONS["notif.ds12"])
    assert read.usage == "ds"
    assert read.digest.hex() == VECTORS["notif.ds12"]["intermediates"]["digest_hex"]
    assert read.trigger.hex() == VECTORS["notif.ds12"]["intermediates"]["trigger_hex"]
    assert (read.version, read.version_text) == (12, "1.2")
    assert (read.ui_mode_name, read.initiator_name) == ("informative", "server")
    assert (read.session_id, read.server_id) == (0x4A7C, "ds.example.com")
    assert read.syncs == (Sync(206, 7, "./contacts"), Sync(208, 0x306, "mail"))
    assert read.vendor == b""
    assert read.octets == NOTIFICATIONS["notif.ds12"]


def test_the_example_of_the_dm_specification() -> None:
    read = parse(NOTIFICATIONS["notif.dm.spec"])
    assert (read.usage, read.version_text, read.session_id) == ("dm", "1.1", 0x1234)
    assert (read.server_id, read.syncs) == ("com.mgmtsrv.manage", ())
    assert (read.ui_mode_name, read.initiator_name) == ("background", "user")


def test_no_syncs_means_all_datastores_and_is_a_whole_notification() -> None:
    read = parse(NOTIFICATIONS["notif.ds12.all"])
    assert (read.syncs, read.vendor, read.session_id) == ((), b"", 1)


def test_vendor_octets_are_kept_and_belong_to_the_trigger() -> None:
    read = parse(NOTIFICATIONS["notif.ds12.vendor"])
    assert read.vendor.hex() == "deadbeef"
    assert read.trigger.endswith(read.vendor)
    assert _fields(read.octets)["vendor"] == "deadbeef"


@pytest.mark.parametrize("name", TRIGGERS)
def test_triggers_of_the_resync_vectors_are_built_octet_for_octet(name: str) -> None:
    session_id = int(VECTORS[name]["inputs"]["session_id"], 16)
    contacts = (Sync(206, 7, "./contacts"),)
    assert build_trigger("ds.example.com", session_id, contacts) == TRIGGERS[name]
    assert parse(DIGEST + TRIGGERS[name]).session_id == session_id


@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_vectors_are_built_octet_for_octet(name: str) -> None:
    read = parse(NOTIFICATIONS[name])
    built = build_trigger(
        read.server_id,
        read.session_id,
        read.syncs,
        usage=read.usage,
        version=read.version,
        ui_mode=read.ui_mode,
        initiator=read.initiator,
        vendor=read.vendor,
    )
    assert built == read.trigger


@pytest.mark.parametrize(
    ("name", "codes"), [("v12-default-1", (206, 206)), ("v12-oneway-1", (209, 207))]
)
def test_notifications_of_syncevolution(name: str, codes: tuple[int, int]) -> None:
    read = parse(xxd(SAN / f"{name}.hex"))
    assert (read.usage, read.version_text, read.session_id) == ("ds", "1.2", 1)
    assert (read.server_id, read.ui_mode_name) == ("sc-server-01", "not-specified")
    assert tuple(s.code for s in read.syncs) == codes
    assert [(s.content_type, s.uri) for s in read.syncs] == [(7, "Contacts"), (6, "Calendar")]


def test_the_push_says_whose_it_is_against_the_version() -> None:
    octets = NOTIFICATIONS["notif.dm.spec"] + b"\x00"
    assert parse(octets).vendor == b"\x00"
    as_ds = parse(octets, "ds")
    assert (as_ds.usage, as_ds.syncs, as_ds.vendor) == ("ds", (), b"")
    assert parse(NOTIFICATIONS["notif.ds12"], "dm").vendor.startswith(b"\x20\x60")


@given(st.sampled_from(sorted(NOTIFICATIONS)))
def test_spans_lie_one_after_the_other(name: str) -> None:
    octets = NOTIFICATIONS[name]
    spans = parse(octets).spans
    end = 0
    for span in spans:
        # Between syncs' fields are four bits of future use that are no field of their own.
        assert span.bit - end in (0, 4), span
        end = span.bit + span.bits
    assert len(octets) * 8 - end in (0, 4)


@pytest.mark.parametrize(
    ("field", "octet", "bits"),
    [
        ("digest", 0, 128),
        ("version", 16, 10),
        ("ui-mode", 17, 2),
        ("initiator", 17, 1),
        ("future use", 17, 27),
        ("session id", 21, 16),
        ("server id length", 23, 8),
        ("server id", 24, 14 * 8),
        ("number of syncs", 38, 4),
        ("sync 1 type", 39, 4),
        ("sync 1 content type", 40, 24),
        ("sync 1 URI length", 43, 8),
        ("sync 1 URI", 44, 80),
        ("sync 2 URI", 59, 32),
    ],
)
def test_each_field_has_its_place(field: str, octet: int, bits: int) -> None:
    spans = {span.name: span for span in parse(NOTIFICATIONS["notif.ds12"]).spans}
    assert (spans[field].octet, spans[field].bits) == (octet, bits)


def test_future_use_is_shown_and_ignored() -> None:
    octets = bytearray(NOTIFICATIONS["notif.ds12"])
    octets[17] |= 0x07
    assert _fields(bytes(octets))["future use"] == str(7 << 24)
    assert parse(bytes(octets)).session_id == 0x4A7C


def test_a_server_id_that_is_no_utf8_stays_visible() -> None:
    octets = NOTIFICATIONS["notif.ds12"].replace(b"example", b"exa\xffple")
    assert parse(octets).server_id == "ds.exa\\xffple.com"


@pytest.mark.parametrize(
    ("length", "offset", "expected"),
    [
        (0, 0, "a digest of 16 octets"),
        (15, 0, "a digest of 16 octets"),
        (16, 16, "a header of 8 octets"),
        (23, 16, "a header of 8 octets"),
        (24, 24, "a server id of 14 octets"),
        (37, 24, "a server id of 14 octets"),
        (38, 38, "the number of syncs"),
        (39, 39, "sync 1 of 2"),
        (43, 39, "sync 1 of 2"),
        (44, 44, "sync 1: a URI of 10 octets"),
        (54, 54, "sync 2 of 2"),
        (60, 59, "sync 2: a URI of 4 octets"),
    ],
)
def test_what_is_cut_off_is_named_with_its_offset(length: int, offset: int, expected: str) -> None:
    with pytest.raises(WireError) as caught:
        parse(NOTIFICATIONS["notif.ds12"][:length])
    assert caught.value.offset == offset
    assert caught.value.expected.startswith(expected)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"version": 0x400}, "version"),
        ({"ui_mode": 4}, "ui-mode"),
        ({"initiator": 2}, "initiator"),
        ({"session_id": 0x10000}, "session id"),
        ({"session_id": -1}, "session id"),
        ({"server_id": "x" * 256}, "server id"),
        ({"syncs": (Sync(206, 7, "."),) * 16}, "syncs"),
        ({"syncs": (Sync(199, 7, "."),)}, "199"),
        ({"syncs": (Sync(216, 7, "."),)}, "216"),
        ({"syncs": (Sync(206, 1 << 24, "."),)}, "does not fit"),
        ({"syncs": (Sync(206, -1, "."),)}, "does not fit"),
        ({"syncs": (Sync(206, 7, "u" * 256),)}, "does not fit"),
    ],
)
def test_what_does_not_fit_into_its_bits_is_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        build_trigger(**{"server_id": "ds.example.com", "session_id": 1, **wrong})


@given(st.fixed_dictionaries(TRIGGER_CHOICES))
def test_what_was_built_is_read_back(choices: dict[str, Any]) -> None:
    read = parse(DIGEST + build_trigger(**choices), "ds")
    assert {name: getattr(read, name) for name in choices} == choices
    assert read.digest == DIGEST


@given(st.fixed_dictionaries({k: v for k, v in TRIGGER_CHOICES.items() if k != "syncs"}))
def test_a_dm_notification_is_read_back(choices: dict[str, Any]) -> None:
    read = parse(DIGEST + build_trigger(**choices, usage="dm"), "dm")
    assert {name: getattr(read, name) for name in choices} == choices
    assert read.syncs == ()


@given(mutated(list(NOTIFICATIONS.values())), st.sampled_from(("ds", "dm", None)))
def test_damaged_octets_raise_nothing_but_wire_errors(octets: bytes, usage: Any) -> None:
    try:
        read = parse(octets, usage)
    except WireError as wrong:
        assert 0 <= wrong.offset <= len(octets)
    else:
        assert isinstance(read, Notification)
        assert read.octets == octets
        assert read.digest == octets[:DIGEST_LENGTH]


def test_content_type_codes_have_names() -> None:
    assert notification.CONTENT_TYPES[7] == "text/x-vcard"
