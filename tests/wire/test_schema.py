"""Trees to values by tables: order, unknown elements, what is missing."""

from typing import ClassVar

import pytest

from emulator.wire.element import METINF, SYNCML, Element
from emulator.wire.remarks import Note
from emulator.wire.schema import Content, Field, Missing, Record, metinf, read, write


class Leaf(Record, frozen=True):
    TAG: ClassVar[str] = "Leaf"
    FIELDS: ClassVar[tuple[Field, ...]] = (Field("name", "Name", required=True),)
    name: str = ""


class Twig(Record, frozen=True):
    TAG: ClassVar[str] = "Twig"
    FIELDS: ClassVar[tuple[Field, ...]] = (Field("leaf", "Leaf", "one", Leaf),)
    leaf: Leaf | None = None


class Tree(Record, frozen=True):
    TAG: ClassVar[str] = "Tree"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("label", "Label"),
        Field("notes", "Note", "texts"),
        Field("tall", "Tall", "flag"),
        Field("twig", "Twig", "one", Twig),
        Field("parts", "Leaf", "many", Leaf),
        Field("parts", "Branch", "many", Twig),
        Field("data", "Data", "data"),
        metinf("size", "Size"),
    )
    label: str | None = None
    notes: tuple[str, ...] = ()
    tall: bool = False
    twig: Twig | None = None
    parts: tuple[Record, ...] = ()
    data: Content | None = None
    size: str | None = None


class Branch(Twig, frozen=True):
    TAG: ClassVar[str] = "Branch"


def _e(tag: str, *content: Element | str | bytes, ns: str = SYNCML) -> Element:
    return Element(ns, tag, content)


def _tree(*content: Element | str | bytes) -> Tree:
    return read(Tree, _e("Tree", *content))


def test_children_may_come_in_any_order() -> None:
    found = _tree(_e("Data", "x"), _e("Tall"), _e("Note", "a"), _e("Label", "l"), _e("Note", "b"))
    assert found == Tree(label="l", notes=("a", "b"), tall=True, data=("x",))


def test_children_are_written_in_the_order_of_the_table() -> None:
    value = Tree(size="1", label="l", tall=True, twig=Twig(leaf=Leaf(name="n")))
    assert [child.tag for child in write(value).elements()] == ["Label", "Tall", "Twig", "Size"]


def test_tags_that_share_an_attribute_keep_the_senders_order() -> None:
    twig, leaf = _e("Branch", _e("Leaf", _e("Name", "t"))), _e("Leaf", _e("Name", "l"))
    found = _tree(leaf, twig, leaf)
    assert [type(part).__name__ for part in found.parts] == ["Leaf", "Twig", "Leaf"]
    value = Tree(parts=(Leaf(name="a"), Branch(), Leaf(name="b")))
    assert [child.tag for child in write(value).elements()] == ["Leaf", "Branch", "Leaf"]


def test_unknown_elements_are_kept_and_written_last() -> None:
    strange = _e("Strange", _e("Inside", "x"))
    found = _tree(strange, _e("Label", "l"))
    assert found.unknown == (strange,)
    assert write(found).content == (_e("Label", "l"), strange)


def test_text_beside_elements_says_nothing() -> None:
    assert _tree("\n  ", _e("Label", "l"), b"\xff") == Tree(label="l")


def test_absent_and_empty_are_not_the_same() -> None:
    assert _tree().label is None
    assert _tree(_e("Label")).label == ""
    assert _tree(_e("Data")).data == ()
    assert write(Tree(label="", data=())).content == (_e("Label"), _e("Data"))


def test_of_two_where_one_is_allowed_the_first_counts() -> None:
    assert _tree(_e("Label", "first"), _e("Label", "second")).label == "first"


def test_a_field_has_its_own_vocabulary() -> None:
    assert write(Tree(size="1")).content == (_e("Size", "1", ns=METINF),)


def test_what_is_missing_is_named_with_its_path() -> None:
    with pytest.raises(Missing) as caught:
        _tree(_e("Twig", _e("Leaf")))
    assert (caught.value.path, caught.value.tag) == (("Tree", "Twig", "Leaf"), "Name")
    assert str(caught.value) == "Tree/Twig/Leaf: Name is missing"


def test_one_class_may_serve_several_tags() -> None:
    assert write(Leaf(name="n"), "Other").tag == "Other"


def _remarks(*content: Element | str | bytes) -> list[Note]:
    notes: list[Note] = []
    read(Tree, _e("Tree", *content), notes=notes)
    return notes


def test_elements_out_of_order_are_remarked() -> None:
    assert _remarks(_e("Label"), _e("Note"), _e("Note"), _e("Tall"), _e("Data")) == []
    assert _remarks(_e("Note"), _e("Label"), _e("Tall")) == [
        ("element-order", "Tree/Label: an element that the DTD wants earlier")
    ]


def test_those_of_one_choice_have_no_order() -> None:
    leaf = _e("Leaf", _e("Name", "n"))
    assert _remarks(leaf, _e("Branch"), leaf, _e("Branch")) == []


def test_a_second_one_is_remarked_where_one_is_allowed() -> None:
    twice = [_e("Label", "a"), _e("Label", "b"), _e("Tall"), _e("Tall"), _e("Twig"), _e("Twig")]
    assert [sentence.partition(":")[0] for _, sentence in _remarks(*twice)] == [
        "Tree/Label",
        "Tree/Tall",
        "Tree/Twig",
    ]
    assert {id_ for id_, _ in _remarks(*twice)} == {"element-twice"}


def test_text_and_other_vocabularies_are_remarked() -> None:
    assert [id_ for id_, _ in _remarks(" \n", "x", _e("Size", "1"))] == [
        "text-unexpected",
        "element-other-namespace",
    ]


def test_remarks_are_bounded() -> None:
    assert len(_remarks(*[_e("Strange")] * 5000)) == 1000
