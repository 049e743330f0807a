"""What mutation starts from: recorded messages and vectors by reference, and every input that failed.

A regression is a file `regressions/TARGET-WHAT.hex`; it is replayed by the tests, and mutated too.
"""

import struct
from functools import cache
from pathlib import Path

from emulator.wire import sms
from emulator.wire.convert import decode_any
from emulator.wire.errors import WireError
from tests.fuzz import trees
from tests.vectors.read import VECTORS
from tests.wire.messages import WBXML_MESSAGES, XML_MESSAGES

HERE = Path(__file__).parent
CAPTURES = HERE.parent / "captures"
REGRESSIONS = HERE / "regressions"


def regressions(target: str = "") -> dict[str, bytes]:
    """File name to octets, in the order of the names; of one target, or of all."""
    return {
        path.name: bytes.fromhex(path.read_text())
        for path in sorted(REGRESSIONS.glob(f"{target or '*'}-*.hex"))
    }


def _vectors(key: str) -> list[bytes]:
    """The octets of every vector field that ends so, whichever part of the vector it stands in."""
    found = []
    for vector in VECTORS.values():
        for part in ("inputs", "intermediates", "output"):
            for name, value in vector.get(part, {}).items():
                if name.endswith(key) and isinstance(value, str):
                    found.append(bytes.fromhex(value))
    return found


def _dump(path: Path) -> bytes:
    """An xxd dump."""
    lines = (line.partition(": ")[2][:40] for line in path.read_text().splitlines())
    return bytes.fromhex("".join(lines))


def _notifications() -> list[bytes]:
    dumped = [_dump(path) for path in sorted((CAPTURES / "syncevolution/san").glob("*.hex"))]
    return [*_vectors("notification_hex"), *_vectors("notification_with_stale_nonce_hex"), *dumped]


def _pushes() -> list[bytes]:
    return [*_vectors("wsp_pdu_hex"), *_vectors("wsp_hex"), *_vectors("wsp_ds11_hex")]


def _sms() -> list[bytes]:
    """PDUs, alone and together, with and without service centre, and what gateways make of them."""
    wsp = _pushes()[0] + bytes(150)
    parts = sms.user_data(wsp, 0x1F5A, wide=True)
    pdus = [
        form(part)
        for part in (*parts, *sms.user_data(wsp[:60]))
        for form in (sms.submit, sms.deliver)
    ]
    body = b"\0\1\x011\0\1\x012\0" + bytes([0x43, 0, 0, 0, 0, 0, 0, 4, 0, len(parts[0])]) + parts[0]
    smpp = struct.pack(">IIII", 16 + len(body), 4, 0, 1) + body
    said = b"ATE0\rAT+CMGS=%d\r%s\x1a" % (len(pdus[0]) - 1, pdus[0].hex().encode())
    return [*pdus, b"".join(pdus[::2]), b"".join(pdus[:4:2]), pdus[0][1:], smpp, said]


def _xml() -> list[bytes]:
    named = [
        vector["inputs"]["xml"].encode()
        for name, vector in VECTORS.items()
        if isinstance(vector["inputs"].get("xml"), str) and not name.startswith("cp.")
    ]
    return [*XML_MESSAGES.values(), *named, *map(trees.as_xml, trees.DOCUMENTS)]


def _wbxml() -> list[bytes]:
    stringid = bytes.fromhex(VECTORS["wbxml.stringid"]["output"]["header_hex"])
    body = bytes.fromhex(VECTORS["wbxml.ds11.san"]["output"]["wbxml_hex"])[5:]
    bootstrap = bytes.fromhex(VECTORS["dm.bootstrap"]["intermediates"]["wbxml_hex"])
    documents = map(trees.as_wbxml, trees.DOCUMENTS)
    return [*WBXML_MESSAGES.values(), stringid + body, bootstrap, *documents]


def _cp() -> list[bytes]:
    names = ("cp.w5", "cp.w7")
    return [
        *(bytes.fromhex(VECTORS[name]["intermediates"]["wbxml_hex"]) for name in names),
        *(VECTORS[name]["inputs"]["xml"].encode() for name in names),
    ]


_SEEDS = {
    "notification": _notifications,
    "wsp": _pushes,
    "sms": _sms,
    "xml": _xml,
    "wbxml": _wbxml,
    "cp": _cp,
}


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """The inputs of a codec that mutation starts from; without doubles, in a fixed order."""
    return tuple(dict.fromkeys([*_SEEDS[target](), *regressions(target).values()]))


@cache
def seed_trees(target: str) -> tuple[trees.Grown, ...]:
    """Those of the seeds that decode, as trees to be changed element by element."""
    found = []
    for octets in seeds(target):
        try:
            found.append(trees.grown(octets, decode_any(octets)))
        except WireError:
            continue
    return tuple(found)
