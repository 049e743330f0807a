"""The box for a journal: files here, a path, and what is no journal."""

import os
from pathlib import Path

import pytest

from emulator.journal import Journal
from emulator.protocol.events import HandsetStarted, NonceTried
from emulator.recording import Recording
from emulator.tui.app import HandsetApp
from emulator.tui.openbox import OpenBox, journals
from tests.tui import recording as runs
from tests.tui.journals import journal
from tests.tui.screen import settled, starting, text_of, until


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two journals and a file that is none."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    for name, at in (("old.jsonl", 1.0), ("new.journal", 2.0)):
        journal = Journal(lambda: 0.0, Path(name))
        journal.append(HandsetStarted(f"profile of {name}", "IMEI:1", ()))
        journal.close()
        os.utime(name, (at, at))
    Path("bad.jsonl").write_text("no journal\n")
    os.utime("bad.jsonl", (0.0, 0.0))
    Path("gone.jsonl").symlink_to("nowhere")
    return tmp_path


def _is_open(app: HandsetApp, name: str) -> bool:
    return not isinstance(app.screen, OpenBox) and app.main.ready and app.main.deck.title == name


def test_the_newest_come_first(folder: Path) -> None:
    assert [c.id for c in journals(folder)] == [
        "new.journal",
        "old.jsonl",
        "gone.jsonl",
        "bad.jsonl",
    ]


async def test_a_file_is_picked_and_left_again() -> None:
    async with starting() as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "old.jsonl" in text_of(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 2 and _is_open(app, "old.jsonl"))
        await pilot.press("b")
        await until(pilot, lambda: "What next?" in text_of(app))


async def test_what_is_no_journal_is_said_and_a_path_can_be_written(folder: Path) -> None:
    async with starting() as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "bad.jsonl" in text_of(app))
        await pilot.press(*["down"] * 3, "enter")
        await until(pilot, lambda: "bad.jsonl:" in text_of(app) and isinstance(app.screen, OpenBox))
        await pilot.press("up", "enter")
        await until(pilot, lambda: "gone.jsonl:" in text_of(app))
        await pilot.press(*f"{folder}/new.journal", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 2 and _is_open(app, "new.journal"))


async def test_what_is_typed_is_the_path_until_a_file_is_chosen() -> None:
    async with starting() as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "old.jsonl" in text_of(app))
        await pilot.press(*"/nope", "enter")
        await until(pilot, lambda: "/nope:" in text_of(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 2 and _is_open(app, "old.jsonl"))


PROFILE = f"""
[device]
id = "{runs._IN["device"]}"
[accounts.ds]
url = "http://127.0.0.1:9/sync"
server_id = "{runs.SERVER}"
server_secret = "{runs.SERVER_SECRET}"
"""


def _workings(app: HandsetApp) -> bool:
    tried = next(e for e in app.main.deck.events if isinstance(e.what, NonceTried))
    assert isinstance(app.main.deck, Recording)
    return bool(app.main.deck.workings(tried))


def _own(folder: Path, name: str, text: str) -> None:
    place = folder / "config" / "ds-handset" / "profiles"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text)


@pytest.mark.parametrize(
    ("changed", "there"), [(("", ""), True), (("IMEI", "MEID"), False), (("url", "ulr"), False)]
)
async def test_the_own_profile_that_a_journal_names_has_its_secrets(
    folder: Path, changed: tuple[str, str], there: bool
) -> None:
    """Not that of another device, nor one that is wrong."""
    _own(folder, "demo.toml", PROFILE.replace(*changed))
    journal(folder / "run.journal", runs.resync())
    async with starting() as (app, pilot):
        await pilot.press("o", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 2 and _is_open(app, "run.journal"))
        await settled(app, pilot)
        assert _workings(app) == there
        assert ("with the secrets of demo" in app.main.deck.subtitle) == there


async def test_a_profile_is_written_and_what_is_wrong_with_it_is_said(folder: Path) -> None:
    (folder / "mine.toml").write_text(PROFILE)
    journal(folder / "run.journal", runs.resync())
    async with starting() as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: "run.journal" in text_of(app))
        await pilot.press("tab", *"nobody", "enter")
        await until(pilot, lambda: "nobody: no such file" in text_of(app))
        await pilot.press(*["backspace"] * 6, *"mine.toml", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 2 and _is_open(app, "run.journal"))
        await settled(app, pilot)
        assert _workings(app)


async def test_without_files_a_path_is_asked_for(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    async with starting() as (app, pilot):
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, OpenBox))
        await pilot.press("enter")
        await until(pilot, lambda: "write the path of a journal" in text_of(app))
