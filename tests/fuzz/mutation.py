"""Mutations of octets: what chance, a bad line or an attacker makes of a recorded message.

Input number `index` of a target is a function of (seed, target, index) and the corpus, so that it
can be made again anywhere.
"""

from collections.abc import Callable
from random import Random

from emulator.wire import wbxml, xml
from emulator.wire.errors import WireError
from tests.fuzz import corpus, trees

MOST = 1 << 16
"""Octets of a mutated input: enough for quadratic time to show."""

_HUGE = (b"\x8f\xff\xff\xff\x7f", b"\xff\xff\xff\xff\x7f", b"\xff\xff\xff\xff\xff\xff", b"\x87\x7f")
_WBXML = (
    *(bytes([0, page]) for page in (0, 1, 2, 3, 255)),
    *(
        bytes([token])
        for token in (0x01, 0x40, 0x41, 0x42, 0x43, 0x80, 0xC0, 0xC4, 0x84, 0x04, 0x44)
    ),
    *(bytes([token, 0x05, 0]) for token in (0x04, 0x44, 0x83, 0x02, 0x87, 0x80)),
    *(b"\xc3" + huge for huge in _HUGE),
    *(b"\x83" + huge for huge in _HUGE),
    *(b"\x02" + huge for huge in _HUGE),
    *(b"\x6d" * n for n in (10, 63, 64, 65, 2000)),
    b"\x03a\0",
    b"\x03\xff\xfe\0",
    b"\x02\xc1\x80\x00",
    b"\x02\x00",
    b"\x02\x83\xb0\x00",
    b"\xc3\x00",
    b"\xc3\x05\x03\x01\x6a\x00\x45",
    b"\xc3\x0e\x02\xa4\x03\x6a\x00\x4a\x65\x03\x31\x2e\x32\x00\x01\x01",
    b"\xc3\x07\x02\xa4\x03\x6a\x00\x4a\x01",
    b"\x4f\xc3\x07\x02\xa4\x03\x6a\x00\x4a\x01\x01",
    b"\x02\xa4\x01\x6a\x00",
    b"\x02\x00\x00\x6a\x1e-//SYNCML//DTD SyncML 1.1//EN\0",
    b"\x45\xc6\x55\x01\x87\x11\x06\x03A\0\x01",
)
_XML = (
    b"<![CDATA[x]]>",
    b"<![CDATA[",
    b"]]>",
    b"<!-- c -->",
    b"<!--",
    b"<?pi x?>",
    b'<?xml version="1.0" encoding="ISO-8859-1"?>',
    b'<?xml version="1.0" encoding="UTF-16"?>',
    b'<!DOCTYPE SyncML [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    b'<!DOCTYPE SyncML SYSTEM "file:///etc/passwd">',
    b'<!DOCTYPE SyncML [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.2//EN" "x.dtd">',
    b'<!DOCTYPE SyncML [<!ATTLIST SyncML a CDATA "x">]>',
    *(b"&a;", b"&b;", b"&amp;", b"&#0;", b"&#x110000;", b"&#xD800;", b"&#13;", b"&#x41;", b"&"),
    *(b"<Item>" * n for n in (10, 63, 64, 65, 3000)),
    b"<Item>" * 60 + b"</Item>" * 60,
    b"<a " + b" ".join(b'a%d="x"' % n for n in range(70)) + b"/>",
    b'<x:y xmlns:x="urn:other"/>',
    b' xmlns="syncml:metinf"',
    b' xmlns=""',
    b' xmlns="SYNCML:SYNCML1.1"',
    b' xmlns="&amp;"',
    b' xml:lang="en"',
    b"<Data/>",
    b"<Data><DevInf xmlns='syncml:devinf'><VerDTD>1.2</VerDTD></DevInf></Data>",
    b"<Final/>",
    *(
        b"\0",
        b"\r\n",
        b"\t",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"\xef\xbf\xbf",
    ),
    "\u00e9".encode(),
    "\u2028".encode(),
)
_PUSH = (
    *(
        bytes([octet])
        for octet in (0x06, 0x1F, 0x7F, 0x80, 0xAF, 0x85, 0x87, 0xCE, 0xC4, 0x00, 0x22)
    ),
    *_HUGE,
    b"\x1f\x02\x03\x02",
    b"\x1f\x8f\xff\xff\xff\x7f",
    b"\x02\x03\x02",
    b"\x1e" + b"\xff" * 30,
    b"\x03\x02\x03\x02",
    b"application/vnd.syncml.ds.notification\0",
    b"X-Wap-Application-Id\0x-wap-application:push.syncml\0",
    b"\xaf\x85",
    b"\xaf\x1f\x01\x85",
    b"\xaf\xff",
    b"\x91\x90\x92\x01\x80",
    b"\x7f\x02",
)
_NOTIFICATION = (
    b"\xff",
    b"\0",
    b"\xf0",
    b"\x60\0\0\x07\xff",
    b"\x60\0\0\x07\0",
    b"\xc3\x28",
    *_PUSH[:12],
)

_SMS = (
    b"\x05\x04\x0b\x84\x23\xf0",
    b"\x00\x03\x07\x02\x01",
    b"\x08\x04\x1f\x5a\x02\x02",
    b"\x04\x24\xff\xff",
    b"\x0c\x91\x44\x77",
    b"\x07\xd0",
    b"AT+CMGS=9\r",
    b"\x1a",
    b"POST / HTTP/1.1\r\n\r\n",
    b"GET /?text=%06&udh=%00&coding=1 HTTP/1.1\r\n",
)
DICTIONARY: dict[str, tuple[bytes, ...]] = {
    "notification": _NOTIFICATION,
    "wsp": _PUSH,
    "sms": (*_PUSH, *_SMS),
    "xml": _XML,
    "wbxml": _WBXML,
    "cp": (*_WBXML, *_XML[:16]),
}


def octets(rng: Random, pool: tuple[bytes, ...], words: tuple[bytes, ...]) -> bytes:
    """One of `pool` after one to eight changes."""
    data = bytearray(rng.choice(pool))
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        rng.choice(_CHANGES)(rng, data, pool, words)
    del data[MOST:]
    return bytes(data)


Change = Callable[[Random, bytearray, tuple[bytes, ...], tuple[bytes, ...]], None]


def _place(rng: Random, data: bytearray) -> int:
    return rng.randint(0, len(data))


def _stretch(rng: Random, data: bytearray) -> slice:
    at = _place(rng, data)
    return slice(at, at + rng.choice((1, 1, 2, 4, 9, 33, 200)))


def _flip(rng: Random, data: bytearray, *_: object) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set(rng: Random, data: bytearray, *_: object) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def _insert(rng: Random, data: bytearray, *_: object) -> None:
    at = _place(rng, data)
    data[at:at] = rng.randbytes(rng.choice((1, 1, 2, 8)))


def _delete(rng: Random, data: bytearray, *_: object) -> None:
    del data[_stretch(rng, data)]


def _duplicate(rng: Random, data: bytearray, *_: object) -> None:
    part = data[_stretch(rng, data)]
    at = _place(rng, data)
    # Seldom very often: what costs more than its length must show.
    data[at:at] = part * (rng.choice((1, 1, 1, 2, 7)) if rng.random() < 0.98 else 1000)


def _move(rng: Random, data: bytearray, *_: object) -> None:
    where = _stretch(rng, data)
    part = data[where]
    del data[where]
    at = _place(rng, data)
    data[at:at] = part


def _cut(rng: Random, data: bytearray, *_: object) -> None:
    del data[_place(rng, data) :]


def _splice(rng: Random, data: bytearray, pool: tuple[bytes, ...], _: object) -> None:
    other = rng.choice(pool)
    data[_place(rng, data) :] = other[rng.randint(0, len(other)) :]


def _borrow(rng: Random, data: bytearray, pool: tuple[bytes, ...], _: object) -> None:
    other = bytearray(rng.choice(pool))
    data[_stretch(rng, data)] = other[_stretch(rng, other)]


def _word(rng: Random, data: bytearray, _: object, words: tuple[bytes, ...]) -> None:
    at = _place(rng, data)
    word = rng.choice(words)
    data[at : at + rng.choice((0, 0, 1, len(word)))] = word


def _length(rng: Random, data: bytearray, *_: object) -> None:
    """A length, if it is one, becomes a multi-octet one, a huge one, or off by one."""
    if data:
        at = rng.randrange(len(data))
        off = bytes([(data[at] + rng.choice((-1, 1))) & 0xFF])
        data[at : at + 1] = rng.choice((*_HUGE, off, bytes([0x80, data[at] & 0x7F])))


def _field(rng: Random, data: bytearray, *_: object) -> None:
    """Fields of the header, which lie at fixed places: the first 32 octets."""
    if data:
        data[rng.randrange(min(len(data), 32))] = rng.randrange(256)


_CHANGES: tuple[Change, ...] = (
    *(_flip, _flip, _set, _insert, _delete, _duplicate, _move, _cut, _splice, _borrow),
    *(_word, _word, _length, _field),
)


def generated(seed: int, target: str, index: int) -> bytes:
    """Input number `index` of a codec's target."""
    rng = Random(f"{seed}/{target}/{index}")
    pool = corpus.seeds(target)
    if target in ("xml", "wbxml") and rng.random() < 0.35:
        made = _grown(rng, target)
        pool = (made,) if rng.random() < 0.3 else ()
        if not pool:
            return made
    made = octets(rng, pool, DICTIONARY[target])
    if target == "xml" and rng.random() < 0.03:
        return made.decode("utf-8", "replace").encode(
            rng.choice(("utf-16", "utf-16-le", "latin-1")), "replace"
        )
    return made


def _grown(rng: Random, target: str) -> bytes:
    document = trees.mutated(rng, corpus.seed_trees(target))
    try:
        return wbxml.encode(document) if target == "wbxml" else xml.encode(document)
    except WireError:
        return rng.choice(corpus.seeds(target))
