"""The certificate that a server shows, whoever signed it: to look at it, and perhaps to pin it."""

import asyncio
import ssl
from urllib.parse import urlsplit

import msgspec
from cryptography import x509

from emulator.bearers.http import fingerprint


class Certificate(msgspec.Struct, frozen=True):
    """What a person compares before trusting it. The times are dates; `sha256` is lower-case hex."""

    subject: str
    issuer: str
    sha256: str
    not_before: str
    not_after: str

    @property
    def self_signed(self) -> bool:
        return self.subject == self.issuer


async def shown_by(url: str, patience: float) -> Certificate | None:
    """The certificate of the server at that URL; None when it shows none."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 443)
    try:
        pem = await asyncio.to_thread(ssl.get_server_certificate, address, timeout=patience)
        return read(pem)
    except (OSError, ValueError):
        return None


def read(pem: str) -> Certificate:
    """Raises ValueError for what is none."""
    found = x509.load_pem_x509_certificate(pem.encode())
    return Certificate(
        subject=found.subject.rfc4514_string(),
        issuer=found.issuer.rfc4514_string(),
        sha256=fingerprint(pem),
        not_before=f"{found.not_valid_before_utc:%Y-%m-%d}",
        not_after=f"{found.not_valid_after_utc:%Y-%m-%d}",
    )
