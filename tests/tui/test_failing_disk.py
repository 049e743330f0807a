"""The screen over a disk that fails: it says so, and no key ends it."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from emulator.bench import Bench
from emulator.database import Database, StoreError
from emulator.journal import Journal
from emulator.protocol.events import Failed, VerdictReached
from tests.tui.screen import playing, text_of, until

KEYS = (
    "n",
    "z",
    "Z",
    "d",
    "t",
    "h",
    "l",
    "S",
    "escape",
    "H",
    "1",
    "2",
    "r",
    "P",
    "P",
    "a",
    "escape",
)


def _damaged(*_: object) -> None:
    raise StoreError("handset.db: the store is damaged (database disk image is malformed)")


async def test_a_store_that_breaks_is_said_and_every_key_leaves_the_screen_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    async with playing(bench, (120, 40)) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: app.main.known.run.outcome == "synchronised")
        for name in ("rows", "execute", "transaction"):
            monkeypatch.setattr(Database, name, _damaged)
        for key in KEYS:
            await pilot.press(key)
            await pilot.pause()
            assert app.is_running, key
        await until(pilot, lambda: "the store is damaged" in text_of(app))
        monkeypatch.undo()


async def test_a_full_disk_under_the_journal_is_said_and_the_notification_is_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bench = Bench(journal=Journal(time.time, tmp_path / "journal"))
    async with playing(bench, (120, 40)) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: app.main.known.run.outcome == "synchronised")
        monkeypatch.setattr(os, "pwrite", _no_room)
        await pilot.press("n")
        await until(pilot, lambda: len(_of(bench, VerdictReached)) == 2)
        (failed,) = _of(bench, Failed)
        assert "No space left on device" in failed.sentence
        await pilot.press("/", *"space", "enter")
        await until(pilot, lambda: "No space left on device" in text_of(app))
        monkeypatch.undo()


def _of(bench: Bench, kind: type) -> list[Any]:
    return [event.what for event in bench.events if isinstance(event.what, kind)]


def _no_room(*_: object) -> int:
    raise OSError(28, os.strerror(28))
