"""The SessionID of a notification: as octets for a nonce (nine readings), as text for SyncHdr.

The change request does not say what octets "the SessionID" is; the field as transmitted comes first
(decision 1), the others serve servers that keep it as text, and explanations.
"""

import base64
from collections.abc import Callable

ENCODINGS: dict[str, Callable[[int], bytes]] = {
    "raw16_be": lambda n: n.to_bytes(2, "big"),
    "hex_text_upper": lambda n: b"%X" % n,
    "dec_text": lambda n: b"%d" % n,
    "hex_text_upper_4": lambda n: b"%04X" % n,
    "hex_text_lower": lambda n: b"%x" % n,
    "hex_text_0x": lambda n: b"0x%X" % n,
    "raw32_be": lambda n: n.to_bytes(4, "big"),
    "raw16_le": lambda n: n.to_bytes(2, "little"),
    "b64_text_of_raw16": lambda n: base64.b64encode(n.to_bytes(2, "big")),
}

MEANINGS: dict[str, str] = {
    "raw16_be": "the two octets of the field",
    "hex_text_upper": "upper-case hex text without leading zeros, as in SyncHdr",
    "dec_text": "decimal text",
    "hex_text_upper_4": "upper-case hex text of four digits",
    "hex_text_lower": "lower-case hex text",
    "hex_text_0x": "hex text with 0x",
    "raw32_be": "four octets, as wide as the DM default nonce",
    "raw16_le": "the two octets in the wrong order",
    "b64_text_of_raw16": "base64 text that was not decoded",
}


def nonce(session_id: int, encoding: str) -> bytes:
    """The octets of `session_id` in that encoding (a key of ENCODINGS)."""
    return ENCODINGS[encoding](session_id)


def text(session_id: int, form: str) -> str:
    """SyncHdr/SessionID: "hex" is upper case without leading zeros, "decimal" decimal."""
    return f"{session_id:X}" if form == "hex" else str(session_id)
