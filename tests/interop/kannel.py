"""Kannel as a peer: bearerbox, wapbox with its push proxy gateway, and smsbox where it has links for SMS.

It is like the peers in `peers.py`: on loopback, up when its `with` block begins, and knows nothing of
our own package.
"""

import base64
import http.client
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

from tests.interop.need import need
from tests.interop.peers import PATIENCE, NotUpError, Peer, free_port, loopback, text_of

# Its fields of the interfaces to bind are few: the wapbox and PPG ports are on all interfaces, so
# each has its list of who may talk to it. A service name is required.
_KANNEL = """group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = bar
wapbox-port = {wapbox}
smsbox-port = {smsbox}
smsbox-interface = 127.0.0.1
wdp-interface-name = "{wdp}"
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = wapbox
bearerbox-host = 127.0.0.1
syslog-level = none

group = ppg
ppg-url = /wappush
ppg-port = {ppg}
concurrent-pushes = 100
trusted-pi = false
users = 1024
ppg-allow-ip = 127.0.0.1
global-sender = 12345
service-name = ppg

group = wap-push-user
wap-push-user = tester
ppg-username = foo
ppg-password = bar
allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = 12345

group = sendsms-user
username = tester
password = foobar
concatenation = true
max-messages = 10

group = sms-service
keyword = default
text = "no service"
"""

_SENDSMS = "/cgi-bin/sendsms"
_BOUNDARY = "asdlfkjiurwghasf"
_PAP = """<?xml version="1.0"?>
<!DOCTYPE pap PUBLIC "-//WAPFORUM//DTD PAP 1.0//EN" "http://www.wapforum.org/DTD/pap_1.0.dtd">
<pap>
<push-message push-id="{push_id}" progress-notes-requested="false">
<address address-value="WAPPUSH={address}/TYPE={kind}@ppg.example.com"/>
<quality-of-service priority="high" delivery-method="unconfirmed"/>
</push-message>
</pap>
"""


class Kannel(Peer):
    """Kannel's bearerbox and wapbox with its push proxy gateway; WDP over UDP. `links` are groups of its
    configuration, for SMS centres (`gateways.py`); with links there is its smsbox too.

    A push to an IPv4 address always goes to port 2948 there, which cannot be chosen, from port 9200
    of `wdp`. The address can be any of 127/8, so a test can have one of its own (`loopback()`).
    """

    _grace = 0.0  # it has nothing to save, and takes seconds to end by itself

    def __init__(self, links: str = "") -> None:
        need("/usr/sbin/bearerbox", "/usr/sbin/wapbox", "/usr/sbin/smsbox", "setpriv")
        super().__init__()
        self._links = links
        self.wdp = ""
        self.ppg = self.smsbox = ""
        self._ppg_port = self._sendsms_port = 0
        self._numbers: Iterator[int] = itertools.count(1)

    def push(
        self,
        address: str = "127.0.0.1",
        *,
        content_type: str,
        application_id: str | None,
        body: bytes,
        over: str = "",
    ) -> int:
        """Ask the gateway to push `body`, and return its PAP code: 1001 = accepted.

        An address that begins with + is a phone's: the push goes by SMS, `over` names the link.

        The datagram leaves a moment after the answer. Each push has an id of its own: one that is
        still pending is refused (2007). Unconfirmed only: after a confirmed one that went wrong,
        nothing reaches the address any more.
        """
        push_id = f"push{next(self._numbers)}@pi.example.com"
        kind = "PLMN" if address.startswith("+") else "IPV4"
        control = _PAP.format(push_id=push_id, address=address, kind=kind).replace("\n", "\r\n")
        # Only these two headers: any other leaks into the body.
        headers = f"Content-Type: {content_type}\r\n"
        if application_id is not None:
            headers += f"X-WAP-Application-Id: {application_id}\r\n"
        head = f"--{_BOUNDARY}\r\nContent-Type: application/xml\r\n\r\n{control}\r\n"
        head += f"--{_BOUNDARY}\r\n{headers}\r\n"
        message = head.encode() + body + f"\r\n--{_BOUNDARY}--\r\n".encode()

        related = f'multipart/related; boundary={_BOUNDARY}; type="application/xml"'
        user = base64.b64encode(b"foo:bar").decode()
        told = {"Content-Type": related, "Authorization": f"Basic {user}"}
        if over:
            told["X-Kannel-SMSC"] = over
        _, answer = _request(self._ppg_port, "POST", "/wappush", message, told)
        code = re.search(r'code\s*=\s*"(\d+)"', answer)
        if code is None:
            raise RuntimeError(f"not a PAP answer: {answer!r}")
        return int(code[1])

    def sendsms(self, phone: str, header: bytes, data: bytes, over: str) -> int:
        """Ask smsbox to send octets by SMS over the link `over`; `header` is the user data header.

        Its HTTP status: 202 = accepted.
        """
        wanted = f"username=tester&password=foobar&to={quote(phone)}&smsc={over}&coding=1"
        octets = f"udh={quote_from_bytes(header)}&text={quote_from_bytes(data)}"
        status, _ = _request(self._sendsms_port, "GET", f"{_SENDSMS}?{wanted}&{octets}")
        return status

    def _start(self) -> None:
        self.wdp = loopback()
        self._ppg_port = free_port()
        self.ppg = f"http://127.0.0.1:{self._ppg_port}/wappush"
        conf = self.data / "kannel.conf"
        self._sendsms_port = free_port()
        self.smsbox = f"http://127.0.0.1:{self._sendsms_port}{_SENDSMS}"
        ports = {"ppg": self._ppg_port, "sendsms": self._sendsms_port}
        ports |= {name: free_port() for name in ("admin", "wapbox", "smsbox")}
        conf.write_text(_KANNEL.format(wdp=self.wdp, **ports) + self._links)

        # Logs, and no look at the wapbox port: bearerbox would take it for a box, and is
        # then deaf for a second.
        bearerbox, wapbox = self.data / "bearerbox.log", self.data / "wapbox.log"
        self._spawn(bearerbox.name, "/usr/sbin/bearerbox", "-v", "0", str(conf))
        self._until("bearerbox", lambda: _said(bearerbox, "Start-up done"))
        self._spawn(wapbox.name, "/usr/sbin/wapbox", "-v", "0", str(conf))
        # Not "Opening server": wapbox says that, and lives on, when the port is taken.
        self._until("PPG", lambda: _said(wapbox, f"HTTP: Including port {self._ppg_port}"))
        # From here on nothing is lost: both UDP ports are bound, both boxes talk to each other.
        self._until("WDP", lambda: _said(bearerbox, "setting up systems for new wapbox"))
        if self._links:
            smsbox = self.data / "smsbox.log"
            self._spawn(smsbox.name, "/usr/sbin/smsbox", "-v", "0", str(conf))
            listening = f"HTTP: Including port {self._sendsms_port}"
            self._until("smsbox", lambda: _said(smsbox, listening))
            self._until("smsbox at bearerbox", lambda: _said(smsbox, "Connected to bearerbox"))


def _request(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """The status and the body of its answer."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        link.request(method, path, body, headers or {})
        answer = link.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        link.close()


def _said(log: Path, line: str) -> bool:
    text = text_of(log)
    if "bind failed" in text:
        raise NotUpError(f"{log.name}: a port is taken\n{text}")
    return line in text
