"""What HTTP says and does in one exchange, as a value for the journal: first lines, headers, phases.

Cuts credentials and cookies out before anybody else sees them. Knows httpx's names of phases, decides nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx

from emulator.protocol.effects import Lost
from emulator.protocol.events import Headers, HttpExchanged
from emulator.wire.httphead import cut

_LONGEST = 2000
"""Characters of a first line that are kept."""

_BEGIN = {
    "connect_tcp.started": "connect",
    "start_tls.started": "tls",
    "send_request_headers.started": "send",
    "receive_response_headers.started": "wait",
    "receive_response_body.started": "receive",
}
"""The phase that begins, by httpcore's name without its part before the first dot."""
_END = {
    "connect_tcp.complete": "connect",
    "start_tls.complete": "tls",
    "send_request_body.complete": "send",
    "receive_response_headers.complete": "wait",
    "receive_response_body.complete": "receive",
}


class Trace:
    """Listens to one exchange; `clock` gives seconds. Given to httpx as the extension "trace"."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = clock()
        self._phases: dict[str, tuple[float, float]] = {}
        self._request = self._response = self._tls = ""
        self._request_headers: Headers = ()
        self._response_headers: Headers = ()
        self._sent = 0
        self.received = 0
        """Octets of the response's body so far."""

    async def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        now, name = self._clock() - self._begun, name.partition(".")[2]
        if name in _BEGIN:
            # Behind a proxy there are two of each; the last is the one of the request itself.
            self._phases[_BEGIN[name]] = (now, -1.0)
        elif name in _END and _END[name] in self._phases:
            self._phases[_END[name]] = (self._phases[_END[name]][0], now)

    def asks(self, request: httpx.Request, sent: int) -> None:
        """This is about to leave."""
        target = request.url.raw_path.decode("ascii", "replace")
        self._request = f"{request.method} {target} HTTP/1.1"
        self._request_headers = cut(_text(request.headers.raw))
        self._sent = sent

    def answers(self, response: httpx.Response) -> None:
        """The head of the response is there."""
        line = f"{response.http_version} {response.status_code} {response.reason_phrase}"
        self._response = line.strip()[:_LONGEST]
        # httpx adds to the request as it sends it.
        self._request_headers = cut(_text(response.request.headers.raw))
        self._response_headers = cut(_text(response.headers.raw))
        stream = response.extensions.get("network_stream")
        tls = stream.get_extra_info("ssl_object") if stream is not None else None
        if tls is not None:
            self._tls = " ".join(filter(None, (tls.version(), (tls.cipher() or ("",))[0])))

    def exchange(self) -> HttpExchanged | None:
        """What happened; None when nothing has left, so that HTTP has nothing to tell."""
        if not self._request:
            return None
        phases = [(name, begin, end) for name, (begin, end) in self._phases.items()]
        return HttpExchanged(
            self._request,
            self._request_headers,
            self._response,
            self._response_headers,
            tuple(sorted(phases, key=lambda phase: phase[1])),
            self._sent,
            self.received,
            self._tls,
        )

    def lost(self, reason: str) -> Lost:
        return Lost(reason, self.exchange())


def _text(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Names as they stood on the line; what is not UTF-8 stays visible."""
    return [
        (name.decode("latin-1"), value.decode("utf-8", "backslashreplace"))
        for name, value in headers
    ]
