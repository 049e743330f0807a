"""HTTP servers for one test each: they answer as told, and remember what they were asked.

Written over bare streams, so that they can also misbehave as no HTTP library lets a server do.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Asked(NamedTuple):
    """One request: its first line, headers by lower-case name, body."""

    line: str
    headers: dict[str, str]
    body: bytes


def response(
    body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None
) -> bytes:
    shown = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {shown}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Peer:
    """Answers each request with `answer(request)`; None: it never does, b"": it hangs up."""

    def __init__(self, answer: Callable[[Asked], bytes | None]) -> None:
        self._answer = answer
        self.asked: list[Asked] = []
        self.port = 0
        self.subject: object = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (asked := await _request(reader)) is not None:
                self.asked.append(asked)
                self.subject = (writer.get_extra_info("peercert") or {}).get("subject")
                octets = self._answer(asked)
                if octets is None:
                    await asyncio.Event().wait()
                if not octets:
                    return
                writer.write(octets)
                await writer.drain()
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            # Python 3.11 logs a handler that was cancelled; it is only ever cancelled by `stop`.
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            # The client may be gone already.
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    line, *rest = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (h.partition(": ") for h in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(line, headers, body)


@contextlib.asynccontextmanager
async def serving(
    answer: Callable[[Asked], bytes | None], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    peer = Peer(answer)
    server = await asyncio.start_server(peer.handle, "127.0.0.1", 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        await peer.stop()
        await server.wait_closed()


class Certificate(NamedTuple):
    """A self-signed certificate: its file, the key's file, and its SHA-256 in hex."""

    file: Path
    key: Path
    pin: str


def certificate(folder: Path, name: str, *, age: timedelta = timedelta()) -> Certificate:
    """A new certificate for `name` and 127.0.0.1, made `age` before now, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = datetime.now(UTC) - age - timedelta(minutes=1)
    addresses = [x509.DNSName(name), x509.IPAddress(IPv4Address("127.0.0.1"))]
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made)
        .not_valid_after(made + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    file.write_bytes(built.public_bytes(pem))
    key_file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Certificate(file, key_file, built.fingerprint(hashes.SHA256()).hex())


def server_tls(own: Certificate, clients: Certificate | None = None) -> ssl.SSLContext:
    """A server's context; with `clients`, only who shows that certificate gets in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.file, own.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.file)
    return context
