"""Trees to frozen values and back, driven by one table per class; knows no element by name.

A class says in `FIELDS` which child elements it has, in the order in which the DTD wants them
written. Reading takes them in any order, keeps what it does not know in `unknown`, remarks what is
odd, and raises `Missing` for a required element that is absent.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeVar

import msgspec

from emulator.wire.element import METINF, SYNCML, Element
from emulator.wire.limits import MAX_REMARKS
from emulator.wire.remarks import Note, note

Kind = Literal["text", "texts", "flag", "one", "many", "data"]
Content = tuple[Element | str | bytes, ...]


class Field(msgspec.Struct, frozen=True):
    """How one child element appears as an attribute.

    `kind`: text (str or None), texts (tuple of str), flag (bool, an empty element), one (a Record
    or None), many (tuple of Records), data (the content as it is, or None). `of` gives the classes
    by tag for one and many; several tags may share one attribute ("commands").
    """

    attribute: str
    tag: str
    kind: Kind = "text"
    of: "type[Record] | None" = None
    required: bool = False
    ns: str = SYNCML


class Missing(ValueError):
    """A required element is not there: `path` of its parent, `tag` of what was expected."""

    def __init__(self, path: tuple[str, ...], tag: str) -> None:
        self.path = path
        self.tag = tag
        super().__init__(f"{'/'.join(path)}: {tag} is missing")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all typed values: what the vocabulary does not know is kept in `unknown`."""

    TAG: ClassVar[str] = ""
    NS: ClassVar[str] = SYNCML
    FIELDS: ClassVar[tuple[Field, ...]] = ()
    ORDERED: ClassVar[bool] = True
    """Whether the DTD fixes the order. In Meta it does not: to SyncML its content is plain text."""

    unknown: tuple[Element, ...] = ()


R = TypeVar("R", bound=Record)
_TABLES: dict[type[Record], dict[str, tuple[Field, int]]] = {}


def _table(cls: type[Record]) -> dict[str, tuple[Field, int]]:
    """The fields by tag, each with its place in the order; those of one choice have the same."""
    table = _TABLES.get(cls)
    if table is None:
        places: dict[str, int] = {}
        for field in cls.FIELDS:
            places.setdefault(field.attribute, len(places) if cls.ORDERED else 0)
        table = {field.tag: (field, places[field.attribute]) for field in cls.FIELDS}
        _TABLES[cls] = table
    return table


def read(
    cls: type[R], element: Element, path: tuple[str, ...] = (), notes: list[Note] | None = None
) -> R:
    """The value of class `cls` that `element` stands for. Raises Missing.

    What is odd but can be read is appended to `notes`.
    """
    path = (*path, element.tag)
    notes = [] if notes is None else notes
    table = _table(cls)
    values: dict[str, Any] = {}
    unknown: list[Element] = []
    reached = 0
    for child in element.content:
        if not isinstance(child, Element):
            if child.strip():
                _remark(notes, "text-unexpected", path)
            continue
        field, place = table.get(child.tag, _UNKNOWN)
        if field is None:
            unknown.append(child)
            _remark(notes, "unknown-element", path, child)
            continue
        if place != reached:
            if place < reached:
                _remark(notes, "element-order", path, child)
            else:
                reached = place
        if child.ns != field.ns:
            _remark(notes, "element-other-namespace", path, child)
        attribute, kind = field.attribute, field.kind
        if kind == "texts":
            values.setdefault(attribute, []).append(child.text)
        elif kind == "many":
            assert field.of is not None
            values.setdefault(attribute, []).append(read(field.of, child, path, notes))
        elif attribute in values:
            _remark(notes, "element-twice", path, child)
        elif kind == "text":
            values[attribute] = child.text
        elif kind == "flag":
            values[attribute] = True
        elif kind == "data":
            values[attribute] = child.content
        else:
            assert field.of is not None
            values[attribute] = read(field.of, child, path, notes)
    for field in cls.FIELDS:
        if field.required and field.attribute not in values:
            raise Missing(path, field.tag)
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    return cls(unknown=tuple(unknown), **values)


_UNKNOWN: tuple[None, int] = (None, 0)


def _remark(
    notes: list[Note], id_: str, path: tuple[str, ...], child: Element | None = None
) -> None:
    if len(notes) < 10 * MAX_REMARKS:  # before repetitions are left out
        names = path if child is None else (*path, child.tag[:40])
        notes.append(note(id_, "/".join(names)))


def write(value: Record, tag: str = "") -> Element:
    """The element of `value`, children in the order of its table; unknown elements come last.

    `tag` is needed where one class serves several elements (Target and Source).
    """
    content: list[Element | str | bytes] = []
    done: set[str] = set()
    for field in value.FIELDS:
        if field.attribute in done and field.kind == "many":
            continue
        found = getattr(value, field.attribute)
        if found is not None:
            content.extend(_WRITERS[field.kind](field, found))
        done.add(field.attribute)
    content.extend(value.unknown)
    return Element(value.NS, tag or value.TAG, tuple(content))


def _text(field: Field, value: str) -> list[Element]:
    return [Element(field.ns, field.tag, (value,) if value else ())]


def _texts(field: Field, value: tuple[str, ...]) -> list[Element]:
    return [Element(field.ns, field.tag, (v,) if v else ()) for v in value]


def _flag(field: Field, value: bool) -> list[Element]:
    return [Element(field.ns, field.tag)] if value else []


def _one(field: Field, value: Record) -> list[Element]:
    return [write(value, field.tag)]


def _many(field: Field, value: tuple[Record, ...]) -> list[Element]:
    # Classes with a TAG of their own may share one attribute; their order is the sender's.
    return [write(v, v.TAG or field.tag) for v in value]


def _data(field: Field, value: Content) -> list[Element]:
    return [Element(field.ns, field.tag, tuple(c for c in value if c))]


_WRITERS: dict[Kind, Callable[[Field, Any], list[Element]]] = {
    "text": _text,
    "texts": _texts,
    "flag": _flag,
    "one": _one,
    "many": _many,
    "data": _data,
}


def metinf(attribute: str, tag: str, kind: Kind = "text", of: type[Record] | None = None) -> Field:
    """A field whose element belongs to the MetInf vocabulary."""
    return Field(attribute, tag, kind, of, ns=METINF)
