"""The one error that malformed input raises, whatever the format."""


class WireError(ValueError):
    """Octets that are not what they claim to be.

    `offset` counts octets from the start of the input that was given to the decoder (for text
    formats, of its UTF-8 form); `expected` says what would have been right there.
    """

    def __init__(self, offset: int, expected: str, found: str = "") -> None:
        self.offset = offset
        self.expected = expected
        self.found = found
        super().__init__(
            f"offset {offset}: expected {expected}" + (f", found {found}" if found else "")
        )
