"""The journal: append, read again, and no secret of a basic Cred in any octet of it."""

import base64
import errno
import os
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import __version__, journalfile
from emulator.journal import FORMAT, Journal, JournalError, cut, read, restored
from emulator.journalfile import Reader
from emulator.protocol.events import (
    BearerOpened,
    Event,
    Failed,
    HandsetStarted,
    MessageReceived,
    MessageSent,
    Octets,
    SessionOpened,
)
from emulator.protocol.keyring import Account
from emulator.wire import build, xml
from emulator.wire.codec import CODECS, WBXML, XML, Codec
from emulator.wire.syncml import Alert, Cred, Location, Message, Meta, SyncBody, SyncHdr
from tests.wire.material import VECTORS
from tests.wire.messages import WBXML_MESSAGES, XML_MESSAGES

ACCOUNT = Account("account", user="alice", password="wonderland-secret")
SECRET = base64.b64encode(b"alice:wonderland-secret")
OPENED = BearerOpened("udp://127.0.0.1:2948")
BOTH = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)


def _message(cred: Cred | None, *commands: Alert) -> Message:
    header = SyncHdr(session_id="1", msg_id="1", source=Location(uri="dev"), cred=cred)
    return Message(header=header, body=SyncBody(commands=commands, final=True))


def _basic(secret: bytes = SECRET) -> Cred:
    return build.cred("basic", secret.decode())


def _written(tmp_path: Path, *lines: bytes) -> Path:
    path = tmp_path / "journal"
    header = b'{"format":%d,"tool":"ds-handset"}' % FORMAT
    path.write_bytes(b"\n".join((header, *lines)))
    return path


def _line(seq: int) -> bytes:
    return msgspec.json.encode(Event(seq=seq, at=1.0, what=OPENED))


# Append and read


def test_what_was_appended_is_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    ticks = iter((1.25, 2.5))
    journal = Journal(lambda: next(ticks), path)
    first = journal.append(OPENED)
    second = journal.append(Failed("disk full"), session=3, cause=first.seq)
    # Every line is in the file at once: the process may be killed at any time.
    assert read(path) == list(journal.events) == [first, second]
    journal.close()
    assert (first.seq, first.at, first.session, first.cause) == (1, 1.25, 0, 0)
    assert (second.seq, second.at, second.session, second.cause) == (2, 2.5, 3, 1)


def test_a_journal_of_before_there_was_more_to_tell_is_read(tmp_path: Path) -> None:
    old = b'{"kind":"HandsetStarted","profile":"p","device_id":"IMEI:1","accounts":["s"]}'
    path = _written(tmp_path, b'{"seq":1,"at":1.0,"session":0,"cause":0,"what":%s}' % old)
    assert [event.what for event in read(path)] == [HandsetStarted("p", "IMEI:1", ("s",))]


def test_the_first_line_names_format_and_tool(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(lambda: 0.0, path).close()
    header = msgspec.json.decode(path.read_bytes())
    assert header == {"format": FORMAT, "tool": f"ds-handset {__version__}"}


def test_without_a_file_the_events_are_kept_all_the_same() -> None:
    journal = Journal(lambda: 0.0)
    journal.append(OPENED)
    journal.close()
    assert [event.what for event in journal.events] == [OPENED]


def test_a_journal_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text("precious")
    with pytest.raises(JournalError, match="exists already; a journal is never overwritten"):
        Journal(lambda: 0.0, path)
    assert path.read_text() == "precious"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be written: No such file"):
        Journal(lambda: 0.0, tmp_path / "none" / "journal")


def test_a_last_line_that_a_crash_cut_short_is_left_out(tmp_path: Path) -> None:
    path = _written(tmp_path, _line(1), _line(2)[:-7])
    assert [event.seq for event in read(path)] == [1]


@pytest.mark.parametrize("size", range(0, 120, 7))
def test_a_journal_cut_anywhere_gives_what_is_whole(tmp_path: Path, size: int) -> None:
    octets = _written(tmp_path, _line(1), _line(2), b"").read_bytes()
    head = octets.index(b"\n") + 1
    path = tmp_path / "cut"
    path.write_bytes(octets[: head + size])
    assert len(read(path)) == sum(head + size >= head + end for end in _ends(octets[head:]))


def _ends(lines: bytes) -> list[int]:
    """Where each line is complete, its line feed not needed."""
    return [at for at, octet in enumerate(lines) if octet == 0x0A]


@pytest.mark.parametrize("wrong", [b"{", b'{"seq":1}', b'{"seq":1,"at":0,"what":{"kind":"New"}}'])
def test_a_wrong_line_is_named(tmp_path: Path, wrong: bytes) -> None:
    path = _written(tmp_path, _line(1), wrong, _line(3))
    with pytest.raises(JournalError, match="journal: line 3: "):
        read(path)


@pytest.mark.parametrize("octets", [b"", b"hello\n", b"[]\n", b"\xff\xfe\n", b'{"tool":"x"}\n'])
def test_another_file_is_no_journal(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(octets)
    with pytest.raises(JournalError, match="line 1: not a journal of this tool"):
        read(path)


def test_a_newer_format_is_said(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'{"format":99,"tool":"ds-handset 7.0"}\n')
    with pytest.raises(JournalError, match=r"format 99 of ds-handset 7.0 is newer than this tool"):
        read(path)


HOSTILE = {
    "a time that no clock has": b'{"seq":1,"at":1e308,"what":{"kind":"PowerCut"}}',
    "a time before 1970": b'{"seq":1,"at":-1,"what":{"kind":"PowerCut"}}',
    "no hex": b'{"seq":1,"at":1,"what":{"kind":"PushArrived","bearer":"b","sender":"s","octets":{"hex":"zz"}}}',
    "half an octet": b'{"seq":1,"at":1,"what":{"kind":"PushArrived","bearer":"b","sender":"s","octets":{"hex":"0"}}}',
    "a cut outside": b'{"seq":1,"at":1,"what":{"kind":"PushArrived","bearer":"b","sender":"s","octets":{"hex":"00","cuts":[{"offset":0,"length":1000000000000,"secret":"s"}]}}}',
    "a number below zero": b'{"seq":-1,"at":1,"what":{"kind":"PowerCut"}}',
    "a nonce that is no hex": b'{"seq":1,"at":1,"what":{"kind":"NoncesHeld","account":"a","client":"4A7","server":null,"candidate":null}}',
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_a_value_that_no_handset_writes_names_its_line(tmp_path: Path, line: bytes) -> None:
    path = _written(tmp_path, _line(1), line, _line(3))
    with pytest.raises(JournalError, match=f"{path}: line 3: .*"):
        read(path)


def test_a_line_without_an_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journalfile, "MAX_LINE", 10_000)
    monkeypatch.setattr(journalfile, "PIECE", 1000)
    path = _written(tmp_path, _line(1), b"x" * 50_000)
    with pytest.raises(JournalError, match="line 3: longer than 10000 octets"):
        read(path)


@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "journal"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    with pytest.raises(JournalError, match="expected a regular file"):
        Reader(path)


def test_a_full_disk_is_said_once_and_the_events_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    record = Journal(lambda: 1.0, path)
    record.append(OPENED)
    whole = path.read_bytes()
    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", _no_room)
        record.append(OPENED)
        record.append(OPENED)
        sentence = (
            f"{path}: cannot be written: No space left on device; new events are kept in memory"
        )
        assert record.trouble == sentence
        assert [e.what for e in record.events] == [OPENED, OPENED, Failed(sentence), OPENED]
        assert path.read_bytes() == whole
    record.append(OPENED)
    assert record.trouble == ""
    record.close()
    assert read(path) == list(record.events)


def test_a_disk_that_is_full_from_the_start_leaves_no_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "pwrite", _no_room)
    with pytest.raises(JournalError, match="No space left on device"):
        Journal(lambda: 1.0, tmp_path / "journal")
    assert list(tmp_path.iterdir()) == []


def _no_room(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_journal_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="none: cannot be read: No such file"):
        read(tmp_path / "none")


def test_a_journal_is_read_on_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(lambda: 1.0, path)
    reader = Reader(path)
    assert list(reader.more()) == []
    for number in range(3):
        journal.append(Failed(str(number)))
        (placed,) = reader.more()
        assert placed.event == journal.events[number]
        octets = path.read_bytes()
        assert octets[placed.offset : placed.offset + placed.size].endswith(b"}\n")
        assert reader.at == reader.size == len(octets)
    journal.close()


def test_a_line_that_is_not_whole_yet_is_read_later(tmp_path: Path) -> None:
    path = _written(tmp_path, _line(1), _line(2))
    octets = path.read_bytes()
    path.write_bytes(octets[:-20])
    reader = Reader(path)
    assert [placed.event.seq for placed in reader.more()] == [1]
    path.write_bytes(octets + b"\n\n" + _line(3) + b"\n")
    assert [placed.event.seq for placed in reader.more()] == [2, 3]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 200), max_size=20), st.integers(1, 300))
def test_pieces_of_any_size_give_the_same(sizes: list[int], piece: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(journalfile, "PIECE", piece)
        path = Path(folder) / "journal"
        journal = Journal(lambda: 1.0, path)
        for size in sizes:
            journal.append(Failed("x" * size))
        journal.close()
        assert read(path) == list(journal.events)


# Secrets


@BOTH
def test_a_basic_cred_is_cut_and_put_back(codec: Codec) -> None:
    octets = codec.encode(_message(_basic()))
    kept = cut(octets, codec.media_type, ACCOUNT)
    assert SECRET not in bytes(kept)
    (gap,) = kept.cuts
    assert (gap.length, gap.secret) == (len(SECRET), "account/basic/1")
    assert octets[gap.offset : gap.offset + gap.length] == SECRET
    assert restored(kept, {"account": ACCOUNT}) == octets


@BOTH
def test_all_other_octets_stay_what_they_were(codec: Codec) -> None:
    octets = codec.encode(_message(_basic()))
    kept = bytes(cut(octets, codec.media_type, ACCOUNT))
    at = octets.index(SECRET)
    assert kept == octets[:at] + bytes(len(SECRET)) + octets[at + len(SECRET) :]


@BOTH
def test_a_basic_cred_of_a_command_is_cut_too(codec: Codec) -> None:
    alert = Alert(cmd_id="1", data="200", cred=_basic())
    kept = cut(codec.encode(_message(_basic(), alert)), codec.media_type, ACCOUNT)
    assert len(kept.cuts) == 2
    assert SECRET not in bytes(kept)


@BOTH
def test_whose_secret_it_is_decides_its_name(codec: Codec) -> None:
    theirs = base64.b64encode(b"server:other-secret")
    kept = cut(codec.encode(_message(_basic(theirs))), codec.media_type, ACCOUNT)
    assert theirs not in bytes(kept)
    assert kept.cuts[0].secret == "account/foreign/1"
    with pytest.raises(KeyError, match="account/foreign/1"):
        restored(kept, {"account": ACCOUNT})


@BOTH
def test_an_md5_cred_is_no_secret(codec: Codec) -> None:
    octets = codec.encode(_message(build.cred("md5", "N3yGZ0U1G/Q/GfMf4f2H1w==")))
    kept = cut(octets, codec.media_type, ACCOUNT)
    assert (bytes(kept), kept.cuts) == (octets, ())


@pytest.mark.parametrize(
    "type_", ["syncml:auth-basic", "SYNCML:AUTH-BASIC", "syncml:Auth-Basic", " syncml:auth-basic\n"]
)
@BOTH
def test_the_type_may_be_written_in_many_ways(codec: Codec, type_: str) -> None:
    made = Cred(meta=Meta(format="b64", type=type_), data=(SECRET.decode(),))
    kept = cut(codec.encode(_message(made)), codec.media_type, ACCOUNT)
    assert len(kept.cuts) == 1


def test_data_before_its_type_is_cut_too() -> None:
    octets = XML.encode(_message(_basic()))
    start, middle, end = (octets.index(t) for t in (b"<Meta>", b"<Data>", b"</Cred>"))
    swapped = octets[:start] + octets[middle:end] + octets[start:middle] + octets[end:]
    assert SECRET not in bytes(cut(swapped, XML.media_type, ACCOUNT))


def test_a_challenge_of_type_basic_has_no_secret() -> None:
    octets = XML_MESSAGES["auth-md5-stale-nonce/01-request.body"].replace(
        b"</SyncBody>",
        b"<Status><CmdID>9</CmdID><Chal><Meta><Type xmlns='syncml:metinf'>syncml:auth-basic</Type>"
        b"</Meta></Chal><Data>401</Data></Status></SyncBody>",
    )
    assert cut(octets, XML.media_type, ACCOUNT).cuts == ()


@pytest.mark.parametrize(
    ("octets", "content_type"),
    [
        (XML.encode(_message(_basic())), "text/html"),
        (XML.encode(_message(_basic())), WBXML.media_type),
        (XML.encode(_message(_basic()))[:-9], XML.media_type),
        (XML.encode(_message(_basic())).decode().encode("utf-16"), XML.media_type),
        (b"auth-basic " + SECRET, ""),
    ],
    ids=["html", "wrong codec", "cut short", "utf-16", "no type"],
)
def test_everything_is_cut_when_the_places_cannot_be_told(octets: bytes, content_type: str) -> None:
    kept = cut(octets, content_type, ACCOUNT)
    assert bytes(kept) == bytes(len(octets))
    (gap,) = kept.cuts
    assert (gap.offset, gap.length, gap.secret) == (0, len(octets), "account/foreign/1")


def test_without_an_account_secrets_are_cut_all_the_same() -> None:
    kept = cut(XML.encode(_message(_basic())), XML.media_type, None)
    assert kept.cuts[0].secret == "unknown/foreign/1"
    with pytest.raises(KeyError):
        restored(kept, {"account": ACCOUNT})


def test_an_accounts_name_may_hold_a_slash() -> None:
    account = msgspec.structs.replace(ACCOUNT, name="work/home")
    octets = XML.encode(_message(_basic()))
    kept = cut(octets, XML.media_type, account)
    assert restored(kept, {"work/home": account}) == octets


@pytest.mark.parametrize("name", [*XML_MESSAGES, *WBXML_MESSAGES])
def test_messages_without_secrets_stay_whole(name: str) -> None:
    codec, octets = (
        (XML, XML_MESSAGES[name]) if name in XML_MESSAGES else (WBXML, WBXML_MESSAGES[name])
    )
    has_secret = b"auth-basic" in octets.lower() or b"srv-secret-2" in octets
    kept = cut(octets, codec.media_type, ACCOUNT)
    assert has_secret or (bytes(kept), kept.cuts) == (octets, ())


@settings(deadline=None, max_examples=50)
@given(st.text("abcdefgh:0123", min_size=1, max_size=30), st.sampled_from(("xml", "wbxml")))
def test_no_password_gets_through(password: str, name: str) -> None:
    account = msgspec.structs.replace(ACCOUNT, password=password)
    secret = base64.b64encode(f"alice:{password}".encode())
    octets = CODECS[name].encode(_message(_basic(secret)))
    kept = cut(octets, CODECS[name].media_type, account)
    assert secret not in bytes(kept)
    assert restored(kept, {"account": account}) == octets


@BOTH
def test_no_line_of_the_file_has_the_secret(codec: Codec, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    octets = Octets.of(codec.encode(_message(_basic())))
    journal = Journal(lambda: 0.0, path)
    sent = MessageSent(1, 1, "http://ds.example.com", codec.media_type, octets, 1, "Cred")
    came = MessageReceived(200, codec.media_type, octets, 0.1, 1, 2, 212, "Cred")
    for what in (sent, came):
        journal.append(what, account=ACCOUNT)
    journal.close()
    lines = path.read_bytes()
    for form in (SECRET, SECRET.hex().encode(), b"wonderland", b"wonderland".hex().encode()):
        assert form not in lines
    for event in read(path):
        assert isinstance(event.what, MessageSent | MessageReceived)
        assert restored(event.what.octets, {"account": ACCOUNT}) == bytes(octets)


@BOTH
def test_a_peers_cred_of_no_type_may_be_a_password_and_is_cut(codec: Codec) -> None:
    octets = codec.encode(_message(Cred(Meta(format="b64"), (SECRET.decode(),))))
    journal = Journal(lambda: 0.0)
    heard = MessageReceived(
        200, codec.media_type, Octets.of(octets), 0.0, 1, 2, 212, "Cred, 212, Final"
    )
    event = journal.append(heard, account=ACCOUNT)
    assert isinstance(event.what, MessageReceived)
    assert SECRET not in bytes(event.what.octets)
    assert len(event.what.octets.cuts) == 1


@pytest.mark.parametrize("charset", ["", "; charset=utf-16"])
@BOTH
def test_the_secret_that_device_management_sets_is_cut(codec: Codec, charset: str) -> None:
    text = VECTORS["dm.session"]["intermediates"]["package2_xml"].encode()
    octets = codec.unparse(xml.decode(text))
    if charset and codec is XML:
        octets = octets.decode().encode("utf-16")
    kept = cut(octets, f"application/vnd.syncml.dm+{codec.name}{charset}", ACCOUNT)
    assert [gap.secret for gap in kept.cuts] == ["account/foreign/1"]
    assert b"srv-secret-2" not in bytes(kept).replace(b"\0", b"")


def test_a_url_is_kept_without_user_and_password():
    journal = Journal(lambda: 0.0)
    url = "http://alice:hidden@ds.example.com/sync"
    journal.append(MessageSent(1, 1, url, "text/plain", Octets(""), 1, ""))
    journal.append(SessionOpened("ds", "ordinary", "1", url, "md5"))
    assert {e.what.url for e in journal.events} == {"http://(secret)@ds.example.com/sync"}
