"""Messages to the server by HTTP POST. Returns what came, or why nothing did; never raises for a peer.

TLS is verified: by the system's CAs, a CA file, or one pinned self-signed certificate. No redirects,
no compression, no environment proxies. [SyncML HTTP Binding]
"""

import asyncio
import contextlib
import hashlib
import ssl
import time
from collections.abc import Iterator
from typing import Self
from urllib.parse import urlsplit

import httpx

from emulator import __version__
from emulator.bearers import troubles
from emulator.bearers.httptrace import Trace
from emulator.bearers.tcp import Transport
from emulator.protocol.effects import Lost, Reply
from emulator.protocol.events import Headers
from emulator.protocol.policy import Http
from emulator.wire import authmac
from emulator.wire.codec import CODECS
from emulator.wire.httphead import without_userinfo

_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, for which `ssl` has no name."""
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. A context costs more than a session: plain http does not make one each time."""
_SYNCML_HEADERS = (authmac.NAME,)
_ACCEPT = ", ".join(codec.media_type for codec in CODECS.values())


class SettingsError(Exception):
    """A setting of [http] cannot be used, or the server's certificate is not the pinned one."""


class HttpClient:
    """The connection of one session: cookies last as long as it does."""

    def __init__(self, settings: Http) -> None:
        self._settings = settings
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    def get_ready(self, url: str) -> None:
        """What needs neither network nor files is made ahead of need; nothing is opened."""
        with contextlib.suppress(SettingsError, ValueError):  # `post` says it
            if urlsplit(url).scheme == "http":
                self._clients["http"] = self._made(_NO_TLS, is_plain=True)

    async def post(
        self, url: str, content_type: str, octets: bytes, headers: Headers = ()
    ) -> Reply | Lost:
        """One exchange, bounded in time and size; `headers` are those of SyncML's own."""
        sent = {
            "Content-Type": content_type,
            "Accept": _ACCEPT,
            "Accept-Encoding": "identity",
            **dict(headers),
        }
        # A user's name need not be ASCII.
        lines = [(name.encode(), value.encode()) for name, value in sent.items()]
        limit = self._settings.max_response
        begun = time.perf_counter()
        trace = Trace(time.perf_counter)
        try:
            async with asyncio.timeout(self._settings.timeout):
                client = await self._client(url)
                request = client.build_request(
                    "POST", url, content=octets, headers=lines, extensions={"trace": trace}
                )
                trace.asks(request, len(octets))
                response = await client.send(request, stream=True)
                trace.answers(response)
                async with contextlib.aclosing(response):
                    body = bytearray()
                    async for chunk in response.aiter_raw():
                        body += chunk
                        trace.received = len(body)
                        if len(body) > limit:
                            return trace.lost(f"the response is larger than {limit} octets")
        except TimeoutError:
            return trace.lost(f"no response within {self._settings.timeout:g} s")
        except SettingsError as wrong:
            return trace.lost(str(wrong))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ssl.SSLError) as wrong:
            return trace.lost(troubles.words(wrong, url, bool(self._settings.proxy)))
        except ValueError as wrong:
            # urlsplit and httpx disagree on what to raise for a URL that is none.
            return trace.lost(f"{without_userinfo(url)}: not a URL: {wrong}")
        kind = response.headers.get("content-type", "")
        elapsed = time.perf_counter() - begun
        own = _own(response.headers)
        return Reply(response.status_code, kind, bytes(body), elapsed, own, trace.exchange())

    async def _client(self, url: str) -> httpx.AsyncClient:
        parts = urlsplit(url)
        key = parts.netloc if self._settings.pin and parts.scheme == "https" else parts.scheme
        if key not in self._clients:
            is_tls = parts.scheme == "https"
            context = await self._context(url) if is_tls else _NO_TLS
            self._clients[key] = self._made(context, parts.scheme == "http")
        return self._clients[key]

    def _made(self, context: ssl.SSLContext, is_plain: bool) -> httpx.AsyncClient:
        proxy = self._proxy()
        return httpx.AsyncClient(
            verify=context,
            proxy=proxy,
            transport=Transport(context) if is_plain and proxy is None else None,
            timeout=self._settings.timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": f"ds-handset/{__version__}"},
            cookies=next((c.cookies for c in self._clients.values()), None),
        )

    def _proxy(self) -> httpx.Proxy | None:
        text = self._settings.proxy
        if not text:
            return None
        # The text may hold a password: it is not shown.
        wrong = SettingsError("http.proxy cannot be used: http://HOST:PORT is expected")
        if not text.lower().startswith(("http://", "https://")):
            raise wrong
        try:
            return httpx.Proxy(text)
        except (ValueError, httpx.InvalidURL):
            raise wrong from None

    async def _context(self, url: str) -> ssl.SSLContext:
        settings = self._settings
        if settings.pin:
            context = await _pinned(url, settings.pin, settings.timeout)
        else:
            file = settings.ca_file
            with _naming("http.ca_file", file):
                context = ssl.create_default_context(cafile=file or None)
        if settings.client_cert:
            files = ", ".join(filter(None, (settings.client_cert, settings.client_key)))
            with _naming("http.client_cert", files):
                context.load_cert_chain(settings.client_cert, settings.client_key or None)
        return context


def _own(headers: httpx.Headers) -> Headers:
    """The headers that belong to SyncML; the others are HTTP's business."""
    return tuple((name, headers[name]) for name in _SYNCML_HEADERS if name in headers)


@contextlib.contextmanager
def _naming(key: str, file: str) -> Iterator[None]:
    """An error of `ssl` says neither which setting nor which file was wrong."""
    try:
        yield
    except OSError as wrong:
        why = wrong.strerror or str(wrong)
        raise SettingsError(f"{key} = {file!r} cannot be used: {why}") from wrong


async def _pinned(url: str, pin: str, patience: float) -> ssl.SSLContext:
    """Trusts exactly the certificate with that SHA-256, whatever its name and dates."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 443)
    pem = await asyncio.to_thread(ssl.get_server_certificate, address, timeout=patience)
    found = fingerprint(pem)
    if found != normal(pin):
        raise SettingsError(f"{troubles.NOT_PINNED}; its SHA-256 is {found}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    context.load_verify_locations(cadata=pem)
    return context


def fingerprint(pem: str) -> str:
    """SHA-256 of a certificate, lower-case hex."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def normal(pin: str) -> str:
    """A fingerprint as people write it ("SHA256:AB:CD...") as lower-case hex."""
    return pin.lower().removeprefix("sha256:").replace(":", "").replace(" ", "")
