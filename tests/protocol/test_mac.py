"""auth-MAC in the flow, message by message: `auth.scheme` mac. Decision 8; auth.md 4."""

import msgspec
import pytest

from emulator.protocol import inspection
from emulator.protocol.effects import Reply, Send
from emulator.protocol.events import Event, MessageReceived, MessageSent, ServerCredJudged
from emulator.protocol.keyring import Account, Keyring
from emulator.wire import authmac, build
from emulator.wire.codec import XML
from emulator.wire.syncml import Message
from tests.protocol.flow import (
    CLIENT_NONCE,
    DEFAULT_NONCE,
    LOST,
    NEXT_CLIENT_NONCE,
    PASSWORD,
    SECRET,
    SERVER_ID,
    SERVER_NONCE,
    USER,
    Talk,
    accept,
    account,
    b64,
    chal,
    h,
    header_status,
    ok,
    over,
    refuse,
)
from tests.vectors.read import VECTORS

THIRD, FOURTH = b"3" * 16, b"4" * 16


def mac(identity: str, secret: str, nonce: bytes, body: bytes) -> bytes:
    """The tests' own formula, held against the vector below."""
    inner = b64(h(f"{identity}:{secret}".encode()))
    return h(inner + b":" + nonce + b":" + b64(h(body)))


def test_the_formula_is_the_vectors():
    given = VECTORS["auth.mac"]["inputs"]
    found = mac(
        given["user"], given["password"], bytes.fromhex(given["nonce_hex"]), given["body"].encode()
    )
    assert found.hex() == VECTORS["auth.mac"]["intermediates"]["digest_hex"]


def who(**fields) -> Account:
    return account(auth__scheme="mac", **fields)


def signed(message: Message, nonce: bytes | None, *, name: str = SERVER_ID, **header) -> Reply:
    """A message of the server's with its header over `nonce`; without one for None."""
    octets = XML.encode(message)
    value = header.get("value") or authmac.text(
        name, mac(SERVER_ID, header.get("secret", SECRET), nonce or b"", octets)
    )
    headers = () if nonce is None else ((authmac.NAME, value),)
    return Reply(200, XML.media_type, octets, headers=headers)


def last_send(talk: Talk) -> Send:
    return [e for e in talk.effects if isinstance(e, Send)][-1]


def ours_over(talk: Talk) -> bytes | None:
    """Which of the nonces in play our last message is signed over."""
    sent = last_send(talk)
    found = authmac.parse(authmac.of(sent.headers) or "")
    assert found.username == USER
    known = (b"", CLIENT_NONCE, NEXT_CLIENT_NONCE, THIRD, FOURTH, b"N" * 16)
    return next((n for n in known if mac(USER, PASSWORD, n, sent.octets) == found.mac), None)


def accepted(talk: Talk, nonce: bytes | None = DEFAULT_NONCE, **options) -> Reply:
    challenge = options.pop("challenge", chal(scheme="mac"))
    return signed(accept(talk, 200, challenge=challenge), nonce, **options)


def answered(talk: Talk, nonce: bytes | None, following: bytes = THIRD, *commands, **options):
    challenge = chal(following, "mac")
    return signed(ok(talk, *commands, challenge=challenge, **options), nonce)


def test_the_whole_flow_with_a_200_at_once():
    talk = Talk(who())
    assert talk.last.header.cred is None and talk.last.header.source.name == USER
    assert ours_over(talk) == CLIENT_NONCE

    talk.hears(accepted(talk))
    assert (talk.step(4), talk.step(5), talk.step(6)) == ("passed", "passed", "running")
    status = header_status(talk.last)
    assert (status.code, build.scheme_of(status.chal.meta)) == (200, "mac")
    assert build.next_nonce(status.chal) == talk.issued
    assert ours_over(talk) == NEXT_CLIENT_NONCE
    assert talk.nonces == [("client", NEXT_CLIENT_NONCE), ("candidate", talk.issued)]

    talk.hears(answered(talk, talk.issued))
    assert talk.step(6) == "passed"
    assert talk.nonces[2:] == [("client", THIRD), ("server", talk.issued), ("candidate", None)]
    assert talk.outcome == "synchronised"
    assert talk.remarks == set()


def test_a_401_first_signs_package_1_again_over_its_nonce():
    talk = Talk(who())
    talk.hears(signed(refuse(talk, challenge=chal(b"N" * 16, "mac")), None))
    assert ours_over(talk) == b"N" * 16
    assert talk.last.header.msg_id == "2" and header_status(talk.last).chal is None
    assert talk.nonces == []
    talk.hears(accepted(talk))
    assert ours_over(talk) == NEXT_CLIENT_NONCE
    talk.hears(answered(talk, talk.issued))
    assert [talk.step(n) for n in range(1, 7)][2:] == ["passed"] * 4
    assert talk.outcome == "synchronised"


def test_each_message_brings_a_new_nonce_both_ways():
    talk = Talk(who())
    talk.hears(accepted(talk))
    first = talk.issued
    talk.hears(answered(talk, first, THIRD, final=False))
    second = talk.issued
    assert second != first and build.next_nonce(header_status(talk.last).chal) == second
    assert header_status(talk.last).code == 200 and ours_over(talk) == THIRD
    assert talk.nonces[-1] == ("candidate", second)
    talk.hears(answered(talk, second, FOURTH))
    assert talk.outcome == "synchronised"
    assert talk.nonces[-3:] == [("client", FOURTH), ("server", second), ("candidate", None)]


@pytest.mark.parametrize("nonce", [None, DEFAULT_NONCE, SERVER_NONCE], ids=["none", "id", "old"])
def test_the_message_of_step_6_has_to_verify_with_the_new_server_nonce(nonce):
    talk = Talk(who())
    talk.hears(accepted(talk))
    before = talk.nonces
    talk.hears(answered(talk, nonce))
    assert (talk.step(6), talk.outcome) == ("failed", "server-not-authenticated")
    assert talk.nonces == before, "stored nonce and candidate both stay"


def test_a_missing_header_is_a_failed_authentication_and_gets_a_407():
    talk = Talk(who())
    talk.hears(accepted(talk, None))
    status = header_status(talk.last)
    assert (status.code, build.scheme_of(status.chal.meta)) == (407, "mac")
    assert ours_over(talk) == NEXT_CLIENT_NONCE and talk.nonces == []
    talk.hears(accepted(talk, talk.challenge, challenge=chal(THIRD, "mac")))
    assert talk.step(5) == "passed"
    talk.hears(answered(talk, talk.issued, FOURTH))
    assert talk.outcome == "synchronised"


def test_a_wrong_header_gets_a_401_and_a_second_one_ends_it():
    talk = Talk(who())
    talk.hears(accepted(talk, DEFAULT_NONCE, secret="wrong"))
    status = header_status(talk.last)
    assert (status.code, build.scheme_of(status.chal.meta)) == (401, "mac")
    talk.hears(accepted(talk, talk.challenge, secret="wrong"))
    assert talk.outcome == "server-not-authenticated"
    assert talk.nonces == []
    assert "x-syncml-hmac" in talk.detail(5)


@pytest.mark.parametrize(
    ("value", "remark"),
    [
        ("algorithm=MD5, mac=", "mac-header-malformed"),
        (authmac.text(SERVER_ID, bytes(16)).replace("MD5", "SHA1"), None),
    ],
)
def test_a_header_that_cannot_be_used_is_a_wrong_one(value, remark):
    talk = Talk(who())
    talk.hears(accepted(talk, DEFAULT_NONCE, value=value))
    assert header_status(talk.last).code == 401
    assert talk.remarks == {"server-cred-wrong"} | ({remark} if remark else set())


def test_a_header_in_a_401_is_shown_and_proves_nothing_for_later():
    talk = Talk(who())
    talk.hears(signed(refuse(talk, challenge=chal(b"N" * 16, "mac")), DEFAULT_NONCE))
    judged = talk.events(ServerCredJudged)[-1]
    assert (judged.matched, judged.counts) == ("session-id", False)
    talk.hears(accepted(talk, None))
    assert header_status(talk.last).code == 407


def test_a_cred_proves_nothing_where_the_header_should():
    talk = Talk(who())
    message = accept(talk, 200, cred=over(DEFAULT_NONCE), challenge=chal(scheme="mac"))
    talk.hears(signed(message, None))
    assert header_status(talk.last).code == 407
    assert "mac-in-cred" in talk.remarks


def test_a_401_at_step_6_sends_that_message_once_more_with_the_same_chal():
    talk = Talk(who())
    talk.hears(accepted(talk))
    issued = talk.issued
    talk.hears(signed(refuse(talk, challenge=chal(THIRD, "mac")), None))
    assert build.next_nonce(header_status(talk.last).chal) == issued
    assert ours_over(talk) == THIRD
    talk.hears(answered(talk, issued, FOURTH))
    assert talk.step(6) == "passed" and talk.outcome == "synchronised"


def test_212_is_remarked_and_we_go_on_signing():
    talk = Talk(who())
    talk.hears(signed(accept(talk, 212, challenge=chal(scheme="mac")), DEFAULT_NONCE))
    assert "mac-accepted-for-session" in talk.remarks
    assert ours_over(talk) == NEXT_CLIENT_NONCE


def test_without_a_new_nonce_we_sign_over_the_same_and_say_so():
    talk = Talk(who())
    talk.hears(signed(accept(talk, 200, challenge=chal(None, "mac")), DEFAULT_NONCE))
    assert ours_over(talk) == CLIENT_NONCE
    assert "no-new-client-nonce" in talk.remarks
    talk.hears(signed(ok(talk, final=False), talk.issued))
    assert ours_over(talk) == CLIENT_NONCE
    assert "mac-without-new-nonce" in talk.remarks


def test_a_lost_reply_sends_the_same_octets_with_the_same_header():
    talk = Talk(who())
    first = last_send(talk)
    talk.hears(LOST)
    assert last_send(talk) == first
    assert talk.events(MessageSent)[-1].headers == first.headers


def test_no_client_nonce_signs_over_the_empty_one_or_waits_for_the_407():
    assert ours_over(Talk(who(client_nonce=None))) == b""
    talk = Talk(who(client_nonce=None, auth__first="none"))
    assert last_send(talk).headers == ()
    talk.hears(signed(refuse(talk, 407, chal(b"N" * 16, "mac")), None))
    assert ours_over(talk) == b"N" * 16


def test_an_ordinary_session_takes_the_stored_nonce_and_may_do_without():
    talk = Talk(who(), signed=SERVER_NONCE)
    talk.hears(accepted(talk, SERVER_NONCE))
    assert talk.step(5) == "passed"
    bare = Talk(who(), signed=SERVER_NONCE)
    bare.hears(accepted(bare, None))
    assert header_status(bare.last).chal is None
    bare.hears(answered(bare, None))
    assert bare.outcome == "synchronised"
    assert "server-does-not-authenticate" in bare.remarks


def test_a_server_that_gets_no_new_nonce_signs_over_the_one_it_has():
    talk = Talk(who(server_nonce__issue="never"))
    talk.hears(accepted(talk))
    assert header_status(talk.last).chal is None
    talk.hears(answered(talk, DEFAULT_NONCE))
    assert talk.outcome == "synchronised"


def test_md5_is_no_answer_to_a_mac_account_and_mac_none_to_an_md5_one():
    talk = Talk(who())
    talk.hears(signed(refuse(talk, challenge=chal(b"N" * 16, "md5")), None))
    assert talk.outcome == "auth-refused" and "downgrade" in talk.remarks
    talk = Talk(account())
    talk.hears(refuse(talk, challenge=chal(b"N" * 16, "mac")))
    assert talk.outcome == "auth-refused"


def test_a_mac_challenge_that_auth_allow_lets_in_changes_the_session():
    talk = Talk(account(auth__allow=("md5", "mac")))
    talk.hears(refuse(talk, challenge=chal(b"N" * 16, "mac")))
    assert ours_over(talk) == b"N" * 16 and talk.last.header.cred is None
    talk.hears(accepted(talk))
    assert talk.step(5) == "passed" and header_status(talk.last).code == 200


def test_another_name_in_the_header_is_a_remark():
    talk = Talk(who())
    talk.hears(accepted(talk, DEFAULT_NONCE, name="other.example"))
    assert talk.step(5) == "passed" and "server-name-differs" in talk.remarks


def test_an_account_without_server_secret_can_check_no_header():
    talk = Talk(who())
    bare = msgspec.structs.replace(talk.state.account, server_secret="")
    talk.state = msgspec.structs.replace(talk.state, account=bare)
    talk.hears(accepted(talk))
    assert header_status(talk.last).code == 407


def test_both_headers_are_recorded_and_can_be_worked_out():
    talk = Talk(who())
    talk.hears(accepted(talk))
    whats = [e.what for e in talk.effects if type(e).__name__ == "Record"]
    events = [Event(seq=i, at=0.0, session=1, what=what) for i, what in enumerate(whats, 1)]
    keyring = Keyring((who(),))
    for kind in (MessageSent, ServerCredJudged):
        event = next(e for e in events if isinstance(e.what, kind))
        [(label, working, octets)] = inspection.workings(event, events, keyring)
        assert working.scheme == "hmac" and working.matches(octets)
        assert "x-syncml-hmac" in label
    heard = talk.events(MessageReceived)[-1]
    assert heard.headers[0][0] == authmac.NAME and heard.summary.startswith(authmac.NAME)
    assert PASSWORD not in str(talk.events(MessageSent)[0])
