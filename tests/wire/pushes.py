"""What the tests of notifications share: vectors, recorded datagrams, and arbitrary package #0."""

import re
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from emulator.wire import push
from emulator.wire.notification import Sync
from tests.wire.material import TESTS, VECTORS

NOTIFICATIONS: dict[str, bytes] = {
    name: bytes.fromhex(vector["output"]["notification_hex"])
    for name, vector in VECTORS.items()
    if "notification_hex" in vector["output"]
}
TRIGGERS: dict[str, bytes] = {
    name: bytes.fromhex(vector["inputs"]["trigger_hex"])
    for name, vector in VECTORS.items()
    if name.startswith("notif.resync.")
}
SAN = TESTS / "captures" / "syncevolution" / "san"
KANNEL = TESTS / "captures" / "kannel"


def xxd(path: Path) -> bytes:
    """The octets of a dump with offsets and a text column, read without the code under test."""
    lines = path.read_text().splitlines()
    return bytes.fromhex("".join(line[10:49].replace(" ", "") for line in lines))


def datagrams(name: str) -> dict[int, bytes]:
    """By transaction id, what Kannel's gateway sent to UDP 2948."""
    found = re.findall(r"^\S+ \('.*?', \d+\) \d+ ([0-9a-f]+) b'", (KANNEL / name).read_text(), re.M)
    return {octets[0]: octets for octets in map(bytes.fromhex, found)}


def syncs() -> st.SearchStrategy[Sync]:
    uri = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
    return st.builds(Sync, st.integers(200, 215), st.integers(0, 0xFFFFFF), uri)


SERVER_IDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
TRIGGER_CHOICES: dict[str, st.SearchStrategy[Any]] = {
    "server_id": SERVER_IDS,
    "session_id": st.integers(0, 0xFFFF),
    "syncs": st.lists(syncs(), max_size=15).map(tuple),
    "version": st.integers(0, 0x3FF),
    "ui_mode": st.integers(0, 3),
    "initiator": st.integers(0, 1),
    "vendor": st.binary(max_size=20),
}
PUSHES: list[bytes] = [
    *(push.build(octets) for octets in NOTIFICATIONS.values()),
    *(push.build(octets, text_headers=True) for octets in NOTIFICATIONS.values()),
    *datagrams("udp2948.out").values(),
    *datagrams("udp2948b.out").values(),
]
