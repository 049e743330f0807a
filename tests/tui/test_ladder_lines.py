"""The ladder as text."""

import typing

import pytest

from emulator.protocol.events import AnyWhat, NonceTried, SessionClosed
from emulator.tui import ladder_lines
from emulator.tui.text import plain, width_of
from emulator.tui.theme import STYLES
from tests.tui import recording
from tests.tui.recording import events
from tests.tui.screen import golden

EVERYTHING = events(
    recording.resync(),
    recording.retried(),
    recording.ignored(),
    recording.lost(),
    recording.asked(),
    recording.odd(),
    up=[*recording.up(), *recording.broken_up()],
)


def ladder(happened: list, width: int) -> str:
    out = []
    before = None
    for event in happened:
        look = ladder_lines.look(event)
        if look is not None:
            when = ladder_lines.time_text(event.at, before)
            out += [plain(line).rstrip() for line in ladder_lines.paint(look, when, width)]
            before = event.at
    return "\n".join([plain(ladder_lines.header(width)), *out]) + "\n"


def test_the_recordings_have_every_kind_of_event() -> None:
    assert {type(e.what) for e in EVERYTHING} == set(typing.get_args(AnyWhat))


@pytest.mark.parametrize("name", ["resync", "retried", "ignored", "lost", "odd"])
def test_ladder_of(name: str) -> None:
    golden(f"ladder-{name}", ladder(events(getattr(recording, name)()), 79))


@pytest.mark.parametrize("width", [60, 71, 79, 120, 200])
def test_every_line_fills_the_width_and_no_more(width: int) -> None:
    for event in EVERYTHING:
        look = ladder_lines.look(event)
        if look is None:
            continue
        lines = ladder_lines.paint(look, "14:13:20", width)
        assert len(lines) == look.height
        assert {width_of(line) for line in lines} == {width}


def test_nothing_is_cut_off_at_the_narrowest_width() -> None:
    for event in EVERYTHING:
        look = ladder_lines.look(event)
        if look is None:
            continue
        shown = "".join(plain(x) for x in ladder_lines.paint(look, "", ladder_lines.NARROWEST))
        assert all(row.strip() in shown for row in look.rows)


def test_every_tone_has_a_style() -> None:
    for event in EVERYTHING:
        look = ladder_lines.look(event)
        if look is not None:
            spans = [s for line in ladder_lines.paint(look, "", 79) for s in line]
            assert {span.tone for span in spans} <= set(STYLES)


def test_a_verification_says_nonce_and_verdict() -> None:
    tried = [ladder_lines.look(e) for e in EVERYTHING if isinstance(e.what, NonceTried)][:2]
    assert [(t.rows, t.step) for t in tried if t] == [
        (("✗ stored nonce 01020304…: digest differs",), 1),
        (("✓ SessionID 4A7C raw16_be: digest equal",), 2),
    ]


def test_the_end_of_a_session_is_a_rule_with_its_sentence() -> None:
    end = next(e for e in EVERYTHING if isinstance(e.what, SessionClosed))
    look = ladder_lines.look(end)
    assert look is not None and look.shape == "rule"
    assert " ".join(look.rows) == f"✓ {end.what.sentence}"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("at", "before", "text"),
    [
        (50000.0, None, "13:53:20"),
        (50000.0, 50000.0, ""),
        (50000.012, 50000.0, "+12ms"),
        (50001.5, 50000.0, "+1.50s"),
        (50200.0, 50000.0, "+200s"),
        (49999.0, 50000.0, "13:53:19"),
    ],
)
def test_times(at: float, before: float | None, text: str) -> None:
    assert ladder_lines.time_text(at, before) == text
