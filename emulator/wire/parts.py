"""What SyncML commands and headers are made of: addresses, meta information, credentials, items.

Knows the vocabulary and the element order [SyncML Representation Protocol 1.2, MetInf 1.2], not what
a session does with it. Texts stay as the peer wrote them.
"""

from typing import ClassVar

from emulator.wire.element import METINF
from emulator.wire.schema import Content, Field, Record, metinf


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
    ORDERED: ClassVar[bool] = False
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
