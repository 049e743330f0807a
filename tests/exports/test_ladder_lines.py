"""The ladder as text."""

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.exports import ladder_lines, lanes, looks
from emulator.exports.text import plain, width_of
from emulator.protocol.events import (
    AnyWhat,
    Event,
    NonceTried,
    Noted,
    NotificationRead,
    ServerCredJudged,
    SessionClosed,
    SessionOpened,
)
from emulator.tui.colours import TONES
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
    recording.act(),
    recording.powerless(),
    up=[*recording.up(), *recording.broken_up(), *recording.replaced(), *recording.texted()],
)


def ladder(happened: list, width: int) -> str:
    notes = {e.what.event: e.what for e in happened if isinstance(e.what, Noted)}
    out = []
    before = None
    ids: dict[int, int] = {}
    for event in happened:
        look = looks.look(event, width, ids.get(event.session))
        if isinstance(event.what, NotificationRead):
            ids[event.session] = event.what.session_id
        if look is not None:
            look = looks.annotated(look, width, notes.get(event.seq), None)
            when = ladder_lines.time_text(event.at, before)
            out += [plain(line).rstrip() for line in ladder_lines.paint(look, when, width)]
            before = event.at
    return "\n".join([plain(lanes.header(width)), *out]) + "\n"


def test_the_recordings_have_every_kind_of_event() -> None:
    assert {type(e.what) for e in EVERYTHING} == set(typing.get_args(AnyWhat))


@pytest.mark.parametrize("name", ["resync", "retried", "ignored", "lost", "odd", "act"])
def test_ladder_of(name: str) -> None:
    golden(f"ladder-{name}", ladder(events(getattr(recording, name)()), 79))


WIDTHS = [47, 60, 65, 66, 71, 79, 99, 100, 120, 200]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_line_fills_the_width_and_no_more(width: int) -> None:
    for event in EVERYTHING:
        look = looks.look(event, width)
        if look is None:
            continue
        lines = ladder_lines.paint(look, "14:13:20", width)
        assert len(lines) == look.height
        assert {width_of(line) for line in lines} == {width}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_is_lost_at_any_width(width: int) -> None:
    for event in EVERYTHING:
        look, whole = looks.look(event, width), looks.look(event, 1000)
        if look is None or whole is None:
            continue
        shown = "".join(plain(x) for x in ladder_lines.paint(look, "", width))
        assert all(row.strip() in shown for row in look.rows)
        assert "".join(look.rows).replace(" ", "") == "".join(whole.rows).replace(" ", "")


def test_a_look_says_from_which_width_on_it_stays_as_it_is() -> None:
    for event in EVERYTHING:
        look = looks.look(event, 1000)
        if look is not None:
            assert looks.look(event, look.fits) == look
            narrower = looks.look(event, look.fits - 1)
            assert narrower is not None
            assert narrower.height > look.height or look.fits <= 50


@given(st.integers(0, len(EVERYTHING) - 1), st.integers(20, 130))
def test_from_the_width_that_it_fits_on_nothing_is_broken(number: int, width: int) -> None:
    look, whole = looks.look(EVERYTHING[number], width), looks.look(EVERYTHING[number], 1000)
    if look is not None and whole is not None and width >= whole.fits:
        assert look.rows == whole.rows


WITHOUT_LINE = {
    "Heard",
    "HttpExchanged",
    "StepMoved",
    "NoncesHeld",
    "PeerNonces",
    "Noted",
    "Resumed",
    "ChangesCounted",
}
"""Kinds that other parts show, beside what they belong to: strip, nonces, notes, HTTP, stops, face."""


def test_every_kind_of_event_has_its_line() -> None:
    lacking = {type(e.what).__name__ for e in EVERYTHING if looks.look(e) is None}
    assert lacking == WITHOUT_LINE


@given(
    st.integers(0, len(EVERYTHING) - 1),
    st.integers(40, 130),
    st.booleans(),
    st.text(max_size=90),
    st.none() | st.tuples(st.booleans(), st.text(max_size=60)),
)
def test_whatever_is_noted_fills_the_width(
    number: int, width: int, mark: bool, text: str, beside: tuple[bool, str] | None
) -> None:
    bare = looks.look(EVERYTHING[number], width)
    if bare is None:
        return
    look = looks.annotated(bare, width, Noted(1, mark, text), beside)
    lines = ladder_lines.paint(look, "14:13:20", width)
    assert len(lines) == look.height >= bare.height
    assert {width_of(line) for line in lines} == {width}
    assert (plain(lines[0])[9] == "*") == mark
    assert plain(lines[0])[11] == (" " if beside is None else "=" if beside[0] else "≠")
    if width >= look.fits:
        assert len(look.below) == bool(text) + (beside is not None and not beside[0])


def test_the_push_sender_has_a_lane_where_there_is_room_and_else_its_name() -> None:
    push = next(e for e in EVERYTHING if isinstance(e.what, NotificationRead))
    for width, ending in (
        (79, "══ push sender ═│"),
        (99, "══ push sender ═│"),
        (100, "═╪═════════════│"),
    ):
        look = looks.look(push, width)
        assert look is not None
        (line,) = ladder_lines.paint(look, "", width)
        assert plain(line).endswith(ending)
        assert ("push sender" in plain(lanes.header(width))) == (width >= 100)
    wide = plain(lanes.header(120))
    assert wide[: lanes.server(120) + 1].endswith("DS server") and wide.endswith("push sender")


def test_a_short_event_takes_one_line_of_80_columns() -> None:
    opened = SessionOpened("ds", "client-initiated", "4A7C", "http://x", "md5")
    look = looks.look(Event(seq=1, at=0.0, what=opened))
    assert look is not None and look.height == 1


def test_the_number_of_another_run_stands_in_the_place_of_the_time() -> None:
    look = looks.look(EVERYTHING[8])
    assert look is not None
    line = plain(ladder_lines.paint(look, "+12ms", 79, run=3)[0])
    assert line.startswith("    run 3 ")


def test_octets_of_a_nonce_are_never_shown_as_a_session_id() -> None:
    octets = b"DCB7".hex()
    tried = NonceTried("ds", "s", "session-id", "hex_text_upper", octets, "", "", True)
    tries = (("session-id", octets, "x"),)
    judged = ServerCredJudged("s", "md5", "x", tries, "session-id", True, "")  # type: ignore[arg-type]
    for what, text in (
        (tried, "✓ SessionID DCB7 as hex_text_upper: digest equal"),
        (judged, "✓ server Cred over SessionID DCB7"),
    ):
        event = Event(seq=1, at=0.0, what=what)  # type: ignore[arg-type]
        look = looks.look(event, session_id=0xDCB7)
        assert look is not None and look.rows == (text,)
        bare = looks.look(event)
        assert bare is not None and octets not in " ".join(bare.rows)


def test_every_tone_has_a_style() -> None:
    for event in EVERYTHING:
        look = looks.look(event)
        if look is not None:
            spans = [s for line in ladder_lines.paint(look, "", 79) for s in line]
            assert {span.tone for span in spans} <= set(TONES)


def test_a_verification_says_nonce_and_verdict() -> None:
    tried = [looks.look(e, 79, 0x4A7C) for e in EVERYTHING if isinstance(e.what, NonceTried)][:2]
    assert [(t.rows, t.step) for t in tried if t] == [
        (("✗ stored nonce 01020304…: digest differs",), 1),
        (("✓ SessionID 4A7C as raw16_be: digest equal",), 2),
    ]


def test_the_end_of_a_session_is_a_rule_with_its_sentence() -> None:
    end = next(e for e in EVERYTHING if isinstance(e.what, SessionClosed))
    look = looks.look(end)
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


@pytest.mark.parametrize(
    ("times", "before", "began", "text"),
    [
        ("interval", 49999.5, 49990.0, "+500ms"),
        ("run", 49999.5, 49990.0, "+10.00s"),
        ("run", 49999.5, None, "13:53:20"),
        ("run", None, 50000.0, "13:53:20"),
        ("clock", 49999.5, 49990.0, "13:53:20"),
    ],
)
def test_times_of_each_kind(
    times: lanes.Times, before: float | None, began: float | None, text: str
) -> None:
    assert ladder_lines.time_of(times, 50000.0, before, began) == text


@pytest.mark.parametrize("times", lanes.TIMES)
def test_the_header_says_which_times_are_shown(times: lanes.Times) -> None:
    for width in WIDTHS:
        header = lanes.header(width, times)
        assert width_of(header) == width
        assert plain(header).startswith(f" {lanes.TIMES[times]}")
