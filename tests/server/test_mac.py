"""The server's side of auth-MAC: header instead of Cred, 200 and a new nonce in each message."""

import base64
import hashlib

import msgspec
import pytest

from emulator.server import digest
from emulator.server.misbehaviour import parse
from emulator.server.state import Reply
from emulator.wire import build
from emulator.wire.codec import XML
from emulator.wire.syncml import Message
from tests.server.client import (
    DEVICE,
    NEW_SERVER_NONCE,
    Client,
    Network,
    alert,
    code,
    codes,
    has_chal,
    nonce_of,
    sync,
)
from tests.server.test_six_steps import handset, notified

SERVER = ("ds.example.com", "srv-secret-1")


def mac(identity: str, secret: str, nonce: bytes, body: bytes) -> str:
    """The tests' own formula, as it goes on the wire."""

    def h(octets: bytes) -> bytes:
        return hashlib.md5(octets).digest()

    pair = base64.b64encode(h(f"{identity}:{secret}".encode()))
    value = h(pair + b":" + nonce + b":" + base64.b64encode(h(body)))
    return base64.b64encode(value).decode()


class MacClient(Client):
    """Signs each message over its nonce, unless it is None; checks nothing by itself."""

    signs: bytes | None = b""
    reply: Reply

    def post(self, octets: bytes) -> Reply:
        value = ""
        if self.signs is not None:
            made = mac(self.user, self.password, self.signs, octets)
            value = f'algorithm=MD5, username="{self.user}", mac={made}'
        path = "/" + self.url.split("/", 3)[3]
        reply = self.network.post(path, self.codec.media_type, octets, value)
        assert isinstance(reply, Reply)
        self.reply = reply
        return reply

    @property
    def header(self) -> str:
        return dict(self.reply.headers).get("x-syncml-hmac", "")

    def over(self, nonce: bytes) -> bool:
        """Whether the last reply is signed over that nonce."""
        return self.header.endswith(mac(*SERVER, nonce, self.reply.octets))

    def goes_on(self, *commands: object, nonce: bytes = NEW_SERVER_NONCE) -> Message:
        """Status 200 and a Chal with a new server nonce, signed over the newest client nonce."""
        assert self.heard is not None
        self.signs = nonce_of(self.heard)
        return self.say(*commands, code=200, chal=build.chal("mac", nonce))  # type: ignore[arg-type]


@pytest.fixture
def client(network: Network) -> MacClient:
    account = msgspec.structs.replace(network.state.accounts[DEVICE], scheme="mac")
    network.state = msgspec.structs.replace(network.state, accounts={DEVICE: account})
    notified(network)
    known = handset(network)
    made = MacClient(network, session_id="4A7C")
    made.signs = known.nonce
    return made


def test_the_formula_is_the_vectors(vectors: dict) -> None:
    given = vectors["auth.mac"]["inputs"]
    nonce, body = bytes.fromhex(given["nonce_hex"]), given["body"].encode()
    found = digest.mac(given["user"], given["password"], nonce, body)
    assert found.hex() == vectors["auth.mac"]["intermediates"]["digest_hex"]


def test_each_message_is_signed_and_brings_a_new_nonce(client: MacClient) -> None:
    package2 = client.say(alert())
    assert (code(package2), has_chal(package2)) == (200, True)
    assert package2.header.cred is None and client.over(b"\x4a\x7c")
    first = nonce_of(package2)
    assert client.network.state.accounts[DEVICE].client_nonce == first

    package4 = client.goes_on(sync())
    assert code(package4) == 200 and client.over(NEW_SERVER_NONCE)
    assert nonce_of(package4) != first
    account = client.network.state.accounts[DEVICE]
    assert (account.server_nonce, account.client_nonce) == (NEW_SERVER_NONCE, nonce_of(package4))


def test_a_missing_header_is_407_and_a_wrong_one_401(client: MacClient) -> None:
    right, client.signs = client.signs, None
    missing = client.say(alert())
    assert (code(missing), codes(missing, "Alert")) == (407, [407])
    client.signs = right
    wrong = client.say(alert(), code=200)
    assert code(wrong) == 401, "after a challenge its nonce counts, not the stored one"
    assert build.scheme_of(wrong.header_status().chal.meta) == "mac"  # type: ignore[union-attr]
    client.signs = nonce_of(wrong)
    assert code(client.say(alert(), code=200)) == 200


def test_a_cred_is_no_header(client: MacClient) -> None:
    client.signs = None
    assert code(client.say(alert(), cred=client.cred, scheme="mac")) == 407


def test_a_wrong_message_in_mid_session_can_be_sent_again(client: MacClient) -> None:
    client.say(alert())
    assert client.heard is not None
    client.signs = b"wrong"
    refused = client.say(sync(), code=200, chal=build.chal("mac", b"n" * 16))
    assert (code(refused), codes(refused, "Sync")) == (401, [401])
    assert client.network.state.accounts[DEVICE].server_nonce != b"n" * 16
    assert code(client.goes_on(sync())) == 200
    assert client.over(NEW_SERVER_NONCE)


def test_the_same_request_again_gets_the_same_header(client: MacClient) -> None:
    client.say(alert())
    reply = client.reply
    assert client.post(client.octets) == reply


def test_challenged_by_the_client_it_signs_over_that_nonce(client: MacClient) -> None:
    package2 = client.say(alert())
    client.signs = nonce_of(package2)
    again = client.say(code=401, chal=build.chal("mac", b"c" * 16))
    assert client.over(b"c" * 16) and code(again) == 200
    assert codes(again, "Alert") == codes(package2, "Alert")
    assert nonce_of(again) != nonce_of(package2)


@pytest.mark.parametrize("name", ["no-cred", "wrong-cred", "never-chal", "endless-401"])
def test_it_misbehaves_with_the_header_as_with_a_cred(client: MacClient, name: str) -> None:
    client.network.misbehaviour = parse([name])
    package2 = client.say(alert())
    assert (client.header == "") == (name == "no-cred")
    assert client.over(b"\x4a\x7c") == (name not in ("no-cred", "wrong-cred"))
    assert has_chal(package2) == (name != "never-chal")
    assert code(package2) == (401 if name == "endless-401" else 200)


def test_the_reply_can_be_read_by_anyone(client: MacClient) -> None:
    client.say(alert())
    assert XML.decode(client.reply.octets).remarks == ()
