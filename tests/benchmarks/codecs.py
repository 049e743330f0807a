"""The codecs beside C libraries that do the same: WBXML beside libwbxml, XML beside lxml.

Like is compared with like: octets to a tree, a tree to octets; over captured messages and vectors,
the small ones (package 1, a Status) and the large ones (a Sync with items) each by themselves.

lxml's time is that of `fromstring` and `tostring`: it makes a tree of C structs, of which Python has
seen nothing yet. Ours is made of Python values, all of them there. So a second yardstick, without a
target, is lxml with each element's name and text read once: what any program in Python pays that
looks at a message; no tree of our own can be had for less.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from emulator.wire import wbxml, xml
from emulator.wire.element import Document
from tests.benchmarks.libwbxml import Libwbxml, NotInstalled
from tests.benchmarks.measure import Ratio, in_turn
from tests.wire.material import CAPTURED_WBXML, CAPTURED_XML, PAIRS, VECTOR_XML, walk

WBXML_TARGET = 10.0
XML_TARGET = 2.0
LARGE = 2000
"""Octets from which on a message is a large one."""

_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    attribute_defaults=False,
    no_network=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)


def run(rounds: int = 30, warm_up: int = 2) -> list[Ratio]:
    out = []
    repeat = 10 if warm_up else 1
    for name, messages in _by_size([*CAPTURED_WBXML.values(), *(w for _, w in PAIRS.values())]):
        out += _wbxml(name, messages, rounds, warm_up, repeat)
    xmls = [*CAPTURED_XML.values(), *(text.encode() for text in VECTOR_XML.values())]
    for name, messages in _by_size(xmls):
        out += _xml(name, messages, rounds, warm_up, repeat)
    return out


def _by_size(messages: list[bytes]) -> list[tuple[str, list[bytes]]]:
    return [
        ("small", [m for m in messages if len(m) < LARGE]),
        ("large", [m for m in messages if len(m) >= LARGE]),
    ]


def _wbxml(
    size: str, messages: list[bytes], rounds: int, warm_up: int, repeat: int
) -> Iterator[Ratio]:
    try:
        library = Libwbxml()
    except NotInstalled as missing:
        print(f"WBXML, {size} messages: not compared: {missing}")
        return
    with _parsed(library, messages) as trees:
        documents = [wbxml.decode(m) for m in messages]
        for theirs, ours in zip(trees, documents, strict=True):
            # The same work: their octets say what ours say.
            assert wbxml.decode(library.write(theirs)).root == ours.root
        for what, ours, theirs in (
            (
                "decode",
                _each(wbxml.decode, messages, repeat),
                _each(library.read, messages, repeat),
            ),
            ("encode", _each(wbxml.encode, documents, repeat), _each(library.write, trees, repeat)),
        ):
            columns = in_turn(ours, theirs, rounds=rounds, warm_up=warm_up)
            name = f"WBXML {what}, {size} messages / libwbxml"
            yield _ratio(name, columns, messages, documents, WBXML_TARGET, repeat)


def _xml(
    size: str, messages: list[bytes], rounds: int, warm_up: int, repeat: int
) -> Iterator[Ratio]:
    documents = [xml.decode(m) for m in messages]
    trees = [etree.fromstring(m, _PARSER) for m in messages]
    columns = in_turn(
        _each(xml.decode, messages, repeat),
        _each(lambda m: etree.fromstring(m, _PARSER), messages, repeat),
        _each(lambda m: _looked_at(etree.fromstring(m, _PARSER)), messages, repeat),
        rounds=rounds,
        warm_up=warm_up,
    )
    name = f"XML decode, {size} messages / lxml"
    yield _ratio(f"{name}'s fromstring", columns[:2], messages, documents, XML_TARGET, repeat)
    columns = [columns[0], columns[2]]
    yield _ratio(
        f"{name} with its names and texts read", columns, messages, documents, None, repeat
    )
    columns = in_turn(
        _each(xml.encode, documents, repeat),
        _each(lambda t: etree.tostring(t, encoding="utf-8", xml_declaration=True), trees, repeat),
        rounds=rounds,
        warm_up=warm_up,
    )
    name = f"XML encode, {size} messages / lxml's tostring"
    yield _ratio(name, columns, messages, documents, XML_TARGET, repeat)


def _looked_at(node: etree._Element) -> None:
    node.tag, node.text, node.tail  # noqa: B018
    for child in node:
        _looked_at(child)


def _each(do: Callable[[Any], object], things: list[Any], repeat: int) -> Callable[[], float]:
    def timed() -> float:
        begun = time.perf_counter()
        for _ in range(repeat):
            for thing in things:
                do(thing)
        return time.perf_counter() - begun

    return timed


def _ratio(
    name: str,
    columns: list[list[float]],
    messages: list[bytes],
    documents: list[Document],
    target: float | None,
    repeat: int,
) -> Ratio:
    ours, theirs = columns
    ratio = Ratio(name, ours, theirs, target)
    octets, count = sum(map(len, messages)) * repeat, len(messages) * repeat
    elements = sum(len(walk(d.root)) for d in documents) * repeat
    note = " against ".join(
        f"{octets / each / 1e6:.1f} MB/s, {count / each:,.0f} messages/s, "
        f"{1e6 * each / elements:.2f} us an element"
        for each in ratio.times
    )
    return Ratio(name, ours, theirs, target, note)


@contextmanager
def _parsed(library: Libwbxml, messages: list[bytes]) -> Iterator[list[Any]]:
    trees: list[Any] = []
    try:
        for message in messages:
            trees.append(library.parsed(message))
        yield trees
    finally:
        for tree in trees:
            library.destroy(tree)
