"""Trees to frozen values and back, driven by one table per class; knows no element by name.

A class says in `FIELDS` which child elements it has, in the order in which the DTD wants them
written. Reading takes them in any order, keeps what it does not know in `unknown`, and raises
`Missing` for a required element that is absent.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeVar

import msgspec

from emulator.wire.element import METINF, SYNCML, Element

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

    unknown: tuple[Element, ...] = ()


R = TypeVar("R", bound=Record)
_TABLES: dict[type[Record], dict[str, Field]] = {}


def _table(cls: type[Record]) -> dict[str, Field]:
    table = _TABLES.get(cls)
    if table is None:
        table = _TABLES[cls] = {field.tag: field for field in cls.FIELDS}
    return table


def read(cls: type[R], element: Element, path: tuple[str, ...] = ()) -> R:
    """The value of class `cls` that `element` stands for. Raises Missing."""
    path = (*path, element.tag)
    table = _table(cls)
    values: dict[str, Any] = {}
    unknown: list[Element] = []
    for child in element.content:
        if not isinstance(child, Element):
            continue
        field = table.get(child.tag)
        if field is None:
            unknown.append(child)
            continue
        kind = field.kind
        if kind == "text":
            values.setdefault(field.attribute, child.text)
        elif kind == "flag":
            values[field.attribute] = True
        elif kind == "data":
            values.setdefault(field.attribute, child.content)
        elif kind == "texts":
            values.setdefault(field.attribute, []).append(child.text)
        else:
            assert field.of is not None
            value = read(field.of, child, path)
            if kind == "one":
                values.setdefault(field.attribute, value)
            else:
                values.setdefault(field.attribute, []).append(value)
    for field in cls.FIELDS:
        if field.required and field.attribute not in values:
            raise Missing(path, field.tag)
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    return cls(unknown=tuple(unknown), **values)


def write(value: Record, tag: str = "") -> Element:
    """The element of `value`, children in the order of its table; unknown elements come last.

    `tag` is needed where one class serves several elements (Target and Source).
    """
    content: list[Element | str | bytes] = []
    done: set[str] = set()
    for field in value.FIELDS:
        if field.attribute in done and field.kind == "many":
            continue
        content.extend(_WRITERS[field.kind](field, getattr(value, field.attribute)))
        done.add(field.attribute)
    content.extend(value.unknown)
    return Element(value.NS, tag or value.TAG, tuple(content))


def _text(field: Field, value: str | None) -> list[Element]:
    if value is None:
        return []
    return [Element(field.ns, field.tag, (value,) if value else ())]


def _texts(field: Field, value: tuple[str, ...]) -> list[Element]:
    return [Element(field.ns, field.tag, (v,) if v else ()) for v in value]


def _flag(field: Field, value: bool) -> list[Element]:
    return [Element(field.ns, field.tag)] if value else []


def _one(field: Field, value: Record | None) -> list[Element]:
    return [] if value is None else [write(value, field.tag)]


def _many(field: Field, value: tuple[Record, ...]) -> list[Element]:
    # Classes with a TAG of their own may share one attribute; their order is the sender's.
    return [write(v, v.TAG or field.tag) for v in value]


def _data(field: Field, value: Content | None) -> list[Element]:
    return [] if value is None else [Element(field.ns, field.tag, tuple(c for c in value if c))]


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
