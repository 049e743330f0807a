"""Device information: a vector's, any value, and the names peers use for it."""

import pytest
from hypothesis import HealthCheck, given, settings

from emulator.wire import devinf, wbxml, xml
from emulator.wire.devinf import ContentType, DataStore, DevInf, SyncCap
from emulator.wire.element import DEVINF, Document, Element
from emulator.wire.syncml import Put, from_document
from tests.wire.material import CAPTURED_XML, VECTORS
from tests.wire.messages import records

PACKAGE_1 = VECTORS["ds.session"]["intermediates"]["package1_xml"].encode()


def _put(octets: bytes) -> Element:
    message = from_document(xml.decode(octets))
    put = next(c for c in message.commands if isinstance(c, Put))
    content = put.items[0].data
    assert content is not None
    return next(part for part in content if isinstance(part, Element))


def test_the_vector() -> None:
    element = _put(PACKAGE_1)
    found = devinf.from_element(element)
    assert (found.manufacturer, found.model, found.device_type) == ("Example", "Emu", "phone")
    assert (found.utc, found.large_objects, found.number_of_changes) == (True, True, True)
    (store,) = found.stores
    assert store.source_ref == "./contacts"
    assert store.rx_pref == ContentType(type="text/x-vcard", version="2.1")
    assert store.sync_cap == SyncCap(types=("1", "2", "7"))
    assert [p.name for p in store.capabilities[0].properties] == [
        "BEGIN",
        "END",
        "VERSION",
        "N",
        "TEL",
        "NOTE",
    ]
    assert devinf.to_element(found) == element


def test_a_real_client_keeps_all_it_said() -> None:
    element = _put(CAPTURED_XML["xml-1-slow/01-request.body"])
    found = devinf.from_element(element)
    assert [store.source_ref for store in found.stores]
    assert devinf.from_element(devinf.to_element(found)) == found


def test_swapped_elements_are_read_and_written_in_order() -> None:
    tags = ("DevTyp", "DevID", "VerDTD")
    element = Element(DEVINF, "DevInf", tuple(Element(DEVINF, tag, (tag,)) for tag in tags))
    found = devinf.from_element(element)
    assert (found.device_type, found.device_id, found.ver_dtd) == tags
    assert [child.tag for child in devinf.to_element(found).elements()] == list(tags[::-1])


def test_capabilities_of_devinf_1_1_are_kept() -> None:
    capability = Element(DEVINF, "CTCap", (Element(DEVINF, "CTType", ("text/x-vcard",)),))
    found = devinf.from_element(Element(DEVINF, "DevInf", (capability,)))
    assert found.unknown == (capability,)


@given(records(DevInf))
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=30)
def test_any_device_through_both_encodings(value: DevInf) -> None:
    document = Document(devinf.to_element(value), "DevInf 1.2")
    assert devinf.from_element(document.root) == value
    for codec in (xml, wbxml):
        assert devinf.from_element(codec.decode(codec.encode(document)).root) == value


@pytest.mark.parametrize(
    ("version", "uri"), [("1.2", "./devinf12"), ("1.1", "./devinf11"), ("1.0", "./devinf10")]
)
def test_where_a_peer_keeps_it(version: str, uri: str) -> None:
    assert devinf.location(version) == uri


def test_what_a_new_device_says_of_itself() -> None:
    element = devinf.to_element(DevInf(device_id="IMEI:1", stores=(DataStore(source_ref="./c"),)))
    tags = [child.tag for child in element.elements()]
    assert tags == ["VerDTD", "DevID", "DevTyp", "DataStore"]
