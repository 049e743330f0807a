"""The start screen: what it says, what each line leads to, and that a bad profile is said there."""

from pathlib import Path

import pytest

from emulator.tui.start import Menu, Start
from tests.tui.screen import golden, starting, still, text_of, until

ACCOUNT = """
[account]
url = "http://127.0.0.1:9/sync"
user = "alice"
password = "wonderland"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's own profiles."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    place = tmp_path / "ds-handset" / "profiles"
    place.mkdir(parents=True)
    return place


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_start_screen(size: tuple[int, int]) -> None:
    async with starting(size) as (app, _):
        golden(f"start-{size[0]}x{size[1]}", text_of(app))


async def test_own_profiles_are_lines_and_lead_to_their_handset(folder: Path) -> None:
    (folder / "company.toml").write_text(ACCOUNT)
    async with starting() as (app, pilot):
        assert "Handset company" in text_of(app)
        await pilot.press("G", "up", "end", *["j"] * 20, "enter")
        await until(pilot, lambda: "company  http://127.0.0.1:9/sync" in text_of(app))
        await until(pilot, lambda: app.main.ready)
        words = "listens nowhere without server id"
        await until(pilot, lambda: words in text_of(app))
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, Start))


async def test_a_profile_that_is_wrong_is_said_there_and_a_new_one_appears(folder: Path) -> None:
    (folder / "bad.toml").write_text(ACCOUNT.replace("url", "ulr"))
    async with starting() as (app, pilot):
        await pilot.press(*["j"] * 20, "enter")
        await until(pilot, lambda: "did you mean" in " ".join(text_of(app).split()))
        assert isinstance(app.screen, Start)
        (folder / "bad.toml").unlink()
        (folder / "good.toml").write_text(ACCOUNT)
        await pilot.press("question_mark")
        await still(app, pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "Handset good" in text_of(app))
        assert "Handset bad" not in text_of(app)


async def test_a_click_takes_a_line() -> None:
    async with starting() as (app, pilot):
        await pilot.click(app.screen.query_one(Menu), offset=(10, 0))
        await until(pilot, lambda: not isinstance(app.screen, Start))


async def test_resizing_keeps_it_whole() -> None:
    async with starting() as (app, pilot):
        await pilot.resize_terminal(40, 12)
        await still(app, pilot)
        assert "Watch the demo" in text_of(app)
        await pilot.resize_terminal(200, 60)
        await still(app, pilot)
        assert "What next?" in text_of(app)
