"""The sender of a flood; a program of its own.

    python -m tests.benchmarks.sprayer PORT RATE SECONDS <VALID

Each line of VALID is an address to send from, and a datagram in hex; they go out at even distances, among
so many datagrams a second that mean nothing. Prints how many of all went out, and in how many seconds.
"""

import socket
import sys
import time

TICK = 0.001
SENSELESS = bytes(range(60))


def main(port: int, rate: int, seconds: int) -> None:
    valid = [line.split() for line in sys.stdin]
    whole = rate * seconds
    distance = whole // len(valid)
    senders = {host: _sender(host, port) for host in {"127.0.0.1", *(host for host, _ in valid)}}
    garbage = senders["127.0.0.1"]
    begun = time.perf_counter()
    for number in range(whole):
        wait = begun + number / rate - time.perf_counter()
        if wait > TICK:
            time.sleep(wait)
        if number % distance == distance // 2:
            host, octets = valid[number // distance]
            senders[host].send(bytes.fromhex(octets))
        else:
            garbage.send(SENSELESS)
    print(whole, time.perf_counter() - begun)


def _sender(host: str, port: int) -> socket.socket:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind((host, 0))
    sender.connect(("127.0.0.1", port))
    return sender


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
