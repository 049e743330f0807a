"""The message codecs by media type. DS 1.x has two; another protocol's codec joins here.

A codec turns octets into a typed message and back, and tells where elements lie. Sessions know a
codec by its media type only.
"""

from collections.abc import Callable

import msgspec

from emulator.wire import wbxml, xml
from emulator.wire.element import Document, Located
from emulator.wire.errors import WireError
from emulator.wire.schema import Missing
from emulator.wire.syncml import Message, from_document, to_document


class Codec(msgspec.Struct, frozen=True):
    """One encoding of SyncML. `name` is what profiles call it."""

    name: str
    media_type: str
    parse: Callable[[bytes], Document]
    unparse: Callable[[Document], bytes]
    locate: Callable[[bytes], tuple[Located, ...]]

    def decode(self, octets: bytes) -> Message:
        """The message in `octets`. Raises WireError, with the offset of the incomplete element."""
        try:
            return from_document(self.parse(octets))
        except Missing as missing:
            raise WireError(self._offset(octets, missing.path), missing.tag, "nothing") from missing

    def encode(self, message: Message) -> bytes:
        return self.unparse(to_document(message))

    def _offset(self, octets: bytes, path: tuple[str, ...]) -> int:
        try:
            places = self.locate(octets)
        except WireError:
            return 0
        return next((at.start for at in places if at.path == path), 0)


XML = Codec("xml", "application/vnd.syncml+xml", xml.decode, xml.encode, xml.locate)
WBXML = Codec("wbxml", "application/vnd.syncml+wbxml", wbxml.decode, wbxml.encode, wbxml.locate)
CODECS: dict[str, Codec] = {c.name: c for c in (XML, WBXML)}


def by_media_type(content_type: str) -> Codec | None:
    """The codec for a Content-Type header, parameters and case ignored."""
    wanted = content_type.partition(";")[0].strip().lower()
    return next((c for c in CODECS.values() if c.media_type == wanted), None)
