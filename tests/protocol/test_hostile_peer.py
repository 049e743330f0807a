"""Peers that break the rules, by mistake or on purpose: what each gets, and what it does not get."""

import msgspec
import pytest

from emulator.protocol.arrivals import Arrivals, admit, started
from emulator.protocol.effects import (
    DropItem,
    ItemNotTaken,
    ItemSynced,
    MapsSent,
    PutItem,
    Reply,
    SetAnchors,
    Stopped,
)
from emulator.protocol.events import SessionClosed
from emulator.protocol.keyring import Datastore, Opening
from emulator.wire import build
from emulator.wire.codec import WBXML, XML
from emulator.wire.syncml import (
    Alert,
    Delete,
    Item,
    Location,
    Map,
    Message,
    Meta,
    Replace,
    Status,
    SyncBody,
)
from tests.protocol.flow import (
    DEFAULT_NONCE,
    NEXT_CLIENT_NONCE,
    PASSWORD,
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
    judge,
    md5,
    ok,
    over,
    package0,
    refuse,
    reply,
    server_alert,
)
from tests.protocol.test_session import cred_data, resynced
from tests.protocol.test_sync import add, at_package_3, changes, down, item, ok_all, syncs

HTTPS = "https://ds.example.com/sync"
STORES = (Datastore("contacts", "./contacts"), Datastore("calendar", "./calendar"))


def kept(talk, *kinds):
    """The changes of these kinds that were committed."""
    return [c for c in talk.changes if isinstance(c, kinds)]


def slots(talk):
    return [slot for slot, _ in talk.nonces]


def codes(message):
    """Command and code of each Status in a message."""
    return [(c.cmd, c.code) for c in message.commands if isinstance(c, Status)]


def before(message, *statuses):
    """The message with more Statuses in front of its own."""
    commands = build.number([*statuses, *message.body.commands])
    body = msgspec.structs.replace(message.body, commands=commands)
    return msgspec.structs.replace(message, body=body)


# Addresses


@pytest.mark.parametrize(
    "uri", ["http://[::1", "http://ds.example.com\u2100/x", "//[", "http://ex\u2048ample.com/"]
)
def test_a_resp_uri_that_is_no_url_is_the_peers_error(uri):
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), resp_uri=uri))
    assert (talk.outcome, len(talk.sent)) == ("peer-error", 1)
    assert "RespURI is no URL" in talk.closed.sentence
    assert talk.nonces == []


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("", URL),
        (" ", URL),
        ("?s=1", URL + "?s=1"),
        ("#f", URL + "#f"),
        ("/x?y", "http://ds.example.com/x?y"),
        ("//other.example/x", "http://other.example/x"),
    ],
)
def test_a_resp_uri_is_read_against_the_address_of_the_session(uri, url):
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), resp_uri=uri))
    assert talk.urls == [URL, url]


# What is no message, or not one for us


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html><html><body>Bad gateway</body></html>", b"\n <HTML></HTML>"]
)
def test_decision_17_an_html_page_under_the_type_of_syncml_is_transport(page):
    talk = Talk().hears(Reply(200, XML.media_type, page))
    assert (talk.outcome, talk.step(4)) == ("transport", "pending")


def test_a_reply_in_the_other_encoding_is_the_peers_error():
    talk = Talk()
    message = accept(talk, cred=over(DEFAULT_NONCE))
    talk.hears(Reply(200, WBXML.media_type, WBXML.encode(message)))
    assert talk.outcome == "peer-error"
    assert "wbxml" in talk.closed.sentence
    assert talk.nonces == []


def test_nothing_is_taken_in_from_a_reply_in_the_other_encoding():
    talk = at_package_3()
    message = ok(talk, down(add("g\x01")))
    talk.hears(Reply(200, WBXML.media_type, WBXML.encode(message)))
    assert talk.outcome == "peer-error"
    assert kept(talk, PutItem) == []


def test_a_message_without_commands_answers_nothing():
    talk = Talk()
    talk.hears(Message(reply(talk, None).header, SyncBody((), True)))
    assert (talk.outcome, talk.step(4)) == ("peer-error", "failed")
    talk = resynced()
    talk.hears(Message(reply(talk, None).header, SyncBody((), True)))
    assert (talk.outcome, talk.step(6)) == ("peer-error", "failed")


@pytest.mark.parametrize("size", ["0", "1", "-5", "abc", "9" * 30, "٣", ""])
def test_no_max_msg_size_keeps_an_item_from_going_out(size):
    talk = Talk(items=tuple(item(str(n), "added") for n in range(3)))
    message = accept(talk, cred=over(DEFAULT_NONCE))
    header = msgspec.structs.replace(message.header, meta=Meta(max_msg_size=size))
    talk.hears(msgspec.structs.replace(message, header=header))
    for _ in range(6):
        if talk.last.final:
            break
        talk.hears(ok_all(talk, final=False))
    talk.hears(ok_all(talk))
    assert (talk.outcome, talk.closed.items_sent) == ("synchronised", 3)


# Step 4


def test_decision_5_a_status_for_another_message_is_not_ours():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), msg_ref="99"))
    assert (talk.outcome, talk.step(4), talk.nonces) == ("peer-error", "failed", [])


def test_decision_5_a_status_for_package_1_is_none_for_its_repeat():
    talk = Talk()
    talk.hears(refuse(talk))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), msg_ref="1"))
    assert (talk.outcome, talk.step(4), talk.nonces) == ("peer-error", "failed", [])


def test_decision_5_a_status_for_another_command_is_none_for_sync_hdr():
    talk = Talk()
    status = Status(msg_ref="1", cmd_ref="0", cmd="Alert", data="212", chal=chal())
    talk.hears(reply(talk, None, status, server_alert(), cred=over(DEFAULT_NONCE)))
    assert (talk.outcome, talk.step(4), talk.nonces) == ("peer-error", "failed", [])


def test_decision_5_basic_is_not_honoured_where_the_repeat_goes_out_over_http():
    talk = Talk()
    talk.hears(refuse(talk, 401, chal(b"n" * 16), resp_uri="https://other.example/x"))
    assert talk.urls[-1] == "https://other.example/x"
    # Without a RespURI the repeat goes to the account's URL, which is http.
    talk.hears(refuse(talk, 407, chal(None, "basic")))
    assert (talk.outcome, len(talk.sent)) == ("auth-refused", 2)
    assert "downgrade" in talk.remarks


def test_decision_17_an_http_error_after_a_challenge_says_nothing_about_step_4():
    talk = Talk()
    talk.hears(refuse(talk))
    talk.hears(Reply(500, "text/html", b"x"))
    assert (talk.outcome, talk.step(4)) == ("transport", "pending")


# Step 5


def test_decision_7_a_server_that_proves_itself_but_only_refuses_gets_nothing_stored():
    talk = Talk()
    talk.hears(refuse(talk, cred=over(DEFAULT_NONCE)))
    talk.hears(refuse(talk, cred=over(DEFAULT_NONCE)))
    assert (talk.outcome, talk.nonces) == ("auth-refused", [])


def test_decision_7_a_cred_in_a_401_does_not_save_a_missing_one_after_our_challenge():
    talk = Talk()
    talk.hears(refuse(talk, cred=over(DEFAULT_NONCE)))
    talk.hears(accept(talk, cred=over(b"wrong")))
    talk.hears(accept(talk))
    assert (talk.outcome, talk.nonces) == ("server-not-authenticated", [])


def test_decision_7_the_candidate_is_no_answer_to_a_challenge_of_ours():
    talk = Talk(account(candidate=b"c" * 16), signed=SERVER_NONCE)
    talk.hears(accept(talk, cred=over(b"wrong")))
    talk.hears(accept(talk, cred=over(b"c" * 16)))
    assert (talk.outcome, talk.nonces) == ("server-not-authenticated", [])


def test_decision_7_an_ordinary_wrong_cred_followed_by_none_is_the_end():
    talk = Talk(signed=SERVER_NONCE)
    talk.hears(accept(talk, cred=over(b"wrong")))
    talk.hears(accept(talk))
    assert (talk.outcome, talk.nonces) == ("server-not-authenticated", [])


def test_decision_7_a_challenged_server_that_leads_from_https_to_http_is_not_authenticated():
    talk = Talk(account(url=HTTPS))
    talk.hears(accept(talk))
    talk.hears(accept(talk, cred=over(talk.challenge), resp_uri="http://ds.example.com/"))
    assert (talk.outcome, len(talk.sent), talk.nonces) == ("server-not-authenticated", 2, [])


def test_decision_7_a_challenge_refuses_the_commands_inside_a_sync_too():
    talk = Talk()
    talk.hears(reply(talk, 212, down(add("g1")), challenge=chal()))
    assert codes(talk.last) == [("SyncHdr", 407), ("Sync", 407), ("Add", 407)]
    assert kept(talk, PutItem) == []


def test_decision_7_a_package_of_several_messages_goes_on_after_our_challenge():
    talk = Talk()
    talk.hears(accept(talk, final=False))
    talk.hears(accept(talk, cred=over(talk.challenge), final=False))
    assert talk.step(5) == "passed"
    assert [a.code for a in alerts(talk.last)] == [222]
    talk.hears(reply(talk, 200, server_alert()))
    assert talk.step(6) == "passed"
    assert len(syncs(talk)) == 1
    talk.hears(ok(talk))
    assert talk.outcome == "synchronised"


def test_decision_6_the_chal_of_a_doubted_message_counts_once_the_server_is_proven():
    talk = Talk()
    talk.hears(accept(talk, cred=over(b"wrong")))
    talk.hears(reply(talk, 200, server_alert(), cred=over(talk.challenge)))
    assert talk.nonces == [("client", NEXT_CLIENT_NONCE), ("candidate", talk.issued)]


def test_a_wrong_cred_after_step_5_changes_nothing():
    talk = resynced()
    talk.hears(ok(talk, cred=over(b"bad")))
    assert (talk.outcome, talk.step(5)) == ("synchronised", "passed")


def test_a_cred_after_the_server_was_excused_changes_nothing():
    talk = Talk(signed=SERVER_NONCE)
    talk.hears(accept(talk))
    assert talk.step(5) == "skipped"
    talk.hears(ok(talk, cred=over(SERVER_NONCE)))
    assert (talk.outcome, talk.step(5)) == ("synchronised", "skipped")
    assert talk.nonces == [("client", NEXT_CLIENT_NONCE)]


# TLS only


def test_tls_proves_the_server_when_that_is_all_the_authentication_there_is():
    talk = Talk(account(auth__scheme="none", url=HTTPS))
    talk.hears(accept(talk, challenge=None))
    assert talk.step(5) == "passed"
    assert build.next_nonce(header_status(talk.last).chal) == talk.issued


def test_a_resp_uri_to_https_proves_nobody():
    talk = Talk(account(auth__scheme="none"), signed=SERVER_NONCE)
    talk.hears(accept(talk, challenge=None, resp_uri="https://evil.example/x"))
    assert talk.step(5) == "skipped"
    assert "candidate" not in slots(talk)


def test_a_resp_uri_to_https_does_not_excuse_from_a_required_proof():
    who = account(auth__scheme="none", server_auth__ordinary="required")
    talk = Talk(who, signed=SERVER_NONCE)
    talk.hears(accept(talk, challenge=None, resp_uri="https://evil.example/x"))
    assert header_status(talk.last).code == 407
    assert (talk.step(5), talk.nonces) == ("running", [])


# Client nonces


def test_decision_6_an_empty_next_nonce_is_none():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), challenge=build.chal("md5", b"")))
    assert slots(talk) == ["candidate"]
    assert "no-new-client-nonce" in talk.remarks


def test_decision_6_an_account_with_basic_stores_no_client_nonce():
    talk = Talk(account(auth__scheme="basic", client_nonce=None))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE)))
    assert slots(talk) == ["candidate"]


def test_decision_6_a_chal_for_another_message_brings_no_client_nonce():
    talk = resynced()
    known = talk.nonces
    talk.hears(reply(talk, 200, msg_ref="77", challenge=chal(b"Q" * 16), final=False))
    assert talk.nonces == known
    assert "no-header-status" in talk.remarks


def test_decision_6_no_header_status_brings_no_nonce():
    talk = resynced()
    known = talk.nonces
    talk.hears(reply(talk, None, server_alert(), final=False))
    assert talk.nonces == known
    assert (talk.outcome, talk.step(6)) == ("", "running")


# Step 6


@pytest.mark.parametrize(("code", "challenge"), [(401, chal(b"z" * 16)), (500, None)])
def test_decision_6_a_refusal_of_an_older_message_beside_the_success_of_the_last_is_nothing(
    code, challenge
):
    talk = resynced()
    old = build.header_status(talk.sent[0], code, challenge)
    talk.hears(before(ok(talk), old))
    assert (talk.outcome, talk.step(6)) == ("synchronised", "passed")


def test_decision_6_the_same_of_the_message_before_its_repeat():
    talk = resynced()
    talk.hears(refuse(talk))
    old = build.header_status(talk.sent[-2], 401, chal(b"z" * 16))
    talk.hears(before(ok(talk), old))
    assert (talk.outcome, talk.step(6)) == ("synchronised", "passed")


def test_decision_6_the_success_of_an_older_message_does_not_hide_the_401_of_the_last():
    talk = resynced()
    assert talk.last.header.cred is None
    old = build.header_status(talk.sent[0], 200)
    talk.hears(before(refuse(talk, challenge=chal(b"step6-nonce-0004")), old))
    assert (talk.outcome, talk.step(6), len(talk.sent)) == ("", "running", 3)
    assert cred_data(talk.last) == md5(USER, PASSWORD, b"step6-nonce-0004")


def test_decision_6_a_late_401_for_the_message_with_the_chal_repeats_nothing():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    talk.hears(reply(talk, None, server_alert()))
    assert talk.last.header.msg_id == "3"
    talk.hears(refuse(talk, msg_ref="2"))
    assert (talk.outcome, talk.step(6), len(talk.sent)) == ("peer-error", "failed", 3)
    assert talk.nonces[-1] == ("candidate", talk.issued)


def test_decision_6_a_401_after_the_confirmation_takes_nothing_back():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    talk.hears(reply(talk, 200, server_alert(), final=False))
    assert talk.step(6) == "passed"
    talk.hears(refuse(talk, msg_ref="2"))
    assert talk.step(6) == "passed"
    assert talk.nonces[-2:] == [("server", talk.issued), ("candidate", None)]


# Alerts and datastores


def test_a_205_that_we_did_not_ask_for_is_answered_406_and_empties_nothing():
    talk = at_package_3(item("1"), item("2", "added"), alert=server_alert(205))
    assert ("Alert", 406) in codes(talk.last)
    assert changes(talk) == [("Add", "2")]
    talk.hears(ok_all(talk, down(add("g1"))))
    assert kept(talk, DropItem) == []
    assert [c.luid for c in kept(talk, PutItem)] == ["100"]


def test_what_came_before_such_a_205_stays_too():
    talk = Talk(items=(item("1"),))
    sync, alert = down(add("g1")), server_alert(205)
    talk.hears(reply(talk, 212, sync, alert, challenge=chal(), cred=over(DEFAULT_NONCE)))
    assert ("Alert", 406) in codes(talk.last)
    talk.hears(ok(talk, down(add("g2"))))
    assert [(type(c), c.luid) for c in kept(talk, DropItem, PutItem)] == [
        (PutItem, "100"),
        (PutItem, "101"),
    ]


def test_a_508_without_references_turns_the_sync_slow_by_its_cmd_ref():
    talk = Talk(items=(item("1"),))
    status = build.status(talk.last, alerts(talk.last)[0], 508)
    status = msgspec.structs.replace(status, source_refs=(), target_refs=())
    talk.hears(reply(talk, 212, status, cred=over(DEFAULT_NONCE)))
    assert changes(talk) == [("Add", "1")]


def test_one_alert_may_name_several_datastores():
    talk = Talk(account(stores=STORES), signed=None)
    uris = [store.uri for store in STORES]
    alert = Alert(
        data="200",
        items=tuple(Item(target=Location(uri), source=Location(uri)) for uri in uris),
    )
    talk.hears(reply(talk, 212, alert, challenge=chal(), cred=over(SERVER_NONCE)))
    assert [s.source.uri for s in syncs(talk)] == ["./contacts", "./calendar"]


def test_datastores_whose_names_are_crossed_on_both_sides_are_told_apart():
    stores = (Datastore("contacts", "./card"), Datastore("card", "./contacts"))
    talk = Talk(account(stores=stores), signed=None)
    first, second = alerts(talk.last)
    statuses = (build.status(talk.last, first, 200), build.status(talk.last, second, 404))
    talk.hears(reply(talk, 212, *statuses, challenge=chal(), cred=over(SERVER_NONCE)))
    assert [s.source.uri for s in syncs(talk)] == ["./contacts"]


def test_a_datastore_that_was_refused_is_not_synchronised_for_an_alert():
    talk = Talk()
    refused = build.status(talk.last, alerts(talk.last)[0], 404)
    talk.hears(
        reply(talk, 212, refused, server_alert(), challenge=chal(), cred=over(DEFAULT_NONCE))
    )
    assert syncs(talk) == []
    talk.hears(ok(talk))
    assert (talk.outcome, kept(talk, SetAnchors)) == ("peer-error", [])


def test_a_datastore_that_was_refused_takes_nothing_in():
    talk = Talk()
    refused = build.status(talk.last, alerts(talk.last)[0], 401)
    talk.hears(reply(talk, 212, refused, challenge=chal(), cred=over(DEFAULT_NONCE)))
    talk.hears(ok(talk, down(add("g1"))))
    assert kept(talk, PutItem, SetAnchors) == []
    assert codes(talk.last) == [("SyncHdr", 200), ("Sync", 401), ("Add", 401)]


@pytest.mark.parametrize("code", [401, 407, 500])
def test_a_refused_sync_moves_no_anchor(code):
    talk = at_package_3(item("2", "added"))
    talk.hears(reply(talk, 200, build.status(talk.last, syncs(talk)[0], code)))
    assert (talk.outcome, kept(talk, SetAnchors)) == ("peer-error", [])
    assert talk.step(6) == "passed"


# Our changes


@pytest.mark.parametrize("octets", [b"\xff\xfe\x00", b"NOTE:\x0b"], ids=["binary", "control"])
def test_an_item_that_xml_cannot_carry_stays_and_the_others_go(octets):
    talk = at_package_3(item("1", "added", octets=octets), item("2", "added"))
    assert changes(talk) == [("Add", "2")]
    assert syncs(talk)[0].number_of_changes == "1"
    assert "item-refused" in talk.remarks
    talk.hears(ok_all(talk))
    assert (talk.outcome, talk.closed.items_sent) == ("synchronised", 1)
    assert [c.luid for c in kept(talk, ItemSynced)] == ["2"]


def test_a_deleted_item_that_the_server_does_not_know_is_gone_on_both_sides():
    talk = at_package_3(item("4", "deleted"))
    talk.hears(ok_all(talk, code=404))
    assert [c.luid for c in kept(talk, DropItem)] == ["4"]


def test_an_item_without_a_status_goes_out_again():
    talk = at_package_3(item("1"), anchors=("", ""), alert=server_alert(201))
    talk.hears(reply(talk, 200))
    assert kept(talk, ItemNotTaken) == [ItemNotTaken("account", "contacts", "1")]
    assert kept(talk, ItemSynced) == []


def test_decision_5_a_challenge_on_an_item_is_a_remark_and_the_item_is_not_taken():
    talk = at_package_3(item("2", "added"))
    talk.hears(ok_all(talk, code=401))
    assert "command-challenged" in talk.remarks
    assert kept(talk, ItemNotTaken, ItemSynced) == [ItemNotTaken("account", "contacts", "2")]


# The server's changes


def test_a_replace_that_names_no_item_changes_nothing():
    """Horde_SyncMl sends one for what it has just added."""
    talk = at_package_3(item("3"))
    nameless = Replace(meta=Meta(type="text/x-vcard"), items=(Item(data=("again",)),))
    talk.hears(ok_all(talk, down(add("guid-1"), nameless)))
    assert [put.guid for put in kept(talk, PutItem)] == ["guid-1"]
    assert codes(talk.last)[-1] == ("Replace", 412)
    assert "item-unnamed" in talk.remarks


def test_a_replace_of_a_luid_that_we_never_gave_is_answered_404():
    talk = at_package_3()
    unknown = Replace(items=(Item(target=Location("100"), data=("x",)),))
    talk.hears(ok(talk, down(unknown, add("g1"))))
    assert [c for c in codes(talk.last) if c[0] in ("Replace", "Add")] == [
        ("Replace", 404),
        ("Add", 201),
    ]
    assert [(c.luid, c.guid) for c in kept(talk, PutItem)] == [("100", "g1")]


def test_an_item_that_both_sides_delete_is_deleted():
    talk = at_package_3(item("4", "deleted"))
    talk.hears(ok_all(talk, down(Delete(items=(Item(target=Location("4")),)))))
    assert {c.luid for c in kept(talk, DropItem)} == {"4"}
    talk.hears(ok(talk))
    assert talk.outcome == "synchronised"


def test_a_map_that_was_refused_stays_due():
    talk = at_package_3()
    talk.hears(ok(talk, down(add("g1"))))
    sent = next(c for c in talk.last.commands if isinstance(c, Map))
    talk.hears(reply(talk, 200, build.status(talk.last, sent, 500)))
    assert kept(talk, MapsSent) == []
    assert "map-refused" in talk.remarks


def test_an_add_after_our_map_is_not_said_to_be_mapped():
    talk = at_package_3()
    talk.hears(ok(talk, down(add("g1"))))
    talk.hears(ok(talk, down(add("g2"))))
    assert [c.luid for c in kept(talk, PutItem)] == ["100", "101"]
    assert kept(talk, MapsSent) == [MapsSent("account", "contacts", ("100",))]


# Peers that never come to an end


def test_decision_17_three_222_of_the_servers_in_a_row_end_the_session():
    talk = Talk()
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), final=False))
    for _ in range(3):
        assert talk.outcome == ""
        talk.hears(ok(talk, build.alert(222, "a", "b"), final=False))
    assert talk.outcome == "peer-error"


def test_decision_17_a_package_4_without_a_final_ends_after_three_messages():
    talk = at_package_3()
    for _ in range(3):
        assert talk.outcome == ""
        talk.hears(reply(talk, 200, final=False))
    assert (talk.outcome, talk.step(6)) == ("peer-error", "passed")


@pytest.mark.parametrize("count", range(4))
def test_a_session_can_be_stopped_in_every_package(count):
    talk = Talk()
    answers = [
        lambda: accept(talk),
        lambda: accept(talk, cred=over(talk.challenge)),
        lambda: ok(talk, down(add("g1"))),
    ]
    for answer in answers[:count]:
        talk.hears(answer())
    assert talk.outcome == ""
    talk.hears(Stopped())
    assert talk.outcome == "interrupted"
    assert len(talk.events(SessionClosed)) == 1


# Notifications


def test_decision_15_the_id_of_the_running_session_is_counted_also_when_too_many_came():
    openings = (Opening(1, 991.0, True), Opening(2, 992.0, True), Opening(SESSION_ID, 999.0, False))
    again = judge(package0(DEFAULT_NONCE), account(openings=openings))
    assert again.reason == "rate-limited"
    opened = started(Arrivals(), "account", judge(package0(DEFAULT_NONCE)))
    assert admit(opened, again, 2, "s")[1] == "duplicate"


def test_decision_15_the_secret_tells_two_accounts_of_one_server_id_apart():
    second = account(name="second", server_secret="other")
    found = judge(package0(DEFAULT_NONCE, secret="other"), account(name="first"), second)
    assert (found.account, found.verdict) == ("second", "verified-session-id")
