"""The vocabularies: their code pages of elements, and what tells their versions apart.

Tables only: which octet stands for which element (SyncML 1.0-1.2, MetInf, DM TNDS and DDF, DevInf,
OMA CP, whose attributes are in `cptokens`), which
public identifier and which namespace name announces a document. Knows nothing of how octets are
read. Sources: SyncML RepPro, MetInf and DevInf 1.2, section "WBXML definition"; OMA DM TNDS 1.2.
"""

import msgspec

from emulator.wire.cptokens import ATTRIBUTES, AttributePage
from emulator.wire.element import DEVINF, DMTNDS, METINF, PROV, SYNCML, Element

FIRST_TAG = 0x05
"""The octets below are global tokens on every page (WBXML 1.3, section 7.1)."""


class Page(msgspec.Struct, frozen=True):
    """One code page of tags: `names` in token order from 05; an empty name is a reserved token."""

    ns: str
    names: tuple[str, ...]


class Dialect(msgspec.Struct, frozen=True):
    """One vocabulary in one version, as its WBXML header and its XML root announce it.

    `version` is the WBXML version octet and `public_id` the numeric identifier that we write; 0
    means that there is none and `fpi` goes into the string table. `pages` are indexed by number;
    None is a page that does not exist. `attributes` are the attribute pages; a vocabulary without any
    writes the names of attributes, should there be some, into the string table.
    """

    name: str
    version: int
    public_id: int
    fpi: str
    uri: str
    ns: str
    root: str
    pages: tuple[Page | None, ...]
    attributes: tuple[AttributePage, ...] = ()


_SYNCML = """
Add Alert Archive Atomic Chal Cmd CmdID CmdRef Copy Cred Data Delete Exec Final Get Item Lang
LocName LocURI Map MapItem Meta MsgID MsgRef NoResp NoResults Put Replace RespURI Results Search
Sequence SessionID SftDel Source SourceRef Status Sync SyncBody SyncHdr SyncML Target TargetRef
- VerDTD VerProto NumberOfChanges MoreData Field Filter Record FilterType SourceParent TargetParent
Move Correlator
"""
_METINF = """
Anchor EMI Format FreeID FreeMem Last Mark MaxMsgSize Mem MetInf Next NextNonce SharedMem Size Type
Version MaxObjSize FieldLevel
"""
_DMTNDS = """
AccessType ACL Add b64 bin bool chr CaseSense CIS Copy CS date DDFName DefaultValue Delete
Description DFFormat DFProperties DFTitle DFType Dynamic Exec float Format Get int Man MgmtTree MIME
Mod Name Node node NodeName null Occurrence One OneOrMore OneOrN Path Permanent Replace RTProperties
Scope Size time Title TStamp Type Value VerDTD VerNo xml ZeroOrMore ZeroOrN ZeroOrOne
"""
_DEVINF = """
CTCap CTType DataStore DataType DevID DevInf DevTyp DisplayName DSMem Ext FwV HwV Man MaxGUIDSize
MaxID MaxMem Mod OEM ParamName PropName Rx Rx-Pref SharedMem MaxSize SourceRef SwV SyncCap SyncType
Tx Tx-Pref ValEnum VerCT VerDTD XNam XVal UTC SupportNumberOfChanges SupportLargeObjs Property
PropParam MaxOccur NoTruncate - Filter-Rx FilterCap FilterKeyword FieldLevel SupportHierarchicalSync
"""


_PROV = ("wap-provisioningdoc characteristic parm", "- characteristic parm")


def _page(ns: str, names: str, last: str = "", **renamed: str) -> Page:
    """The page up to the name `last`; `renamed` gives what a token meant in that version."""
    listed = ["" if name == "-" else name for name in names.split()]
    if last:
        del listed[listed.index(last) + 1 :]
    return Page(ns, tuple(renamed.get(name, name) for name in listed))


_SYNCML_PAGES = {
    "1.0": (_page(SYNCML, _SYNCML, "VerProto"), _page(METINF, _METINF, "Version")),
    "1.1": (_page(SYNCML, _SYNCML, "MoreData"), _page(METINF, _METINF, "MaxObjSize")),
    "1.2": (_page(SYNCML, _SYNCML), _page(METINF, _METINF), _page(DMTNDS, _DMTNDS)),
}
# Token 1C was Size until DevInf 1.2 called it MaxSize.
_DEVINF_PAGES = {
    "1.0": (_page(DEVINF, _DEVINF, "XVal", MaxSize="Size"),),
    "1.1": (_page(DEVINF, _DEVINF, "SupportLargeObjs", MaxSize="Size"),),
    "1.2": (_page(DEVINF, _DEVINF),),
}
_SYNCML_IDS = {"1.0": 0x0FD1, "1.1": 0x0FD3, "1.2": 0x1201}
_DEVINF_IDS = {"1.0": 0x0FD2, "1.1": 0x0FD4, "1.2": 0x1203}

VERSIONS = tuple(_SYNCML_IDS)

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        *(
            Dialect(f"SyncML {v}", 2, _SYNCML_IDS[v], f"-//SYNCML//DTD SyncML {v}//EN",
                    f"SYNCML:SYNCML{v}", SYNCML, "SyncML", _SYNCML_PAGES[v])
            for v in VERSIONS
        ),
        *(
            Dialect(f"DevInf {v}", 2, _DEVINF_IDS[v], f"-//SYNCML//DTD DevInf {v}//EN",
                    "syncml:devinf", DEVINF, "DevInf", _DEVINF_PAGES[v])
            for v in VERSIONS
        ),
        Dialect("MetInf 1.2", 2, 0x1202, "-//SYNCML//DTD MetInf 1.2//EN",
                "syncml:metinf", METINF, "MetInf", (None, _SYNCML_PAGES["1.2"][1])),
        Dialect("DM TNDS 1.2", 2, 0, "-//OMA//DTD-DM-DDF 1.2//EN",
                "syncml:dmddf1.2", DMTNDS, "MgmtTree", (None, None, _SYNCML_PAGES["1.2"][2])),
        Dialect("OMA CP 1.0", 3, 0x0B, "-//WAPFORUM//DTD PROV 1.0//EN", "", PROV,
                "wap-provisioningdoc", tuple(_page(PROV, names) for names in _PROV), ATTRIBUTES),
    )
}  # fmt: skip
"""The dialects by name: "SyncML 1.2", "DevInf 1.1" and so on."""

BY_PUBLIC_ID = {d.public_id: d for d in DIALECTS.values() if d.public_id}
BY_FPI = {d.fpi: d for d in DIALECTS.values()}
NEWEST = {d.ns: d for d in DIALECTS.values()}
"""For each namespace, the newest dialect of which it is the root's."""

URIS: dict[str, str] = {
    **{d.uri: d.ns for d in DIALECTS.values() if d.uri},
    "syncml:metinf1.0": METINF,
    "syncml:metinf1.1": METINF,
    "syncml:metinf1.2": METINF,
    "syncml:devinf1.0": DEVINF,
    "syncml:devinf1.1": DEVINF,
    "syncml:devinf1.2": DEVINF,
    "syncml:dmtnds": DMTNDS,
    "syncml:dmtnds1.2": DMTNDS,
    "syncml:dmddf": DMTNDS,
}
"""Namespace names to short names; the ones that we write are those of the dialects."""

NAMES: dict[str, frozenset[str]] = {
    ns: frozenset(
        name
        for dialect in DIALECTS.values()
        for page in dialect.pages
        if page and page.ns == ns
        for name in page.names
        if name
    )
    for ns in (SYNCML, METINF, DEVINF, DMTNDS, PROV)
}
"""All element names of a namespace, whatever the version."""


def knowing(tag: str, around: str) -> str:
    """The namespace of a bare name: the surrounding one if it has it, else the first that has, or ""."""
    return next((ns for ns in (around, *NAMES) if tag in NAMES.get(ns, ())), "")


REWRITTEN: dict[str, str] = {
    "application/vnd.syncml-devinf+wbxml": "application/vnd.syncml-devinf+xml",
    "application/vnd.syncml.dmtnds+wbxml": "application/vnd.syncml.dmtnds+xml",
}
"""The Meta/Type of a document inside Data, in WBXML and in the tree (and in XML)."""

EMBEDDED = {DEVINF: "DevInf", DMTNDS: "MgmtTree"}
"""The roots that are whole documents of their own when they stand inside Data."""

Row = list[Element | None]


def _rows(dialect: Dialect) -> tuple[Row | None, ...]:
    return tuple(_row(page) if page else None for page in dialect.pages)


def _row(page: Page) -> Row:
    row: Row = [None] * 256
    for token, name in enumerate(page.names, FIRST_TAG):
        if name:
            # The same entry with and without the content bit.
            row[token] = row[token | 0x40] = Element(page.ns, name)
    return row


ROWS: dict[str, tuple[Row | None, ...]] = {name: _rows(d) for name, d in DIALECTS.items()}
"""For reading: per dialect and page, the empty element of each octet (None: not a tag)."""


def _codes(dialect: Dialect) -> dict[tuple[str, str], tuple[int, int]]:
    """Tokens by element; a newer element is written as such where its token was still free."""
    codes: dict[tuple[str, str], tuple[int, int]] = {}
    taken: set[tuple[int, int]] = set()
    for pages in (dialect.pages, NEWEST[dialect.ns].pages):
        for number, page in enumerate(pages):
            for token, name in enumerate(page.names if page else (), FIRST_TAG):
                if name and (number, token) not in taken:
                    taken.add((number, token))
                    codes.setdefault((page.ns if page else "", name), (number, token))
    return codes


CODES: dict[str, dict[tuple[str, str], tuple[int, int]]] = {
    name: _codes(d) for name, d in DIALECTS.items()
}
"""For writing: per dialect, the (page, token) of each (namespace, name)."""


def version_of(root: Element, otherwise: str = "1.2") -> str:
    """The version that a document claims in its VerDTD: "1.0", "1.1", "1.2", or `otherwise`."""
    header = root.find("SyncHdr") or root
    stated = header.find("VerDTD")
    version = stated.text.strip() if stated else ""
    return version if version in VERSIONS else otherwise


def dialect_of(root: Element, otherwise: str = "1.2") -> str | None:
    """The dialect that a root announces by its name and VerDTD, or None for another vocabulary."""
    newest = NEWEST.get(root.ns)
    if newest is None or root.tag != newest.root:
        return None
    kind, _, version = newest.name.rpartition(" ")
    name = f"{kind} {version_of(root, otherwise)}"
    return name if name in DIALECTS else f"{kind} {version}"
