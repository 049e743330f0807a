"""Push over HTTP: OTA-HTTP by a push proxy gateway, and a plain POST of a notification.

[WAP-235-PushOTA, OTA-HTTP-TO/PO: POST, answered by 204 with X-Wap-Push-Status]; the codes as Symbian's
and RIM's terminals give them: 400 accepted. A sender that names no X-Wap header gets 202.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from emulator.bearers.httpd import HttpBearer, Refuse, TooLargeError
from emulator.wire import httphead
from emulator.wire.received import Posted, Received

PUSH_STATUS = "X-Wap-Push-Status"
ACCEPTED = "400 Accepted"
_OTA = "x-wap-"


class OtaHttp(HttpBearer):
    """Takes a POST on any path. `open` raises OSError when the port is in use."""

    scheme = "http"

    def __init__(
        self, host: str, port: int, deliver: Callable[[Received], None], refuse: Refuse
    ) -> None:
        super().__init__(host, port, ("POST",), refuse)
        self._deliver = deliver

    async def respond(self, request: Request) -> Response:
        try:
            body = await self.body(request)
        except TooLargeError as wrong:
            return self.refused(request, wrong, 413)
        # Credentials and cookies of a sender are no business of the journal's.
        headers = httphead.cut((name.lower(), value) for name, value in request.headers.items())
        self._deliver(Received(self.address, self.sender(request), Posted(headers, body)))
        if any(name.startswith(_OTA) for name, _ in headers):
            return Response(status_code=204, headers={PUSH_STATUS: ACCEPTED})
        return Response(status_code=202)
