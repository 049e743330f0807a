"""Rows of a view: where the cursor can stand, and what is copied."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.exports.text import Span
from emulator.tui.views.body import BLANK, NOWHERE, Copied, Row, Rows, note
from emulator.tui.views.document import document_view
from tests.tui.screen import rows


def row(text: str, height: int = 1) -> Row:
    return Row(((Span(text),),) * height, text)


def test_the_cursor_passes_what_is_only_read() -> None:
    body = Rows([note("read", 9).rows[0], row("a"), BLANK, row("b", 3), BLANK])
    assert (body.first(), body.last(), len(body)) == (1, 3, 7)
    assert body.moved(1, 1) == 3 and body.moved(3, 1) == 3 and body.moved(3, -1) == 1
    assert body.extent(3) == (3, 6) and body.at(5, 0) == 3 and body.at(0, 0) == NOWHERE
    assert body.copied(3) == Copied("line", "b")
    assert body.whole() == Copied("view", "read\na\n\nb")


def test_a_view_that_is_only_read_has_no_place() -> None:
    body = note("There is no digest behind this event.", 20)
    assert body.first() == NOWHERE and body.moved(NOWHERE, 1) == NOWHERE
    assert body.copied(NOWHERE) is None


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 4)), min_size=1, max_size=20),
    st.integers(-30, 30),
    st.data(),
)
def test_the_cursor_moves_where_it_can_stand_and_the_right_way(
    made: list[tuple[bool, int]], lines: int, data: st.DataObject
) -> None:
    body = Rows(row("x" if stops else "", height) for stops, height in made)
    stops = [n for n, (on, _) in enumerate(made) if on]
    if not stops:
        return
    place = data.draw(st.sampled_from(stops))
    there = body.moved(place, lines)
    assert there in stops
    assert there == place or (there > place) == (lines > 0)
    assert there != place or not lines or place in (stops[0], stops[-1])


def test_a_document_is_copied_as_it_stands() -> None:
    text = "<A>\n  <B>x\x1b[31m</B>\n</A>"
    body = document_view(text, 20)
    assert rows(list(body)) == ["<A>", "  <B>x\\x1b[31m</B>", "</A>"]
    assert body.copied(1) == Copied("line", "<B>x\\x1b[31m</B>")
    assert body.whole() == Copied("document", "<A>\n  <B>x\\x1b[31m</B>\n</A>")
