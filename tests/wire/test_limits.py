"""Every limit is met with a WireError at the place where it is exceeded, and not before it."""

import tracemalloc
from collections.abc import Callable

import pytest

from emulator.wire import limits, notification, push, wbxml, xml
from emulator.wire.errors import WireError

HEADER = b"\x02\xa4\x01\x6a\x00"
SMALL = 2000
"""Stands in for MAX_ELEMENTS, so that the documents stay small."""


def refused(function: Callable[[bytes], object], octets: bytes, said: str) -> int:
    """The offset of the WireError that says so."""
    with pytest.raises(WireError, match=said) as caught:
        function(octets)
    return caught.value.offset


@pytest.fixture
def few_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("xml", "xmlscan", "wbxmlreader"):
        monkeypatch.setattr(f"emulator.wire.{module}.MAX_ELEMENTS", SMALL)


@pytest.mark.usefixtures("few_elements")
def test_elements_of_xml() -> None:
    start = b"<SyncML xmlns='SYNCML:SYNCML1.2'>"
    most = start + b"<Final/>" * (SMALL - 1) + b"</SyncML>"
    assert len(xml.decode(most).root.content) == SMALL - 1
    more = most.replace(b"</SyncML>", b"<Item></Item></SyncML>")
    for function in (xml.decode, xml.locate):
        assert refused(function, more, "elements and attributes") == len(most) - len(b"</SyncML>")
    many = start + b"<Final a='1'/>" * (SMALL // 2 + 1) + b"</SyncML>"
    assert refused(xml.locate, many, "elements and attributes")


@pytest.mark.usefixtures("few_elements")
def test_elements_of_wbxml() -> None:
    most = HEADER + b"\x6d" + b"\x12" * (SMALL - 1) + b"\x01"
    assert len(wbxml.decode(most).root.content) == SMALL - 1
    more = most[:-1] + b"\x12\x01"
    assert refused(wbxml.decode, more, "elements and attributes") == len(most) - 1
    many = b"\x03\x0b\x6a\x00\x45" + b"\x87\x07\x01" * (SMALL // 2) + b"\x01"
    assert refused(wbxml.decode, many, "elements and attributes")


@pytest.mark.parametrize("function", [xml.decode, xml.locate])
def test_attributes_of_xml(function: Callable[[bytes], object]) -> None:
    names = b" ".join(b"a%d='1'" % n for n in range(limits.MAX_ATTRIBUTES))
    start = b"<SyncML xmlns='SYNCML:SYNCML1.2'><Final "
    assert function(start + names + b"/></SyncML>")
    at = refused(function, start + names + b" b='1'/></SyncML>", "at most 64 attributes")
    assert at == start.index(b"<Final")


@pytest.mark.parametrize("size", [limits.MAX_DATAGRAM + 1, 1 << 20])
def test_datagrams(size: int) -> None:
    assert refused(notification.parse, bytes(size), "at most 65535") == limits.MAX_DATAGRAM
    assert refused(push.parse, b"\1\6" + bytes(size), "at most 65535") == limits.MAX_DATAGRAM
    assert notification.parse(bytes(limits.MAX_DATAGRAM)).vendor


def test_headers_of_a_push() -> None:
    most = b"\xb4\x81" * limits.MAX_HEADERS
    start = b"\x01\x06"
    headers = b"\xce" + most
    assert push.parse(start + push.uintvar(len(headers)) + headers).headers[-1][1] == "1"
    headers += b"\xb4\x81"
    at = refused(push.parse, start + push.uintvar(len(headers)) + headers, "at most 64 headers")
    assert at == 2 + len(push.uintvar(len(headers))) + 1 + len(most)


def test_numbers() -> None:
    for octets in (b"\x8f\xff\xff\xff\x7f", b"\x90\x80\x80\x80\x00", b"\x80" * 6):
        numbers = HEADER + b"\x6d\x4f\xc3" + octets
        if octets[0] != 0x8F:
            assert refused(wbxml.decode, numbers, "32 bits") == 8
            assert refused(push.parse, b"\x01\x06" + octets, "32 bits") == 2
        else:  # the largest that there is: more than the document has
            assert refused(wbxml.decode, numbers, "octets of opaque data") == len(numbers)


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("opaque", HEADER + b"\x6d\x4f\xc3\x8f\xff\xff\xff\x7f"),
        ("table", b"\x02\xa4\x01\x6a\x8f\xff\xff\xff\x7f"),
        ("references", b"\x02\xa4\x01\x6a\x83\xff\x7f" + b"x" * 65535 + b"\x6d\x4f" + b"\x83\x00" * 100_000),
        ("tokens", b"\x03\x0b\x6a\x00\x45\x87\x07\x06" + b"\x95" * 200_000),
        ("deep", HEADER + b"\x6d" * 200_000),
        ("deep xml", b"<a>" * 60_000),
        ("entities", b"<!DOCTYPE a [<!ENTITY b '" + b"b" * 1000 + b"'>]><a>" + b"&b;" * 10_000 + b"</a>"),
        ("long name", b"<" + b"a" * 200_000 + b"/>"),
    ],
)  # fmt: skip
def test_few_octets_do_not_become_much_memory(name: str, octets: bytes) -> None:
    function = xml.decode if octets[:1] == b"<" else wbxml.decode
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            function(octets)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
