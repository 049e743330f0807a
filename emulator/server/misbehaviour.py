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
    "ignore-session-id": Row(
        "does not take the SessionID as default nonce: signs its Cred with its stored server nonce"
    ),
    "wrong-server-id": Row(
        "names itself by another server id in the session: in LocName and in the digest of its Cred"
    ),
    "wrong-nonce-in-chal": Row("its Chal carries another nonce than the one that it goes by"),
    "chal-without-nonce": Row(
        "sends an md5 Chal without NextNonce: after a refusal it expects the empty nonce, after a "
        "success it keeps the client nonce that it has"
    ),
    "chal-type": Row(
        "sends a Chal of another type than that of the account", "TYPE", ("basic", "mac")
    ),
    "refuse-with-407": Row("refuses a wrong Cred with 407, as if there were none, instead of 401"),
    "200-for-212": Row(
        "accepts each message for itself only: 200 with a new Chal instead of 212, and 407 for the "
        "next message if that has no Cred"
    ),
    "other-session-id": Row("its replies stand under another SessionID than the client's messages"),
    "no-header-status": Row("its replies have no Status for SyncHdr"),
    "no-final": Row("never marks the end of a package: no Final in any message"),
    "no-resp-uri": Row(
        "gives no RespURI: it knows the session by the device, the SessionID and the next MsgID"
    ),
    "resp-uri-changes": Row("gives another RespURI in each reply; all of them lead to the session"),
    "endless-222": Row(
        "asks for the next message (Alert 222) for ever, and brings nothing but Status"
    ),
    "duplicate-reply": Row(
        "does what a message asks, but sends its previous reply once more; the right one comes when "
        "the same message comes again"
    ),
    "http": Row(
        "answers every request on the HTTP level, without looking into it: status 500, 302 or 401, "
        "200 with an empty body, 200 with a page of HTML",
        "ANSWER",
        ("500", "302", "401", "empty", "html"),
    ),
    "slow": Row(
        "does and commits what a request asks, but answers later than a client waits (serve: after "
        "60 s)"
    ),
    "truncated-body": Row("sends the first half of each reply only, with the Content-Length of it"),
    "connection-reset": Row("does nothing, and closes the connection without an answer"),
    "other-encoding": Row("replies in XML to WBXML, and in WBXML to XML"),
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
