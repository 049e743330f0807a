"""An SMSC's HTTP interface, as Kannel's HTTP link calls it: a GET with text, udh and coding.

[Kannel user guide, HTTP-based relay and content gateways]: `text` and `udh` are octets, percent-encoded.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from emulator.bearers.httpd import HttpBearer, Refuse
from emulator.wire import gateway
from emulator.wire.received import Received

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
            content = gateway.queried(request.url.query)
        except ValueError as wrong:
            return self.refused(request, wrong, 400, f"3: {wrong}")
        self._deliver(Received(self.address, self.sender(request), content))
        return PlainTextResponse(ACCEPTED, 202)
