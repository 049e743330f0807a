"""Brings a notification to a bearer, as a sender of that kind does. For `handset push`.

Built from the outside's side of each protocol; knows nothing of the bearers but their addresses.
"""

import itertools
import os
import select
import socket
import struct
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

from emulator import pushing
from emulator.bearers import addresses
from emulator.bearers.addresses import AddressError, Place
from emulator.pushing import Form, Usage
from emulator.verbs.exits import Exit, Failure
from emulator.wire import push, sms

PATIENCE = 10.0
"""Seconds in which a peer answers."""
_EXPECTED = (
    "udp://HOST:PORT, modem:PATH, modem:tcp://HOST:PORT, smpp://HOST:PORT, smsc-http://HOST:PORT/, "
    "http://HOST:PORT/ or file:PATH is expected, or --print"
)
_BIND, _SUBMIT, _UNBIND, _WITH_HEADER = 0x09, 0x04, 0x06, 0x43
_FROM, _TO = sms.DEFAULT_SENDER, sms.DEFAULT_RECIPIENT


class Parcel(NamedTuple):
    """A notification and how it is wanted; `form` None: as is usual for the bearer."""

    octets: bytes
    form: Form | None
    text_headers: bool
    usage: Usage = "ds"
    wide: bool = False

    def pdus(self, usual: Form) -> list[bytes]:
        return self._in_form(self.form or usual)

    def _in_form(self, form: Form) -> list[bytes]:
        return pushing.in_form(
            self.octets, form, self.text_headers, usage=self.usage, wide=self.wide
        )

    def user_data(self) -> list[tuple[bytes, bytes]]:
        """The header and the data of each SMS."""
        (wsp,) = self._in_form("wsp")
        data = sms.user_data(wsp, wsp[0] * 0x101, wide=self.wide)
        return [(each[: 1 + each[0]], each[1 + each[0] :]) for each in data]


def deliver(target: str, parcel: Parcel) -> list[str]:
    """Delivers it; what was done, in lines for the person. Raises Failure."""
    try:
        form, place = addresses.place(target)
        send = _SENDERS[form]
    except (AddressError, KeyError):
        raise Failure(f"{target or 'TARGET'}: {_EXPECTED}") from None
    if not place.path and not place.port:
        raise Failure(f"{target}: {_EXPECTED}")
    try:
        return [f"{each} to {target}" for each in send(place, parcel)]
    except (OSError, UnicodeError) as wrong:
        # A host name that cannot be one is a UnicodeError (IDNA).
        why = getattr(wrong, "strerror", None) or str(wrong)
        code = Exit.USAGE if form == "file:PATH" else Exit.TRANSPORT
        raise Failure(f"{target}: {why}", code) from wrong


def _udp(place: Place, parcel: Parcel) -> Iterator[str]:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        for pdu in parcel.pdus("wsp"):
            sender.sendto(pdu, (place.host, place.port))
            yield f"sent {len(pdu)} octets"


def _file(place: Place, parcel: Parcel) -> Iterator[str]:
    with Path(place.path).open("a") as file:
        file.writelines(f"{pdu.hex()}\n" for pdu in parcel.pdus("wsp"))
    yield from ()


def _tcp_modem(place: Place, parcel: Parcel) -> Iterator[str]:
    with socket.create_connection((place.host, place.port), PATIENCE) as line:
        line.setblocking(False)
        yield from _dictated(line.fileno(), parcel)


def _pty_modem(place: Place, parcel: Parcel) -> Iterator[str]:
    line = os.open(place.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(line)
        yield from _dictated(line, parcel)
    finally:
        os.close(line)


def _dictated(line: int, parcel: Parcel) -> Iterator[str]:
    """The AT dialogue of a gateway [3GPP TS 27.005, 3.5.1]."""
    for command in (b"ATE0\r", b"AT+CMGF=0\r"):
        _said(line, command, b"OK\r\n")
    for pdu in parcel.pdus("sms-submit"):
        _said(line, b"AT+CMGS=%d\r" % sms.tpdu_length(pdu), b"> ")
        _said(line, pdu.hex().upper().encode() + b"\x1a", b"OK\r\n")
        yield f"sent an SMS of {len(pdu)} octets"


def _said(line: int, command: bytes, awaited: bytes) -> None:
    os.write(line, command)
    heard, end = b"", time.monotonic() + PATIENCE
    while awaited not in heard:
        ready, _, _ = select.select([line], [], [], max(end - time.monotonic(), 0.0))
        octets = os.read(line, 4096) if ready else b""
        if not octets or b"ERROR" in heard + octets:
            said = repr((heard + octets).decode("latin-1").strip()) if octets else "nothing"
            raise OSError(f"the modem answers {said} to {command[:12].decode('latin-1').strip()}")
        heard += octets


def _http(place: Place, parcel: Parcel) -> Iterator[str]:
    content_type, application = pushing.ADDRESSED[parcel.usage]
    if not parcel.text_headers:
        application = str(push.application_code(application))
    headers = {"Content-Type": content_type, "X-Wap-Application-Id": application}
    with _client(place) as ask:
        answer = ask("POST", "/", headers=headers, content=parcel.octets)
        status = answer.headers.get("X-Wap-Push-Status", "")
        yield (
            f"posted {len(parcel.octets)} octets (HTTP {answer.status_code} {status}".rstrip() + ")"
        )


def _smsc_http(place: Place, parcel: Parcel) -> Iterator[str]:
    """As Kannel's HTTP link asks."""
    with _client(place) as ask:
        for header, data in parcel.user_data():
            udh, text = (quote_from_bytes(octets, safe="") for octets in (header, data))
            ask("GET", f"/?from={_FROM}&to={_TO}&coding=1&udh={udh}&text={text}")
            yield f"sent an SMS of {len(header + data)} octets"


@contextmanager
def _client(place: Place) -> Iterator[Callable[..., Any]]:
    import httpx

    host = f"[{place.host}]" if ":" in place.host else place.host
    with httpx.Client(
        base_url=f"http://{host}:{place.port}", timeout=PATIENCE, trust_env=False
    ) as client:

        def ask(method: str, path: str, **more: Any) -> httpx.Response:
            try:
                answer = client.request(method, path, **more)
            except httpx.HTTPError as wrong:
                raise OSError(str(wrong)) from None
            if not answer.is_success:
                raise OSError(f"HTTP {answer.status_code} {answer.text[:100]}".rstrip())
            return answer

        yield ask


def _smpp(place: Place, parcel: Parcel) -> Iterator[str]:
    """As a gateway binds and submits [SMPP 3.4, 4.1.5, 4.4.1]; blocking, and no library needed."""
    with socket.create_connection((place.host, place.port), PATIENCE) as link:
        sequence = itertools.count(1)

        def ask(command: int, body: bytes) -> None:
            head = struct.pack(">IIII", 16 + len(body), command, 0, next(sequence))
            link.sendall(head + body)
            if command == _UNBIND:
                return  # some hang up at once
            size, _, status, _ = struct.unpack(">IIII", _exactly(link, 16))
            _exactly(link, max(size - 16, 0))
            if status:
                raise OSError(f"the SMSC answers with status {status:08X}")

        ask(_BIND, b"handset\0push\0\0\x34\0\0\0")
        for header, data in parcel.user_data():
            octets = header + data
            who = b"\0\1\1" + _FROM.encode() + b"\0\1\1" + _TO.encode() + b"\0"
            kind = bytes([_WITH_HEADER, 0, 0, 0, 0, 0, 0, sms.DATA_8BIT, 0, len(octets)])
            ask(_SUBMIT, who + kind + octets)
            yield f"sent an SMS of {len(octets)} octets"
        ask(_UNBIND, b"")


def _exactly(link: socket.socket, size: int) -> bytes:
    octets = b""
    while len(octets) < size:
        more = link.recv(min(size - len(octets), 4096))
        if not more:
            raise OSError("the SMSC closed the connection")
        octets += more
    return octets


_SENDERS: dict[str, Callable[[Place, Parcel], Iterator[str]]] = {
    "udp://HOST:PORT": _udp,
    "modem:tcp://HOST:PORT": _tcp_modem,
    "modem:PATH": _pty_modem,
    "smpp://HOST:PORT": _smpp,
    "smsc-http://HOST:PORT/": _smsc_http,
    "http://HOST:PORT/": _http,
    "file:PATH": _file,
}
