"""A running handset with all its bearers, and senders that are broken, lie, or say nothing.

Nothing starts, nothing is written to stderr but what is wanted, memory stays, every bearer takes the next
sender, and ctrl+c ends it.
"""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from emulator.bearers.httpd import MAX_CONNECTIONS
from emulator.bearers.modem import MAX_LINES
from emulator.verbs import delivery
from emulator.verbs.delivery import Parcel
from emulator.wire import push
from tests.interop.peers import free_port
from tests.verbs.command import process, until
from tests.wire.pushes import NOTIFICATIONS

pytestmark = pytest.mark.thorough

NOTE = NOTIFICATIONS["notif.ds12"]
WSP = push.build(NOTE)
MEMORY = 30_000
"""KiB that it may grow by: what is kept of 65,507 octets is in the journal too."""


def smpp(command: int, body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">IIII", 16 + len(body) if size is None else size, command, 0, 1) + body


BIND = smpp(9, b"handset\0push\0\0\x34\0\0\0")
WHO = b"\0\1\x011\0\1\x012\0"


def submit(octets: bytes, length: int | None = None, tlvs: bytes = b"") -> bytes:
    size = len(octets) if length is None else length
    return smpp(4, WHO + bytes([0x43, 0, 0, 0, 0, 0, 0, 4, 0, size]) + octets + tlvs)


def request(*headers: str, body: bytes = b"", line: str = "POST / HTTP/1.1") -> bytes:
    return "\r\n".join([line, "Host: h", *headers, "", ""]).encode() + body


HOSTILE = {
    "smpp": [
        b"\0\0\0",
        *(smpp(9, b"", size) for size in (0, 4, 1 << 20, 0xFFFFFFFF)),
        smpp(0x77, b""),
        smpp(9, b"abc"),
        smpp(9, b"a" * 5000),
        submit(b"x"),
        b"GET / HTTP/1.1\r\n\r\n",
        BIND + submit(b"abc", 200),
        BIND + submit(b"abc" * 5, 2),
        BIND + submit(b"", tlvs=b"\x04\x24\xff\xff\0"),
        BIND + submit(b"\x50abc"),
        BIND + submit(b"abc" * 20)[:40],
        BIND + BIND,
    ],
    "modem:tcp": [
        b"AT" + b"A" * 1_000_000,
        b"AT+CMGS=50\r0041",
        b"AT+CMGS=50\r" + b"00" * 500_000,
        b"AT+CMGS=9\r0041000c9144777777\x1a",
        bytes(2000),
        b"AT" + b";" * 1000 + b"\r",
        b"\xff\xfe\r" * 500,
    ],
    "http": [
        b"POST / HT",
        *(request(f"Content-Length: {size}") for size in ("99999999999", "-1", "abc")),
        request("Content-Length: 99999999999", body=bytes(200_000)),
        request("Content-Length: 3", "Content-Length: 5", body=b"abcde"),
        request("Content-Length: 3", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n0\r\n\r\n"),
        request("Transfer-Encoding: chunked", body=b"zz\r\nabc"),
        request("Transfer-Encoding: chunked", body=(b"1000\r\n" + bytes(4096) + b"\r\n") * 100),
        request("X: " + "a" * 200_000),
        request(*(f"X{n}: y" for n in range(5000))),
        request(line="GET /?text=%zz%ff%&udh=%06&coding=9 HTTP/1.1"),
        request(line="GET /?text=abc&udh=%50%00&coding=1 HTTP/1.1"),
        request("Content-Type: ;;;", "Content-Length: 3", body=b"abc"),
        request("Content-Length: 100", body=b"abc"),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        bytes(range(256)) * 10,
    ],
}


def say(port: int, octets: bytes) -> None:
    """Says it, and hears what is answered at once, if anything; the peer may hang up in between."""
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.settimeout(0.2)
        with contextlib.suppress(OSError):
            line.sendall(octets)
            line.shutdown(socket.SHUT_WR)
            while line.recv(65536):
                pass


def mumble(path: str, octets: bytes) -> None:
    """The same at a pseudo terminal."""
    line = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        while octets and select.select([], [line], [], 5)[1]:
            octets = octets[os.write(line, octets[:512]) :]
            while select.select([line], [], [], 0 if octets else 0.3)[0]:
                os.read(line, 4096)
    finally:
        os.close(line)


def memory(started: subprocess.Popen[str]) -> int:
    return int(Path(f"/proc/{started.pid}/statm").read_text().split()[1]) * 4


def test_a_handset_among_hostile_senders(tmp_path: Path) -> None:
    ports = {kind: free_port() for kind in ("udp", "modem:tcp", "smpp", "smsc-http", "http")}
    listen = {kind: f"{kind}://127.0.0.1:{port}" for kind, port in ports.items()}
    listen |= {kind: f"{listen[kind]}/" for kind in ("smsc-http", "http")}
    listen["modem"] = f"modem:{tmp_path}/m0"
    options = [word for address in listen.values() for word in ("--listen", address)]
    journal = tmp_path / "journal"
    kept = ("--journal", journal, "--state", tmp_path / "state")
    with process(tmp_path, "run", "built-in", "--headless", "--json", *kept, *options) as started:
        for _ in listen:
            until(started.stderr, "listening on ")
        before = memory(started)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for octets in (
                *(WSP[:size] for size in range(0, len(WSP), 3)),
                *[os.urandom(65507)] * 20,
            ):
                sender.sendto(octets, ("127.0.0.1", ports["udp"]))
        for kind in ("smpp", "modem:tcp", "http", "smsc-http"):
            for octets in HOSTILE[kind.removeprefix("smsc-")]:
                say(ports[kind], octets)
        for octets in (bytes(range(256)) * 4, b"AT" + b"A" * 5000, b"AT+CMGS=50\r0041"):
            mumble(f"{tmp_path}/m0", octets)
        with contextlib.ExitStack() as silent:
            many = {
                "http": 2 * MAX_CONNECTIONS,
                "smsc-http": 2,
                "smpp": 100,
                "modem:tcp": 2 * MAX_LINES,
            }
            for kind, count in many.items():
                for _ in range(count):
                    address = ("127.0.0.1", ports[kind])
                    silent.enter_context(socket.create_connection(address, 10))
            for kind in ("udp", "modem:tcp", "smpp", "smsc-http", "modem"):
                delivery.deliver(listen[kind], Parcel(NOTE, None, False))
        delivery.deliver(listen["http"], Parcel(NOTE, None, False))
        # What each brought at last was judged; nothing that came before has begun a session.
        good = 0
        assert started.stdout is not None
        while good < len(listen):
            outcome = json.loads(started.stdout.readline())
            assert outcome["outcome"] == "ignored"
            good += "digest" in json.dumps(outcome["steps"]) or "verify" in json.dumps(outcome)
        assert memory(started) - before < MEMORY
        started.send_signal(signal.SIGINT)
        _, complaints = started.communicate(timeout=30)
        assert (started.returncode, complaints) == (130, "")
    events = [json.loads(line) for line in journal.read_bytes().split(b"\n")[1:] if line]
    kinds = [event["what"]["kind"] for event in events]
    assert "SessionOpened" not in kinds and "MessageSent" not in kinds and "Failed" not in kinds
    said = [event["what"] for event in events if event["what"]["kind"] == "Remarked"]
    refused = " ".join(what["sentence"] for what in said if what["id"] == "delivery-refused")
    for words in ("at most 65535 octets", "0, 1 or 2 is expected", "Invalid HTTP request",
                  f"more than {MAX_LINES} lines", f"more than {MAX_CONNECTIONS} connections"):  # fmt: skip
        assert words in refused
    assert {"sms-malformed", "modem-cannot"} <= {what["id"] for what in said}
