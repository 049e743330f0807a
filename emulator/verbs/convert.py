"""`handset convert`: WBXML to XML and back; the direction follows from the content."""

import sys
from pathlib import Path

from emulator.verbs.exits import Exit, Failure
from emulator.wire import convert as wire
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_SIZE


def convert(source: str, target: Path | None) -> None:
    """Reads `source` ("-" is standard input), writes `target` or standard output.

    What is odd about the input goes to standard error. Octets that cannot be read, or not be
    carried by the other form: exit code 4, with offset and expectation, and nothing is written.
    """
    try:
        octets = _read(source)
    except OSError as wrong:
        raise Failure(f"{source}: {wrong.strerror}") from wrong
    try:
        converted, document = wire.converted(octets)
    except WireError as wrong:
        raise Failure(f"{source}: {wrong}", Exit.PEER) from wrong
    for id_, sentence in document.remarks:
        print(f"handset: {source}: {id_}: {sentence}", file=sys.stderr)
    if target is None:
        sys.stdout.buffer.write(converted)
        sys.stdout.buffer.flush()
        return
    try:
        target.write_bytes(converted)
    except OSError as wrong:
        raise Failure(f"{target}: {wrong.strerror}") from wrong


def _read(source: str) -> bytes:
    # One octet more than is allowed says that there are too many, however many there are.
    if source == "-":
        return sys.stdin.buffer.read(MAX_SIZE + 1)
    with Path(source).open("rb") as file:
        return file.read(MAX_SIZE + 1)
