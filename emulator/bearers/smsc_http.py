"""An SMSC's HTTP interface, as Kannel's HTTP link calls it: a GET with text, udh and coding.

[Kannel user guide, HTTP-based relay and content gateways]: `text` and `udh` are octets, percent-encoded.
"""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from emulator.bearers.httpd import HttpBearer, Refuse
from emulator.wire.received import Received, ShortMessage

CODINGS = {"": 0x00, "0": 0x00, "1": 0x04, "2": 0x08}
"""Kannel's coding (7 bits, 8 bits, UCS-2) as a data coding scheme [3GPP TS 23.038, 4]."""
ACCEPTED = "0: Accepted for delivery"


class SmscHttp(HttpBearer):
    """Takes a GET on any path. `open` raises OSError when the port is in use."""

    scheme = "smsc-http"

    def __init__(
        self, host: str, port: int, deliver: Callable[[Received], None], refuse: Refuse
    ) -> None:
        super().__init__(host, port, ("GET",), refuse)
        self._deliver = deliver

    async def respond(self, request: Request) -> Response:
        try:
            content = short_message(request.url.query)
        except ValueError as wrong:
            return self.refused(request, wrong, 400, f"3: {wrong}")
        self._deliver(Received(self.address, self.sender(request), content))
        return PlainTextResponse(ACCEPTED, 202)


def short_message(query: str) -> ShortMessage:
    """The SMS of a query string. Raises ValueError with what is missing."""
    values: dict[str, bytes] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        values[name] = unquote_to_bytes(value.replace("+", " "))
    if "text" not in values:
        raise ValueError("text= is missing")
    coding = values.get("coding", b"").decode("latin-1")
    if coding not in CODINGS:
        raise ValueError(f"coding={coding[:10]!a}: 0, 1 or 2 is expected")
    header = values.get("udh", b"")
    sender, recipient = (values.get(name, b"").decode("latin-1") for name in ("from", "to"))
    return ShortMessage(sender, recipient, header, values["text"], CODINGS[coding])
