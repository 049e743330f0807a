"""Which bearer a `--listen` address means: a table from the form of an address to what listens there.

A bearer has an `address`, opens, and closes; it hands over what it receives, and understands nothing.
Its module, and what that needs, is imported when it is opened.
"""

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

from emulator.bearers.lines import Lines, Take
from emulator.bearers.udp import UdpBearer
from emulator.wire.received import Received


class AddressError(ValueError):
    """A bearer's address cannot be understood."""


class Bearer(Protocol):
    """One way into the handset."""

    @property
    def address(self) -> str: ...

    async def open(self) -> None:
        """Raises OSError with a reason that a person can act on."""

    def close(self) -> None: ...


@runtime_checkable
class Lingering(Protocol):
    """A bearer that is not gone yet when it has been closed."""

    async def closed(self) -> None: ...


class Place(NamedTuple):
    """What an address says besides its form."""

    host: str = ""
    port: int = 0
    path: str = ""


class Ears(NamedTuple):
    """Who hears of a bearer: of a delivery at once (`put`) or when there is room (`take`), that it
    broke and why (`fail`), of what a sender wanted that it cannot do (`tell`), whom it turned away
    and why (`refuse`), of how many deliveries never came as far as here (`lose`)."""

    put: Callable[[Received], None]
    take: Take
    fail: Callable[[str, str], None]
    tell: Callable[[str], None]
    refuse: Callable[[str], None]
    lose: Callable[[str, int], None]


def _udp(at: Place, ears: Ears) -> Bearer:
    return UdpBearer(at.host, at.port, ears.put, ears.lose)


def _lines(at: Place, ears: Ears) -> Bearer:
    return Lines(at.path, ears.take, ears.fail)


def _tcp_modem(at: Place, ears: Ears) -> Bearer:
    from emulator.bearers.modem import TcpModem

    return TcpModem(at.host, at.port, ears.put, ears.tell, ears.refuse)


def _pty_modem(at: Place, ears: Ears) -> Bearer:
    from emulator.bearers.modem import PtyModem

    return PtyModem(at.path, ears.put, ears.tell)


def _smpp(at: Place, ears: Ears) -> Bearer:
    from emulator.bearers.smpp import Smpp

    return Smpp(at.host, at.port, ears.put, ears.refuse)


def _smsc_http(at: Place, ears: Ears) -> Bearer:
    from emulator.bearers.smsc_http import SmscHttp

    return SmscHttp(at.host, at.port, ears.put, ears.refuse)


def _ota_http(at: Place, ears: Ears) -> Bearer:
    from emulator.bearers.ota_http import OtaHttp

    return OtaHttp(at.host, at.port, ears.put, ears.refuse)


_AT = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:\[\]]+):(?P<port>\d{1,5})"
FORMS: tuple[tuple[str, str, Callable[[Place, Ears], Bearer]], ...] = (
    ("udp://HOST:PORT", rf"udp://{_AT}", _udp),
    ("modem:tcp://HOST:PORT", rf"modem:tcp://{_AT}", _tcp_modem),
    ("modem:PATH", r"modem:(?!tcp:)(?P<path>.+)", _pty_modem),
    ("smpp://HOST:PORT", rf"smpp://{_AT}", _smpp),
    ("smsc-http://HOST:PORT/", rf"smsc-http://{_AT}/?", _smsc_http),
    ("http://HOST:PORT/", rf"http://{_AT}/?", _ota_http),
    ("file:PATH", r"file:(?P<path>.+)", _lines),
    ("-", r"(?P<path>-)", _lines),
)
"""(form for people, pattern, what listens there), in the order in which they are tried."""
_FORMS = tuple((re.compile(pattern), form, make) for form, pattern, make in FORMS)
ENDLESS = re.compile(r"(?!file:|-$)")
"""An address that never runs out."""


def bearer(text: str, ears: Ears) -> Bearer:
    """The bearer of an address. Raises AddressError."""
    _, make, at = _understood(text)
    return make(at, ears)


def place(text: str) -> tuple[str, Place]:
    """The form of an address, and what it says. Raises AddressError."""
    form, _, at = _understood(text)
    return form, at


def check(listen: tuple[str, ...]) -> None:
    """Raises AddressError for the first address that is none."""
    for address in listen:
        _understood(address)


def _understood(text: str) -> tuple[str, Callable[[Place, Ears], Bearer], Place]:
    for pattern, form, make in _FORMS:
        if found := pattern.fullmatch(text):
            given = found.groupdict()
            port = int(given.get("port", 0))
            if port < 0x10000:
                host = given.get("host", "").strip("[]")
                return form, make, Place(host, port, given.get("path", ""))
    *forms, last = (form for form, _, _ in FORMS)
    raise AddressError(f"{text}: {', '.join(forms)} or {last} is expected")
