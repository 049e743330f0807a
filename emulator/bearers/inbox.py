"""Notifications from a file, standard input or a paste: hex (or base64) as people have it."""

import asyncio
import base64
import binascii
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from emulator.wire.errors import WireError

_DUMP_LINE = re.compile(
    r"^\s*(?:0x)?([0-9A-Fa-f]{4,8}):?\s{1,3}((?:[0-9A-Fa-f]{2,4}\s{1,2})*[0-9A-Fa-f]{2,4})(?:\s{2,}.*|\s*)$"
)
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})|%(.{0,2})", re.DOTALL)
_NOISE = re.compile(r"0x|\\x|[\s,:;]", re.IGNORECASE)


def octets_of(text: str) -> bytes:
    """The octets that a text means: plain hex with any separators, xxd and Wireshark dumps with
    offsets, `%00` text, `0x`, `\\x`, or base64.

    Raises WireError; its offset counts characters of the text.
    """
    stripped = text.strip()
    if not stripped:
        raise WireError(0, "hex digits or base64", "nothing")
    if (dump := _dump(stripped)) is not None:
        return dump
    if "%" in stripped:
        return _percent(stripped)
    digits = _NOISE.sub("", stripped)
    if re.fullmatch(r"[0-9A-Fa-f]+", digits):
        if len(digits) % 2:
            raise WireError(len(text), "an even number of hex digits", str(len(digits)))
        return bytes.fromhex(digits)
    try:
        return base64.b64decode("".join(stripped.split()), validate=True)
    except (binascii.Error, ValueError):
        wrong = re.search(r"[^0-9A-Fa-f\s,:;]", text)
        at = wrong.start() if wrong else 0
        raise WireError(at, "hex digits or base64", repr(text[at : at + 8])) from None


def _dump(text: str) -> bytes | None:
    """A dump with offsets, if every line is one and the offsets count on."""
    out = bytearray()
    lines = [line for line in text.splitlines() if line.strip()]
    for line in lines:
        found = _DUMP_LINE.match(line)
        if found is None or int(found[1], 16) != len(out):
            return None
        digits = "".join(found[2].split())
        if len(digits) % 2:
            return None
        out += bytes.fromhex(digits)
    # One line of plain hex may look like an offset and octets: only offset 0 counts as a dump.
    return bytes(out) if lines else None


def _percent(text: str) -> bytes:
    out = bytearray()
    at = 0
    for found in _PERCENT.finditer(text):
        if found[1] is None:
            raise WireError(found.start(), "two hex digits after %", repr(found[0]))
        out += text[at : found.start()].encode() + bytes.fromhex(found[1])
        at = found.end()
    return bytes(out + text[at:].encode())


def read_input(source: str) -> bytes:
    """The octets of `explain`'s INPUT: a path if it exists, else `-`, else the text itself.

    A file may hold the raw octets or their hex. Raises WireError, or OSError for the file.
    """
    if source == "-":
        return _content(sys.stdin.buffer.read())
    if len(source) < 4096 and "\n" not in source and Path(source).is_file():
        return _content(Path(source).read_bytes())
    return octets_of(source)


def _content(raw: bytes) -> bytes:
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        return raw
    if any(ord(c) < 32 and c not in "\t\r\n" for c in text):
        return raw
    return octets_of(text)


async def lines(source: str) -> AsyncIterator[str]:
    """The lines of a file, or of standard input ("-"), as they come."""
    if source != "-":
        text = await asyncio.to_thread(Path(source).read_text, "utf-8", "replace")
        for line in text.splitlines():
            yield line
        return
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while octets := await reader.readline():
            yield octets.decode("utf-8", "replace")
    finally:
        transport.close()
