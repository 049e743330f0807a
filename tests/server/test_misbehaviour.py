"""Names of misbehaviour: what they may be, and how a wrong one is answered."""

import pytest

from emulator.server.misbehaviour import HONEST, TABLE, parse


def test_names_and_values() -> None:
    on = parse(["no-cred", " lose-reply:4", "lose-reply:6", "sign-with:dec_text", "no-cred"])
    assert on.names == ("no-cred", "lose-reply:4", "lose-reply:6", "sign-with:dec_text")
    assert "no-cred" in on and "lose-reply" in on and "lose-reply:6" in on
    assert "lose-reply:5" not in on and "never-chal" not in on
    assert on.value("sign-with") == "dec_text"
    assert on.value("never-chal") is None
    assert not HONEST.names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-credd", "did you mean 'no-cred'?"),
        ("xyz", "no misbehaviour 'xyz'"),
        ("sign-with", "not nothing"),
        ("sign-with:raw16be", "did you mean 'raw16_be'?"),
        ("lose-reply:5", "one of 4, 6"),
        ("no-cred:1", "takes no value"),
    ],
)
def test_a_wrong_name_says_what_is_right(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-z]") as wrong:
        parse([name])
    assert words in str(wrong.value)


def test_each_is_described_in_a_sentence() -> None:
    assert all(len(row.description) > 20 for row in TABLE.values())
