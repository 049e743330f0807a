"""The deck that comes after the first paint, and what the first paint must not import."""

import subprocess
import sys

from emulator.verbs.deferred import Deferred
from tests.tui.recording import RecordedDeck

HEAVY = ("httpx", "uvicorn", "starlette", "lxml", "cryptography", "sqlite3", "emulator.bench")


async def test_until_it_starts_it_is_empty_and_keys_do_nothing():
    deck = Deferred("demo", "soon", RecordedDeck)
    assert (deck.title, deck.subtitle, deck.hint, deck.events) == ("demo", "soon", "", ())
    await deck.notify()
    await deck.rerun()
    await deck.answer(True)
    await deck.close()


async def test_then_it_is_the_real_one():
    made = []

    def make():
        made.append(RecordedDeck())
        return made[0]

    deck = Deferred("demo", "soon", make)
    await deck.start()
    assert deck.events is made[0].events
    assert deck.subtitle == made[0].subtitle
    event = deck.events[0]
    assert deck.document(event) == made[0].document(event)
    assert list(deck.workings(event)) == list(made[0].workings(event))
    await deck.close()


def test_the_first_paint_imports_nothing_that_it_does_not_need():
    code = (
        "import sys, emulator.cli, emulator.verbs.demo, emulator.verbs.deferred, emulator.tui.app;"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[]"
