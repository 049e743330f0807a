"""`handset convert`: WBXML to XML and back; the direction follows from the content."""

import sys
from pathlib import Path

from emulator.verbs.exits import Exit, Failure
from emulator.wire import convert as wire
from emulator.wire.errors import WireError


def convert(source: str, target: Path | None) -> None:
    """Reads `source` ("-" is standard input), writes `target` or standard output."""
    try:
        octets = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as wrong:
        raise Failure(f"{source}: {wrong.strerror}") from wrong
    try:
        converted = wire.convert(octets)
    except WireError as wrong:
        raise Failure(f"{source}: {wrong}", Exit.PEER) from wrong
    if target is None:
        sys.stdout.buffer.write(converted)
        sys.stdout.buffer.flush()
        return
    try:
        target.write_bytes(converted)
    except OSError as wrong:
        raise Failure(f"{target}: {wrong.strerror}") from wrong
