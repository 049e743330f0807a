"""The ladder widget at length: what it does is counted, not timed."""

from array import array

import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp

from emulator.exports import ladder_lines, looks
from emulator.protocol.events import Event, PeerSaid
from emulator.tui.ladder import Ladder
from tests.tui import recording
from tests.tui.recording import events as recorded

MANY = 100_000


class OneLadder(App[None]):
    CSS = "Ladder { scrollbar-gutter: stable; overflow-x: hidden; }"

    def __init__(self, events: list[Event]) -> None:
        super().__init__()
        self.events = events
        self.ladder = Ladder()

    def compose(self) -> ComposeResult:
        yield self.ladder


def said(number: int) -> Event:
    return Event(seq=number, at=float(number), session=1 + number // 40, what=PeerSaid("yes"))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often lines were painted and looks made."""
    counted = {"look": 0, "paint": 0}
    for name, home in (("look", looks), ("paint", ladder_lines)):
        real = getattr(home, name)

        def counting(*arguments: object, _real=real, _name=name) -> object:  # type: ignore[no-untyped-def]
            counted[_name] += 1
            return _real(*arguments)

        monkeypatch.setattr(home, name, counting)
    return counted


async def test_a_frame_costs_what_is_in_sight(calls: dict[str, int]) -> None:
    events = [said(n) for n in range(MANY)]
    app = OneLadder(events)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.ladder.take(app.events, MANY)
        assert calls["look"] == MANY
        await pilot.pause()
        assert 0 < calls["paint"] <= 24
        for key, most in (("home", 24), ("pagedown", 24), ("down", 2), ("end", 24)):
            before = calls["paint"]
            app.ladder.focus()
            await pilot.press(key)
            await pilot.pause()
            assert calls["paint"] - before <= most, key


async def test_an_event_more_costs_one_look(calls: dict[str, int]) -> None:
    events = [said(n) for n in range(MANY)]
    app = OneLadder(events)
    async with app.run_test(size=(80, 24)) as pilot:
        app.ladder.take(app.events, MANY)
        await pilot.pause()
        before = dict(calls)
        for number in range(10):
            events.append(said(MANY + number))
            app.ladder.take(app.events, len(events))
            await pilot.pause()
        assert calls["look"] - before["look"] <= 20
        assert calls["paint"] - before["paint"] <= 20


async def test_a_resize_lays_nothing_out_again(calls: dict[str, int]) -> None:
    events = [said(n) for n in range(MANY)]
    app = OneLadder(events)
    async with app.run_test(size=(80, 24)) as pilot:
        app.ladder.take(app.events, MANY)
        await pilot.pause()
        before = calls["look"]
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert calls["look"] - before <= 80


async def test_an_unfollowed_ladder_keeps_its_place() -> None:
    events = [said(n) for n in range(200)]
    app = OneLadder(events)
    async with app.run_test(size=(80, 24)) as pilot:
        app.ladder.take(app.events, 200)
        await pilot.pause()
        app.ladder.focus()
        await pilot.press("up", "up")
        place = app.ladder.scroll_offset.y
        events.extend(said(n) for n in range(200, 240))
        app.ladder.take(app.events, 240)
        await pilot.pause()
        assert (app.ladder.following, app.ladder.behind) == (False, 42)
        assert app.ladder.scroll_offset.y == place
        assert app.ladder.selected is events[197]


async def test_the_wheel_leaves_follow_mode_and_the_mouse_selects() -> None:
    events = [said(n) for n in range(200)]
    app = OneLadder(events)
    async with app.run_test(size=(80, 24)) as pilot:
        app.ladder.take(app.events, 200)
        await pilot.pause()
        await pilot._post_mouse_events([MouseScrollUp], app.ladder)
        await pilot.pause()
        assert not app.ladder.following
        await pilot.click(app.ladder, offset=(5, 3))
        chosen = app.ladder.selected
        assert chosen is not None and chosen is not events[-1]


async def test_an_empty_ladder_takes_every_key() -> None:
    app = OneLadder([])
    async with app.run_test(size=(80, 24)) as pilot:
        app.ladder.focus()
        await pilot.press("up", "down", "pageup", "pagedown", "home", "end", "g", "G")
        assert app.ladder.selected is None
        assert app.ladder._rows.tops == array("L")


@pytest.mark.parametrize("width", [48, 61, 66, 120])
async def test_a_resize_lays_broken_lines_out_as_if_they_had_come_at_that_width(width: int) -> None:
    happened = recorded(recording.retried(), recording.ignored(), recording.lost())
    app, other = OneLadder(happened), OneLadder(happened)
    async with app.run_test(size=(80, 24)) as pilot:
        app.ladder.take(happened, len(happened))
        await pilot.resize_terminal(width, 24)
        await pilot.pause()
        async with other.run_test(size=(width, 24)) as beside:
            other.ladder.take(happened, len(happened))
            await beside.pause()
            assert app.ladder._rows.tops == other.ladder._rows.tops
            assert app.ladder._rows.height == other.ladder._rows.height
