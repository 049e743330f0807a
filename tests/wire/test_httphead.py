"""Secrets in what HTTP says."""

import pytest

from emulator.wire.httphead import CUT, cut, without_userinfo


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://h/p@q", "http://h/p@q"),
        ("http://u:p@h/", f"http://{CUT}@h/"),
        ("https://u:p@ss@h:8/x?y=a@b", f"https://{CUT}@h:8/x?y=a@b"),
        ("http://h/?to=http://u:p@i/", f"http://h/?to=http://{CUT}@i/"),
        ("alice@example.com", "alice@example.com"),
    ],
)
def test_what_stands_before_the_at_of_a_url_is_cut(text: str, shown: str) -> None:
    assert without_userinfo(text) == shown


def test_headers_that_are_secret_have_no_value_whatever_their_case() -> None:
    given = [("AUTHORIZATION", "x"), ("Set-Cookie ", "y"), ("Location", "//u:p@h/"), ("Via", "z")]
    assert [value for _, value in cut(given)] == [CUT, CUT, f"//{CUT}@h/", "z"]


def test_a_peer_cannot_fill_the_journal_with_headers() -> None:
    kept = cut([("x" * 9000, "y" * 9000)] * 500)
    assert len(kept) == 100 and {len(part) for pair in kept for part in pair} == {2000}
