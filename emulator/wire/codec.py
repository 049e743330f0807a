"""The message codecs by media type. DS 1.x has two; another protocol's codec joins here.

A codec turns octets into a typed message and back, and tells where elements lie. Sessions know a
codec by its media type only.
"""

from collections.abc import Callable

import msgspec

from emulator.wire import charsets, wbxml, xml
from emulator.wire.element import Document, Located
from emulator.wire.errors import WireError
from emulator.wire.schema import Missing
from emulator.wire.syncml import Message, from_document, to_document


class Codec(msgspec.Struct, frozen=True):
    """One encoding of SyncML. `name` is what profiles call it, `others` the media types of DM.

    `parse` and `locate` take the charset of the Content-Type besides, "" where it names none.
    """

    name: str
    media_type: str
    others: tuple[str, ...]
    parse: Callable[[bytes, str], Document]
    unparse: Callable[[Document], bytes]
    locate: Callable[[bytes, str], tuple[Located, ...]]

    def decode(self, octets: bytes, content_type: str = "") -> Message:
        """The message in `octets`. Raises WireError, with the offset of the incomplete element.

        Of `content_type` the charset counts, as the format wants it.
        """
        charset = charsets.of_content_type(content_type)
        try:
            return from_document(self.parse(octets, charset))
        except Missing as missing:
            at = self._offset(octets, charset, missing.path)
            raise WireError(at, missing.tag, "nothing") from missing

    def encode(self, message: Message) -> bytes:
        return self.unparse(to_document(message))

    def _offset(self, octets: bytes, charset: str, path: tuple[str, ...]) -> int:
        try:
            places = self.locate(octets, charset)
        except WireError:
            return 0
        return next((at.start for at in places if at.path == path), 0)


XML = Codec(
    "xml",
    "application/vnd.syncml+xml",
    ("application/vnd.syncml.dm+xml",),
    xml.decode,
    xml.encode,
    xml.locate,
)
WBXML = Codec(
    "wbxml",
    "application/vnd.syncml+wbxml",
    ("application/vnd.syncml.dm+wbxml",),
    wbxml.decode,
    wbxml.encode,
    wbxml.locate,
)
CODECS: dict[str, Codec] = {c.name: c for c in (XML, WBXML)}


def by_media_type(content_type: str) -> Codec | None:
    """The codec for a Content-Type header, parameters and case ignored."""
    wanted = content_type.partition(";")[0].strip().lower()
    return next((c for c in CODECS.values() if wanted in (c.media_type, *c.others)), None)
