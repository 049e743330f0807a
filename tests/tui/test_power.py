"""The power key on the screen: what is said while the phone is off, and over a real bench what follows."""

import pytest

from emulator.bench import Bench
from emulator.protocol.events import VerdictReached
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import golden, playing, still, text_of, until


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_screen_without_power(size: tuple[int, int]) -> None:
    deck = RecordedDeck([recording.powerless()])
    deck.hint = "the phone is off; P switches it on"
    async with playing(deck, size) as (app, pilot):
        if size[0] < 150:
            await pilot.press("H")
            await still(app, pilot)
        golden(f"power-{size[0]}x{size[1]}", text_of(app))


async def test_off_and_on_by_the_key_while_a_run_waits_and_the_next_notification_verifies() -> None:
    bench = Bench(breakpoints=("chal",))
    async with playing(bench, (120, 40)) as (app, pilot):  # type: ignore[arg-type]
        await until(pilot, lambda: bench.stepper.waiting)
        await pilot.press("P")
        await until(pilot, lambda: "the power was cut in mid-session" in text_of(app))
        assert "P switches it on" in text_of(app)
        bench.stepper.mark(())
        await pilot.press("P")
        await until(pilot, lambda: "waiting for a notification" in text_of(app))
        await pilot.press("n")
        await until(pilot, lambda: app.main.known.run.outcome == "synchronised")
        verdicts = [e.what for e in bench.events if isinstance(e.what, VerdictReached)]
        assert len(verdicts) == 2 and verdicts[-1].verdict.startswith("verified-")
