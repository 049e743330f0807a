"""`handset web`: what is said before it serves, and what its page may fetch."""

import asyncio
import re
import socket
from pathlib import Path

import pytest
import textual_serve

from emulator.verbs import terminal, web
from emulator.verbs.exits import Exit, Failure


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=f"web 127.0.0.1:{port}: the port is in use") as wrong:
            web.web("127.0.0.1", port, ("demo",))
    assert wrong.value.code == Exit.TRANSPORT


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(Failure, match=r"web 192\.0\.2\.1:0: ") as wrong:
        web.web("192.0.2.1", 0, ())
    assert wrong.value.code == Exit.TRANSPORT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve",), "web serve: one of demo, run, open is expected"),
        (("demo", "--headless"), "leave --headless and --json out"),
        (("run", "p.toml", "--json"), "leave --headless and --json out"),
    ],
)
def test_what_has_no_screen_is_refused(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(Failure, match=said) as wrong:
        web.web("127.0.0.1", 0, words)
    assert wrong.value.code == Exit.USAGE


def test_without_the_extra_the_way_to_get_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "find_spec", lambda name: None)
    with pytest.raises(Failure, match=re.escape("pip install 'ds-handset[web]'")) as wrong:
        web.web("127.0.0.1", 0, ("demo",))
    assert wrong.value.code == Exit.USAGE


@pytest.mark.parametrize(
    ("host", "warned"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)]
)
def test_only_an_address_that_others_reach_is_warned_of(
    host: str, warned: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[str] = []

    async def serve(command: str, local: bool, *_: object) -> None:
        served.append(command)
        assert local != warned

    monkeypatch.setattr(web, "_serve", serve)
    assert web.web(host, 0, ("demo", "--pace", "1 2")) == Exit.MET
    said = capsys.readouterr()
    assert f"The screen is at http://{host}:" in said.out
    assert ("there is no password" in said.err) == warned
    assert served[0].endswith("demo --pace '1 2'")


@pytest.mark.parametrize("words", [("--theme", "light", "--ascii"), ("--theme=light",)])
def test_the_start_screen_gets_its_looks(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[str] = []

    async def serve(command: str, *_: object) -> None:
        served.append(command)

    monkeypatch.setattr(web, "_serve", serve)
    assert web.web("127.0.0.1", 0, words) == Exit.MET
    assert served[0].endswith(" " + " ".join(words))


@pytest.mark.parametrize(
    ("origin", "host", "local", "own"),
    [
        ("http://127.0.0.1:8181", "127.0.0.1:8181", True, True),
        ("http://localhost:8181", "localhost:8181", True, True),
        ("http://[::1]:8181", "[::1]:8181", True, True),
        ("http://127.0.0.1:9", "127.0.0.1:8181", True, False),
        ("http://evil.example", "127.0.0.1:8181", True, False),
        ("http://evil.example:8181", "evil.example:8181", True, False),
        ("http://phone.lan:8181", "phone.lan:8181", False, True),
        ("http://evil.example", "phone.lan:8181", False, False),
        ("", "127.0.0.1:8181", True, False),
        ("null", "127.0.0.1:8181", True, False),
    ],
)
def test_whose_page_it_is(origin: str, host: str, local: bool, own: bool) -> None:
    assert web.is_own(origin, host, local) == own


def test_the_page_fetches_nothing_from_a_network() -> None:
    folder = Path(textual_serve.__file__).parent
    shipped = (folder / "templates" / "app_index.html").read_text("utf-8")
    page = web.without_links(shipped)
    assert "fonts.googleapis.com" in shipped
    links = re.findall(r"(?:href|src)=\"([^\"]*)\"|url\(\"([^\"]*)\"\)", page)
    assert links and not [a or b for a, b in links if "//" in (a or b)]
    assert (folder / "static" / "fonts" / "RobotoMono-VariableFont_wght.ttf").exists()


def test_in_a_browser_there_is_a_screen_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not terminal.on_screen(headless=False)
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert terminal.on_screen(headless=False) and not terminal.on_screen(headless=True)


def test_serving_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    async def serve() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            task = asyncio.create_task(web._serve("true", True, listener, tmp_path))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(serve())
