"""What no input may exceed, whatever it claims: one place that names the limits of every format.

They bound memory and time. All are far above what a device or a server sends. Who meets one raises
WireError with the offset at which it is exceeded.
"""

MAX_SIZE = 8 << 20
"""Octets of one document, XML or WBXML; it bounds every text in it."""
MAX_DEPTH = 64
"""Open elements at one time, those around an inner document included."""
MAX_ELEMENTS = 100_000
"""Elements and attributes of one document together, inner documents included; in memory about 75 MB."""
MAX_ATTRIBUTES = 64
"""Attributes of one element; OMA CP has two, SyncML none."""
MAX_TABLE = 1 << 16
"""Octets of one WBXML string table."""
MAX_REPEATED = 1 << 20
"""Characters that few octets stand for may add up to: references into string tables, and tokens
of attribute values."""
NUMBER_OCTETS = 5
MAX_NUMBER = 0xFFFFFFFF
"""An mb_u_int32 (WBXML 1.3, section 5.1) and a uintvar (WSP 8.1.2)."""
MAX_REMARKS = 100
"""Remarks about one message; the same one counts once."""
MAX_DATAGRAM = 0xFFFF
"""Octets of one push or package #0: no bearer delivers more in one piece."""
MAX_HEADERS = 64
"""Headers of one push."""
