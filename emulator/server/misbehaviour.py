"""What the server can be told to do wrong: one table, and the value that says what is on.

Where a misbehaviour acts, the code asks `"name" in misbehaviour`; nothing here does anything.
"""

import difflib
from collections.abc import Iterable

import msgspec

from emulator.server.digest import SESSION_ID


class Row(msgspec.Struct, frozen=True):
    """One misbehaviour: what the server does, and what may stand after the colon of its name."""

    description: str
    value: str = ""
    values: tuple[str, ...] = ()


TABLE: dict[str, Row] = {
    "forget-client-nonce": Row(
        "has lost the client nonce when a session starts: step 4 begins with 401 and a Chal"
    ),
    "forget-server-nonce": Row(
        "says 200 in step 6 but does not keep the new server nonce of the client's Chal"
    ),
    "no-cred": Row("never authenticates itself: no Cred in SyncHdr, not even when challenged"),
    "wrong-cred": Row("signs its Cred with a wrong secret"),
    "never-chal": Row("accepts the client without a Chal: the client nonce stays as it is"),
    "endless-401": Row("answers every Cred with 401 and a new Chal"),
    "sign-with": Row(
        "uses this encoding of the SessionID as nonce, in the notification and in its Cred",
        "ENCODING",
        tuple(SESSION_ID),
    ),
    "lose-reply": Row(
        "does and commits all of this step, but the reply to that request and to its repeats is lost",
        "STEP",
        ("4", "6"),
    ),
}


class Misbehaviour(msgspec.Struct, frozen=True):
    """The misbehaviours that are on, as they are written: "no-cred", "lose-reply:4"."""

    names: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        """Whether this one is on; a name with its value must be on with that value."""
        return name in self.names or any(n.partition(":")[0] == name for n in self.names)

    def value(self, name: str) -> str | None:
        """What stands after the colon of `name`, if it is on."""
        found = (n.partition(":") for n in self.names)
        return next((value for key, _, value in found if key == name), None)


HONEST = Misbehaviour()


def parse(names: Iterable[str]) -> Misbehaviour:
    """The misbehaviour of these names. Raises ValueError, with what was probably meant."""
    return Misbehaviour(tuple(dict.fromkeys(_checked(name.strip()) for name in names)))


def _checked(name: str) -> str:
    key, colon, value = name.partition(":")
    row = TABLE.get(key)
    if row is None:
        raise ValueError(f"no misbehaviour {key!r}; {_meant(key, TABLE)}")
    if row.values and value not in row.values:
        given = f"{value!r}" if colon else "nothing"
        raise ValueError(
            f"{key}:{row.value} wants one of {', '.join(row.values)}, not {given}"
            f"; {_meant(value, row.values)}"
        )
    if colon and not row.values:
        raise ValueError(f"{key} takes no value, not {value!r}")
    return name


def _meant(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), 1)
    return f"did you mean {close[0]!r}?" if close else f"one of {', '.join(words)}"
