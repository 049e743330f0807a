"""The one error that malformed input raises, whatever the format."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.wire.element import Element

MAX_SAID = 200
"""Characters of `expected` and of `found`: a name in the input may be as long as the input."""


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
        self.expected = expected if len(expected) <= MAX_SAID else expected[:MAX_SAID] + "..."
        self.found = found if len(found) <= MAX_SAID else found[:MAX_SAID] + "..."
        self.element = element
        super().__init__(
            f"offset {offset}: expected {self.expected}"
            + (f", found {self.found}" if found else "")
        )
