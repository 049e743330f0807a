"""Where things are in an XML document: one expat pass over the octets, before a tree is made.

Owns what must be known before, or cannot be known from, the tree: well-formedness with the octet
that breaks it, the character set, the refusal of DTDs, the depth, and the octets of each element.
Others use it through `xml`.
"""

from xml.parsers import expat

import msgspec

from emulator.wire.element import Located
from emulator.wire.errors import WireError

MAX_SIZE = 8 << 20
"""Octets of one document; far above any MaxMsgSize."""
MAX_DEPTH = 64
"""Open elements at one time."""

_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "utf-16": "utf-16",
}
BOM = b"\xef\xbb\xbf"


class _Open(msgspec.Struct):
    """An element that has begun: its place in the result, and what was met inside so far."""

    index: int
    path: tuple[str, ...]
    start: int
    values: list[tuple[int, int]]
    children: bool = False


class Scan:
    """A document that is known to be well-formed, without entities of its own.

    Raises WireError, with the offset of the octet that is to blame. With `trace`, `located`
    gives the elements.
    """

    def __init__(self, octets: bytes, trace: bool = False) -> None:
        if len(octets) > MAX_SIZE:
            raise WireError(MAX_SIZE, f"at most {MAX_SIZE} octets", f"{len(octets)} octets")
        self.octets = octets
        self.remarks: dict[str, str] = {}
        self.codec = _utf16(octets) or "utf-8"
        self._found: list[Located | None] = []
        self._open: list[_Open] = []
        self._run: int | None = None
        if trace and self.codec != "utf-8":
            raise WireError(0, "octets that stand for characters", "UTF-16")
        parser = self._parser = expat.ParserCreate()
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.SkippedEntityHandler = self._entity
        if trace:
            parser.StartElementHandler = self._start
            parser.EndElementHandler = self._end
            parser.CharacterDataHandler = self._characters
            parser.StartCdataSectionHandler = self._other
            parser.EndCdataSectionHandler = self._other
            parser.CommentHandler = self._other
            parser.ProcessingInstructionHandler = self._other
        try:
            parser.Parse(octets, True)
        except expat.ExpatError as error:
            at = max(parser.ErrorByteIndex, 0)
            raise WireError(at, "well-formed XML", expat.ErrorString(error.code)) from None
        except UnicodeError:
            raise WireError(0, "text of Unicode characters", "half a surrogate pair") from None
        if self.codec != "utf-8":
            self.remarks["charset"] = f"the character set is {self.codec}, not UTF-8"

    def located(self) -> tuple[Located, ...]:
        return tuple(each for each in self._found if each)

    def utf8(self) -> bytes:
        """The document in UTF-8, whatever its declaration says."""
        if self.codec == "utf-8":
            return self.octets.removeprefix(BOM)
        try:
            return self.octets.decode(self.codec).removeprefix("\ufeff").encode()
        except UnicodeDecodeError as error:
            raise WireError(error.start, f"text in {self.codec}", error.reason) from None

    def too_deep(self) -> WireError | None:
        """The error for the first element that is one too deep, if there is one."""
        try:
            Scan(self.octets, trace=True)
        except WireError as error:
            return error
        return None

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        at = self._parser.CurrentByteIndex
        if encoding is None:
            return
        codec = _CHARSETS.get(encoding.lower())
        if codec is None:
            at = max(self.octets.find(encoding.encode(), at), at)
            raise WireError(at, f"one of the encodings {', '.join(_CHARSETS)}", encoding)
        if self.codec == "utf-8":
            self.codec = codec

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if internal:
            # Declared entities can grow without bounds, and SyncML has none.
            at = self._parser.CurrentByteIndex
            raise WireError(at, "a DOCTYPE without declarations", f"those of {name[:40]}")

    def _entity(self, name: str, is_parameter: bool) -> None:
        at = self._parser.CurrentByteIndex
        raise WireError(at, "characters or predefined entities", f"the entity {name[:40]}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self._flush()
        path: tuple[str, ...] = ()
        if self._open:
            self._open[-1].children = True
            path = self._open[-1].path
        if len(self._open) >= MAX_DEPTH:
            raise WireError(at, f"elements at most {MAX_DEPTH} deep", "one more")
        self._open.append(_Open(len(self._found), (*path, name.rpartition(":")[2]), at, []))
        self._found.append(None)

    def _end(self, name: str) -> None:
        at = self._flush()
        octets, done = self.octets, self._open.pop()
        # Expat reports `<a/>` at its end and `</a>` at its beginning.
        empty = not done.children and not done.values and octets[at - 2 : at] == b"/>"
        end = at if empty else octets.index(b">", at) + 1
        values = done.values
        if done.children:
            values = [(start, stop) for start, stop in values if octets[start:stop].strip()]
        self._found[done.index] = Located(done.path, done.start, end, tuple(values))

    def _characters(self, data: str) -> None:
        if self._run is None:
            self._run = self._parser.CurrentByteIndex

    def _other(self, *_: str) -> None:
        self._flush()

    def _flush(self) -> int:
        """Ends the run of character data that is open, if any; the position of this event."""
        at = self._parser.CurrentByteIndex
        if self._run is not None and self._open:
            self._open[-1].values.append((self._run, at))
        self._run = None
        return at


def _utf16(octets: bytes) -> str:
    """The UTF-16 codec that the first octets call for, or ""."""
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return {b"\0<": "utf-16-be", b"<\0": "utf-16-le"}.get(octets[:2], "")
