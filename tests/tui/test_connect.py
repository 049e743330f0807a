"""The form for a server: filled in, tried against real ones, kept, and opened."""

import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from emulator import probe, profiles
from emulator.answers import Answer
from emulator.bearers.certificate import Certificate
from emulator.probe import Tried
from emulator.profiles import Profile
from emulator.protocol.events import MessageReceived
from emulator.server.app import Server
from emulator.tui.app import HandsetApp
from emulator.tui.choose import Choose
from emulator.tui.connect import FIELDS, Connect
from tests.tui.screen import golden, starting, still, text_of, until

SIZES = [(80, 24), (120, 40)]
SHOWN = Certificate(
    "CN=ds.example.com,O=Example",
    "CN=ds.example.com,O=Example",
    "5a" * 32,
    "2026-01-01",
    "2030-01-01",
)
REFUSED = Tried(
    Answer(
        "certificate",
        "the certificate of ds.example.com was refused (self-signed certificate)",
        "Compare its SHA-256 with the server's owner; if it is the same, pin it.",
        ("sent      Cred, Alert 201, Put, Get, Final", "lost      the \x1bcertificate"),
    ),
    SHOWN,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's own profiles."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "ds-handset" / "profiles"


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[tuple[HandsetApp, Pilot[None], Connect]]:
    async with starting(size) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, Connect))
        await still(app, pilot)
        assert isinstance(app.screen, Connect)
        yield app, pilot, app.screen


def fill(form: Connect, **texts: str) -> None:
    for id, text in texts.items():
        form.query_one(f"#{id}", Input).value = text


@pytest.mark.parametrize("size", SIZES)
async def test_the_form_and_a_certificate_that_is_refused(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Profile] = []

    async def attempt(profile: Profile) -> Tried:
        tried.append(profile)
        return REFUSED

    monkeypatch.setattr(probe, "attempt", attempt)
    name = f"{size[0]}x{size[1]}"
    async with opened(size) as (app, pilot, form):
        golden(f"connect-{name}", text_of(app))
        fill(form, url="https://ds.example.com/sync", user="alice", password="wonderland")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "5A:5A" in text_of(app))
        await still(app, pilot)
        assert "wonderland" not in text_of(app)
        golden(f"connect-certificate-{name}", text_of(app))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(tried) == 2)
        assert [p.accounts[0].policy.http.pin for p in tried] == ["", SHOWN.sha256]
        fill(form, url="https://other.example.com/sync")
        await pilot.pause()
        assert form.draft().pin == ""


async def test_the_nonce_of_a_try_is_for_the_account_that_was_tried() -> None:
    async with Server() as server, opened() as (app, pilot, form):
        fill(form, url=server.url, user="alice", password="wonderland")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "✓ The server takes us" in text_of(app))
        assert bytes.fromhex(form.draft().client_nonce)
        fill(form, user="bob")
        await until(pilot, lambda: form.draft().client_nonce == "")


async def test_from_the_form_to_a_finished_sync(folder: Path) -> None:
    async with Server() as server, opened() as (app, pilot, form):
        fill(form, url=server.url, user="alice", password="no")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "✗ The server refuses user and password" in text_of(app))
        fill(form, password="wonderland")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "✓ The server takes us" in text_of(app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(app.screen_stack) == 2 and app.screen is not form)
        await until(pilot, lambda: app.main.ready and app.main.known.started)
        await pilot.press("r")
        await until(pilot, lambda: "✓ synchronised" in text_of(app))
        events = [event.what for event in app.main.deck.events]
        # The nonce of the try is kept: no answer is a 401.
        codes = [what.code for what in events if isinstance(what, MessageReceived)]
        assert codes
        assert set(codes) <= {200, 212}
        await pilot.press("b")
        await until(pilot, lambda: "Handset 127-0-0-1" in text_of(app))
    path = folder / "127-0-0-1.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert profiles.load(str(path)).accounts[0].password == "wonderland"


@pytest.fixture
def old(folder: Path) -> Iterator[Path]:
    """A profile that is as old afterwards."""
    folder.mkdir(parents=True)
    path = folder / "mine.toml"
    path.write_text("old")
    yield path
    assert path.read_text() == "old"


async def test_a_profile_is_never_overwritten(old: Path) -> None:
    async with opened() as (app, pilot, form):
        fill(form, url="http://127.0.0.1:9/", user="alice", name="mine")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "exists already" in " ".join(text_of(app).split()))
        assert app.screen is form
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not form)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({}, "url is missing"),
        ({"url": "http://h/"}, "user is missing"),
        ({"url": "http://h/", "user": "u", "stores": "a b"}, "NAME or NAME=URI"),
        ({"url": "http://h/", "user": "u", "name": "a b"}, "or a path"),
        ({"url": "http://h/", "user": "u", "name": "horde"}, "a shipped profile has it"),
    ],
)
async def test_what_is_wrong_is_said_in_the_form(texts: dict[str, str], words: str) -> None:
    async with opened() as (app, pilot, form):
        fill(form, **texts)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: words in " ".join(text_of(app).split()))
        assert app.screen is form


async def test_what_is_written_stays_and_what_is_suggested_follows() -> None:
    async with opened() as (_, pilot, form):
        await pilot.press(*"http://a.b/", "tab", "left")
        await until(pilot, lambda: form.query_one("#stores", Input).value == "contacts=addressbook")
        assert form.query_one("#name", Input).value == "a-b"
        fill(form, stores="notes", name="mine")
        await pilot.press("right", "shift+tab", "x")
        await pilot.pause()
        assert form.query_one("#server", Choose).value == "generic"
        assert form.query_one("#stores", Input).value == "notes"
        assert form.query_one("#name", Input).value == "mine"


async def test_where_the_keys_go_is_said_without_colours() -> None:
    async with opened() as (app, pilot, _):
        assert "[generic]" not in text_of(app)
        await pilot.press("tab")
        await until(pilot, lambda: "[generic]" in text_of(app))
        await pilot.press("tab")
        await until(pilot, lambda: "[generic]" not in text_of(app))


async def test_enter_goes_through_the_fields_and_tries_at_the_end() -> None:
    async with opened() as (app, pilot, form):
        for field in FIELDS:
            assert form.focused is not None and form.focused.id == field.id
            await pilot.press("enter")
            await pilot.pause()
        await until(pilot, lambda: "url is missing" in text_of(app))


async def test_it_can_be_turned_with_the_mouse_and_resized() -> None:
    async with opened() as (app, pilot, form):
        await pilot.click("#server", offset=(0, 0))
        assert form.query_one("#server", Choose).value == "syncevolution"
        await pilot.resize_terminal(60, 15)
        await still(app, pilot)
        assert "ctrl+t try it" in text_of(app)
        await pilot.resize_terminal(200, 60)
        await still(app, pilot)
        assert "datastores" in text_of(app)


async def test_all_of_what_is_known_of_a_server_kind_is_said_while_it_is_chosen() -> None:
    async with opened() as (app, pilot, form):
        field = form.query_one("#server", Choose)
        field.focus()
        for _ in field.choices:
            await until(pilot, lambda: field.chosen.about in " ".join(text_of(app).split()))
            await pilot.press("right")
        await until(pilot, lambda: field.chosen == field.choices[0])
