"""The session as a flow: what is heard, what is sent, stored and said. Each test names its decision."""

import base64
import hashlib

import pytest

from emulator.protocol.effects import (
    Keep,
    Lost,
    OpenedWith,
    PinEncoding,
    PutItem,
    Record,
    Reply,
    Send,
    Stopped,
    UsedUp,
)
from emulator.protocol.events import NonceStored, PersonAsked, ServerCredJudged, SessionIdUsed
from emulator.protocol.keyring import Datastore, Device
from emulator.protocol.states import State
from emulator.wire import build
from emulator.wire.notification import Sync as Wanted
from emulator.wire.syncml import Add, Chal, Item, Location, Meta, Status, Sync
from tests.protocol.flow import (
    CLIENT_NONCE,
    DEFAULT_NONCE,
    LOST,
    NEXT_CLIENT_NONCE,
    PASSWORD,
    SECRET,
    SERVER_ID,
    SERVER_NONCE,
    SESSION_ID,
    URL,
    USER,
    Talk,
    accept,
    account,
    alerts,
    chal,
    header_status,
    md5,
    ok,
    over,
    refuse,
    reply,
    server_alert,
)
from tests.vectors.read import VECTORS


def cred_data(message):
    return base64.b64encode(build.cred_value(message.header.cred)).decode()


def resynced() -> Talk:
    """A resync up to our Chal: package 3 has left."""
    talk = Talk()
    return talk.hears(accept(talk, cred=over(DEFAULT_NONCE)))


def test_the_whole_flow_of_the_change_request():
    talk = Talk()
    assert talk.step(3) == "running"
    assert cred_data(talk.last) == VECTORS["resync.flow"]["intermediates"]["step3_client_cred"]

    talk.hears(accept(talk, cred=over(DEFAULT_NONCE)))
    assert (talk.step(4), talk.step(5), talk.step(6)) == ("passed", "passed", "running")
    assert talk.nonces == [("client", NEXT_CLIENT_NONCE), ("candidate", talk.issued)]
    status = header_status(talk.last)
    assert status.code == 212
    assert build.next_nonce(status.chal) == talk.issued

    talk.hears(ok(talk))
    assert talk.step(6) == "passed"
    assert talk.nonces[2:] == [("server", talk.issued), ("candidate", None)]

    assert talk.outcome == "synchronised"


def test_package_1_has_the_octets_of_the_worked_flow():
    expected = VECTORS["resync.flow"]["intermediates"]
    assert md5(USER, PASSWORD, CLIENT_NONCE) == expected["step3_client_cred"]
    assert md5(SERVER_ID, SECRET, DEFAULT_NONCE) == expected["step4_server_cred"]


# Decision 1


def test_decision_1_only_the_encoding_that_verified_counts_for_the_servers_cred():
    talk = Talk(signed=b"4A7C")
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE)))
    assert talk.step(5) == "running"
    assert header_status(talk.last).code == 401


def test_decision_1_the_encoding_is_pinned_when_step_5_has_passed():
    talk = Talk(signed=b"4A7C")
    assert not [c for c in talk.changes if isinstance(c, PinEncoding)]
    talk.hears(accept(talk, cred=over(b"4A7C")))
    assert [c.encoding for c in talk.changes if isinstance(c, PinEncoding)] == ["hex_text_upper"]


@pytest.mark.parametrize("signed", [SERVER_NONCE, None], ids=["ordinary", "client-initiated"])
def test_decision_1_the_session_id_is_no_nonce_outside_a_resync(signed):
    talk = Talk(signed=signed)
    session_id = int(talk.last.header.session_id, 16).to_bytes(2, "big")
    talk.hears(accept(talk, cred=over(session_id)))
    assert header_status(talk.last).code == 401


# Decision 2


@pytest.mark.parametrize(
    ("form", "text"), [("hex", "AB"), ("decimal", "171")], ids=["hex", "decimal"]
)
def test_decision_2_the_notifications_id_is_the_sessions_through_every_retry(form, text):
    talk = Talk(account(session_id__text=form), signed=b"\x00\xab", session_id=0xAB)
    talk.hears(refuse(talk))
    talk.hears(accept(talk, cred=over(b"\x00\xab")))
    assert {m.header.session_id for m in talk.sent} == {text}


def test_decision_2_an_ordinary_notification_with_id_0_gets_an_id_of_our_own():
    talk = Talk(signed=SERVER_NONCE, session_id=0)
    assert talk.last.header.session_id not in ("", "0")


def test_decision_2_a_reply_under_another_id_is_remarked_and_we_go_on_under_ours():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), session_id="77"))
    assert "session-id-changed" in talk.remarks
    assert talk.last.header.session_id == "4A7C"
    assert talk.step(5) == "passed"


# Decision 4


def test_decision_4_an_id_is_used_up_by_the_first_syncml_reply_before_it_is_processed():
    talk = Talk()
    assert [type(c) for c in talk.changes] == [OpenedWith]
    talk.hears(refuse(talk))
    kinds = [
        type(e.changes[0]) if isinstance(e, Keep) else type(e.what)
        for e in talk.effects
        if isinstance(e, Keep | Record)
    ]
    assert kinds.index(UsedUp) < kinds.index(SessionIdUsed)
    after = kinds[kinds.index(SessionIdUsed) + 1 :]
    assert "MessageReceived" in [k.__name__ for k in after]


@pytest.mark.parametrize(
    "answer",
    [
        Reply(500, "text/html", b"<html>"),
        Reply(200, "text/html", b"<html>"),
        Reply(200, "application/vnd.syncml+xml", b""),
    ],
    ids=["500", "html", "empty"],
)
def test_decision_4_what_is_no_syncml_uses_up_nothing(answer):
    talk = Talk().hears(answer)
    assert not [c for c in talk.changes if isinstance(c, UsedUp)]
    assert talk.outcome == "transport"


def test_decision_4_the_opening_is_on_disk_before_package_1_leaves():
    effects = Talk().effects
    opened = next(
        i
        for i, e in enumerate(effects)
        if isinstance(e, Keep) and isinstance(e.changes[0], OpenedWith)
    )
    assert opened < next(i for i, e in enumerate(effects) if isinstance(e, Send))


def test_decision_4_an_ordinary_session_is_not_guarded_but_one_over_an_empty_nonce_is():
    assert not Talk(signed=SERVER_NONCE).changes
    talk = Talk(account(server_nonce=b""), signed=b"")
    assert [type(c) for c in talk.changes] == [OpenedWith]


# Decision 5


def test_decision_5_a_401_repeats_package_1_over_the_new_nonce():
    talk = Talk()
    first = talk.last
    talk.hears(refuse(talk, challenge=chal(b"fresh-nonce-0001")))
    again = talk.last
    assert cred_data(again) == md5(USER, PASSWORD, b"fresh-nonce-0001")
    assert again.header.msg_id == "2"
    assert [a.code for a in alerts(again)] == [a.code for a in alerts(first)]
    assert header_status(again).code == 200
    assert header_status(again).chal is None
    assert talk.nonces == []


def test_decision_5_the_repeat_goes_to_resp_uri_if_the_reply_had_one_else_to_the_account():
    talk = Talk()
    talk.hears(refuse(talk, resp_uri=URL + "?sid=1"))
    assert talk.urls[-1] == URL + "?sid=1"
    talk = Talk()
    talk.hears(refuse(talk))
    assert talk.urls[-1] == URL


def test_decision_5_one_401_and_one_407_a_session():
    talk = Talk()
    talk.hears(refuse(talk, 407))
    talk.hears(refuse(talk, 401))
    assert len(talk.sent) == 3
    talk.hears(refuse(talk, 401))
    assert talk.outcome == "auth-refused"
    assert talk.step(4) == "failed"
    assert talk.nonces == []


def test_decision_5_a_challenge_without_next_nonce_means_the_empty_nonce():
    talk = Talk()
    talk.hears(refuse(talk, challenge=chal(None)))
    assert cred_data(talk.last) == md5(USER, PASSWORD, b"")
    assert "challenge-without-nonce" in talk.remarks


def test_decision_5_a_401_without_chal_is_the_end():
    talk = Talk()
    talk.hears(reply(talk, 401))
    assert talk.outcome == "auth-refused"
    assert "challenge-missing" in talk.remarks


def test_a_next_nonce_without_format_is_its_own_text_and_remarked():
    plain = Chal(meta=Meta(type="syncml:auth-md5", next_nonce="Tm9uY2U="))
    talk = Talk()
    talk.hears(refuse(talk, challenge=plain))
    assert cred_data(talk.last) == md5(USER, PASSWORD, b"Tm9uY2U=")
    assert "nonce-not-base64" in talk.remarks


def test_decision_5_a_weaker_challenge_is_refused_over_http_and_honoured_over_tls():
    talk = Talk()
    talk.hears(refuse(talk, challenge=chal(None, "basic")))
    assert (talk.outcome, len(talk.sent)) == ("auth-refused", 1)
    assert "downgrade" in talk.remarks
    talk = Talk(account(url="https://ds.example.com/sync"))
    talk.hears(refuse(talk, challenge=chal(None, "basic")))
    assert build.cred_value(talk.last.header.cred) == f"{USER}:{PASSWORD}".encode()


def test_decision_5_without_a_client_nonce_auth_first_decides():
    assert cred_data(Talk(account(client_nonce=None)).last) == md5(USER, PASSWORD, b"")
    talk = Talk(account(client_nonce=None, auth__first="none"))
    assert talk.last.header.cred is None
    talk.hears(refuse(talk, 407, chal(b"x" * 8)))
    assert cred_data(talk.last) == md5(USER, PASSWORD, b"x" * 8)


def test_decision_5_basic_needs_no_nonce():
    talk = Talk(account(auth__scheme="basic"))
    assert build.cred_value(talk.last.header.cred) == f"{USER}:{PASSWORD}".encode()
    assert "basic-over-http" in talk.remarks


@pytest.mark.parametrize("code", [402, 403, 404, 500, 510, 101])
def test_decision_5_other_codes_for_package_1_fail_step_4_and_nothing_more_is_sent(code):
    talk = Talk()
    talk.hears(reply(talk, code))
    assert (talk.outcome, talk.step(4), len(talk.sent)) == ("peer-error", "failed", 1)
    assert talk.nonces == []


def test_decision_5_no_status_for_sync_hdr_fails_step_4():
    talk = Talk()
    talk.hears(reply(talk, None, server_alert()))
    assert (talk.outcome, talk.step(4)) == ("peer-error", "failed")


@pytest.mark.parametrize("code", [505, 513, 400, 501])
def test_decision_5_version_fall_back_is_not_counted(code):
    talk = Talk()
    talk.hears(reply(talk, code))
    assert talk.last.header.ver_dtd == "1.1"
    talk.hears(reply(talk, code))
    assert talk.last.header.ver_dtd == "1.0"
    talk.hears(refuse(talk))
    assert talk.outcome == ""
    talk = Talk()
    for _ in range(3):
        talk.hears(reply(talk, code))
    assert (talk.outcome, len(talk.sent)) == ("peer-error", 3)


def test_decision_5_the_1_0_form_of_the_digest_goes_with_version_1_0():
    talk = Talk(device=Device(codec="xml", version="1.0"))
    digest = hashlib.md5(f"{USER}:{PASSWORD}:".encode() + CLIENT_NONCE).digest()
    assert build.cred_value(talk.last.header.cred) == digest


def test_decision_5_resp_uri_from_https_to_http_ends_the_session():
    talk = Talk(account(url="https://ds.example.com/sync"))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), resp_uri="http://ds.example.com/x"))
    assert (talk.outcome, len(talk.sent)) == ("peer-error", 1)
    assert talk.nonces == []


def test_decision_5_a_challenge_on_another_command_leaves_that_datastore_out():
    talk = Talk()
    alert = alerts(talk.last)[0]
    status = build.status(talk.last, alert, 401)
    talk.hears(reply(talk, 212, status, challenge=chal(), cred=over(DEFAULT_NONCE)))
    assert "command-challenged" in talk.remarks
    assert not [c for c in talk.last.commands if isinstance(c, Sync)]


# Decision 6


def test_decision_6_the_client_nonce_is_stored_before_the_next_message_leaves():
    talk = resynced()
    keep = max(i for i, e in enumerate(talk.effects) if isinstance(e, Keep))
    send = max(i for i, e in enumerate(talk.effects) if isinstance(e, Send))
    assert keep < send


def test_decision_6_one_transaction_holds_both_nonces():
    keeps = [e for e in resynced().effects if isinstance(e, Keep)]
    assert {type(c).__name__ for c in keeps[-1].changes} == {"SetNonce", "PinEncoding"}
    assert len([c for c in keeps[-1].changes if type(c).__name__ == "SetNonce"]) == 2


def test_decision_6_a_missing_required_cred_defers_the_client_nonce_until_the_server_is_proven():
    talk = Talk()
    talk.hears(accept(talk))
    assert talk.nonces == []
    talk.hears(accept(talk, 200, cred=over(talk.challenge), challenge=chal(b"newer-nonce-0002")))
    assert talk.nonces[0] == ("client", b"newer-nonce-0002")


def test_decision_6_a_wrong_cred_that_stays_wrong_stores_nothing():
    talk = Talk()
    talk.hears(accept(talk, cred=over(b"wrong")))
    talk.hears(accept(talk, cred=over(b"wrong")))
    assert talk.outcome == "server-not-authenticated"
    assert talk.nonces == []


@pytest.mark.parametrize("challenge", [chal(None, "basic"), chal(None)], ids=["basic", "no nonce"])
def test_decision_6_a_chal_without_a_nonce_leaves_the_client_nonce(challenge):
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), challenge=challenge))
    assert [slot for slot, _ in talk.nonces] == ["candidate"]
    assert "no-new-client-nonce" in talk.remarks


def test_decision_6_a_later_next_nonce_replaces_the_client_nonce():
    talk = resynced()
    talk.hears(ok(talk, challenge=chal(b"later-nonce-0003")))
    assert ("client", b"later-nonce-0003") in talk.nonces


def test_decision_6_step_6_counts_in_any_package_and_only_for_the_message_with_the_chal():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    talk.hears(reply(talk, 200, msg_ref="1", final=False))
    assert talk.step(6) == "running"
    talk.hears(reply(talk, 200, msg_ref="2", final=False))
    assert talk.step(6) == "passed"


def test_decision_6_a_401_at_step_6_repeats_that_message_with_cred_and_the_same_chal():
    talk = resynced()
    first = talk.last
    talk.hears(refuse(talk, challenge=chal(b"step6-nonce-0004")))
    again = talk.last
    assert again.header.msg_id == str(int(first.header.msg_id) + 1)
    assert cred_data(again) == md5(USER, PASSWORD, b"step6-nonce-0004")
    assert build.next_nonce(header_status(again).chal) == build.next_nonce(
        header_status(first).chal
    )
    assert [c for c in again.commands if isinstance(c, Sync)]
    talk.hears(ok(talk))
    assert talk.step(6) == "passed"
    assert ("server", talk.issued) in talk.nonces


def test_decision_6_what_is_said_to_the_repeated_sync_counts():
    talk = resynced()
    talk.hears(refuse(talk))
    sync = next(c for c in talk.last.commands if isinstance(c, Sync))
    talk.hears(reply(talk, 200, build.status(talk.last, sync, 500)))
    assert talk.outcome == "peer-error"
    assert "store-refused" in talk.remarks


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "ftp://ds.example.com/"])
def test_decision_5_resp_uri_leads_to_http_or_nowhere(uri):
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), resp_uri=uri))
    assert (talk.outcome, len(talk.sent)) == ("peer-error", 1)


def test_decision_6_the_repeat_at_step_6_happens_once():
    talk = resynced()
    talk.hears(refuse(talk))
    talk.hears(refuse(talk))
    assert (talk.outcome, talk.step(6)) == ("auth-refused", "failed")
    assert "server" not in [slot for slot, _ in talk.nonces]


def test_decision_6_no_status_before_the_end_fails_step_6_and_the_candidate_stays():
    talk = resynced()
    status = build.status(talk.last, talk.last.commands[-1], 200)
    talk.hears(reply(talk, None, status))
    assert (talk.step(6), talk.outcome) == ("failed", "peer-error")
    assert talk.nonces[-1] == ("candidate", talk.issued)


def test_decision_6_another_code_at_step_6_fails_it():
    talk = resynced()
    talk.hears(ok(talk, code=500))
    assert (talk.step(6), talk.outcome) == ("failed", "peer-error")


def test_decision_6_a_server_cred_over_the_candidate_makes_it_the_stored_nonce():
    talk = Talk(account(candidate=b"candidate-nonce1"), signed=SERVER_NONCE)
    talk.hears(accept(talk, cred=over(b"candidate-nonce1")))
    assert talk.nonces[1:3] == [("server", b"candidate-nonce1"), ("candidate", None)]
    assert talk.nonces[3] == ("candidate", talk.issued)


# Decision 7


def test_decision_7_a_missing_cred_is_answered_by_407_for_everything_and_no_sync():
    talk = Talk()
    talk.hears(accept(talk))
    answer = talk.last
    assert header_status(answer).code == 407
    assert build.next_nonce(header_status(answer).chal) == talk.challenge
    assert {c.code for c in answer.commands if isinstance(c, Status)} == {407}
    assert not [c for c in answer.commands if isinstance(c, Sync)]
    assert talk.state.state is State.SERVER_CHALLENGED


@pytest.mark.parametrize("nonce", ["challenge", "session-id"])
def test_decision_7_the_next_cred_may_be_over_the_challenge_or_the_session_id(nonce):
    talk = Talk()
    talk.hears(accept(talk, cred=over(b"wrong")))
    assert header_status(talk.last).code == 401
    used = talk.challenge if nonce == "challenge" else DEFAULT_NONCE
    talk.hears(accept(talk, cred=over(used)))
    assert talk.step(5) == "passed"
    assert talk.issued != talk.challenge


@pytest.mark.parametrize(
    "answer",
    [LOST, Reply(500, "text/html", b"x"), Reply(200, "application/vnd.syncml+xml", b"<broken")],
    ids=["lost", "500", "broken"],
)
def test_decision_7_anything_else_after_our_challenge_is_server_not_authenticated(answer):
    talk = Talk()
    talk.hears(accept(talk))
    talk.hears(answer)
    if isinstance(answer, Lost):
        talk.hears(answer)
    assert talk.outcome == "server-not-authenticated"
    assert (talk.step(5), talk.nonces) == ("failed", [])


def test_decision_7_a_server_that_refuses_us_after_our_challenge_is_not_authenticated():
    talk = Talk()
    talk.hears(accept(talk))
    talk.hears(refuse(talk, cred=over(talk.challenge)))
    assert (talk.outcome, talk.nonces) == ("server-not-authenticated", [])


def test_decision_7_optional_without_a_cred_goes_on_without_a_chal():
    talk = Talk(account(server_auth__resync="optional"))
    talk.hears(accept(talk))
    assert header_status(talk.last).code == 200
    assert header_status(talk.last).chal is None
    assert (talk.step(5), talk.step(6)) == ("skipped", "skipped")
    assert talk.nonces == [("client", NEXT_CLIENT_NONCE)]
    assert "server-does-not-authenticate" in talk.remarks


def test_decision_7_optional_does_not_excuse_a_wrong_cred():
    talk = Talk(account(server_auth__resync="optional"))
    talk.hears(accept(talk, cred=over(b"wrong")))
    assert header_status(talk.last).code == 401


def test_decision_7_an_ordinary_wrong_cred_may_be_mended_over_the_stored_nonce():
    talk = Talk(signed=SERVER_NONCE)
    talk.hears(accept(talk, cred=over(b"wrong")))
    talk.hears(accept(talk, cred=over(SERVER_NONCE)))
    assert talk.step(5) == "passed"


def test_decision_7_a_cred_in_a_401_counts_only_when_the_accepting_message_has_none():
    talk = Talk()
    talk.hears(refuse(talk, cred=over(DEFAULT_NONCE)))
    judged = talk.events(ServerCredJudged)
    assert [(j.matched, j.counts) for j in judged] == [("session-id", False)]
    assert talk.nonces == []
    talk.hears(accept(talk))
    assert talk.step(5) == "passed"


def test_decision_7_a_valid_cred_in_a_401_does_not_save_a_wrong_one_later():
    talk = Talk()
    talk.hears(refuse(talk, cred=over(DEFAULT_NONCE)))
    talk.hears(accept(talk, cred=over(b"wrong")))
    assert header_status(talk.last).code == 401


def test_decision_7_the_stored_nonce_in_a_resync_is_accepted_and_remarked():
    talk = Talk()
    talk.hears(accept(talk, cred=over(SERVER_NONCE)))
    assert talk.step(5) == "passed"
    assert "server-used-stored-nonce" in talk.remarks


def test_decision_7_another_name_of_the_server_is_a_remark():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), name="other.example.com"))
    assert talk.step(5) == "passed"
    assert "server-name-differs" in talk.remarks


def test_decision_7_the_chal_goes_out_with_a_mere_alert_222_too():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    assert [a.code for a in alerts(talk.last)] == [222]
    assert header_status(talk.last).code == 212
    assert header_status(talk.last).chal is not None


@pytest.mark.parametrize(
    ("issue", "slots"), [("never", ["client"]), ("verified", ["client", "candidate"])]
)
def test_decision_7_server_nonce_issue(issue, slots):
    talk = Talk(account(server_nonce__issue=issue))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE)))
    assert [slot for slot, _ in talk.nonces] == slots
    assert (header_status(talk.last).chal is None) == (issue == "never")


def test_decision_7_issue_always_gives_a_nonce_to_a_server_that_is_excused():
    talk = Talk(account(server_nonce__issue="always", server_auth__resync="optional"))
    talk.hears(accept(talk))
    status = header_status(talk.last)
    assert (status.code, build.next_nonce(status.chal)) == (200, talk.issued)


def test_an_account_without_a_server_secret_cannot_prove_its_server():
    talk = Talk(account(server_secret=""), signed=None)
    talk.hears(accept(talk, cred=over(SERVER_NONCE, "")))
    assert talk.step(5) == "skipped"


# Decision 9


@pytest.mark.parametrize(
    ("code", "own"), [(206, 200), (207, 202), (208, 203), (209, 204), (210, 205)]
)
def test_decision_9_alert_codes_after_a_notification(code, own):
    syncs = (Wanted(code, 7, "./contacts"),)
    assert [a.code for a in alerts(Talk(syncs=syncs).last)] == [own]
    echo = Talk(account(alert__after_notification="206-210"), syncs=syncs)
    assert [a.code for a in alerts(echo.last)] == [code]


# Decision 11


@pytest.mark.parametrize(("mode", "asked", "told"), [(1, 0, 0), (2, 0, 1), (3, 1, 1), (0, 0, 0)])
def test_decision_11_ui_mode(mode, asked, told):
    talk = Talk(ui_mode=mode)
    assert len(talk.asked) == asked
    assert len(talk.events(PersonAsked)) == told
    assert bool(talk.sent) == (not asked)


def test_decision_11_not_specified_follows_the_profile():
    assert Talk(account(ui__not_specified="user-interaction"), ui_mode=0).asked


def test_decision_11_declining_uses_up_no_id_and_sends_nothing():
    talk = Talk(ui_mode=3, answer=False)
    assert (talk.outcome, talk.sent, talk.changes) == ("declined", [], [])


def test_decision_11_accepting_starts_the_session():
    talk = Talk(ui_mode=3, answer=True)
    assert len(talk.sent) == 1


# Decision 13


def test_decision_13_after_212_there_is_no_cred_and_a_later_200_does_not_take_it_back():
    talk = resynced()
    assert talk.last.header.cred is None
    talk.hears(ok(talk, _sync(_add("g1"))))
    assert talk.last.header.cred is None


def test_decision_13_200_in_answer_to_a_cred_means_a_cred_in_the_next_message_too():
    talk = Talk()
    talk.hears(accept(talk, 200, cred=over(DEFAULT_NONCE)))
    assert cred_data(talk.last) == md5(USER, PASSWORD, NEXT_CLIENT_NONCE)
    talk.hears(ok(talk, _sync(_add("g1"))))
    assert cred_data(talk.last) == md5(USER, PASSWORD, NEXT_CLIENT_NONCE)


# Decision 17


@pytest.mark.parametrize("status", [401, 407, 404, 302])
def test_decision_17_an_http_status_is_transport_never_step_4(status):
    talk = Talk().hears(Reply(status, "application/vnd.syncml+xml", b""))
    assert (talk.outcome, talk.step(4)) == ("transport", "pending")


def test_decision_17_a_lost_reply_is_answered_by_the_same_octets_once():
    talk = Talk().hears(LOST)
    sends = [e.octets for e in talk.effects if isinstance(e, Send)]
    assert len(sends) == 2
    assert sends[0] == sends[1]
    talk.hears(LOST)
    assert talk.outcome == "transport"


def test_decision_17_http_resend_can_be_switched_off():
    assert Talk(account(http__resend=0)).hears(LOST).outcome == "transport"


def test_decision_17_a_reply_lost_at_step_6_keeps_stored_nonce_and_candidate():
    talk = resynced().hears(LOST).hears(LOST)
    assert (talk.outcome, talk.step(6)) == ("transport", "failed")
    assert talk.nonces[-1] == ("candidate", talk.issued)


def test_decision_17_broken_syncml_is_the_peers_error():
    talk = Talk().hears(Reply(200, "application/vnd.syncml+xml", b"<SyncML><SyncHdr/></SyncML>"))
    assert talk.outcome == "peer-error"
    assert "offset" in talk.closed.sentence


def test_decision_17_three_empty_222_in_a_row_end_the_session():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    for _ in range(3):
        assert talk.outcome == ""
        talk.hears(ok(talk, final=False))
    assert talk.outcome == "peer-error"


def test_decision_17_max_messages_bounds_a_session():
    talk = Talk(account(session__max_messages=3))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    talk.hears(ok(talk, server_alert(), final=False))
    talk.hears(ok(talk, server_alert(), final=False))
    assert talk.outcome == "peer-error"
    assert len(talk.sent) == 3


def adds(talk: Talk, *items: int) -> Sync:
    """The server's Sync of contacts: an Add with so many items each."""
    card = Item(source=Location(uri="g"), data=(b"BEGIN:VCARD\r\nEND:VCARD\r\n",))
    commands = tuple(Add(cmd_id=str(n), items=(card,) * many) for n, many in enumerate(items, 3))
    return Sync(
        cmd_id="2",
        target=Location(uri="./contacts"),
        source=Location(uri="./contacts"),
        commands=commands,
    )


@pytest.mark.parametrize("items", [(1,) * 9, (9,)], ids=["many commands", "many items"])
def test_max_commands_bounds_what_a_server_sends_in_a_session(items: tuple[int, ...]) -> None:
    talk = Talk(account(session__max_commands=12))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    talk.hears(ok(talk, adds(talk, *items), final=False))
    assert talk.outcome == "peer-error"
    assert "more than 12 commands (session.max_commands)" in talk.closed.sentence
    assert not [c for c in talk.changes if isinstance(c, PutItem)]


def test_max_received_bounds_the_octets_of_all_responses() -> None:
    talk = Talk(account(session__max_received=2000))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    assert talk.outcome == ""
    talk.hears(ok(talk, adds(talk, 20), final=False))
    assert talk.outcome == "peer-error"
    assert "more than 2000 octets (session.max_received)" in talk.closed.sentence


# Decision 18


def test_decision_18_no_known_datastore_alerts_all_of_the_account():
    stores = (Datastore("contacts", "./contacts"), Datastore("calendar", "./calendar"))
    talk = Talk(account(stores=stores), syncs=(Wanted(206, 7, "./nowhere"),))
    assert [a.items[0].target_uri for a in alerts(talk.last)] == ["./contacts", "./calendar"]
    assert "unknown-datastore" in talk.remarks


def test_decision_18_when_all_alerts_are_refused_the_chal_goes_out_all_the_same():
    talk = Talk()
    status = build.status(talk.last, alerts(talk.last)[0], 404)
    talk.hears(reply(talk, 212, status, challenge=chal(), cred=over(DEFAULT_NONCE)))
    assert header_status(talk.last).code == 212
    assert not [c for c in talk.last.commands if isinstance(c, Sync)]
    talk.hears(ok(talk))
    assert (talk.step(6), talk.outcome) == ("passed", "peer-error")
    assert ("server", talk.issued) in talk.nonces


# Ends


@pytest.mark.parametrize("outcome", ["interrupted", "timed-out"])
def test_a_session_can_be_stopped_and_nothing_more_leaves(outcome):
    talk = Talk()
    talk.hears(Stopped(outcome))
    assert talk.outcome == outcome
    sent = len(talk.sent)
    talk.hears(LOST)
    assert len(talk.sent) == sent


def test_what_was_running_at_the_end_has_failed():
    talk = Talk().hears(Stopped())
    assert talk.step(3) == "failed"


def test_a_stored_nonce_is_an_event_after_its_commit():
    effects = resynced().effects
    commit = next(
        i
        for i, e in enumerate(effects)
        if isinstance(e, Keep) and any(type(c).__name__ == "SetNonce" for c in e.changes)
    )
    told = next(
        i
        for i, e in enumerate(effects)
        if isinstance(e, Record) and isinstance(e.what, NonceStored)
    )
    assert commit < told


def test_session_id_of_the_flow():
    assert Talk().last.header.session_id == f"{SESSION_ID:X}"


def _add(guid: str) -> Add:
    item = Item(source=Location(guid), data=("BEGIN:VCARD\r\nEND:VCARD\r\n",))
    return Add(meta=Meta(type="text/x-vcard"), items=(item,))


def _sync(*commands: Add) -> Sync:
    return Sync(target=Location("./contacts"), source=Location("./contacts"), commands=commands)
