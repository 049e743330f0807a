"""A journal file as a deck: all of it, what comes later, and what is wrong with it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import eventlog, recording
from emulator.journal import Journal, JournalError, read
from emulator.protocol.events import Failed, MessageSent, NonceTried, Noted, PeerSaid
from emulator.protocol.keyring import Account, Keyring
from emulator.recording import Recording, opened
from emulator.store import FILE
from tests.tui import recording as runs
from tests.tui.journals import journal


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LOOK", 0.0)
    monkeypatch.setattr(recording, "SLICE", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


async def until(met: Callable[[], bool]) -> None:
    for _ in range(100_000):
        if met():
            return
        await asyncio.sleep(0)
    raise AssertionError("never came true")


def written(path: Path, count: int) -> Journal:
    record = Journal(lambda: 1.5, path)
    for number in range(count):
        record.append(PeerSaid(str(number)), session=1)
    return record


async def test_all_events_are_read_beside_other_work_and_those_that_come_later(path: Path) -> None:
    record = written(path, 300)
    deck = Recording(path)
    assert len(deck.events) == 0 and deck.progress < 0.1
    await deck.start()
    await until(lambda: len(deck.events) > 0)
    assert len(deck.events) < 300 and 0 < deck.progress < 1
    await until(lambda: len(deck.events) == 300)
    await until(lambda: deck.progress == 1.0)
    record.append(PeerSaid("later"))
    await until(lambda: len(deck.events) == 301)
    assert list(deck.events) == list(record.events) == read(path)
    await deck.close()
    await deck.close()
    record.close()


@pytest.mark.parametrize("octets", [b"", b"hello\n", b'{"format":99,"tool":"x"}\n'])
def test_another_file_is_refused_before_there_is_a_screen(path: Path, octets: bytes) -> None:
    path.write_bytes(octets)
    with pytest.raises(JournalError, match=r"journal: (line 1|format 99)"):
        Recording(path)


async def test_where_a_line_is_broken_the_reason_stands_and_what_came_before(path: Path) -> None:
    written(path, 3).close()
    with path.open("ab") as file:
        file.write(b'{"seq":4}\n')
        file.write(b'{"seq":5,"at":0,"what":{"kind":"PeerSaid","sentence":"x"}}\n')
    deck = Recording(path)
    await deck.start()
    await until(lambda: len(deck.events) == 4)
    last = deck.events[-1]
    assert last.seq == 4 and isinstance(last.what, Failed)
    assert last.what.sentence.startswith(f"{path}: line 5: ")
    assert deck.progress == 1.0
    await deck.close()


async def test_workings_need_a_keyring_and_documents_do_not(path: Path) -> None:
    journal(path, runs.resync())
    account = Account("ds", server_id=runs.SERVER, server_secret=runs.SERVER_SECRET)
    with_secrets, without = Recording(path, Keyring((account,))), Recording(path)
    for deck in (with_secrets, without):
        await deck.start()
        await until(lambda deck=deck: len(deck.events) == len(read(path)))  # type: ignore[misc]
        sent = next(e for e in deck.events if isinstance(e.what, MessageSent))
        assert "<SyncHdr>" in deck.document(sent)
        await deck.close()
    tried = next(e for e in without.events if isinstance(e.what, NonceTried))
    assert without.workings(tried) == ()
    (compared,) = with_secrets.workings(tried)
    assert compared[1].octets != compared[2]


def octets_in(path: Path) -> bytes:
    return path.read_bytes()


def put(path: Path, octets: bytes) -> None:
    path.write_bytes(octets)


def remove(path: Path) -> None:
    path.unlink()


async def test_a_note_goes_to_the_end_of_the_file_and_nothing_else_changes(path: Path) -> None:
    written(path, 3).close()
    before = octets_in(path)
    deck = Recording(path)
    with pytest.raises(OSError, match="once the whole file has been read"):
        await deck.note(2, True, "")
    await deck.start()
    await until(lambda: deck._over)
    await deck.note(2, True, "look: здесь")
    await until(lambda: len(deck.events) == 4)
    await deck.close()
    assert deck.events[3].what == Noted(2, True, "look: здесь")
    assert octets_in(path).startswith(before)
    assert [event.seq for event in read(path)] == [1, 2, 3, 4]


async def test_a_file_that_takes_no_note_says_so(path: Path) -> None:
    written(path, 3).close()
    whole = octets_in(path)
    for octets, says in (
        (whole + b'{"seq":4}\n', "takes no note, it cannot be read to its end"),
        (whole, "takes no note: No such file"),
    ):
        put(path, octets)
        deck = Recording(path)
        await deck.start()
        await until(lambda deck=deck: deck._over)
        if octets is whole:
            remove(path)
        with pytest.raises(OSError, match=says):
            await deck.note(2, True, "")
        await deck.close()


async def test_a_note_stands_on_a_line_of_its_own(path: Path) -> None:
    written(path, 3).close()
    put(path, octets_in(path).rstrip(b"\n"))
    deck = Recording(path)
    await deck.start()
    await until(lambda: deck._over)
    await deck.note(1, False, "first")
    await until(lambda: len(deck.events) == 4)
    await deck.close()
    assert read(path)[-1].what == Noted(1, False, "first")


def test_a_store_that_cannot_be_read_is_said_where_its_profile_was_asked_for(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    own = tmp_path / "ds-handset" / "profiles" / "demo.toml"
    own.parent.mkdir(parents=True)
    device = runs._IN["device"]
    own.write_text(f'[device]\nid = "{device}"\n[account]\nurl = "http://127.0.0.1:9/"\n')
    journal(path, runs.resync())
    assert "secrets of demo" in opened(path).subtitle
    (tmp_path / "ds-handset" / "demo").mkdir()
    (tmp_path / "ds-handset" / "demo" / FILE).write_text("no database")
    with pytest.raises(JournalError, match="demo"):
        opened(path, "demo")
    assert "secrets" not in opened(path).subtitle


TAILS = [
    b'{"seq":4,"at":1.5,"session":1,"cause":0,"what":{"kind":"PeerSaid","sentence":"cut sh',
    b'{"seq":4,"at"',
    b'{"seq":4,"at":1.5,"session":1,"cause":0,"what":{"kind":"PeerSaid","sentence":"\xd0',
    b"\0" * 40,
]


@pytest.mark.parametrize("tail", TAILS)
async def test_a_journal_whose_last_line_a_crash_cut_short_takes_notes_and_loses_nothing(
    path: Path, tail: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("RECENT", 1), ("RECENT_OCTETS", 1), ("BLOCK", 1)):
        monkeypatch.setattr(eventlog, name, size)
    written(path, 3).close()
    whole = octets_in(path) + tail
    put(path, whole)
    deck = Recording(path)
    await deck.start()
    await until(lambda: "cut short by a crash" in deck.hint)
    assert f"line 5 was cut short by a crash: {_told(tail)}" in deck.hint
    assert "sentence" not in deck.hint
    await deck.note(2, True, "first")
    await until(lambda: len(deck.events) == 4)
    await deck.note(3, False, "second")
    await until(lambda: len(deck.events) == 5)
    await deck.close()
    assert octets_in(path).startswith(whole + b"\n")
    again = Recording(path)
    await again.start()
    await until(lambda: len(again.events) == 5)
    assert "line 5 was cut short by a crash" in again.hint
    await again.close()
    for events in (list(deck.events), list(again.events), read(path)):
        assert [event.seq for event in events] == [1, 2, 3, 4, 5]
        assert events[2].what == PeerSaid("2")
        assert [e.what for e in events[3:]] == [Noted(2, True, "first"), Noted(3, False, "second")]


def _told(tail: bytes) -> str:
    told = "event 4, PeerSaid, " if b"kind" in tail else "event 4, " if b"seq" in tail else ""
    return f"{told}{len(tail)} octets of it are kept in the file"


async def test_while_somebody_writes_it_nothing_is_torn_and_it_takes_no_note(path: Path) -> None:
    record = written(path, 3)
    with path.open("ab") as file:
        file.write(TAILS[0])
    deck = Recording(path)
    await deck.start()
    await until(lambda: deck._over)
    assert "crash" not in deck.hint
    before = octets_in(path)
    with pytest.raises(OSError, match="a handset is still writing it"):
        await deck.note(2, True, "")
    assert octets_in(path) == before
    record.close()
    await until(lambda: "crash" in deck.hint)
    await deck.note(2, True, "now")
    await until(lambda: len(deck.events) == 4)
    await deck.close()
