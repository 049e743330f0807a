"""Every command of the DS and the DM usage as a typed frozen value.

Knows the vocabulary and the element order [SyncML Representation Protocol 1.2], not what a session
does with it. Of a version or usage that lacks a command it is read all the same.
"""

from typing import ClassVar

from emulator.wire.parts import Chal, Cred, Item, Location, Meta, number
from emulator.wire.schema import Content, Field, Record


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


class Nested(Command, frozen=True):
    """The base of commands that hold others: Sync, Atomic and Sequence, in each other too."""

    meta: Meta | None = None
    commands: tuple[Command, ...] = ()


class Sequence(Nested, frozen=True):
    TAG: ClassVar[str] = "Sequence"


class Atomic(Nested, frozen=True):
    TAG: ClassVar[str] = "Atomic"


class Sync(Nested, frozen=True):
    TAG: ClassVar[str] = "Sync"
    cred: Cred | None = None
    target: Location | None = None
    source: Location | None = None
    number_of_changes: str | None = None


def choice(*classes: type[Command]) -> tuple[Field, ...]:
    """The fields of commands that share one attribute, in whatever order they come."""
    return tuple(Field("commands", c.TAG, "many", c) for c in classes)


# They name each other, so their tables follow the classes.
_GROUPED = choice(
    Add, Replace, Delete, Copy, Move, Atomic, Sequence, Map, Sync, Get, Put, Results, Search, Alert,
    Exec,
)  # fmt: skip
Sequence.FIELDS = Atomic.FIELDS = (_CMD_ID, _NO_RESP, _META, *_GROUPED)
Sync.FIELDS = (
    _CMD_ID,
    _NO_RESP,
    _CRED,
    _TARGET,
    _SOURCE,
    _META,
    Field("number_of_changes", "NumberOfChanges"),
    *choice(Add, Replace, Delete, Copy, Move, Atomic, Sequence),
)
