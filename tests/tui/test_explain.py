"""The screen that explains a hex dump, from the start screen and over a handset."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from emulator.bearers import inbox
from emulator.protocol import digest
from emulator.tui.app import HandsetApp
from emulator.tui.choose import Choose
from emulator.tui.explain import Explain, Found
from emulator.wire import push, sms
from tests.tui.recording import PUSHED, SERVER, SERVER_SECRET, STALE, TRIGGER, RecordedDeck
from tests.tui.screen import golden, playing, starting, still, text_of, until

VERIFIED = "verified-session-id: the stored nonce failed"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


async def _opened(app: HandsetApp, pilot: Pilot[None], key: str) -> Explain:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, Explain))
    await still(app, pilot)
    assert isinstance(app.screen, Explain)
    return app.screen


def _says(app: HandsetApp, words: str) -> Callable[[], bool]:
    return lambda: words in " ".join(text_of(app).split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_dump_pasted_over_a_handset_is_explained_with_its_accounts(
    size: tuple[int, int],
) -> None:
    async with playing(RecordedDeck(), size) as (app, pilot):
        app.screen.post_message(events.Paste(PUSHED))
        await until(pilot, _says(app, VERIFIED))
        await still(app, pilot)
        assert SERVER_SECRET not in text_of(app)
        golden(f"explain-{size[0]}x{size[1]}", text_of(app))
        await pilot.press("ctrl+s", "G")
        await until(pilot, lambda: app.screen.query_one(Found).scroll_offset.y > 0)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_why_it_is_ignored_stands_below_the_verdict() -> None:
    made = digest.notification(SERVER, SERVER_SECRET, b"19068", TRIGGER).octets
    async with playing(RecordedDeck(), (80, 24)) as (app, pilot):
        app.screen.post_message(events.Paste((made + TRIGGER).hex()))
        await until(pilot, _says(app, "near miss: the sender hashed the SessionID in another"))
        await still(app, pilot)
        shown = [line.strip() for line in text_of(app).splitlines()]
        verdict = next(n for n, line in enumerate(shown) if line.startswith("ignored: "))
        assert shown[verdict + 1] == (
            "near miss: the sender hashed the SessionID in another encoding (decimal text)"
        )


@pytest.mark.parametrize("form", [sms.submit, sms.deliver])
async def test_a_dialogue_with_a_modem_is_pasted_with_its_control_characters(form) -> None:
    wsp = push.build(inbox.octets_of(PUSHED))
    (pdu,) = map(form, sms.user_data(wsp))
    said = f"AT+CMGS={sms.tpdu_length(pdu)}\n> {pdu.hex()}\x1a\n+CMGS: 1\n\nOK\n"
    async with playing(RecordedDeck(), (80, 24)) as (app, pilot):
        app.screen.post_message(events.Paste(said))
        await until(pilot, _says(app, VERIFIED))


async def test_credentials_can_be_typed_in() -> None:
    async with starting() as (app, pilot):
        app.screen.post_message(events.Paste(PUSHED))
        await until(pilot, _says(app, "not verified: give a profile"))
        screen = app.screen
        screen.query_one("#server_id", Input).value = SERVER
        screen.query_one("#secret", Input).value = SERVER_SECRET
        assert "in hex, with commas between them" in text_of(app)
        screen.query_one("#nonces", Input).value = "zz"
        await until(pilot, _says(app, "'zz' is not hex"))
        screen.query_one("#nonces", Input).value = f"{STALE}, "
        await until(pilot, _says(app, VERIFIED))


async def test_a_profile_has_them_too_and_one_that_is_wrong_is_said(folder: Path) -> None:
    own = folder / "ds-handset" / "profiles"
    own.mkdir(parents=True)
    (own / "bad.toml").write_text("[acount]\n")
    async with starting() as (app, pilot):
        screen = await _opened(app, pilot, "e")
        screen._text.text = PUSHED
        await pilot.press("tab", "right")
        await until(pilot, _says(app, "did you mean 'account'"))
        await pilot.press("right")
        assert screen.query_one("#whose", Choose).choices[2].title == "built-in"
        await until(pilot, _says(app, VERIFIED))
        assert "server secret" not in text_of(app)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste a push above"),
        ("xyz", "neither a file nor hex"),
        ("00", "ignored: "),
        ("-", "ignored: "),
        ("\x1b[31m", "neither a file nor hex"),
    ],
)
async def test_what_is_no_push_is_said(text: str, words: str) -> None:
    async with starting() as (app, pilot):
        screen = await _opened(app, pilot, "e")
        screen._text.text = text
        await until(pilot, _says(app, words))
        assert "\x1b" not in "".join(text_of(app))


async def test_a_file_can_be_named_and_a_later_paste_takes_its_place(folder: Path) -> None:
    path = folder / "dump.hex"
    path.write_text(PUSHED)
    async with starting() as (app, pilot):
        screen = await _opened(app, pilot, "e")
        screen._text.text = str(path)
        await until(pilot, _says(app, "not verified: give a profile"))
        await pilot.press("tab")
        screen.post_message(events.Paste("00"))
        await until(pilot, _says(app, "ignored: "))
