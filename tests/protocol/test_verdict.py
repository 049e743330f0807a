"""Steps 1 and 2: which nonce verifies a notification, and why one is ignored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol import sessionid, verdict
from emulator.protocol.events import NonceTried, StepMoved, VerdictReached
from emulator.protocol.keyring import Keyring, Opening
from emulator.protocol.policy import Encoding
from emulator.wire import notification
from tests.protocol.flow import (
    DEFAULT_NONCE,
    PASSWORD,
    SERVER_NONCE,
    USER,
    account,
    judge,
    package0,
    signature,
)
from tests.vectors.read import VECTORS


def test_the_flow_of_the_worked_vectors():
    flow = VECTORS["resync.flow"]["intermediates"]
    first = notification.parse(bytes.fromhex(flow["step0_notification_with_stale_nonce_hex"]))
    assert judge(first).reason == "digest"
    second = notification.parse(bytes.fromhex(flow["step1_2_resync_notification_hex"]))
    found = judge(second)
    assert (found.verdict, found.encoding) == ("verified-session-id", "raw16_be")
    expected = [a.working.value for a in found.attempts]
    assert expected == [
        flow["step1_digest_with_stored_nonce_hex"],
        flow["step2_digest_with_session_id_hex"],
    ]


@pytest.mark.parametrize("encoding", sessionid.ENCODINGS)
def test_decision_1_two_encodings_are_accepted_all_others_are_near_misses(encoding):
    found = judge(package0(sessionid.nonce(0xABCD, encoding), 0xABCD))
    if encoding in ("raw16_be", "hex_text_upper"):
        assert (found.verdict, found.encoding) == ("verified-session-id", encoding)
    else:
        # In 0xABCD the four-digit text is the same as that without leading zeros.
        same = sessionid.nonce(0xABCD, encoding) == sessionid.nonce(0xABCD, "hex_text_upper")
        assert found.verified == same
        if not same:
            assert ("session-id-encoding", encoding) in {
                (m.id, m.encoding) for m in found.near_misses
            }


@given(st.lists(st.sampled_from(list(sessionid.ENCODINGS)), unique=True, min_size=1))
def test_decision_1_the_profile_names_the_encodings(encodings: list[Encoding]):
    found = judge(
        package0(sessionid.nonce(0xAB, "dec_text"), 0xAB),
        account(resync__encodings=tuple(encodings)),
    )
    assert found.verified == ("dec_text" in encodings)


def test_decision_1_a_pinned_encoding_is_the_only_one():
    pinned = account(pinned="hex_text_upper")
    assert judge(package0(DEFAULT_NONCE), pinned).reason == "digest"
    assert judge(package0(b"4A7C"), pinned).verified


def test_decision_3_the_order_is_stored_candidate_session_id():
    who = account(candidate=b"candidate")
    kinds = [a.nonce_kind for a in judge(package0(b"none of these"), who).attempts]
    assert kinds == ["stored", "candidate", "session-id", "session-id"]
    assert judge(package0(SERVER_NONCE), who).verdict == "verified-stored"
    assert judge(package0(b"candidate"), who).verdict == "verified-candidate"
    assert judge(package0(DEFAULT_NONCE), who).verdict == "verified-session-id"


def test_decision_3_an_unknown_server_comes_before_any_nonce():
    found = judge(package0(SERVER_NONCE, server_id="other.example.com"))
    assert (found.reason, found.attempts) == ("unknown-server", ())


REFUSALS = [
    ("resync-disabled", {"resync__enabled": False}, 0x4A7C),
    ("session-id-zero", {}, 0),
    ("transport-not-secure", {"auth__scheme": "none"}, 0x4A7C),
    ("replayed", {"openings": (Opening(0x4A7C, 0, True),)}, 0x4A7C),
    ("rate-limited", {"openings": tuple(Opening(i, 999, True) for i in (1, 2, 3))}, 0x4A7C),
]


@pytest.mark.parametrize(("reason", "fields", "session_id"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_decision_3_reasons_why_a_match_of_the_session_id_is_ignored(reason, fields, session_id):
    nonce = session_id.to_bytes(2, "big")
    found = judge(package0(nonce, session_id), account(**fields))
    assert (found.verdict, found.reason, found.nonce_kind) == ("ignored", reason, "session-id")


def test_decision_3_the_first_of_several_reasons_is_given():
    everything = {
        "resync__enabled": False,
        "auth__scheme": "none",
        "openings": (Opening(0, 0, True),),
    }
    assert judge(package0(b"\0\0", 0), account(**everything)).reason == "resync-disabled"
    del everything["resync__enabled"]
    assert judge(package0(b"\0\0", 0), account(**everything)).reason == "session-id-zero"


@pytest.mark.parametrize("fields", [f for _, f, _ in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_decision_3_a_failed_digest_is_always_digest(fields):
    assert judge(package0(b"wrong"), account(**fields)).reason == "digest"


@pytest.mark.parametrize("fields", [f for _, f, _ in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_decision_4_what_verifies_with_the_stored_nonce_is_not_guarded(fields):
    assert judge(package0(SERVER_NONCE), account(**fields)).verified


def test_decision_4_an_empty_stored_nonce_is_guarded():
    who = account(server_nonce=b"", openings=(Opening(0x4A7C, 0, True),))
    found = judge(package0(b""), who)
    assert (found.reason, found.guarded) == ("replayed", True)


@pytest.mark.parametrize(
    ("mode", "openings", "verified"),
    [
        ("until-reply", [False], True),
        ("until-reply", [False, False], True),
        ("until-reply", [False, False, False], False),
        ("until-reply", [True], False),
        ("strict", [False], False),
        ("off", [True, True, True], True),
    ],
)
def test_decision_4_replay_guard(mode, openings, verified):
    used = tuple(Opening(0x4A7C, i * 1000.0, up) for i, up in enumerate(openings))
    who = account(resync__replay=mode, openings=used)
    assert judge(package0(DEFAULT_NONCE), who, at=10_000).verified == verified


@pytest.mark.parametrize(
    ("times", "at", "verified"),
    [
        ([0, 0], 0, True),
        ([0, 0, 0], 0, False),
        ([0, 0, 0], 59, False),
        ([0, 0, 0], 60, True),
        ([0, 0, 0, 60], 61, False),
        ([0, 0, 0, 60], 120, True),
    ],
)
def test_decision_4_a_burst_of_three_then_one_a_minute(times, at, verified):
    openings = tuple(Opening(i, float(t), True) for i, t in enumerate(times, 1))
    assert judge(package0(DEFAULT_NONCE), account(openings=openings), at=at).verified == verified
    off = account(openings=openings, resync__rate="off")
    assert judge(package0(DEFAULT_NONCE), off, at=at).verified


def test_decision_6_a_notification_over_the_candidate_makes_it_the_stored_nonce():
    who = account(candidate=b"candidate")
    changes = verdict.changes(judge(package0(b"candidate"), who), Keyring((who,)))
    assert [(c.slot, c.nonce) for c in changes] == [("server", b"candidate"), ("candidate", None)]


@pytest.mark.parametrize("nonce", [SERVER_NONCE, DEFAULT_NONCE, b"wrong"])
def test_decision_6_no_other_verdict_changes_a_nonce(nonce):
    who = account(candidate=b"candidate")
    assert verdict.changes(judge(package0(nonce), who), Keyring((who,))) == ()


def test_decision_10_with_resync_disabled_only_own_nonces_open_a_session():
    who = account(resync__enabled=False)
    assert not judge(package0(DEFAULT_NONCE), who).verified
    assert judge(package0(SERVER_NONCE), who).verified


def test_decision_12_identity_and_constant_nonces_are_the_server_profiles():
    note = package0(b"SyncEvolution", identity=USER, secret=PASSWORD)
    theirs = account(
        notification__identity="user", notification__constant_nonces=("SyncEvolution",)
    )
    assert judge(note, theirs).verdict == "verified-stored"
    found = judge(note)
    assert found.reason == "digest"
    assert [m.id for m in found.near_misses] == ["user-for-server-id"]


def test_decision_15_own_nonces_of_all_accounts_come_before_the_session_id_of_any():
    first = account(name="first", server_nonce=b"a" * 16)
    second = account(name="second", server_nonce=DEFAULT_NONCE)
    found = judge(package0(DEFAULT_NONCE), first, second)
    assert (found.account, found.verdict) == ("second", "verified-stored")


def test_decision_15_of_several_that_match_the_first_is_taken_and_remarked():
    found = judge(package0(SERVER_NONCE), account(name="first"), account(name="second"))
    assert found.account == "first"
    assert [r.id for r in found.remarks] == ["several-accounts"]


def test_an_account_without_a_secret_verifies_nothing():
    note = package0(SERVER_NONCE, secret="")
    assert judge(note, account(server_secret="")).reason == "digest"


def test_a_nonce_that_was_never_set_is_tried_as_the_empty_one():
    assert judge(package0(b""), account(server_nonce=None)).verdict == "verified-stored"


DM = notification.parse(bytes.fromhex(VECTORS["notif.dm.spec"]["output"]["notification_hex"]))


def dm(**fields):
    values = {
        "server_id": "com.mgmtsrv.manage",
        "server_secret": "srvpwd",
        "server_nonce": b"Nonce",
    }
    return account(**({"protocol": "dm"} | values | fields))


def dm_over(nonce, session_id=0x1234):
    trigger = notification.build_trigger("com.mgmtsrv.manage", session_id, usage="dm", version=11)
    return notification.parse(
        signature(nonce, trigger, "com.mgmtsrv.manage", "srvpwd") + trigger, "dm"
    )


def test_decision_16_a_dm_notification_is_not_mistaken_for_ds():
    assert judge(DM).reason == "not-for-us"
    assert judge(DM, dm(protocol="ds", server_id="com.mgmtsrv.manage")).reason == "not-for-us"
    assert judge(package0(SERVER_NONCE), dm(server_id="ds.example.com")).reason == "unknown-server"


def test_decision_16_dm_verifies_with_its_stored_nonce():
    assert judge(DM, dm()).verdict == "verified-stored"


@pytest.mark.parametrize("nonce", [bytes(4), b"0x00000000"])
def test_decision_16_dms_default_nonce_in_both_readings(nonce):
    found = judge(dm_over(nonce), dm(server_nonce=b"lost"))
    assert (found.verdict, found.nonce, found.encoding) == ("verified-dm-default", nonce, "")
    assert found.guarded, "a constant nonce: the same octets open no second session"
    steps = [e for e in verdict.events(found) if isinstance(e, StepMoved)]
    assert [(e.step, e.state) for e in steps] == [(1, "failed"), (2, "passed")]
    used = dm(server_nonce=b"lost", openings=(Opening(0x1234, 1.0, True),))
    assert judge(dm_over(nonce), used).reason == "replayed"


@pytest.mark.parametrize("encoding", sessionid.ENCODINGS)
def test_decision_16_dm_never_takes_the_session_id(encoding):
    found = judge(dm_over(sessionid.nonce(0x1234, encoding)), dm())
    assert found.reason == "digest"
    assert {m.id for m in found.near_misses} >= {"session-id-encoding"}


def test_decision_16_ds_never_takes_dms_default_nonce():
    found = judge(package0(bytes(4)))
    assert found.reason == "digest"
    assert "dm-default-nonce" in {m.id for m in found.near_misses}


@given(st.binary(min_size=16, max_size=16))
def test_no_digest_but_the_right_ones_opens_a_session(digest):
    note = package0(DEFAULT_NONCE)
    right = {a.working.octets for a in judge(package0(b"wrong"), account()).attempts}
    forged = notification.parse(digest + note.trigger)
    assert judge(forged).verified == (digest in right)


@pytest.mark.parametrize(
    ("nonce", "steps"),
    [
        (SERVER_NONCE, ["passed", "skipped"]),
        (DEFAULT_NONCE, ["failed", "passed"]),
        (b"wrong", ["failed", "failed"]),
    ],
)
def test_a_verdict_as_events(nonce, steps):
    events = verdict.events(judge(package0(nonce)))
    assert [e.state for e in events if isinstance(e, StepMoved)] == steps
    assert isinstance(events[0], NonceTried)
    assert isinstance(events[-1], VerdictReached)
    assert events[-1].sentence


def test_every_reason_has_words():
    reasons = {
        "digest", "unknown-server", "replayed", "malformed", "resync-disabled", "session-id-zero",
        "no-digest", "transport-not-secure", "rate-limited", "declined", "duplicate", "superseded", "not-for-us",
        "no-dm-session",
    }  # fmt: skip
    assert set(verdict.REASONS) == reasons
