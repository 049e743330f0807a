"""An exchange over HTTP: phases as bars, first lines, headers."""

import pytest

from emulator.exports.text import width_of
from emulator.protocol.events import HttpExchanged
from emulator.tui.views.http import http_view
from tests.tui import recording
from tests.tui.screen import rows


def exchange(reached: bool = True) -> HttpExchanged:
    what = recording._exchanged(reached)[1]
    assert isinstance(what, HttpExchanged)
    return what


def test_each_phase_has_a_bar_as_long_as_it_took() -> None:
    shown = rows(list(http_view(exchange(), 78)))
    assert shown[0] == "10.8 ms from the beginning to the last octet."
    bars = {row.split()[0]: row.count("█") for row in shown[1:5]}
    assert list(bars) == ["connect", "send", "wait", "receive"]
    assert bars["wait"] == max(bars.values()) and min(bars.values()) >= 1
    assert "8.7 ms  · waiting for the first octet" in shown[3]


def test_first_lines_and_headers_stand_below() -> None:
    view = http_view(exchange(), 78)
    shown = rows(list(view))
    assert "► POST /sync HTTP/1.1" in shown and "◄ HTTP/1.1 200 OK" in shown
    assert "  set-cookie: (secret)" in shown and "  body: 1893 octets received" in shown
    whole = view.whole()
    assert whole is not None and "Accept-Encoding: identity" in whole.text.splitlines()


def test_an_exchange_that_never_ended_says_where() -> None:
    shown = rows(list(http_view(exchange(reached=False), 78)))
    assert any(row.startswith("connect") and "✗ never ended" in row for row in shown)
    assert "✗ no response came" in shown


def test_an_open_connection_is_told() -> None:
    reused = HttpExchanged("POST / HTTP/1.1", (), "HTTP/1.1 200 OK", (), (("send", 0.0, 2.0),), 1, 1, "TLSv1.3 X")  # fmt: skip
    shown = rows(list(http_view(reused, 78)))
    assert shown[:3] == [
        "The connection was open already.",
        "Over TLSv1.3 X.",
        "2.00 s from the beginning to the last octet.",
    ]


@pytest.mark.parametrize("width", [20, 44, 78])
def test_no_line_is_wider_than_there_is_room(width: int) -> None:
    hostile = (("x" * 300, "y\x1b[31m" * 100), ("", ""))
    what = HttpExchanged("P" * 300, hostile, "R" * 300, hostile, exchange().phases, 1, 1)
    assert all(width_of(line) <= width for line in http_view(what, width))
    assert not any("\x1b" in span.text for line in http_view(what, width) for span in line)


def test_a_short_phase_at_the_end_is_seen_and_what_came_before_the_first_is_told() -> None:
    phases = (("connect", 0.075, 0.0861), ("send", 0.0861, 0.0863), ("wait", 0.0863, 0.0872))
    late = HttpExchanged("POST / HTTP/1.1", (), "HTTP/1.1 200 OK", (), phases, 1, 1)
    shown = rows(list(http_view(late, 78)))
    assert shown[1].startswith("prepare") and "75.0 ms  · making ready on our side" in shown[1]
    assert all("█" in row or "▏" in row for row in shown[1:5])
