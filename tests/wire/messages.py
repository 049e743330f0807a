"""What the tests of typed messages share: recorded messages, and arbitrary values of the tables."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from emulator.wire.schema import Field, Record
from emulator.wire.syncml import Message, SyncBody, SyncHdr
from tests.wire.material import CAPTURED_WBXML, CAPTURED_XML, PAIRS, PLAIN, TESTS, VECTOR_XML

XML_MESSAGES: dict[str, bytes] = {
    **CAPTURED_XML,
    **{name: text.encode() for name, text in VECTOR_XML.items()},
    **{
        path.stem: path.read_bytes().replace(b"\r\n\r\n", b"\n\n").partition(b"\n\n")[2]
        for path in sorted((TESTS / "captures" / "horde").glob("*-re*.txt"))
        if b"vnd.syncml+xml" in path.read_bytes() and b"<SyncML" in path.read_bytes()
    },
}
WBXML_MESSAGES: dict[str, bytes] = {
    **CAPTURED_WBXML,
    **{name: octets for name, (_, octets) in PAIRS.items()},
}


def records(cls: type[Record]) -> st.SearchStrategy[Any]:
    """Any value that the class's table can hold, so that every field is written and read once."""
    defaults = {f.name: f.default for f in msgspec.structs.fields(cls)}
    choices: dict[str, list[st.SearchStrategy[Any]]] = {}
    for field in cls.FIELDS:
        choices.setdefault(field.attribute, []).append(_one(field, defaults[field.attribute]))
    chosen: dict[str, st.SearchStrategy[Any]] = {}
    for field in cls.FIELDS:
        inner = st.one_of(*choices[field.attribute])
        if field.kind == "many":
            inner = st.lists(inner, max_size=2).map(tuple)
        chosen[field.attribute] = inner
    return st.builds(cls, **chosen)


def _one(field: Field, default: object) -> st.SearchStrategy[Any]:
    text = st.just("") | PLAIN
    if field.kind == "flag":
        return st.booleans()
    if field.kind == "texts":
        return st.lists(text, max_size=2).map(tuple)
    if field.kind == "data":
        return st.none() | st.just(()) | st.tuples(PLAIN)
    if field.kind == "text":
        return text if isinstance(default, str) else st.none() | text
    assert field.of is not None
    inner = st.deferred(lambda of=field.of: records(of))  # type: ignore[misc]
    return st.none() | inner if field.kind == "one" else inner


def messages() -> st.SearchStrategy[Message]:
    """Any SyncML 1.2 message."""
    header = records(SyncHdr).map(lambda h: msgspec.structs.replace(h, ver_dtd="1.2"))
    return st.builds(Message, header=header, body=records(SyncBody))
