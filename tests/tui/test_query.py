"""The filter bar's language: what is understood, what is not, and both ways."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.tui.query import KINDS, TOKENS, QueryError, Term, completions, parse, written

TEXTS = st.text(min_size=1, max_size=12)
VALUES = {
    "": TEXTS,
    "dir": st.sampled_from(("in", "out")),
    "kind": st.sampled_from(KINDS),
    "session": st.integers(0, 999_999_999).map(str),
    "status": st.one_of(st.integers(100, 999).map(str), st.sampled_from(("2xx", "4xx"))),
    "step": st.integers(1, 6).map(str),
}
TERMS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda name: st.builds(Term, st.just(name), VALUES[name], st.booleans())
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TERMS, max_size=6))
def test_what_is_written_is_read_again(terms: list[Term]) -> None:
    assert parse(written(terms)) == tuple(terms)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.text(),
        st.text(alphabet='dirkndstaeusop:-"\\ 14x', max_size=30),
        st.lists(st.sampled_from(("dir:", "in", '"', "-", " ", "kind:Mess", "foo:", "\\"))).map(
            "".join
        ),
    )
)
def test_any_text_is_terms_or_an_error_with_its_place(text: str) -> None:
    try:
        terms = parse(text)
    except QueryError as wrong:
        assert 0 <= wrong.place <= len(text)
        assert str(wrong)
    else:
        assert parse(written(terms)) == terms
    for longer in completions(text):
        assert longer.startswith(text[:-1].rpartition(" ")[0])


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("  ", ()),
        ("dir:in status:401", (Term("dir", "in"), Term("status", "401"))),
        ("contacts", (Term("", "contacts"),)),
        ('"two words" x', (Term("", "two words"), Term("", "x"))),
        (r'"a \"quoted\" word"', (Term("", 'a "quoted" word'),)),
        ("-kind:PeerSaid", (Term("kind", "PeerSaid", True),)),
        ("-x", (Term("", "x", True),)),
        ("kind:message", (Term("kind", "message"),)),
        ("http://127.0.0.1/x", (Term("", "http://127.0.0.1/x"),)),
        ('"IMEI:49"', (Term("", "IMEI:49"),)),
        ("IMEI:49", (Term("", "IMEI:49"),)),
        ("status:4xx", (Term("status", "4xx"),)),
        ('a"b', (Term("", 'a"b'),)),
    ],
)
def test_a_query_is_understood(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text) == terms


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("statsu:401", 0, "did you mean status?"),
        ("dir:in kidn:x", 7, "did you mean kind?"),
        ("zzz:1", 0, 'as a text: "zzz:1"'),
        ("kind:MesageSent", 0, "did you mean MessageSent?"),
        ("dir:up", 0, "dir:in or dir:out"),
        ("step:9", 0, "step:1 to step:6"),
        ("status:4x", 0, "a class like status:4xx"),
        ("session:two", 0, "session:2"),
        ("session:407AB", 0, "session:407A"),
        ('x "open', 2, "not closed"),
        ('""', 0, "nothing between"),
        ("a -", 2, "must follow the minus"),
        ('-"open', 0, "not closed"),
        ('kind:"Mess', 0, "not closed"),
        ("dir:", 0, "dir:in or dir:out"),
        ("kind:", 0, "the name of a kind"),
        ('"a"b', 3, "a space is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, place: int, words: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse(text)
    assert raised.value.place == place
    assert words in str(raised.value)


def test_what_can_come_next_is_offered() -> None:
    assert completions("") == [f"{name}:" for name in TOKENS]
    assert completions("st") == ["status:", "step:"]
    assert completions("dir:in -st") == ["dir:in -status:", "dir:in -step:"]
    assert completions("dir:") == ["dir:in", "dir:out"]
    assert completions("kind:mess") == [f"kind:{kind}" for kind in KINDS if "Mess" in kind[:4]]
    assert completions("dir:in") == []
    assert completions("contacts") == []
