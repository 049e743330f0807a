"""In ASCII every screen says the same, as wide as before, with marks that stay apart."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from emulator.exports import text as marks
from emulator.tui.app import HandsetApp
from emulator.tui.ascii import _TABLE, to_ascii
from emulator.tui.looks import Looks, speaks_utf8
from emulator.tui.picker import Choice, PickerDialog
from emulator.tui.steps import MARKS
from tests.tui import recording
from tests.tui.recording import RecordedDeck
from tests.tui.screen import GOLDENS, settled, still, text_of, until


@pytest.mark.parametrize("golden", sorted(GOLDENS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_golden_screen_in_ascii(golden: Path) -> None:
    before = golden.read_text(encoding="utf-8").splitlines()
    after = [to_ascii(line) for line in before]
    for line, drawn in zip(before, after, strict=True):
        assert drawn.isascii() and cell_len(drawn) == cell_len(line)
        strange = {char for char in line if not char.isascii() and char not in _TABLE}
        assert not strange, "add these to the table"
        words = [word for word in line.split() if word.isascii()]
        assert [word for word in words if word not in drawn.split()] == []


@given(st.text())
def test_any_text_is_ascii_and_as_wide_as_before(text: str) -> None:
    assert to_ascii(text).isascii()
    assert cell_len(to_ascii(text)) == cell_len(text)
    assert to_ascii(to_ascii(text)) == to_ascii(text)


def test_marks_of_states_and_of_agreement_stay_apart() -> None:
    assert len({to_ascii(mark) for mark in MARKS.values()}) == len(MARKS)
    assert len({to_ascii(m) for m in (marks.GOOD, marks.BAD, marks.EQUAL, marks.UNEQUAL)}) == 4
    assert to_ascii(marks.LEFT + marks.RIGHT) == "<>"


@pytest.mark.parametrize("run", ["resync", "ignored", "asked", "odd"])
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_screen_is_the_same_one_in_ascii(run: str, size: tuple[int, int]) -> None:
    texts = []
    for ascii in (False, True):
        app = HandsetApp(RecordedDeck([getattr(recording, run)()]), Looks(ascii=ascii))
        async with app.run_test(size=size) as pilot:
            await settled(app, pilot)
            texts.append(text_of(app))
    assert texts[1] == to_ascii(texts[0]) and texts[1].isascii()


async def test_boxes_and_the_palette_are_ascii_too() -> None:
    app = HandsetApp(RecordedDeck(), Looks(ascii=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        app.push_screen(PickerDialog("Which — Åse’s?", [Choice("1", "→ one")], marks=()))
        await until(pilot, lambda: "-> one" in text_of(app) or "> one" in text_of(app))
        assert text_of(app).isascii() and "Which - ?se's?" in text_of(app)
        await pilot.press("escape")
        for key in ("ctrl+p", "escape", "question_mark"):
            await pilot.press(key)
            await still(app, pilot)
            assert text_of(app).isascii()


@pytest.mark.parametrize(
    ("environment", "encoding", "speaks"),
    [
        ({}, "utf-8", True),
        ({"LANG": "en_GB.UTF-8"}, "utf-8", True),
        ({"LANG": "C.utf8"}, "UTF-8", True),
        ({"LANG": "de_DE.ISO-8859-1"}, "utf-8", False),
        ({"LANG": "de_DE.UTF-8@euro"}, "utf-8", True),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "C"}, "utf-8", False),
        ({"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}, "utf-8", True),
        ({"LANG": "POSIX"}, "utf-8", False),
        ({"LANG": "en_GB.UTF-8"}, "latin-1", False),
        ({}, "", True),
    ],
)
def test_what_a_terminal_speaks(environment: dict[str, str], encoding: str, speaks: bool) -> None:
    assert speaks_utf8(environment, encoding) == speaks
