"""The 7-bit default alphabet of SMS: septets to octets and text, and back [3GPP TS 23.038, 6.1.2, 6.2.1]."""

from emulator.wire.errors import WireError

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENDED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_CODES = {character: (code,) for code, character in enumerate(_BASIC)} | {
    character: (_ESCAPE, code) for code, character in _EXTENDED.items()
}


def unpacked(octets: bytes, count: int, skip: int = 0) -> bytes:
    """`count` septets, one in an octet each, after `skip` bits of filling. Raises WireError."""
    if skip + 7 * count > 8 * len(octets):
        raise WireError(len(octets), f"{count} septets", f"{(8 * len(octets) - skip) // 7}")
    bits = int.from_bytes(octets, "little") >> skip
    return bytes(bits >> 7 * place & 0x7F for place in range(count))


def packed(septets: bytes, skip: int = 0) -> bytes:
    """Septets close together, after `skip` zero bits."""
    bits = sum(septet << 7 * place for place, septet in enumerate(septets)) << skip
    return bits.to_bytes(-(-(skip + 7 * len(septets)) // 8), "little")


def text(septets: bytes) -> str:
    """What they say; an escape before a character that it does not know stands as a blank."""
    out = []
    escaped = False
    for septet in septets:
        if escaped:
            out.append(_EXTENDED.get(septet, _BASIC[septet]))
            escaped = False
        elif septet == _ESCAPE:
            escaped = True
        else:
            out.append(_BASIC[septet])
    return "".join(out)


def septets(words: str) -> bytes:
    """Text in septets. Raises ValueError for a character that the alphabet does not have."""
    out: list[int] = []
    for character in words:
        codes = None if character == "\x1b" else _CODES.get(character)
        if codes is None:
            raise ValueError(f"{character!r} is not in the 7-bit default alphabet")
        out += codes
    return bytes(out)
