"""What a decoder accepts although it is not as described: every deviation by id, in one table.

A remark is (id, sentence), as Document and Message carry them. What a session makes of them is
decided elsewhere.
"""

from collections.abc import Iterable

from emulator.wire.limits import MAX_REMARKS

Note = tuple[str, str]
"""The id of a remark and its sentence."""

REMARKS: dict[str, tuple[str, str]] = {
    # Both forms
    "charset": ("RepPro, XML usage", "the character set is not UTF-8"),
    "attribute-unexpected": (
        "RepPro",
        "SyncML has no attributes but xmlns; those of other namespaces are left out",
    ),
    "attribute-twice": ("WBXML 1.3, 5.8.3", "an attribute stands twice; the first counts"),
    # XML
    "charset-differs": (
        "RFC 7303, 3.2",
        "the document and its Content-Type name different character sets",
    ),
    "doctype": ("RepPro, XML usage", "a DOCTYPE, which is passed over"),
    "cdata": ("RepPro, XML usage", "character data in CDATA sections"),
    "namespace-prefix": ("RepPro, XML usage", "elements with a namespace prefix"),
    "namespace-variant": ("RepPro, XML usage", "the name of a namespace in another spelling"),
    "namespace-unknown": ("RepPro, XML usage", "not the name of a namespace of SyncML"),
    "namespace-missing": (
        "RepPro, XML usage",
        "an element has no namespace of its own; it is read as the one that knows its name",
    ),
    # WBXML
    "public-id-unknown": ("RepPro, WBXML", "no public identifier; the content tells"),
    "public-id-text": (
        "RepPro, WBXML",
        "the public identifier is text although there is a number for it",
    ),
    "trailing-octets": ("WBXML 1.3, 5.1", "octets follow the root element"),
    "tag-newer": ("RepPro, WBXML", "an element that this version does not have"),
    "tag-literal": ("RepPro, WBXML", "the name of an element from the string table"),
    "value-old": ("ProvCont 1.1", "tokens 80-83 for values that are 90-93 since PROV 1.1"),
    # Typed messages
    "unknown-element": ("RepPro", "an element that is not known and was left unread"),
    "element-order": ("RepPro, DTD", "an element that the DTD wants earlier"),
    "element-twice": (
        "RepPro, DTD",
        "an element stands twice where one is allowed; the first counts",
    ),
    "element-other-namespace": ("RepPro, DTD", "an element of another vocabulary"),
    "text-unexpected": ("RepPro, DTD", "text between elements, left unread"),
}
"""By id: the document (SyncML RepPro unless named) and what is odd."""


def note(id_: str, detail: str = "") -> Note:
    """A remark of the table; an id that is not there is our mistake (KeyError)."""
    sentence = REMARKS[id_][1]
    return id_, f"{detail}: {sentence}" if detail else sentence


def distinct(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The remarks without repetitions, in order, at most MAX_REMARKS."""
    return tuple(dict.fromkeys(notes))[:MAX_REMARKS]
