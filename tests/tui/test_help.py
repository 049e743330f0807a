"""The help: what it answers on its first screen, and the order of the keys."""

import pytest

from emulator.tui.actions import ACTIONS, WORDS, of, places
from emulator.tui.help import help_lines
from tests.tui.screen import rows


def test_the_first_screen_says_why_the_stored_nonce_failed_and_where_to_see_it() -> None:
    first = rows(help_lines(78, ("ladder", "everywhere", "app")))[:24]
    joined = " ".join(" ".join(first).split())
    assert "did not verify the server's digest, the SessionID did" in joined
    assert "d shows the digest step by step, expected beside received" in joined
    assert "M breaks the built-in server" in joined
    assert "Keys in the ladder" in joined


def test_where_there_is_no_run_the_help_does_not_tell_how_one_went() -> None:
    assert "how it went" not in " ".join(rows(help_lines(78, ("dialog", "app"))))


@pytest.mark.parametrize("where", WORDS)
def test_the_keys_of_the_focused_part_come_first_and_no_place_twice(where: str) -> None:
    if where == "help":
        return
    shown = rows(help_lines(78, (where,)))  # type: ignore[arg-type]
    keys = [row.removeprefix("Keys ") for row in shown if row.startswith("Keys ")]
    assert keys[0] == WORDS[where]  # type: ignore[index]
    assert sorted(keys) == sorted(words for place, words in WORDS.items() if place != "help")


def test_places_are_those_of_the_bindings_in_their_order() -> None:
    ids = [f"{a.id}.{key}" for place in ("list", "dialog") for a in of(place) for key in a.keys]  # type: ignore[arg-type]
    assert places(["", "screen.other", *ids]) == ("list", "dialog")
    assert set(places(a.id for a in ACTIONS)) == set(WORDS)
