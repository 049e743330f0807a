"""The same screen in a real browser, which fetches nothing from any network."""

import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.interop.browser import PROGRAM, browsing
from tests.interop.need import need
from tests.interop.web import served


async def test_the_demo_in_a_browser(tmp_path: Path) -> None:
    need(PROGRAM)
    with served("demo", "--pace", "0.2") as (url, process):
        async with browsing(url) as page:
            await page.wait_for("✓ synchronised", "1 ✗ failed", "6 ✓ passed")
            picture = await page.picture()
            (tmp_path / "browser.png").write_bytes(picture)
            await page.value("document.querySelector('.xterm-helper-textarea').focus()")
            await page.press("?")
            await page.wait_for("Help", "why 1 failed")
            await page.press("q")
            await page.wait_for("✓ synchronised", "DS server")
            assert picture.startswith(b"\x89PNG\r\n\x1a\n")
            assert len(picture) > 10_000  # an empty page has a tenth of it
            place = urlsplit(url).netloc
            assert {urlsplit(asked).netloc for asked in page.asked} == {place}
            assert any(asked.startswith("ws://") for asked in page.asked)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


@pytest.mark.parametrize("origin", ["http://evil.example", None])
async def test_pages_of_others_cannot_drive_it(origin: str | None) -> None:
    with served("demo") as (url, _):
        socket = url.replace("http://", "ws://") + "/ws"
        with pytest.raises(InvalidStatus, match="403"):
            async with connect(socket, origin=origin, proxy=None):  # type: ignore[arg-type]
                pass
