"""Lists to pick from, in their boxes: marks, keys, clicks, what is given back."""

import pytest
from textual.app import App

from emulator.tui.picker import Choice, Picker, PickerDialog
from emulator.tui.theme import CSS
from tests.tui.screen import text_of

CHOICES = [Choice("a", "first", "about the first"), Choice("b", "second"), Choice("c", "third")]


class Boxed(App[None]):
    CSS = CSS

    def __init__(self, dialog: PickerDialog) -> None:
        super().__init__()
        self.dialog = dialog
        self.given: list[tuple[str, ...] | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.given.append)


async def test_one_is_picked_and_its_sentence_stands_below() -> None:
    app = Boxed(PickerDialog("Which one?", CHOICES))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "about the first" in text_of(app)
        await pilot.press("j", "enter")
        await pilot.pause()
        assert app.given == [("b",)]


async def test_several_are_marked() -> None:
    app = Boxed(PickerDialog("Which ones?", CHOICES, marks=("b",)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "down", "space", "down", "space")
        await pilot.pause()
        assert "[x] first" in text_of(app) and "[ ] second" in text_of(app)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.given == [("a", "c")]


@pytest.mark.parametrize(
    ("keys", "given"),
    [
        (["down"], ("b", "c")),  # no mark changed: the row under the cursor too
        (["end"], ("c",)),  # it is marked already
        (["space", "down"], ("a", "c")),  # marks were made: the cursor says nothing
        (["end", "space"], ()),
    ],
)
async def test_enter_takes_the_row_unless_marks_have_changed(
    keys: list[str], given: tuple[str, ...]
) -> None:
    app = Boxed(PickerDialog("Which ones?", CHOICES, marks=("c",)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys, "enter")
        await pilot.pause()
        assert app.given == [given]


@pytest.mark.parametrize("key", ["escape"])
async def test_left_without_anything(key: str) -> None:
    app = Boxed(PickerDialog("Which one?", CHOICES))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert app.given == [None]


async def test_a_click_selects_and_a_second_one_picks() -> None:
    app = Boxed(PickerDialog("Which one?", CHOICES))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(Picker, offset=(3, 2))
        assert app.given == []
        await pilot.click(Picker, offset=(3, 2))
        await pilot.pause()
        assert app.given == [("c",)]
