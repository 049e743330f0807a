"""Character sets: their names and their numbers, as codecs. The few that SyncML peers write."""

CODECS: dict[str, str] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
"""By the name of a declaration or a charset parameter, in lower case."""

BY_TRANSPORT = 0x00
UTF_8 = 0x6A
MIBENUMS: dict[int, str] = {
    UTF_8: "utf-8",
    0x03: "ascii",
    0x04: "latin-1",
    0x6F: "iso8859-15",
    0x8CC: "cp1252",
    BY_TRANSPORT: "utf-8",
}
"""By MIBenum (IANA), which WBXML writes. UTF-16 has no place in strings that end with one NUL."""


def of_content_type(content_type: str) -> str:
    """The charset parameter of a Content-Type in lower case, without quotes, or ""."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").strip().lower()
    return ""
