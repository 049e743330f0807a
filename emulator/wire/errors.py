"""The one error that malformed input raises, whatever the format."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.wire.element import Element


class WireError(ValueError):
    """Octets that are not what they claim to be, or a tree that a format cannot carry.

    `offset` counts octets from the start of the input that was given to the decoder (for text
    formats, of its UTF-8 form); `expected` says what would have been right there. An encoder has no
    offset to give: it names the `element` instead, and offset is 0.
    """

    def __init__(
        self, offset: int, expected: str, found: str = "", element: "Element | None" = None
    ) -> None:
        self.offset = offset
        self.expected = expected
        self.found = found
        self.element = element
        super().__init__(
            f"offset {offset}: expected {expected}" + (f", found {found}" if found else "")
        )
