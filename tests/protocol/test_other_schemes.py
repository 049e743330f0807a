"""Sessions whose credentials are not md5: transport-layer security only, and basic. Decision 8.

auth-MAC, its third case, has a file of its own: test_mac.py.
"""

import pytest

from emulator.protocol.keyring import Account
from emulator.wire import build
from tests.protocol.flow import (
    DEFAULT_NONCE,
    PASSWORD,
    SECRET,
    SERVER_ID,
    USER,
    Talk,
    accept,
    account,
    header_status,
    judge,
    ok,
    over,
    package0,
)

HTTPS = "https://ds.example.com/sync"


def tls(**fields: object) -> Account:
    return account(auth__scheme="none", url=HTTPS, **fields)


def server_says(text: str) -> object:
    return build.cred("basic", build.b64(text.encode()))


@pytest.mark.parametrize("code", [200, 212])
def test_decision_8_transport_only_the_resync_runs_with_tls_as_proof_and_still_gives_a_nonce(code):
    talk = Talk(tls())
    assert talk.last.header.cred is None
    talk.hears(accept(talk, code, challenge=None))
    assert (talk.step(3), talk.step(4), talk.step(5)) == ("passed", "passed", "passed")
    assert "TLS" in talk.detail(5)
    answer = header_status(talk.last)
    assert answer.code in (200, 212)
    assert build.scheme_of(answer.chal.meta) == "md5"
    assert build.next_nonce(answer.chal) == talk.issued
    talk.hears(ok(talk))
    assert talk.step(6) == "passed"
    assert ("server", talk.issued) in talk.nonces


def test_decision_8_transport_only_is_refused_over_plain_http():
    found = judge(package0(DEFAULT_NONCE), account(auth__scheme="none"))
    assert (found.verdict, found.reason) == ("ignored", "transport-not-secure")
    assert judge(package0(DEFAULT_NONCE), tls()).verdict == "verified-session-id"


def test_decision_8_basic_has_no_client_nonce_and_its_step_5_a_chal_of_type_md5():
    talk = Talk(account(auth__scheme="basic", url=HTTPS))
    assert build.cred_value(talk.last.header.cred) == f"{USER}:{PASSWORD}".encode()
    talk.hears(accept(talk, cred=server_says(f"{SERVER_ID}:{SECRET}"), challenge=None))
    assert talk.step(5) == "passed"
    answer = header_status(talk.last)
    assert (answer.code, build.scheme_of(answer.chal.meta)) == (212, "md5")
    assert talk.nonces == [("candidate", talk.issued)]
    talk.hears(ok(talk))
    assert talk.step(6) == "passed"


@pytest.mark.parametrize("said", [f"{SERVER_ID}:wrong", f"other:{SECRET}", SECRET, ""])
def test_decision_8_a_basic_cred_of_the_server_is_compared(said):
    talk = Talk(account(auth__scheme="basic", url=HTTPS))
    talk.hears(accept(talk, cred=server_says(said), challenge=None))
    assert (talk.step(5), header_status(talk.last).code, talk.nonces) == ("running", 401, [])


def test_decision_8_under_basic_a_digest_over_the_session_id_proves_the_server_as_well():
    talk = Talk(account(auth__scheme="basic", url=HTTPS))
    talk.hears(accept(talk, cred=over(DEFAULT_NONCE), challenge=None))
    assert talk.step(5) == "passed"
