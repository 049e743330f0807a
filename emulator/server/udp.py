"""Delivers a notification over UDP, bare or as WSP push. Shell: the one socket of the sender."""

import socket

from emulator.wire import push

FORMS = ("package0", "wsp")


def wrapped(octets: bytes, form: str = "package0", transaction: int = 1) -> bytes:
    """A package #0 as it goes into the datagram. Raises ValueError for an unknown form."""
    if form == "package0":
        return octets
    if form == "wsp":
        return push.build(octets, transaction=transaction)
    raise ValueError(f"form: one of {', '.join(FORMS)}, not {form!r}")


def send(octets: bytes, host: str, port: int) -> None:
    """One datagram. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as sender:
        sender.sendto(octets, address)
