"""The action table, and each of its actions done by its keys."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from emulator.answers import Answer
from emulator.bearers.certificate import Certificate
from emulator.probe import Tried
from emulator.protocol.events import NonceStored, NonceTried, SessionClosed
from emulator.protocol.states import STEPS
from emulator.tui import actions
from emulator.tui.actions import ACTIONS, Action, key_word
from emulator.tui.app import HandsetApp
from emulator.tui.connect import Connect
from emulator.tui.dialog import Dialog
from emulator.tui.explain import Explain
from emulator.tui.help import help_lines
from emulator.tui.inspector import Page
from emulator.tui.ladder import Ladder
from emulator.tui.ledger_page import Changes
from emulator.tui.main import Main
from emulator.tui.openbox import OpenBox
from emulator.tui.picker import Choice, PickerDialog
from emulator.tui.send import SendForm
from tests.tui import recording
from tests.tui.recording import ExpectingDeck, RecordedDeck
from tests.tui.screen import chosen, playing, rows, settled, starting, still, text_of, until

BESIDE = {
    "filter": {"filter"},
    "help": {"help", "sheet"},
    "editor": {"editor", "dialog"},
    "dialog": {"dialog"},
    "list": {"list"},
    "start": {"start", "list", "app"},
    "form": {"form", "choice", "dialog"},
    "enrolment": {"enrolment", "dialog"},
    "choice": {"form", "choice", "dialog"},
    "detail": {"detail", "sheet", "app", "everywhere", "question"},
}
"""Which places' keys work at the same time; a box's own widgets come before the box."""

Check = Callable[[HandsetApp, Pilot[None], str], Awaitable[None]]


def test_ids_are_unique_and_no_key_means_two_things_in_one_place() -> None:
    assert max(Counter(a.id for a in ACTIONS).values()) == 1
    for place in actions.WORDS:
        beside = BESIDE.get(place, {place, "app", "everywhere", "question"})
        keys = Counter(key for a in ACTIONS if a.where in beside for key in a.keys)
        assert not {key for key, count in keys.items() if count > 1}


def test_help_and_readme_have_every_action() -> None:
    shown = "\n".join(rows(help_lines(100)))
    table = actions.markdown()
    for action in ACTIONS:
        assert action.help in table
        assert f"`{key_word(action.keys[0])}`" in table
        if action.where != "help":
            assert action.help in shown


async def _answer(app: HandsetApp, pilot: Pilot[None], key: str, said: str) -> None:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    await pilot.press(key)
    assert "answer" not in " ".join(deck.calls)
    app.copy_to_clipboard("before")
    deck._begin(recording.asked())
    await settled(app, pilot)
    assert "+ allow   - decline" in text_of(app)
    await pilot.press(key)
    await until(pilot, lambda: f"answer {said}" in deck.calls)
    assert app.clipboard == "before"
    await settled(app, pilot)
    assert "+ allow   - decline" not in text_of(app)


async def accept(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _answer(app, pilot, key, "True")


async def decline(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _answer(app, pilot, key, "False")


async def _called(app: HandsetApp, pilot: Pilot[None], key: str, name: str) -> None:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    deck.calls.clear()
    ladder = app.query_one(Ladder)
    ladder.action_first()
    await pilot.press(key)
    await until(pilot, lambda: name in deck.calls)
    await settled(app, pilot)
    assert "run 2" in text_of(app).splitlines()[0]
    assert ladder.following


async def notify(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _called(app, pilot, key, "notify")


async def rerun(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _called(app, pilot, key, "rerun")


async def _held(app: HandsetApp, pilot: Pilot[None]) -> RecordedDeck:
    """A run waits before the message with the Chal."""
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    deck.stepper.mark(("chal",))
    deck._begin(recording.waiting())
    deck.hold(recording.next_message())
    await until(pilot, lambda: "waits. Next: message 2 leaves" in text_of(app))
    return deck


async def step(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: "step by step: the next event waits for s" in text_of(app))
    deck = await _held(app, pilot)
    await pilot.press(key)
    await until(pilot, lambda: not deck.stepper.waiting and deck.stepper.every)


async def continue_(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    deck = await _held(app, pilot)
    await pilot.press("s")
    await until(pilot, lambda: not deck.stepper.waiting)
    deck.hold(recording.next_message())
    await until(pilot, lambda: "waits. Next: message 2 leaves" in text_of(app))
    await pilot.press(key)
    await until(pilot, lambda: not (deck.stepper.waiting or deck.stepper.every))
    await until(pilot, lambda: "waits. Next" not in text_of(app))


async def _editing(app: HandsetApp, pilot: Pilot[None], key: str) -> TextArea:
    await _held(app, pilot)
    await pilot.press(key)
    await until(pilot, lambda: bool(app.screen.query(TextArea)))
    return app.screen.query_one(TextArea)


async def edit(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    assert app.screen is app.main
    area = await _editing(app, pilot, key)
    assert "  <SyncHdr>" in area.text


async def as_hex(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    area = await _editing(app, pilot, "e")
    await pilot.press(key)
    await until(pilot, lambda: area.text.startswith("3C 3F 78 6D 6C"))
    await pilot.press(key)
    await until(pilot, lambda: "  <SyncHdr>" in area.text)


async def as_typed(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    area = await _editing(app, pilot, "e")
    area.load_text("<not SyncML")
    await pilot.press("ctrl+s")
    await until(pilot, lambda: "F3 sends it" in text_of(app))
    await pilot.press(key)
    await until(pilot, lambda: "as edited: 11 octets in place of" in text_of(app))
    assert app.main.deck.stepper.octets == b"<not SyncML"  # type: ignore[union-attr]


async def send(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, SendForm))
    await pilot.press("enter")
    await until(pilot, lambda: deck.pushed == [deck.proposal])
    await until(pilot, lambda: app.screen is app.main)


async def misbehave(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, PickerDialog))
    await until(pilot, lambda: "[x] no-cred" in text_of(app))
    await pilot.press("space", "enter")
    await until(pilot, lambda: deck.misbehaviour == ("forget-client-nonce", "no-cred"))
    await until(pilot, lambda: app.screen is app.main)


async def breakpoints(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, PickerDialog))
    await pilot.press("space", "j", "space", "enter")
    await until(pilot, lambda: app.screen is app.main)
    assert deck.stepper.marked == ("first-verification", "second-verification")
    await settled(app, pilot)
    assert "breakpoints: first-verification, second-verification" in text_of(app)


async def detail(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    assert not app.query_one(Page).is_on_screen
    await pilot.press(key)
    assert "session closed: synchronised" in text_of(app)
    await pilot.press(key)
    assert "session closed: synchronised" not in text_of(app)


async def _view(app: HandsetApp, pilot: Pilot[None], key: str, name: str, words: str) -> None:
    page = app.query_one(Page)
    app.main.select_last(
        lambda e: type(e.what).__name__ == "MessageSent" and e.what.cred is not None
    )  # type: ignore[union-attr]
    await pilot.press(key)
    await pilot.pause()
    assert page.view == name
    assert words in text_of(app)
    await pilot.press(key)
    await pilot.pause()
    assert page.view == "tree"


async def xml(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _view(app, pilot, key, "xml", "<SyncML")


async def http(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _view(app, pilot, key, "http", "10.8 ms from the beginning to the last octet.")


async def hex_(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _view(app, pilot, key, "hex", "0000  3C 53 79 6E 63 4D 4C")


async def digest(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _view(app, pilot, key, "digest", "✓ = equal")


async def tree(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    app.main.select_last(lambda e: isinstance(e.what, NonceTried))
    await pilot.press(key)
    await pilot.pause()
    assert app.query_one(Page).view == "tree"
    assert "nonce kind" in text_of(app) or "session-id" in text_of(app)
    await pilot.press(key)
    await pilot.pause()
    assert app.query_one(Page).view == "digest"


async def copy(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    app.main.select_last(lambda e: type(e.what).__name__ == "NotificationRead")
    await pilot.press(key)
    assert app.clipboard.startswith("notification (package #0): ds.example.com asks")
    await pilot.press("tab", "t")
    await until(pilot, lambda: app.query_one(Page).has_focus)
    await pilot.press(*"jjjjj", key)
    assert app.clipboard == "session id: 4A7C"


async def copy_view(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    app.main.select_last(lambda e: type(e.what).__name__ == "NotificationRead")
    await pilot.press("x", key)
    assert app.clipboard.replace(" ", "").replace("\n", "").lower() == recording.PUSHED
    await until(pilot, lambda: any("54 octets" in told.message for told in app._notifications))


async def _octet(app: HandsetApp, pilot: Pilot[None], key: str, start: int, end: int) -> None:
    app.main.select_last(lambda e: type(e.what).__name__ == "NotificationRead")
    page = app.query_one(Page)
    await pilot.press("x", "tab")
    await until(pilot, lambda: page.has_focus)
    page.go(start)
    await pilot.press(key)
    assert page.place == end


async def octet_left(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _octet(app, pilot, key, 8, 7)


async def octet_right(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await _octet(app, pilot, key, 7, 8)


async def clause(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    """The page of a step; the same key goes from proof to proof, and round."""
    ladder = app.query_one(Ladder)
    seen = []
    for _ in range(12):
        await pilot.press(key)
        await pilot.pause()
        assert f"step {key}: {STEPS[int(key) - 1].title}" in text_of(app)
        seen.append(ladder.selected)
    assert not ladder.following
    proofs = app.main.trail().proofs[int(key)]
    events = app.main.deck.events
    assert seen[: len(proofs) + 1] == [events[i] for i in (*proofs, proofs[0])]


async def ledger(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: "changes of a nonce" in text_of(app))
    await pilot.press(key)
    await until(pilot, lambda: "changes of a nonce" not in text_of(app))


async def ledger_line(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    app.main.select_last(lambda e: isinstance(e.what, NonceStored) and e.what.slot == "server")
    chosen = app.query_one(Ladder).selected
    await pilot.press("k", "k", "k")
    app.main.select_last(lambda e: e is chosen)
    await pilot.press(key)
    await until(pilot, lambda: app.query_one(Changes).has_focus)
    assert "confirmed by the server's success Status" in text_of(app)
    await pilot.press("enter")
    assert app.query_one(Ladder).has_focus and app.query_one(Ladder).selected is chosen


async def follow(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    assert "following" in text_of(app)
    await pilot.press(key)
    assert "not following" in text_of(app)
    await pilot.press(key)
    assert "not following" not in text_of(app)


async def switch(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await pilot.pause()
    assert app.query_one(Page).has_focus and app.main.detail_open
    await pilot.press(key)
    assert app.query_one(Ladder).has_focus


async def close(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press("tab", key)
    await pilot.pause()
    assert not app.main.detail_open and app.query_one(Ladder).has_focus


async def help_(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: "Keys in the ladder" in text_of(app))


async def help_in_box(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    app.push_screen(PickerDialog("Which?", [Choice("0", "row")]))
    await until(pilot, lambda: "Which?" in text_of(app))
    await pilot.press(key)
    await until(pilot, lambda: "Keys in a list" in text_of(app))
    await pilot.press("escape")
    await until(pilot, lambda: "Which?" in text_of(app))


async def palette(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: "What do you want to do?" in text_of(app))


async def theme(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    before = app.theme
    await pilot.press(key)
    assert app.theme != before


async def hide(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    for hidden in (True, False):
        await pilot.press(key)
        await still(app, pilot)
        assert (" hidden " in text_of(app).splitlines()[0]) == hidden


async def captions(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    app.main.select_last(lambda e: isinstance(e.what, NonceTried))
    said = "Step 2: it was made with the SessionID:"
    for shown in (True, False):
        await pilot.press(key)
        await still(app, pilot)
        assert (said in text_of(app)) == shown


async def leave_help(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press("question_mark")
    await until(pilot, lambda: "Keys in the ladder" in text_of(app))
    await pilot.press(key)
    await pilot.pause()
    assert "Keys in the ladder" not in text_of(app) and app.is_running


async def enrol(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: "device id" in text_of(app) and "(secret)" in text_of(app))


async def secrets(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press("S")
    await until(pilot, lambda: "(secret)" in text_of(app))
    assert recording.PASSWORD not in text_of(app)
    await pilot.press(key)
    await until(pilot, lambda: recording.PASSWORD in text_of(app))
    assert recording.SERVER_SECRET in text_of(app)
    await pilot.press(key)
    await until(pilot, lambda: recording.PASSWORD not in text_of(app))


async def start_open(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, OpenBox))


async def explain(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, Explain))


async def back(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    assert "b start" in text_of(app)
    await pilot.press(key)
    await until(pilot, lambda: "What next?" in text_of(app))
    assert "close" in deck.calls


async def start_demo(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, Main))
    assert app.main.deck.title == "demo"


async def start_connect(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, Connect))


async def _form(app: HandsetApp, pilot: Pilot[None]) -> Connect:
    form = Connect()
    app.push_screen(form)
    await until(pilot, lambda: form.focused is not None and form.focused.id == "url")
    return form


async def try_(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    form = await _form(app, pilot)
    await pilot.press(key)
    await until(pilot, lambda: "url is missing" in form._told.note[0])


async def pin(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    form = await _form(app, pilot)
    await pilot.press(key)
    assert form.draft().pin == ""
    shown = Certificate("CN=a", "CN=a", "ab" * 32, "2026-01-01", "2027-01-01")
    form._tell(Tried(Answer("certificate", ""), shown))
    await pilot.press(key)
    assert form.draft().pin == "ab" * 32


def _turns(server: str) -> Check:
    """The key turns the choice of the server's kind, from generic to the one of that name."""

    async def check(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
        form = await _form(app, pilot)
        await pilot.press("tab", key)
        await until(pilot, lambda: form.draft().server == server)

    return check


async def go_on(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    form = await _form(app, pilot)
    await pilot.press("tab", key)
    await until(pilot, lambda: form.focused is not None and form.focused.id == "user")


async def quit_(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: app._exit)


def _moves(*start: str) -> Check:
    """The key changes which event is selected, away from where `start` went."""

    async def check(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
        ladder = app.query_one(Ladder)
        await pilot.press(*start)
        before = ladder.selected
        await pilot.press(key)
        assert ladder.selected is not before

    return check


async def last(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    ladder = app.query_one(Ladder)
    await pilot.press("g")
    await pilot.press(key)
    assert ladder.following
    assert ladder.selected is not None and isinstance(ladder.selected.what, SessionClosed)


async def first(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    ladder = app.query_one(Ladder)
    assert ladder.selected is app.main.deck.events[0] and not ladder.following


def _scrolls(*start: str) -> Check:
    """The key moves the cursor of the detail, away from where `start` went."""

    async def check(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
        page = app.query_one(Page)
        app.main.select_last(lambda e: type(e.what).__name__ == "MessageReceived")
        await pilot.press("tab")
        await until(pilot, lambda: page.has_focus and page.max_scroll_y > 20)
        await pilot.press(*start)
        before = page.place
        await pilot.press(key)
        await pilot.pause()
        assert page.place != before

    return check


async def leave_detail(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press("tab")
    await pilot.pause()
    assert app.query_one(Page).has_focus
    await pilot.press(key)
    assert app.query_one(Ladder).has_focus and app.main.detail_open


async def phone(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: "Everything is up to date" in text_of(app))
    await pilot.press(key)
    await until(pilot, lambda: "Everything is up to date" not in text_of(app))


async def sync(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    await pilot.press(key)
    await until(pilot, lambda: "two-way (200)" in text_of(app))
    await pilot.press("enter")
    await until(pilot, lambda: "sync ds contacts+calendar 200" in deck.calls)


async def power(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    assert "n notify" in text_of(app)
    await pilot.press(key)
    await until(pilot, lambda: "the power was cut" in text_of(app))
    await pilot.press("n", key)
    await until(pilot, lambda: "waiting for a notification" in text_of(app))
    assert isinstance(app.main.deck, RecordedDeck)
    assert app.main.deck.calls == ["start", "notify", "power", "power"]


def _asks(name: str) -> Check:
    """The key asks the deck for this."""

    async def check(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
        deck = app.main.deck
        assert isinstance(deck, RecordedDeck) and name not in deck.calls
        await pilot.press(key)
        await until(pilot, lambda: name in deck.calls)

    return check


def _boxed(
    does: Callable[[PickerDialog], bool], *start: str, marks: tuple[str, ...] | None = None
) -> Check:
    """The key does something in a box with a list, after the keys of `start`."""

    async def check(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
        rows = [Choice(str(n), f"row {n}") for n in range(30)]
        dialog = PickerDialog("Which?", rows, marks)
        app.push_screen(dialog)
        await until(pilot, lambda: dialog.focused is dialog._picker)
        await pilot.press(*start)
        assert not does(dialog)
        await pilot.press(key)
        await until(pilot, lambda: does(dialog))

    return check


def _moved(dialog: PickerDialog) -> bool:
    return dialog._picker.cursor not in (0, 15)


def _gone(dialog: PickerDialog) -> bool:
    return not dialog.is_attached


async def next_field(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    dialog = Dialog[None]()
    first, second = Input(), Input()
    dialog.body = lambda: (first, second)  # type: ignore[method-assign]
    app.push_screen(dialog)
    await until(pilot, lambda: first.has_focus)
    await pilot.press(key)
    await until(pilot, lambda: second.has_focus)


async def pause(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    deck = app.main.deck
    assert isinstance(deck, RecordedDeck)
    await pilot.press(key)
    before = text_of(app)
    assert "paused +0" in before
    deck._begin(recording.ignored())
    waits = f"paused +{len(recording.ignored())}"
    await until(pilot, lambda: waits in text_of(app))
    assert text_of(app).replace(waits, "paused +0") == before
    await pilot.press(key)
    await until(pilot, lambda: "notification ignored" in text_of(app))
    assert "paused" not in text_of(app)


async def times(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    said = []
    for _ in range(4):
        said.append(text_of(app).splitlines()[3].split("store")[0].strip())
        last = text_of(app).splitlines()[14][:10].strip("▌ ")
        assert last.startswith("+") == (said[-1] != "time UTC")
        await pilot.press(key)
        await still(app, pilot)
    assert said == ["interval", "run time", "time UTC", "interval"]


async def filter_(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: "all must hold" in text_of(app))
    await pilot.press("slash", "x")
    await until(pilot, lambda: "/ /x" in text_of(app))


def _match(first: str) -> Check:
    """The key goes to another match than the one to which `first` has gone."""

    async def check(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
        ladder = app.query_one(Ladder)
        await pilot.press("g", "slash", *"dir:in", "ctrl+n")
        await until(pilot, lambda: "match 1 of" in text_of(app))
        await pilot.press(*[first] * 2)
        await until(pilot, lambda: "match 3 of" in text_of(app))
        before = ladder.place
        await pilot.press(key)
        await until(pilot, lambda: "match 3 of" not in text_of(app))
        assert (ladder.place > before) == (key == first)

    return check


async def apply_filter(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press("slash", *"step:1", key)
    await until(pilot, lambda: re.search(r"\b1 of \d\d", text_of(app)) is not None)
    assert app.query_one(Ladder).has_focus


async def search(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press("g", "slash", *"step:2", key)
    await until(pilot, lambda: "match 1 of 1" in text_of(app))
    assert "/ step:2" not in text_of(app)


async def complete(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press("slash", *"stat", key)
    await until(pilot, lambda: "/ status:" in text_of(app))


async def no_filter(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await apply_filter(app, pilot, "enter")
    await pilot.press("slash", key)
    await until(pilot, lambda: "/ step:1" not in text_of(app))
    assert app.query_one(Ladder).has_focus
    assert re.search(r"\b1 of \d\d", text_of(app)) is None


async def expected(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    assert not app.main.detail_open, "this deck plays no scenario"
    async with playing(ExpectingDeck([recording.act()])) as (other, there):
        for shown in (True, False):
            await there.press(key)
            await until(there, lambda s=shown: ("came: failed" in text_of(other)) == s)


async def mark_event(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    app.main.select_last(lambda e: isinstance(e.what, NonceTried))
    await still(app, pilot)
    row = next(r for r in text_of(app).splitlines() if r.startswith("▌"))
    assert row[9] == " "
    for mark in ("*", " "):
        await pilot.press(key)
        await until(pilot, lambda mark=mark: row[:9] + mark + row[10:] in text_of(app))


async def comment(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    app.main.select_last(lambda e: isinstance(e.what, NonceTried))
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.focused, Input))
    await pilot.press(*"why?", "enter")
    await until(pilot, lambda: "│ # why?" in text_of(app))
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.focused, Input))
    await pilot.press("ctrl+u", "ctrl+s")
    await until(pilot, lambda: "# why?" not in text_of(app))


async def next_noted(app: HandsetApp, pilot: Pilot[None], key: str) -> None:
    ladder, events = app.query_one(Ladder), app.main.deck.events
    await pilot.press(key)
    assert ladder.following
    wanted = [e for e in events if isinstance(e.what, NonceTried)]
    for event in wanted:
        await app.main.deck.note(event.seq, event is wanted[0], "two")  # type: ignore[attr-defined]
    await settled(app, pilot)
    for event in (*wanted, wanted[0]):
        await pilot.press(key)
        assert ladder.selected is event


CHECKS: dict[str, Check] = {
    "filter": filter_,
    "next-match": _match("right_square_bracket"),
    "previous-match": _match("right_square_bracket"),
    "apply-filter": apply_filter,
    "search": search,
    "complete": complete,
    "no-filter": no_filter,
    "accept": accept,
    "decline": decline,
    "notify": notify,
    "rerun": rerun,
    "step": step,
    "continue": continue_,
    "breakpoints": breakpoints,
    "misbehave": misbehave,
    "send": send,
    "edit": edit,
    "as-hex": as_hex,
    "as-typed": as_typed,
    "detail": detail,
    "sync": sync,
    "power": power,
    "phone": phone,
    "stale": _asks("spoil"),
    "put-back": _asks("put_back"),
    "hex": hex_,
    "digest": digest,
    "tree": tree,
    "xml": xml,
    "http": http,
    "copy": copy,
    "copy-view": copy_view,
    "octet-left": octet_left,
    "octet-right": octet_right,
    "clause": clause,
    "ledger": ledger,
    "ledger-line": ledger_line,
    "follow": follow,
    "pause": pause,
    "times": times,
    "expected": expected,
    "mark-event": mark_event,
    "comment": comment,
    "next-noted": next_noted,
    "switch": switch,
    "close": close,
    "enrol": enrol,
    "secrets": secrets,
    "start-open": start_open,
    "explain": explain,
    "start-explain": explain,
    "back": back,
    "start-demo": start_demo,
    "start-connect": start_connect,
    "try": try_,
    "pin": pin,
    "turn": _turns("built-in"),
    "turn-back": _turns("syncevolution"),
    "go-on": go_on,
    "help": help_,
    "help-in-box": help_in_box,
    "palette": palette,
    "theme": theme,
    "hide": hide,
    "captions": captions,
    "quit": quit_,
    "up": _moves(),
    "down": _moves("g"),
    "page-up": _moves(),
    "page-down": _moves("g"),
    "first": first,
    "last": last,
    "line-up": _scrolls("G"),
    "line-down": _scrolls(),
    "sheet-up": _scrolls("G"),
    "sheet-down": _scrolls(),
    "top": _scrolls("G"),
    "bottom": _scrolls(),
    "leave-detail": leave_detail,
    "leave-help": leave_help,
    "leave": _boxed(_gone),
    "submit": _boxed(_gone),
    "next-field": next_field,
    "previous-field": next_field,
    "row-up": _boxed(lambda d: d._picker.cursor == 1, "j", "j"),
    "row-down": _boxed(_moved),
    "rows-up": _boxed(lambda d: d._picker.cursor == 0, "pagedown"),
    "rows-down": _boxed(_moved),
    "rows-first": _boxed(lambda d: d._picker.cursor == 0, "j", "j"),
    "rows-last": _boxed(lambda d: d._picker.cursor == 29),
    "mark": _boxed(lambda d: d._picker.marks == {"0"}, marks=()),
    "pick": _boxed(_gone),
}


@pytest.mark.parametrize(
    ("action", "key"),
    [
        # Another key of an action is another row of the bindings, and nothing else.
        pytest.param(
            a,
            key,
            id=f"{a.id}-{key}",
            marks=() if key == a.keys[0] else pytest.mark.thorough,
        )
        for a in ACTIONS
        for key in a.keys
    ],
)
async def test_every_key_of_every_action(action: Action, key: str) -> None:
    stage = playing(RecordedDeck())
    if action.where in ("start", "form", "choice"):
        stage = starting()
    elif action.id == "back":
        stage = chosen(RecordedDeck())
    async with stage as (app, pilot):
        await CHECKS[action.id](app, pilot, key)
