"""With the veil drawn nothing personal of a real run is in any pane, line or octet; without it all is."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from emulator.bench import Bench
from emulator.protocol.events import Event
from emulator.tui.app import HandsetApp
from emulator.tui.filterbar import FilterBar
from emulator.tui.inspector import VIEWS, Inspector, Page
from emulator.tui.main import Main
from emulator.tui.query import parse
from emulator.tui.veil import Veil, behind
from emulator.tui.views.body import Rows
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import settled, still, text_of, until

PERSONAL = ("alice", "Okafor", "Adaeze", "Lindqvist", "7946 0018", "per@example", "IMEI:")


class Recorded(RecordedDeck):
    """A real run of the demo, played with the deck that it had."""

    def __init__(self, bench: Bench) -> None:
        super().__init__([])
        self.bench = bench

    async def start(self) -> None:
        self.events.extend(self.bench.events)

    def workings(self, event: Event) -> Sequence[Any]:
        return self.bench.workings(event)

    def document(self, event: Event) -> str:
        return self.bench.document(event)


@asynccontextmanager
async def _ran(handset: str) -> AsyncIterator[Bench]:
    ended: asyncio.Queue[int] = asyncio.Queue()
    bench = Bench(handset=handset, scenario="both-stale", ended=ended.put_nowait)
    await bench.start()
    try:
        await asyncio.wait_for(ended.get(), 20)
        yield bench
    finally:
        await bench.close()


def _personal(bench: Bench) -> list[str]:
    assert bench.phone is not None
    return [*PERSONAL, bench.phone.profile.device.id.removeprefix("IMEI:")]


def _forms(value: str) -> list[str]:
    """A value as text, as octets in a hex view, and in base64 at its three places."""
    octets = value.encode()
    shifted = [base64.b64encode(bytes(3 - n) + octets).decode() for n in (3, 2, 1)]
    return [value, octets.hex().upper(), *(text[4:-4] for text in shifted if len(text) > 16)]


def _lines(page: Page) -> str:
    """Every line of the detail before any filter; octets without their gaps too."""
    lines = ["".join(span[0] for span in line) for line in page.lines(120)]
    hexes = "".join("".join(line[6:56].split()) for line in lines)
    return "\n".join([*lines, hexes, "".join(line.strip() for line in lines)])


@pytest.mark.parametrize(
    "handset", ["generic-wbxml", pytest.param("generic-xml", marks=pytest.mark.thorough)]
)
async def test_nothing_personal_is_seen_in_any_view_of_any_event(handset: str) -> None:
    async with _ran(handset) as bench:
        personal = _personal(bench)
        app = HandsetApp(Recorded(bench))
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(app, pilot)
            seen = await _walk(app, pilot)
            assert [value for value in personal if value not in seen] == []
            await pilot.press("exclamation_mark")
            hidden = await _walk(app, pilot)
            assert [f for value in personal for f in _forms(value) if f in hidden] == []
            for stays in ("212 + Chal", "ds.example.com", "NextNonce", "✓ = equal", "./contacts"):
                assert stays in hidden
            await pilot.press("exclamation_mark")
            assert await _walk(app, pilot) == seen


def _copies(page: Page) -> list[str]:
    """All that can be copied from a view; octets without their gaps too."""
    body = page.body
    places = range(len(body.rows)) if isinstance(body, Rows) else (body.first(), body.last())
    found = (body.whole(), *(body.copied(place) for place in places))
    texts = [copied.text for copied in found if copied is not None]
    return [*texts, *("".join(text.split()) for text in texts)]


async def _walk(app: HandsetApp, pilot: Any) -> str:
    """All that can be seen of all events: the ladder as it is drawn, and the detail in each view."""
    seen = []
    pane, ladder = app.query_one(Inspector), app.main._ladder
    for view, _, _ in VIEWS:
        ladder.action_first()
        pane._chosen = None
        pane.choose(view)
        for number in range(len(app.main.deck.events)):
            pane.show(ladder.selected)
            seen += [_lines(pane.page), *_copies(pane.page)]
            if number in (0, 20):
                await still(app, pilot)
                seen.append(text_of(app))
            ladder.action_down()
    await still(app, pilot)
    return "\n".join([*seen, text_of(app)])


async def _found(app: HandsetApp, pilot: Any, query: str) -> int:
    """How many events a query finds."""
    finding = app.main
    finding.on_filter_bar_asked(FilterBar.Asked(parse(query), filtering=True))
    await until(pilot, lambda: not finding.searching)
    assert finding.search is not None
    return len(finding.search.found)


async def test_what_is_hidden_is_not_found() -> None:
    async with _ran("generic-wbxml") as bench:
        app = HandsetApp(Recorded(bench))
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(app, pilot)
            personal = _personal(bench)
            forms = [f'"{form}"' for value in personal for form in _forms(value)]
            before = {form: await _found(app, pilot, form) for form in forms}
            assert all(before[f'"{value}"'] for value in personal)
            await pilot.press("exclamation_mark")
            assert [form for form in forms if await _found(app, pilot, form)] == []
            assert await _found(app, pilot, "ds.example.com")
            await pilot.press("exclamation_mark")
            assert {form: await _found(app, pilot, form) for form in forms} == before


async def test_a_filter_is_asked_again_when_something_is_hidden_or_shown() -> None:
    app = HandsetApp(RecordedDeck([recording.resync(), recording.retried()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        ladder = app.main._ladder
        await pilot.press("slash", *"alice", "enter")
        await until(pilot, lambda: "/ alice" in text_of(app) and app.main.search is not None)
        found = len(ladder._rows)
        assert found > 0
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: "0 of " in text_of(app))
        assert not len(ladder._rows) and "/ *****" in text_of(app)
        await pilot.press("n")  # what comes while it is hidden is not found either
        await until(pilot, lambda: app.main.read == len(app.main.deck.events) > 40)
        await until(pilot, lambda: not app.main.searching)
        assert not len(ladder._rows)
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: not app.main.searching and len(ladder._rows) > found)


async def test_an_account_that_has_its_owners_name_is_not_found_by_it() -> None:
    """The name of an account is a key, and stays in the event; what is drawn of it is hidden."""

    class Owned(RecordedDeck):
        personal = ("ds",)

    app = HandsetApp(Owned())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        assert await _found(app, pilot, "kind:NonceStored ds") == 4
        await pilot.press("exclamation_mark")
        assert await _found(app, pilot, "kind:NonceStored ds") == 0
        assert await _found(app, pilot, "kind:NonceStored server") == 3


async def test_the_state_is_in_the_title_and_nothing_moves() -> None:
    app = HandsetApp(RecordedDeck())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        await pilot.press("g")
        before = text_of(app)
        await pilot.press("exclamation_mark")
        await still(app, pilot)
        after = text_of(app)
        assert " hidden " in after.splitlines()[0] and " hidden " not in before
        assert "handset IMEI:493005100592800, for" in before
        assert "handset ********************, for" in after
        assert [len(row) for row in before.splitlines()[1:]] == [
            len(row) for row in after.splitlines()[1:]
        ]


def test_a_deck_behind_the_veil_offers_what_the_deck_offers() -> None:
    deck = RecordedDeck()
    veil = Veil()
    veiled: Any = behind(deck, veil)
    assert veiled.title == "demo" and veiled.events is deck.events
    assert {name for name in dir(veiled) if name[0] != "_"} >= {
        name for name in dir(deck) if name[0] != "_"
    }
    assert not hasattr(veiled, "nothing")


def test_main_is_made_with_a_veil_of_its_own_where_no_app_gives_one() -> None:
    assert not Main(RecordedDeck()).veil.enabled


async def test_what_a_deck_says_is_its_owners_is_hidden_before_any_event_names_it() -> None:
    class Owned(RecordedDeck):
        personal = ("nadia",)

    deck = Owned()
    deck.title = "phone of nadia"
    app = HandsetApp(deck)
    async with app.run_test() as pilot:
        await settled(app, pilot)
        assert "phone of nadia" in text_of(app)
        await pilot.press("exclamation_mark")
        await still(app, pilot)
        assert "phone of *****" in text_of(app)


async def test_what_comes_while_it_is_drawn_is_hidden_too() -> None:
    app = HandsetApp(RecordedDeck([], before=[]))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.main.ready)
        await pilot.press("exclamation_mark")
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck)
        deck._play(recording.up(), 0)
        deck._play(recording.retried(), 1)
        await settled(app, pilot)
        seen = await _walk(app, pilot)
        assert "alice" not in seen and "493005100592800" not in seen
        assert "212 + Chal" in seen
