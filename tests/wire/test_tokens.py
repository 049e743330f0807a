"""The tables against the published ones, and against themselves."""

import pytest

from emulator.wire.element import DEVINF, DMTNDS, METINF, PROV, SYNCML, Element
from emulator.wire.tokens import (
    BY_FPI,
    BY_PUBLIC_ID,
    CODES,
    DIALECTS,
    NAMES,
    ROWS,
    URIS,
    VERSIONS,
    dialect_of,
    version_of,
)
from tests.wire.material import VECTORS


@pytest.mark.parametrize(
    ("dialect", "ns", "name", "page", "token"),
    [
        # The first, the last and the neighbours of reserved tokens, from the DTD documents.
        ("SyncML 1.2", SYNCML, "Add", 0, 0x05),
        ("SyncML 1.2", SYNCML, "Data", 0, 0x0F),
        ("SyncML 1.2", SYNCML, "Replace", 0, 0x20),
        ("SyncML 1.2", SYNCML, "SyncML", 0, 0x2D),
        ("SyncML 1.2", SYNCML, "TargetRef", 0, 0x2F),
        ("SyncML 1.2", SYNCML, "VerDTD", 0, 0x31),
        ("SyncML 1.1", SYNCML, "MoreData", 0, 0x34),
        ("SyncML 1.2", SYNCML, "Correlator", 0, 0x3C),
        ("SyncML 1.2", METINF, "Anchor", 1, 0x05),
        ("SyncML 1.2", METINF, "NextNonce", 1, 0x10),
        ("SyncML 1.0", METINF, "Version", 1, 0x14),
        ("SyncML 1.2", METINF, "FieldLevel", 1, 0x16),
        ("SyncML 1.2", DMTNDS, "AccessType", 2, 0x05),
        ("SyncML 1.2", DMTNDS, "MgmtTree", 2, 0x20),
        ("SyncML 1.2", DMTNDS, "ZeroOrOne", 2, 0x3C),
        ("DevInf 1.0", DEVINF, "CTCap", 0, 0x05),
        ("DevInf 1.1", DEVINF, "Size", 0, 0x1C),
        ("DevInf 1.2", DEVINF, "MaxSize", 0, 0x1C),
        ("DevInf 1.2", DEVINF, "NoTruncate", 0, 0x2E),
        ("DevInf 1.2", DEVINF, "Filter-Rx", 0, 0x30),
        ("DevInf 1.2", DEVINF, "SupportHierarchicalSync", 0, 0x34),
    ],
)
def test_tokens(dialect: str, ns: str, name: str, page: int, token: int) -> None:
    row = ROWS[dialect][page]
    assert row is not None
    assert row[token] == row[token | 0x40] == Element(ns, name)
    assert CODES[dialect][ns, name] == (page, token)


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_read_is_written(name: str) -> None:
    for page, row in enumerate(ROWS[name]):
        for token in range(0x05, 0x40):
            entry = row[token] if row else None
            if entry:
                code = CODES[name][entry.ns, entry.tag]
                # OMA CP has two of its tags on both pages; the first one is written.
                assert code == (page, token) or (entry.ns, code) == (PROV, (0, token))


@pytest.mark.parametrize("version", VERSIONS)
def test_versions_grow(version: str) -> None:
    def names(dialect: str) -> set[str]:
        return {n for page in DIALECTS[dialect].pages if page for n in page.names if n}

    older, newest = names(f"SyncML {version}"), names("SyncML 1.2")
    assert older <= newest
    assert ("MoreData" in older) == (version != "1.0")
    assert ("Correlator" in older) == (version == "1.2")


def test_what_a_renamed_token_never_stands_for() -> None:
    assert (DEVINF, "MaxSize") not in CODES["DevInf 1.1"]
    assert (DEVINF, "Size") not in CODES["DevInf 1.2"]
    assert CODES["DevInf 1.1"][DEVINF, "Property"] == (0, 0x2B)


def test_public_identifiers() -> None:
    def wire(number: int) -> str:
        head = f"{number >> 7 | 0x80:02x}" if number > 0x7F else ""
        return f"{head}{number & 0x7F:02x}"

    vector = VECTORS["wbxml.mb"]["output"]
    for number, dialect in BY_PUBLIC_ID.items():
        assert vector[hex(number)] == wire(number)
        assert BY_FPI[dialect.fpi] is dialect
    assert BY_FPI[VECTORS["wbxml.stringid"]["inputs"]["fpi"]].name == "SyncML 1.1"


def test_namespaces() -> None:
    assert URIS["SYNCML:SYNCML1.2"] == SYNCML
    assert URIS["syncml:metinf"] == METINF
    assert URIS["syncml:devinf"] == DEVINF
    assert URIS["syncml:dmtnds"] == URIS["syncml:dmddf1.2"] == DMTNDS
    assert {"Size", "MaxSize"} <= NAMES[DEVINF]


def test_dialect_of_a_root() -> None:
    def verdtd(ns: str, text: str) -> Element:
        return Element(ns, "VerDTD", (text,))

    header = Element(SYNCML, "SyncHdr", (verdtd(SYNCML, " 1.1 "),))
    assert dialect_of(Element(SYNCML, "SyncML", (header,))) == "SyncML 1.1"
    assert dialect_of(Element(DEVINF, "DevInf", (verdtd(DEVINF, "1.0"),))) == "DevInf 1.0"
    assert dialect_of(Element(DEVINF, "DevInf", (verdtd(DEVINF, "7"),)), "1.1") == "DevInf 1.1"
    assert dialect_of(Element(DMTNDS, "MgmtTree", (verdtd(DMTNDS, "1.1"),))) == "DM TNDS 1.2"
    assert dialect_of(Element(SYNCML, "Alert")) is None
    assert version_of(Element(SYNCML, "SyncML")) == "1.2"
