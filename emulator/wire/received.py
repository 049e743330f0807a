"""What bearers hand over, before anything is understood of it: one class for each way it came. Pure values."""

import msgspec


class Datagram(msgspec.Struct, frozen=True):
    """Octets that are a WSP push or a bare package #0: a UDP datagram, a line of a file, a paste."""

    octets: bytes


class Pdu(msgspec.Struct, frozen=True):
    """An SMS PDU with its service centre: from a modem, a file, a paste."""

    octets: bytes


class ShortMessage(msgspec.Struct, frozen=True):
    """An SMS as a service centre has it: `header` is the user data header (b"" for none) apart from
    `data`; `coding` is its data coding scheme [3GPP TS 23.038, 4]."""

    originator: str
    recipient: str
    header: bytes
    data: bytes
    coding: int


class Posted(msgspec.Struct, frozen=True):
    """An HTTP POST: OTA-HTTP push, or a plain one. Names of headers in lower case."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


Content = Datagram | Pdu | ShortMessage | Posted


class Received(msgspec.Struct, frozen=True):
    """One delivery. `bearer` is the address that it came in on, `sender` whoever brought it."""

    bearer: str
    sender: str
    content: Content
