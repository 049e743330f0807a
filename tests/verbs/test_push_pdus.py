"""Every kind of PDU that `push` prints, as two other libraries read it, and as we do.

`pdusms` (module smspdu) wants PDUs without the service centre; `python-gsmmodem-new` reads 8-bit data as a
text of Latin-1.
"""

from datetime import UTC, datetime

import pytest
import smspdu
from gsmmodem.pdu import Concatenation, PortAddress, decodeSmsPdu

from emulator.pushing import in_form
from emulator.wire import smsreader
from emulator.wire.concatenation import take
from emulator.wire.smsreader import Sms
from tests.verbs.command import SECRET, SERVER, Handset

WHO = ("--server-id", SERVER, "--secret", SECRET, "--nonce", "session-id", "--session-id", "7")
LONG = tuple(x for n in range(13) for x in ("--sync", f"206:text/x-vcard:./store/number-{n:05d}"))
SIZES = {"one": ((), 1), "two": (LONG[:16], 2), "three": (LONG, 3)}


def printed(handset: Handset, form: str, options: tuple[str, ...]) -> list[str]:
    return handset("push", "--print", form, *WHO, *options).out.split()


def ours(pdu: str) -> tuple[object, ...]:
    read = smsreader.read(bytes.fromhex(pdu))
    assert read.header is not None and read.header.ports is not None
    part, ports = read.header.part, read.header.ports
    return (
        f"SMS-{read.kind.upper()}",
        read.centre or None,
        read.address,
        (ports.destination, ports.source),
        (part.reference, part.total, part.number) if part else None,
        read.payload,
    )


def of_gsmmodem(pdu: str) -> tuple[object, ...]:
    read = decodeSmsPdu(pdu)
    ports = [(e.destination, e.source) for e in read["udh"] if isinstance(e, PortAddress)]
    parts = [(e.reference, e.parts, e.number) for e in read["udh"] if isinstance(e, Concatenation)]
    assert len(ports) == 1 and len(parts) <= 1 and read["protocol_id"] == 0
    assert read["tpdu_length"] == len(bytes.fromhex(pdu)) - 1 - bytes.fromhex(pdu)[0]
    payload = read["text"].encode("latin-1")
    return (
        read["type"],
        read["smsc"],
        read["number"],
        ports[0],
        parts[0] if parts else None,
        payload,
    )


def of_pdusms(pdu: str) -> tuple[object, ...]:
    octets = bytes.fromhex(pdu)
    kind = smspdu.SMS_SUBMIT if octets[1 + octets[0]] & 3 else smspdu.SMS_DELIVER
    read = kind.fromPDU(octets[1 + octets[0] :].hex(), "nobody")
    assert (read.tp_dcs, read.tp_udhi, read.tp_udl) == (4, 1, len(read.tp_ud))
    elements = dict(read.user_data_headers)
    ports = elements.pop(5)
    assert elements.keys() <= {0, 8}
    part = None
    for value in elements.values():
        part = int.from_bytes(value[:-2], "big"), value[-2], value[-1]
    number = read.tp_address
    where = int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:], "big")
    return kind.__name__.replace("_", "-"), None, number, where, part, read.user_data


@pytest.mark.parametrize("wide", [False, True], ids=["8-bit", "16-bit"])
@pytest.mark.parametrize("form", ["sms-submit", "sms-deliver"])
@pytest.mark.parametrize("size", SIZES)
def test_pdus_are_decoded_alike(handset: Handset, size: str, form: str, wide: bool) -> None:
    syncs, count = SIZES[size]
    pdus = printed(handset, form, (*syncs, *(("--wide-reference",) if wide else ())))
    assert len(pdus) == count
    for pdu in pdus:
        read = ours(pdu)
        assert of_gsmmodem(pdu) == read
        assert of_pdusms(pdu) == (read[0], None, *read[2:])
        identifiers = [kind for kind, *_ in _header(pdu)]
        assert identifiers == [5, *([8 if wide else 0] if len(pdus) > 1 else [])]


def _header(pdu: str) -> tuple[tuple[int, int, bytes], ...]:
    header = smsreader.read(bytes.fromhex(pdu)).header
    assert header is not None
    return header.elements


@pytest.mark.parametrize("wide", [False, True], ids=["8-bit", "16-bit"])
def test_parts_in_the_order_of_the_other_library_are_the_push(wide: bool) -> None:
    body = bytes(range(256)) + bytes(range(40))
    pdus = [pdu.hex() for pdu in in_form(body, "sms-deliver", wide=wide)]
    assert len(pdus) == 3
    parts = sorted((of_gsmmodem(pdu)[4], of_gsmmodem(pdu)[5]) for pdu in pdus[::-1])  # type: ignore[type-var]
    whole = b"".join(payload for _, payload in parts)  # type: ignore[misc]
    assert whole.endswith(body)
    state: tuple[object, ...] = ()
    for pdu in pdus[::-1]:
        sms: Sms = smsreader.read(bytes.fromhex(pdu))
        state, taken = take(state, sms, 0.0)  # type: ignore[arg-type]
    assert taken.whole is not None and taken.whole.payload == whole


def test_the_time_of_a_deliver(handset: Handset) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    (pdu,) = printed(handset, "sms-deliver", ())
    assert before <= decodeSmsPdu(pdu)["time"] <= datetime.now(UTC)
