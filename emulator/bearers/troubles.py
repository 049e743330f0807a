"""Why there is no connection to a server, in words that a person can do something about."""

import errno
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

NOT_PINNED = "the server's certificate is not the pinned one"
_REFUSED = "the certificate of "
_BY_NUMBER = {
    errno.ECONNREFUSED: "it refuses the connection: does the server run, and on this port?",
    errno.EHOSTUNREACH: "no way leads there: is this machine in the right network?",
    errno.ENETUNREACH: "no way leads there: is this machine in the right network?",
    errno.ETIMEDOUT: "it does not answer: is there a firewall between?",
}


def words(wrong: Exception, url: str, through_proxy: bool) -> str:
    """One sentence for what a connection has come to."""
    place = urlsplit(url).netloc.rpartition("@")[2]
    place += " through http.proxy" if through_proxy else ""
    text = str(wrong) or type(wrong).__name__
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate verify failed" in text:
        why = text.partition("certificate verify failed: ")[2].partition(" (_ssl")[0]
        return (
            f"{_REFUSED}{place} was refused ({why or 'not trusted'}); "
            "set http.ca_file, or pin it with http.pin"
        )
    if "[SSL" in text:
        hint = "; is it http:// there?" if "WRONG_VERSION" in text or "RECORD_LAYER" in text else ""
        return f"no TLS connection to {place}: {text.partition(' (_ssl')[0]}{hint}"
    if isinstance(wrong, httpx.ConnectError):
        return f"no server answers at {place} ({_why(wrong) or text})"
    if isinstance(wrong, httpx.RemoteProtocolError):
        if "disconnected" in text:
            return f"{place} closed the connection without a response"
        return f"{place} does not answer in HTTP ({text})"
    return f"{place}: {text}"


def certificate_refused(reason: str) -> bool:
    """Whether that sentence is about a certificate that is not trusted."""
    return reason.startswith((_REFUSED, NOT_PINNED))


def _why(wrong: BaseException) -> str:
    for cause in _causes(wrong):
        if isinstance(cause, socket.gaierror):
            return "there is no host of that name: is it written right?"
        if isinstance(cause, OSError) and cause.errno in _BY_NUMBER:
            return _BY_NUMBER[cause.errno]
    return ""


def _causes(wrong: BaseException | None) -> Iterator[BaseException]:
    """An exception and what led to it, also where there are several."""
    while wrong is not None:
        yield wrong
        for each in getattr(wrong, "exceptions", ()):
            yield from _causes(each)
        wrong = wrong.__cause__ or wrong.__context__
