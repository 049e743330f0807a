"""The one error that malformed input raises, whatever the format."""

MAX_SAID = 200
"""Characters of `expected` and of `found`: a name in the input may be as long as the input."""


class WireError(ValueError):
    """Octets that are not what they claim to be.

    `offset` counts octets from the start of the input that was given to the decoder (for text
    formats, of its UTF-8 form); `expected` says what would have been right there.
    """

    def __init__(self, offset: int, expected: str, found: str = "") -> None:
        self.offset = offset
        self.expected = expected if len(expected) <= MAX_SAID else expected[:MAX_SAID] + "..."
        self.found = found if len(found) <= MAX_SAID else found[:MAX_SAID] + "..."
        super().__init__(
            f"offset {offset}: expected {self.expected}"
            + (f", found {self.found}" if found else "")
        )
