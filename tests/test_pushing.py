"""A notification as it is wanted: understood, or said what is wrong; and it is what was wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import pushing
from emulator.protocol import digest, sessionid
from emulator.protocol.keyring import Account
from emulator.pushing import Wanted, WantedError
from emulator.wire import arrival, notification

ACCOUNT = Account("a", server_id="ds.example.com", server_secret="srv", server_nonce=b"stored")
SYNC = "206:text/x-vcard:./contacts"


def read(octets: bytes) -> notification.Notification:
    content = arrival.read(octets).content
    assert isinstance(content, notification.Notification)
    return content


@pytest.mark.parametrize("form", ["raw", "wsp"])
@pytest.mark.parametrize("text_headers", [False, True])
@given(
    nonce=st.sampled_from(
        ["stored", "hex:00ff", *(f"session-id:{e}" for e in sessionid.ENCODINGS)]
    ),
    session_id=st.integers(min_value=1, max_value=0xFFFF),
    ui_mode=st.integers(min_value=0, max_value=3),
    initiator=st.sampled_from(["server", "user"]),
    count=st.integers(min_value=0, max_value=3),
)
def test_what_is_made_is_what_was_wanted(
    form: pushing.Form,
    text_headers: bool,
    nonce: str,
    session_id: int,
    ui_mode: int,
    initiator: str,
    count: int,
) -> None:
    wanted = Wanted(nonce, hex(session_id), ui_mode, initiator, (SYNC,) * count)  # type: ignore[arg-type]
    (datagram,) = pushing.in_form(pushing.package_0(ACCOUNT, wanted), form, text_headers)
    found = read(datagram)
    assert found.session_id == session_id
    assert (found.ui_mode, found.initiator_name) == (ui_mode, initiator)
    assert [(s.code, s.content_type, s.uri) for s in found.syncs] == [
        (206, 7, "./contacts")
    ] * count
    kind, _, rest = nonce.partition(":")
    octets = {"stored": b"stored", "hex": b"\0\xff"}.get(kind) or sessionid.nonce(session_id, rest)
    signed = digest.notification("ds.example.com", "srv", octets, found.octets[16:])
    assert found.octets[:16] == signed.octets


def test_a_stale_nonce_is_another_one_each_time() -> None:
    made = {pushing.package_0(ACCOUNT, Wanted("stale", "7"))[:16] for _ in range(3)}
    assert len(made) == 3


@pytest.mark.parametrize(
    ("wanted", "field", "said"),
    [
        (Wanted("nope"), "nonce", "stored, stale, "),
        (Wanted("session-id:nope"), "nonce", "session-id:nope: one of raw16_be, "),
        (Wanted("hex:xyz"), "nonce-hex", "'xyz' is not hex"),
        (Wanted("stored", "65536"), "session-id", "0 to 0xFFFF"),
        (Wanted("stored", syncs=("206",)), "sync", "CODE:TYPE:URI"),
        (Wanted("stored", syncs=("\u0662:7:x",)), "sync", "CODE:TYPE:URI"),
        (Wanted("stored", syncs=("206:text/html:x",)), "sync", "one of text/plain"),
        (Wanted("stored", syncs=("199:7:x",)), "", "does not fit"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_field(wanted: Wanted, field: str, said: str) -> None:
    with pytest.raises(WantedError, match=said) as wrong:
        pushing.understood(wanted)
    assert wrong.value.field == field


@given(st.text(), st.text(), st.lists(st.text()))
def test_any_text_is_understood_or_refused_in_words(
    nonce: str, session_id: str, syncs: list[str]
) -> None:
    try:
        pushing.package_0(ACCOUNT, Wanted(nonce, session_id, syncs=tuple(syncs)))
    except WantedError as wrong:
        assert str(wrong)
