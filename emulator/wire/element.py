"""The neutral tree between octets (XML or WBXML) and typed messages.

Knows nothing of what elements mean. A value has no position; `locate` of each codec gives the
positions of the same elements, in the same (document) order.
"""

from collections.abc import Iterator

import msgspec

SYNCML = "syncml"
METINF = "metinf"
DEVINF = "devinf"
DMTNDS = "dmtnds"
PROV = "prov"
"""Namespaces by short name, without the version; `tokens.DIALECTS` has their full names. OMA CP has
none in XML."""


class Element(msgspec.Struct, frozen=True, gc=False):
    """One element: `content` holds child elements, text (`str`) and binary data (`bytes`).

    `bytes` appear where WBXML carried OPAQUE octets that are not UTF-8 text. A DevInf or TNDS
    document inside `Data` is simply a child element of that namespace, in either encoding.
    `ns` is one of the short names above, or the full namespace name of an unknown vocabulary.
    Not for the garbage collector: what is frozen, and made of tuples, cannot be in a cycle.
    """

    ns: str
    tag: str
    content: tuple["Element | str | bytes", ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    def elements(self) -> Iterator["Element"]:
        """The child elements, in order."""
        return (c for c in self.content if isinstance(c, Element))

    def find(self, tag: str) -> "Element | None":
        """The first child element of that name."""
        return next((c for c in self.elements() if c.tag == tag), None)

    @property
    def text(self) -> str:
        """All character data directly inside, joined; binary data as Latin-1."""
        return "".join(
            c if isinstance(c, str) else c.decode("latin-1")
            for c in self.content
            if not isinstance(c, Element)
        )


class Document(msgspec.Struct, frozen=True):
    """A whole document: its root and the dialect (a name in `tokens.DIALECTS`, e.g. "SyncML 1.2").

    `remarks` are the deviations that the decoder accepted, as (id, sentence) pairs.
    """

    root: Element
    dialect: str
    remarks: tuple[tuple[str, str], ...] = ()


class Located(msgspec.Struct, frozen=True):
    """Where an element lies: octets `start`..`end` for the whole, `values` for its character data.

    `path` names the element from the root ("SyncML", "SyncHdr", "Cred", "Data"). Each entry of
    `values` is the (start, end) of one run of character data without its framing (no STR_I token
    and NUL, no OPAQUE length, no CDATA brackets). `attributes` gives each attribute as (name, value,
    runs of its characters as written); what a token of WBXML stands for has no run.
    """

    path: tuple[str, ...]
    start: int
    end: int
    values: tuple[tuple[int, int], ...] = ()
    attributes: tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...] = ()
