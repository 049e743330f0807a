"""Notifications from a file, standard input or a paste: hex (or base64) as people have it."""

import asyncio
import base64
import binascii
import codecs
import os
import re
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from emulator.wire.errors import WireError

# A single space after the offset is enough only before single octets: groups of four digits with
# a space between them are plain hex.
_DUMP_LINE = re.compile(
    r"\s*(?:0x)?([0-9A-Fa-f]{4,8})(?::\s*|\s{2,}|\s(?=[0-9A-Fa-f]{2}(?![0-9A-Fa-f]))|$)(.*)"
)
_COLON_LINE = re.compile(r"\s*(?:0x)?[0-9A-Fa-f]{4,8}:\s")
_GROUP = re.compile(r"(?:[0-9A-Fa-f]{2}){1,8}")
_BASE64_URL = str.maketrans("-_", "+/")
_LONGEST_LINE = 1 << 20
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})|%(.{0,2})", re.DOTALL)
_REQUEST = re.compile(r"(?:POST|GET) \S+ HTTP/1\.\d(?:\r?\n|$)")
_BLANK = re.compile(r"\r?\n\r?\n")
_SPOKEN = re.compile(r"^\s*(?:AT)?\+CM(?:GS|T|GR|GL)\b", re.MULTILINE | re.IGNORECASE)
_TALK = re.compile(r"^[ \t]*(?:>|(?:AT|\+|OK\b|ERROR\b).*)", re.MULTILINE | re.IGNORECASE)
"""What is no PDU in a dialogue with a modem: commands, answers, the prompt."""
_SUBMITTED = re.compile(r"\x1a|\\x1a|\^Z|<Ctrl-Z>", re.IGNORECASE)
"""The end of a PDU, and how it is written down."""
_NOISE = re.compile(r"0x|\\x|[\s,:;]", re.IGNORECASE)


def octets_of(text: str) -> bytes:
    """The octets that a text means: plain hex with any separators, xxd and Wireshark dumps with
    offsets, `%00` text, `0x`, `\\x`, or base64; the PDUs of a dialogue with a modem; a request of
    HTTP, with its body in any of these; XML as it is.

    Raises WireError; its offset counts characters of the text.
    """
    stripped = text.strip()
    if not stripped:
        raise WireError(0, "hex digits or base64", "nothing")
    if stripped.startswith("<"):
        return stripped.encode()
    if _REQUEST.match(stripped):
        return _request(stripped)
    if _SPOKEN.search(stripped):
        stripped = _TALK.sub("", _SUBMITTED.sub("\n", stripped)).strip()
    if (dump := _dump(stripped)) is not None:
        return dump
    if all(_COLON_LINE.match(line) for line in stripped.splitlines()) and "\n" in stripped:
        raise WireError(0, "a dump whose offsets count on", repr(stripped[:8]))
    if "%" in stripped:
        return _percent(stripped)
    digits = _NOISE.sub("", stripped)
    if re.fullmatch(r"[0-9A-Fa-f]+", digits):
        if len(digits) % 2:
            raise WireError(len(text), "an even number of hex digits", str(len(digits)))
        return bytes.fromhex(digits)
    try:
        plain = "".join(stripped.split()).translate(_BASE64_URL)
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        wrong = re.search(r"[^0-9A-Fa-f\s,:;]", text)
        at = wrong.start() if wrong else 0
        raise WireError(at, "hex digits or base64", repr(text[at : at + 8])) from None


def _request(text: str) -> bytes:
    head, *rest = _BLANK.split(text, maxsplit=1)
    lines = "\r\n".join([*head.splitlines(), "", ""]).encode()
    body = "".join(rest)
    try:
        return lines + (octets_of(body) if body.strip() else b"")
    except WireError:
        return lines + body.encode()


def _dump(text: str) -> bytes | None:
    """A dump with offsets, if every line is one and the offsets count on."""
    rows = [_DUMP_LINE.fullmatch(line) for line in text.splitlines() if line.strip()]
    found = [(int(row[1], 16), row[2]) for row in rows if row]
    if len(found) != len(rows):
        return None
    out = bytearray()
    width = 0
    for index, (offset, row) in enumerate(found):
        if offset != len(out):
            return None
        is_last = index == len(found) - 1
        if is_last and index and not row:
            # hexdump and od end with a line that has the length only.
            break
        width = width if is_last else found[index + 1][0] - offset
        digits = _row(row, width)
        if not digits or (not is_last and len(digits) != 2 * width):
            return None
        out += bytes.fromhex(digits)
    return bytes(out)


def _row(text: str, width: int) -> str:
    """The hex digits of one line of a dump, of `width` octets (0: unknown), without its text column."""
    digits = ""
    gap = 0
    for token, space in zip(*[iter([*re.split(r"(\s+)", text), ""])] * 2, strict=True):
        if not _GROUP.fullmatch(token):
            # Only what stands apart can be the text column.
            return digits if gap > 1 or not token else ""
        digits += token
        gap = len(space)
        is_full = len(digits) >= 2 * width if width else len(digits) == 32 and gap > 1
        if gap > 2 or is_full:
            break
    return digits[: 2 * width] if width else digits


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
    return _content(Path(source).read_bytes()) if _is_file(source) else octets_of(source)


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except (OSError, ValueError):
        # Hex of a long push is no file name: too long.
        return False


def _content(raw: bytes) -> bytes:
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode("ascii")
    except UnicodeDecodeError:
        return raw
    if any(ord(c) < 32 and c not in "\t\r\n\x1a" for c in text):
        return raw
    return octets_of(text)


async def lines(source: str) -> AsyncIterator[str]:
    """The lines of a file, or of standard input ("-"), as they come."""
    if source != "-":
        text = await asyncio.to_thread(Path(source).read_text, "utf-8", "replace")
        for line in text.splitlines():
            yield line
        return
    kind = os.fstat(sys.stdin.fileno()).st_mode
    if not (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) or sys.stdin.isatty()):
        # A file ("< pushes.txt", "< /dev/null") cannot be waited for.
        for line in (await asyncio.to_thread(sys.stdin.buffer.read)).splitlines():
            yield line.decode("utf-8", "replace")
        return
    reader = asyncio.StreamReader(_LONGEST_LINE)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while octets := await reader.readline():
            yield octets.decode("utf-8", "replace")
    except ValueError:
        raise OSError(f"a line is longer than {_LONGEST_LINE} octets") from None
    finally:
        transport.close()
