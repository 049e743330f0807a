"""Device information (DevInf 1.0-1.2) as typed frozen values.

Written in the order of the DTD, read in any order, since real devices swap elements. Content
capabilities of DevInf 1.0/1.1 (CTCap at the end) stay in `unknown`.
"""

from typing import ClassVar

from emulator.wire.element import DEVINF, Element
from emulator.wire.schema import Content, Field, Kind, Record, read, write


def _f(attribute: str, tag: str, kind: Kind = "text", of: type[Record] | None = None) -> Field:
    return Field(attribute, tag, kind, of, ns=DEVINF)


class ContentType(Record, frozen=True):
    """A content type and its version: ("text/x-vcard", "2.1")."""

    NS: ClassVar[str] = DEVINF
    FIELDS: ClassVar[tuple[Field, ...]] = (_f("type", "CTType"), _f("version", "VerCT"))
    type: str = ""
    version: str = ""


class Property(Record, frozen=True):
    NS: ClassVar[str] = DEVINF
    TAG: ClassVar[str] = "Property"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _f("name", "PropName"),
        _f("size", "MaxSize"),
    )
    name: str = ""
    size: str | None = None


class ContentCapability(Record, frozen=True):
    NS: ClassVar[str] = DEVINF
    TAG: ClassVar[str] = "CTCap"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _f("type", "CTType"),
        _f("version", "VerCT"),
        _f("properties", "Property", "many", Property),
    )
    type: str = ""
    version: str | None = None
    properties: tuple[Property, ...] = ()


class SyncCap(Record, frozen=True):
    NS: ClassVar[str] = DEVINF
    TAG: ClassVar[str] = "SyncCap"
    FIELDS: ClassVar[tuple[Field, ...]] = (_f("types", "SyncType", "texts"),)
    types: tuple[str, ...] = ()


class DataStore(Record, frozen=True):
    NS: ClassVar[str] = DEVINF
    TAG: ClassVar[str] = "DataStore"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _f("source_ref", "SourceRef"),
        _f("display_name", "DisplayName"),
        _f("max_guid_size", "MaxGUIDSize"),
        _f("rx_pref", "Rx-Pref", "one", ContentType),
        _f("rx", "Rx", "many", ContentType),
        _f("tx_pref", "Tx-Pref", "one", ContentType),
        _f("tx", "Tx", "many", ContentType),
        _f("capabilities", "CTCap", "many", ContentCapability),
        _f("memory", "DSMem", "data"),
        _f("hierarchical", "SupportHierarchicalSync", "flag"),
        _f("sync_cap", "SyncCap", "one", SyncCap),
    )
    source_ref: str = ""
    display_name: str | None = None
    max_guid_size: str | None = None
    rx_pref: ContentType | None = None
    rx: tuple[ContentType, ...] = ()
    tx_pref: ContentType | None = None
    tx: tuple[ContentType, ...] = ()
    capabilities: tuple[ContentCapability, ...] = ()
    memory: Content | None = None
    hierarchical: bool = False
    sync_cap: SyncCap | None = None


class DevInf(Record, frozen=True):
    """A whole device information document."""

    NS: ClassVar[str] = DEVINF
    TAG: ClassVar[str] = "DevInf"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        _f("ver_dtd", "VerDTD"),
        _f("manufacturer", "Man"),
        _f("model", "Mod"),
        _f("oem", "OEM"),
        _f("firmware", "FwV"),
        _f("software", "SwV"),
        _f("hardware", "HwV"),
        _f("device_id", "DevID"),
        _f("device_type", "DevTyp"),
        _f("utc", "UTC", "flag"),
        _f("large_objects", "SupportLargeObjs", "flag"),
        _f("number_of_changes", "SupportNumberOfChanges", "flag"),
        _f("stores", "DataStore", "many", DataStore),
    )
    ver_dtd: str = "1.2"
    manufacturer: str | None = None
    model: str | None = None
    oem: str | None = None
    firmware: str | None = None
    software: str | None = None
    hardware: str | None = None
    device_id: str = ""
    device_type: str = "phone"
    utc: bool = False
    large_objects: bool = False
    number_of_changes: bool = False
    stores: tuple[DataStore, ...] = ()


def from_element(element: Element) -> DevInf:
    """The device information in a `DevInf` element."""
    return read(DevInf, element)


def to_element(value: DevInf) -> Element:
    return write(value)


def location(version: str) -> str:
    """Where a peer keeps it: "./devinf12" for DevInf 1.2 (Source of Put, Target of Get)."""
    return f"./devinf{version.replace('.', '')}"


MEDIA_TYPE = "application/vnd.syncml-devinf+xml"
"""As Meta/Type says it in XML; the WBXML codec turns it into +wbxml and back."""
