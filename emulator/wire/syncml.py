"""SyncML 1.0-1.2 messages as typed frozen values: header, every command of the DS usage.

Knows the vocabulary and the element order [SyncML Representation Protocol 1.2], not what a
session does with it. Texts stay as the peer wrote them; properties give them as numbers.
"""

from typing import ClassVar

import msgspec

from emulator.wire.element import METINF, SYNCML, Document, Element
from emulator.wire.schema import Content, Field, Record, metinf, read, write

VERSIONS = ("1.2", "1.1", "1.0")
"""Protocol versions, newest first: the order of the version fall-back."""


def number(text: str | None, default: int = 0) -> int:
    """A text that should be a decimal number, or `default` where it is not."""
    digits = (text or "").strip()
    # Longer than any number of SyncML; int() refuses some thousand digits with an error.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else default


class Anchor(Record, frozen=True):
    NS: ClassVar[str] = METINF
    TAG: ClassVar[str] = "Anchor"
    FIELDS: ClassVar[tuple[Field, ...]] = (metinf("last", "Last"), metinf("next", "Next"))
    last: str | None = None
    next: str | None = None


class Mem(Record, frozen=True):
    NS: ClassVar[str] = METINF
    TAG: ClassVar[str] = "Mem"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        metinf("shared", "SharedMem", "flag"),
        metinf("free", "FreeMem"),
        metinf("free_id", "FreeID"),
    )
    shared: bool = False
    free: str | None = None
    free_id: str | None = None


class Meta(Record, frozen=True):
    TAG: ClassVar[str] = "Meta"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        metinf("field_level", "FieldLevel", "flag"),
        metinf("format", "Format"),
        metinf("type", "Type"),
        metinf("mark", "Mark"),
        metinf("size", "Size"),
        metinf("anchor", "Anchor", "one", Anchor),
        metinf("version", "Version"),
        metinf("next_nonce", "NextNonce"),
        metinf("max_msg_size", "MaxMsgSize"),
        metinf("max_obj_size", "MaxObjSize"),
        metinf("emi", "EMI", "texts"),
        metinf("mem", "Mem", "one", Mem),
    )
    field_level: bool = False
    format: str | None = None
    type: str | None = None
    mark: str | None = None
    size: str | None = None
    anchor: Anchor | None = None
    version: str | None = None
    next_nonce: str | None = None
    max_msg_size: str | None = None
    max_obj_size: str | None = None
    emi: tuple[str, ...] = ()
    mem: Mem | None = None


class Filter(Record, frozen=True):
    TAG: ClassVar[str] = "Filter"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("meta", "Meta", "one", Meta),
        Field("field", "Field", "data"),
        Field("record", "Record", "data"),
        Field("filter_type", "FilterType"),
    )
    meta: Meta | None = None
    field: Content | None = None
    record: Content | None = None
    filter_type: str | None = None


class Location(Record, frozen=True):
    """Target or Source (SourceParent, TargetParent): an address and, for people, a name."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("uri", "LocURI"),
        Field("name", "LocName"),
        Field("filter", "Filter", "one", Filter),
    )
    uri: str = ""
    name: str | None = None
    filter: Filter | None = None


class Cred(Record, frozen=True):
    TAG: ClassVar[str] = "Cred"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("meta", "Meta", "one", Meta),
        Field("data", "Data", "data"),
    )
    meta: Meta | None = None
    data: Content | None = None


class Chal(Record, frozen=True):
    TAG: ClassVar[str] = "Chal"
    FIELDS: ClassVar[tuple[Field, ...]] = (Field("meta", "Meta", "one", Meta),)
    meta: Meta | None = None


class Item(Record, frozen=True):
    TAG: ClassVar[str] = "Item"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("target", "Target", "one", Location),
        Field("source", "Source", "one", Location),
        Field("source_parent", "SourceParent", "one", Location),
        Field("target_parent", "TargetParent", "one", Location),
        Field("meta", "Meta", "one", Meta),
        Field("data", "Data", "data"),
        Field("more_data", "MoreData", "flag"),
    )
    target: Location | None = None
    source: Location | None = None
    source_parent: Location | None = None
    target_parent: Location | None = None
    meta: Meta | None = None
    data: Content | None = None
    more_data: bool = False

    @property
    def target_uri(self) -> str:
        return self.target.uri if self.target else ""

    @property
    def source_uri(self) -> str:
        return self.source.uri if self.source else ""


class Command(Record, frozen=True):
    """The base of what stands in a SyncBody, Sync, Atomic or Sequence."""

    cmd_id: str = ""
    no_resp: bool = False

    @property
    def name(self) -> str:
        return self.TAG


_CMD_ID = Field("cmd_id", "CmdID")
_NO_RESP = Field("no_resp", "NoResp", "flag")
_CRED = Field("cred", "Cred", "one", Cred)
_META = Field("meta", "Meta", "one", Meta)
_ITEMS = Field("items", "Item", "many", Item)
_LANG = Field("lang", "Lang")
_TARGET = Field("target", "Target", "one", Location)
_SOURCE = Field("source", "Source", "one", Location)


class Change(Command, frozen=True):
    """The commands that change items: Add, Replace, Copy, Move."""

    FIELDS: ClassVar[tuple[Field, ...]] = (_CMD_ID, _NO_RESP, _CRED, _META, _ITEMS)
    cred: Cred | None = None
    meta: Meta | None = None
    items: tuple[Item, ...] = ()


class Add(Change, frozen=True):
    TAG: ClassVar[str] = "Add"


class Replace(Change, frozen=True):
    TAG: ClassVar[str] = "Replace"


class Copy(Change, frozen=True):
    TAG: ClassVar[str] = "Copy"


class Move(Change, frozen=True):
    TAG: ClassVar[str] = "Move"


class Delete(Command, frozen=True):
    TAG: ClassVar[str] = "Delete"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        _NO_RESP,
        Field("archive", "Archive", "flag"),
        Field("soft", "SftDel", "flag"),
        _CRED,
        _META,
        _ITEMS,
    )
    archive: bool = False
    soft: bool = False
    cred: Cred | None = None
    meta: Meta | None = None
    items: tuple[Item, ...] = ()


class Alert(Command, frozen=True):
    TAG: ClassVar[str] = "Alert"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        _NO_RESP,
        _CRED,
        Field("data", "Data"),
        Field("correlator", "Correlator"),
        _ITEMS,
    )
    cred: Cred | None = None
    data: str | None = None
    correlator: str | None = None
    items: tuple[Item, ...] = ()

    @property
    def code(self) -> int:
        return number(self.data)


class Exec(Command, frozen=True):
    TAG: ClassVar[str] = "Exec"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        _NO_RESP,
        _CRED,
        _META,
        Field("correlator", "Correlator"),
        _ITEMS,
    )
    cred: Cred | None = None
    meta: Meta | None = None
    correlator: str | None = None
    items: tuple[Item, ...] = ()


class Get(Command, frozen=True):
    TAG: ClassVar[str] = "Get"
    FIELDS: ClassVar[tuple[Field, ...]] = (_CMD_ID, _NO_RESP, _LANG, _CRED, _META, _ITEMS)
    lang: str | None = None
    cred: Cred | None = None
    meta: Meta | None = None
    items: tuple[Item, ...] = ()


class Put(Get, frozen=True):
    TAG: ClassVar[str] = "Put"


class Results(Command, frozen=True):
    TAG: ClassVar[str] = "Results"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        Field("msg_ref", "MsgRef"),
        Field("cmd_ref", "CmdRef"),
        _META,
        Field("target_ref", "TargetRef"),
        Field("source_ref", "SourceRef"),
        _ITEMS,
    )
    msg_ref: str | None = None
    cmd_ref: str | None = None
    meta: Meta | None = None
    target_ref: str | None = None
    source_ref: str | None = None
    items: tuple[Item, ...] = ()


class MapItem(Record, frozen=True):
    TAG: ClassVar[str] = "MapItem"
    FIELDS: ClassVar[tuple[Field, ...]] = (_TARGET, _SOURCE)
    target: Location | None = None
    source: Location | None = None


class Map(Command, frozen=True):
    TAG: ClassVar[str] = "Map"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        _TARGET,
        _SOURCE,
        _CRED,
        _META,
        Field("items", "MapItem", "many", MapItem),
    )
    target: Location | None = None
    source: Location | None = None
    cred: Cred | None = None
    meta: Meta | None = None
    items: tuple[MapItem, ...] = ()


class Search(Command, frozen=True):
    TAG: ClassVar[str] = "Search"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        _NO_RESP,
        Field("no_results", "NoResults", "flag"),
        _CRED,
        _TARGET,
        Field("sources", "Source", "many", Location),
        _LANG,
        _META,
        Field("data", "Data", "data"),
    )
    no_results: bool = False
    cred: Cred | None = None
    target: Location | None = None
    sources: tuple[Location, ...] = ()
    lang: str | None = None
    meta: Meta | None = None
    data: Content | None = None


class Status(Command, frozen=True):
    TAG: ClassVar[str] = "Status"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        Field("msg_ref", "MsgRef"),
        Field("cmd_ref", "CmdRef"),
        Field("cmd", "Cmd"),
        Field("target_refs", "TargetRef", "texts"),
        Field("source_refs", "SourceRef", "texts"),
        _CRED,
        Field("chal", "Chal", "one", Chal),
        Field("data", "Data"),
        _ITEMS,
    )
    msg_ref: str | None = None
    cmd_ref: str | None = None
    cmd: str | None = None
    target_refs: tuple[str, ...] = ()
    source_refs: tuple[str, ...] = ()
    cred: Cred | None = None
    chal: Chal | None = None
    data: str | None = None
    items: tuple[Item, ...] = ()

    @property
    def code(self) -> int:
        return number(self.data)

    @property
    def for_header(self) -> bool:
        """Whether this is the Status for a SyncHdr (Cmd SyncHdr, CmdRef 0)."""
        return self.cmd == "SyncHdr" or (not self.cmd and (self.cmd_ref or "").strip() == "0")

    def answers(self, msg_id: int) -> bool:
        """Whether it speaks of that message; a Status without MsgRef speaks of the last one."""
        return not (self.msg_ref or "").strip() or number(self.msg_ref, -1) == msg_id


def _inner(*classes: type[Command]) -> tuple[Field, ...]:
    return tuple(Field("commands", c.TAG, "many", c) for c in classes)


class Sequence(Command, frozen=True):
    TAG: ClassVar[str] = "Sequence"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        _NO_RESP,
        _META,
        *_inner(Add, Replace, Delete, Copy, Move, Map, Alert, Exec, Get),
    )
    meta: Meta | None = None
    commands: tuple[Command, ...] = ()


class Atomic(Command, frozen=True):
    TAG: ClassVar[str] = "Atomic"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        _NO_RESP,
        _META,
        *_inner(Add, Replace, Delete, Copy, Move, Map, Alert, Exec, Get, Sequence),
    )
    meta: Meta | None = None
    commands: tuple[Command, ...] = ()


class Sync(Command, frozen=True):
    TAG: ClassVar[str] = "Sync"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _CMD_ID,
        _NO_RESP,
        _CRED,
        _TARGET,
        _SOURCE,
        _META,
        Field("number_of_changes", "NumberOfChanges"),
        *_inner(Add, Replace, Delete, Copy, Move, Atomic, Sequence),
    )
    cred: Cred | None = None
    target: Location | None = None
    source: Location | None = None
    meta: Meta | None = None
    number_of_changes: str | None = None
    commands: tuple[Command, ...] = ()


class SyncHdr(Record, frozen=True):
    TAG: ClassVar[str] = "SyncHdr"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("ver_dtd", "VerDTD", required=True),
        Field("ver_proto", "VerProto"),
        Field("session_id", "SessionID", required=True),
        Field("msg_id", "MsgID", required=True),
        Field("target", "Target", "one", Location),
        Field("source", "Source", "one", Location),
        Field("resp_uri", "RespURI"),
        _NO_RESP,
        _CRED,
        _META,
    )
    ver_dtd: str = "1.2"
    ver_proto: str | None = "SyncML/1.2"
    session_id: str = ""
    msg_id: str = ""
    target: Location | None = None
    source: Location | None = None
    resp_uri: str | None = None
    no_resp: bool = False
    cred: Cred | None = None
    meta: Meta | None = None


class SyncBody(Record, frozen=True):
    TAG: ClassVar[str] = "SyncBody"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        *_inner(
            Status, Results, Alert, Get, Put, Add, Replace, Delete, Copy, Move, Exec,
            Map, Search, Sync, Atomic, Sequence,
        ),
        Field("final", "Final", "flag"),
    )  # fmt: skip
    commands: tuple[Command, ...] = ()
    final: bool = False


class Message(Record, frozen=True):
    """One SyncML message. `remarks` are the deviations found on the way in, (id, sentence) pairs."""

    TAG: ClassVar[str] = "SyncML"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("header", "SyncHdr", "one", SyncHdr, required=True),
        Field("body", "SyncBody", "one", SyncBody, required=True),
    )
    header: SyncHdr = SyncHdr()
    body: SyncBody = SyncBody()
    remarks: tuple[tuple[str, str], ...] = ()

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.body.commands

    @property
    def final(self) -> bool:
        return self.body.final

    def header_status(self, msg_id: int | None = None) -> Status | None:
        """The Status for a SyncHdr: that of message `msg_id`, or the first one there is."""
        return next(
            (
                c
                for c in self.commands
                if isinstance(c, Status) and c.for_header and (msg_id is None or c.answers(msg_id))
            ),
            None,
        )


def from_document(document: Document) -> Message:
    """The message of a decoded tree; what is unknown or odd in it becomes remarks.

    Raises `schema.Missing` when SyncHdr, SyncBody or one of the header's identities is absent.
    """
    message = read(Message, document.root)
    strange = _unknown(message, ("SyncML",))
    return msgspec.structs.replace(message, remarks=(*document.remarks, *strange))


def to_document(message: Message) -> Document:
    """The tree of a message, in the dialect of its VerDTD."""
    root = write(message)
    version = message.header.ver_dtd if message.header.ver_dtd in VERSIONS else VERSIONS[0]
    return Document(root, f"SyncML {version}")


def _unknown(value: Record, path: tuple[str, ...]) -> list[tuple[str, str]]:
    found = [
        ("unknown-element", f"{'/'.join((*path, e.tag))} is not known and was left unread")
        for e in value.unknown
    ]
    done: set[str] = set()
    for field in value.FIELDS:
        if field.attribute in done:
            continue
        done.add(field.attribute)
        if field.kind == "one":
            inner = getattr(value, field.attribute)
            if inner is not None:
                found += _unknown(inner, (*path, field.tag))
        elif field.kind == "many":
            for inner in getattr(value, field.attribute):
                found += _unknown(inner, (*path, inner.TAG or field.tag))
    return found


def text(content: Content | None) -> str:
    """Character data of a `data` field, joined; elements inside are left out."""
    return Element(SYNCML, "", content or ()).text


def octets(content: Content | None) -> bytes:
    """The same as octets: text as UTF-8, binary data as it came."""
    return b"".join(
        c if isinstance(c, bytes) else c.encode()
        for c in content or ()
        if not isinstance(c, Element)
    )
