"""Where things are in an XML document: one expat pass over the octets, before a tree is made.

Owns what must be known before, or cannot be known from, the tree: well-formedness with the octet
that breaks it, the character set, the refusal of DTDs, the depth, and the octets of each element.
Others use it through `xml`.
"""

import re
from xml.parsers import expat

import msgspec

from emulator.wire.charsets import CODECS
from emulator.wire.element import Located
from emulator.wire.errors import WireError
from emulator.wire.limits import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_SIZE
from emulator.wire.remarks import Note, note

_EXPAT = {codec: name for name, codec in reversed(CODECS.items())}
_ATTRIBUTE = re.compile(rb"""([^\s=<>/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
BOM = b"\xef\xbb\xbf"


class _Open(msgspec.Struct):
    """An element that has begun: its place in the result, and what was met inside so far."""

    index: int
    path: tuple[str, ...]
    start: int
    values: list[tuple[int, int]]
    attributes: tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...] = ()
    children: bool = False


class Scan:
    """A document that is known to be well-formed, without entities of its own.

    Raises WireError, with the offset of the octet that is to blame. With `trace`, `located`
    gives the elements. `transport` is the charset of the Content-Type: it goes before the
    declaration, and a byte order mark goes before both [RFC 7303, 3].
    """

    def __init__(self, octets: bytes, trace: bool = False, transport: str = "") -> None:
        if len(octets) > MAX_SIZE:
            raise WireError(MAX_SIZE, f"at most {MAX_SIZE} octets", f"{len(octets)} octets")
        self.octets = octets
        self.remarks: list[Note] = []
        self.transport = transport
        self.codec = _utf16(octets) or ("utf-8" if octets.startswith(BOM) else "")
        said = CODECS.get(transport, "")
        if transport and not said:
            self.remarks.append(note("charset-differs", transport))
        elif said and self.codec:
            if said[:6] != self.codec[:6]:
                self.remarks.append(note("charset-differs", transport))
        elif said:
            self.codec = said
        self._settled = bool(self.codec)
        self.codec = self.codec or "utf-8"
        self._count = 0
        self._found: list[Located | None] = []
        self._open: list[_Open] = []
        self._run: int | None = None
        self._trace = trace
        if trace and self.codec.startswith("utf-16"):
            raise WireError(0, "octets that stand for characters", "UTF-16")
        # Expat finds UTF-16 by itself, and refuses its name where the mark is absent.
        named = self._settled and not self.codec.startswith("utf-16")
        parser = self._parser = expat.ParserCreate(_EXPAT[self.codec] if named else None)
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.SkippedEntityHandler = self._entity
        parser.StartCdataSectionHandler = self._cdata
        if trace:
            parser.StartElementHandler = self._start
            parser.EndElementHandler = self._end
            parser.CharacterDataHandler = self._characters
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
        except WireError:
            raise
        except (LookupError, ValueError) as wrong:
            # An encoding that nobody knows, or one that expat cannot take from Python.
            at = max(parser.ErrorByteIndex, 0)
            raise WireError(at, "a known charset", str(wrong)) from None
        if self.codec != "utf-8":
            self.remarks.append(note("charset", self.codec))

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

    def exceeded(self) -> WireError | None:
        """The error for the first element that is one too deep or too many, if there is one."""
        if self.codec.startswith("utf-16"):
            return None
        try:
            Scan(self.octets, trace=True, transport=self.transport)
        except WireError as error:
            return error
        return None

    def start_of(self, index: int) -> int:
        """The offset of the element that is `index`-th in document order; 0 where none can be told."""
        try:
            return Scan(self.octets, trace=True, transport=self.transport).located()[index].start
        except (WireError, IndexError):
            return 0

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        at = self._parser.CurrentByteIndex
        if encoding is None:
            return
        codec = CODECS.get(encoding.lower())
        if self._settled:
            if codec is None or codec[:6] != self.codec[:6]:
                self.remarks.append(note("charset-differs", encoding[:40]))
            return
        if codec is None:
            at = max(self.octets.find(encoding.encode(), at), at)
            raise WireError(at, f"one of the encodings {', '.join(CODECS)}", encoding)
        self.codec = codec

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if internal:
            # Declared entities can grow without bounds, and SyncML has none.
            at = self._parser.CurrentByteIndex
            raise WireError(at, "a DOCTYPE without declarations", f"those of {name[:40]}")
        self.remarks.append(note("doctype", name[:40]))

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
        runs = _attributes(self.octets, at, attributes) if attributes else ()
        self._count += 1 + len(runs)
        if self._count > MAX_ELEMENTS:
            raise WireError(at, f"at most {MAX_ELEMENTS} elements and attributes", "one more")
        if len(attributes) > MAX_ATTRIBUTES:
            raise WireError(at, f"at most {MAX_ATTRIBUTES} attributes", str(len(attributes)))
        self._open.append(_Open(len(self._found), (*path, name.rpartition(":")[2]), at, [], runs))
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
        self._found[done.index] = Located(
            done.path, done.start, end, tuple(values), done.attributes
        )

    def _characters(self, data: str) -> None:
        if self._run is None:
            self._run = self._parser.CurrentByteIndex

    def _cdata(self) -> None:
        self.remarks.append(note("cdata"))
        self._parser.StartCdataSectionHandler = self._other if self._trace else None
        self._flush()

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


def _attributes(
    octets: bytes, start: int, attributes: dict[str, str]
) -> tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...]:
    """The attributes of the tag at `start`, each with the octets of its value as written.

    Declarations of namespaces and attributes of other namespaces are left out.
    """
    found = []
    at = start
    for name, value in attributes.items():
        match = _ATTRIBUTE.search(octets, at)
        if match is None:  # an encoding in which octets do not stand for characters
            break
        at = match.end()
        if name != "xmlns" and ":" not in name:
            group = 2 if match.start(2) >= 0 else 3
            run = match.span(group)
            found.append((name, value, (run,) if run[0] < run[1] else ()))
    return tuple(found)
